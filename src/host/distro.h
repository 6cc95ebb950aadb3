/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How this system is told things: who makes its images, and where its kernel command line is written. */
#pragma once

#include "host/generators.h"
#include "host/kernels.h"

enum distro_loader {
	LOADER_UNKNOWN,
	LOADER_RPM_OSTREE,
	LOADER_PROXMOX,        /* proxmox-boot-tool with /etc/kernel/cmdline */
	LOADER_GRUBBY,         /* Fedora, RHEL: grubby edits every entry */
	LOADER_UPDATE_GRUB,    /* Debian, Ubuntu */
	LOADER_GRUB2,          /* openSUSE: grub2-mkconfig */
	LOADER_GRUB,           /* Arch and others: grub-mkconfig */
	LOADER_KERNEL_INSTALL, /* /etc/kernel/cmdline */
	LOADER_ENTRIES,        /* entries of systemd-boot, written by hand */
};

struct distro {
	const struct generator *generator; /* NULL where it is not known */
	enum distro_loader loader;
	const char *entries;    /* of LOADER_ENTRIES: their folder */
	const char *kernels;    /* where each kernel stands, with "VERSION" in it */
	const char *regenerate; /* see distro_regenerate() */
};

/* Look at what is installed, and by which of its images this boot came. */
void distro_read(struct distro *ret);

/* Set the command of distro_regenerate() for the image of @next, which boots next, or NULL: it may be a unified one. */
void distro_boots_next(struct distro *distro, const struct kernel *next);

/* What to do so that the kernel command line has, or no longer has, this parameter: a util_text(). Pure. */
const char *distro_add(const struct distro *distro, const char *parameter) must_check;
const char *distro_remove(const struct distro *distro, const char *parameter) must_check;

/* What regenerates the entries and unified images of kernel-install: a util_text(). Pure. */
const char *distro_install(const struct distro *distro) must_check;

/*
 * What applies the boot loader's configuration where @parameter was added to it, or @removed from it: a util_text().
 * Pure.
 */
const char *distro_apply(const struct distro *distro, const char *parameter, bool removed) must_check;

/* What regenerates every image that boots: a command, or words where the generator is not known. Pure. */
const char *distro_regenerate(const struct distro *distro);
