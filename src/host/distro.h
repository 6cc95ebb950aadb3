/* SPDX-License-Identifier: GPL-2.0-or-later */
/* This system: what makes its images, and where its kernel command line is written. */
#pragma once

#include "core/grub-defaults.h"
#include "host/generators.h"
#include "host/kernels.h"

enum distro_loader {
	LOADER_UNKNOWN,
	LOADER_BOOTC, /* the image of a container brings them */
	LOADER_RPM_OSTREE,
	LOADER_PROXMOX,    /* proxmox-boot-tool with /etc/kernel/cmdline or GRUB */
	LOADER_GRUBBY,     /* Fedora, RHEL: grubby edits every entry */
	LOADER_SDBOOTUTIL, /* openSUSE with systemd-boot or GRUB's entries of the Boot Loader Specification */
	LOADER_DRACUT,     /* unified kernel images that "dracut --uefi" makes */
	LOADER_KERNELSTUB, /* Pop!_OS */
	LOADER_UPDATE_GRUB,    /* Debian, Ubuntu */
	LOADER_GRUB2,          /* openSUSE: grub2-mkconfig */
	LOADER_TRANSACTIONAL,  /* openSUSE MicroOS with GRUB */
	LOADER_GRUB,           /* Arch and others: grub-mkconfig */
	LOADER_REFIND,         /* /boot/refind_linux.conf */
	LOADER_KERNEL_INSTALL, /* /etc/kernel/cmdline */
	LOADER_ENTRIES,        /* entries of systemd-boot, written by hand */
	LOADER_U_BOOT,         /* Debian's u-boot-menu */
	LOADER_EXTLINUX,       /* extlinux.conf, written by hand */
	LOADER_LIMINE_TOOL,    /* limine-entry-tool */
	LOADER_LIMINE,         /* limine.conf, written by hand */
};

/* A system that vfio-early cannot serve: who it is, why, and what its owner can do. NULL for none. */
struct distro_unsupported {
	const char *name, *why, *instead;
};

struct distro {
	const struct generator *generator; /* NULL where it is not known */
	enum distro_loader loader;
	struct distro_unsupported unsupported;
	bool by_grub, by_systemd_boot; /* which of them has booted this system, where that is known */
	bool transactional;            /* transactional-update changes the system */
	bool staged; /* the next deployment of ostree is made at the shutdown, and cannot be read yet */
	const char *entries;    /* the folder of the loader's entries, NULL for none */
	const char *install;    /* kernel-install for each kernel */
	const char *regenerate; /* see distro_regenerate() */
};

/* What GRUB's configuration is made of. */
#define DISTRO_GRUB "/etc/default/grub"
/* What kernel-install makes entries and unified kernel images of, and its drop-ins. */
#define DISTRO_CMDLINE "/etc/kernel/cmdline"
#define DISTRO_CMDLINE_FOLDER "/etc/kernel/cmdline.d"

#define DISTRO_KARGS "/usr/lib/bootc/kargs.d"
#define DISTRO_EXTLINUX "/boot/extlinux/extlinux.conf"
#define DISTRO_LIMIT (1 << 20) /* bytes of a configuration file that are read */

/* Words of several cures. */
#define DISTRO_CONTAINERFILE "add to the Containerfile: "
#define DISTRO_BUILD "then build the image and: sudo bootc upgrade"
#define DISTRO_REGENERATE_UNIFIED "sudo dracut --regenerate-all --uefi --force"

/* Look at what is installed, and by which of its images this boot came, with the command line @cmdline. */
void distro_read(const char *cmdline, struct distro *ret);

/* Set the command of distro_regenerate() for the image of @next, which boots next, or NULL: it may be a unified one. */
void distro_boots_next(struct distro *distro, const struct kernel *next);

/* Read /etc/default/grub and its drop-ins. Free with grub_defaults_clear(). */
void distro_read_grub(struct grub_defaults *ret);

/* The configuration of Limine, below where the partition of the firmware may be mounted: "" for none. */
const char *distro_find_limine(void);

/* Does GRUB make its menu of /etc/default/grub here? */
bool distro_has_grub(const struct distro *distro);

/*
 * What to do so that the kernel command line has, or no longer has, this parameter: a util_text(). It names the file that
 * has the parameter.
 */
const char *distro_add(const struct distro *distro, const char *parameter) must_check;
const char *distro_remove(const struct distro *distro, const char *parameter) must_check;

/* What gives an initramfs to the boot entry, which has none: a util_text(). */
const char *distro_add_image(const struct distro *distro) must_check;

/* What applies the boot loader's configuration where @parameter was added to it, or @removed from it: a util_text(). */
const char *distro_apply(const struct distro *distro, const char *parameter, bool removed) must_check;

/* What regenerates every image that boots: a command, or words where the generator is not known. Pure. */
const char *distro_regenerate(const struct distro *distro);
