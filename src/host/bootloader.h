/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel command line of the next boot, as the boot loader's files have it: what was changed there counts
 * from then on.
 */
#pragma once

#include <stddef.h>

#include "host/distro.h"

/*
 * Read what this system's boot loader has: its entries, grub.cfg or /etc/kernel/cmdline. Stores the file that
 * says it, or NULL. Returns a string that the caller frees, or NULL where nothing tells, or where it is what
 * this boot has.
 */
char *bootloader_read(const char *cmdline, const struct distro *distro, const char **ret_path);
