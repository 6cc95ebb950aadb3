/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads what the host needs, from where it stands. */
#pragma once

#include "core/host-needs.h"
#include "host/initramfs.h"

/* How much is read. The early stage looks at no disk, and compares the tables with the host facts. */
enum needs_depth { NEEDS_OFF_DISKS, NEEDS_OF_TABLES, NEEDS_ALL };

/*
 * Read what the host needs: from the parameters in a dracut image, @cmdline and the @count @arguments
 * (parameters again, the strongest), then from initramfs-tools' files, the firmware's tables and the programs
 * of the image (of a host: the hooks that put them there), and what is on no disk from fstab; with NEEDS_OF_TABLES
 * also all of fstab and crypttab, with NEEDS_ALL what systemd finds by itself, too. Where @image is not NULL its copies of
 * the host's fstab and crypttab count in place of the host's own. Free with host_needs_clear().
 */
void host_needs_read(const char *cmdline, char *const *arguments, size_t count, enum needs_depth depth,
		     const struct initramfs *image, struct host_needs *ret);

/*
 * Add the mount and swap units of the running host that a target wants or requires, by themselves or by their
 * automount unit. Those that systemd has made of fstab are no files of these folders.
 */
void host_needs_read_units(struct host_needs *needs);
