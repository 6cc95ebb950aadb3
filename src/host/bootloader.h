/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel command line of the next boot, as the boot loader's files have it: what was changed there counts
 * from then on.
 */
#pragma once

#include <stddef.h>

#include "host/distro.h"

/* What kernel-install makes entries and unified kernel images of. */
#define BOOTLOADER_CMDLINE "/etc/kernel/cmdline"

/*
 * Read what this system's boot loader has: its entries, grub.cfg or /etc/kernel/cmdline. Stores the file that
 * says it, or NULL. Returns a string that the caller frees, or NULL where nothing tells, or where it is what
 * this boot has. Of a unified kernel image it is the one in there.
 */
char *bootloader_read(const char *cmdline, const struct distro *distro, const char **ret_path);

/* Does kernel-install's file have other parameters than the @cmdline of the next boot? They count once it has run. */
bool bootloader_awaits_install(const struct distro *distro, const char *cmdline);
