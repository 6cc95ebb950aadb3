/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel command line of the next boot, as the boot loader's files have it: what was changed there counts
 * from then on.
 */
#pragma once

#include <stddef.h>

#include "host/distro.h"

#define BOOTLOADER_CMDLINE DISTRO_CMDLINE
#define BOOTLOADER_GRUB DISTRO_GRUB
#define BOOTLOADER_LIMIT (4 << 20) /* bytes of a file that are read */

/* What boots next, as far as the boot loader's files show it. Its strings are util_text()s. */
struct bootloader_next {
	const char *cmdline; /* NULL where no file has it; of a unified kernel image the one in there */
	const char *path;    /* the folder or file that has it */
	const char *version, *image; /* of the entry that boots by default, "" where they are unknown */
	const char *unknown;         /* why it may be another entry, "" for nothing */
	bool without_cmdline;        /* it is a unified kernel image that has none in it */
	bool without_image;          /* the entry boots the kernel without an initramfs */
};

/* Read what this system's boot loader has: its entries, grub.cfg or /etc/kernel/cmdline. */
void bootloader_read(const struct distro *distro, struct bootloader_next *ret);

/*
 * Let the kernel of the default entry be the next one, with its image. Returns why it may be another entry, "" for
 * nothing: a util_text().
 */
const char *bootloader_choose(const struct distro *distro, const struct bootloader_next *next,
			      struct kernel *kernels, size_t count) must_check;

/* A setting of systemd-boot's loader.conf: a util_text(), "" for none. */
const char *bootloader_read_setting(const char *key) must_check;

/* A parameter that has to do with devices of guests: the boot loader's configuration has it, the next boot has not. */
struct bootloader_edit {
	const char *file, *parameter;
	bool removed; /* the other way round: it was taken out of the file */
	bool unsure;  /* what the boot loader has cannot be read, and this boot has not */
};

/* Find what was edited in /etc/default/grub, /etc/kernel/cmdline or its drop-ins, and not applied to @cmdline. */
bool bootloader_find_edit(const struct distro *distro, const char *cmdline, struct bootloader_edit *ret);

/*
 * Where in the boot loader's files the command line @found of bootloader_read() stands: "FILE:LINE", or @path where that
 * is not found.
 */
const char *bootloader_find_line(const char *path, const char *found) must_check;

/* Does kernel-install's file have other parameters than the @cmdline of the next boot? They count once it has run. */
bool bootloader_awaits_install(const struct distro *distro, const struct bootloader_next *next,
			       const char *cmdline);
