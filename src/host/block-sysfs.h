/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads which block devices there are, and who uses them: the kernel's view. */
#pragma once

#include "core/block.h"

/* Add every block device, what it stands on and who holds it. */
void block_sysfs_read_devices(struct block_devices *storage);

/* Add who uses them: mounts and swaps. A table of /proc that is not there says nothing. */
void block_sysfs_read_uses(struct block_devices *storage);

/* Add the ZFS pools that are imported. */
void block_sysfs_read_pools(struct block_devices *storage);

/* Add the pools of /etc/zfs/zpool.cache that have a member, whatever the boot has imported by now. */
void block_sysfs_add_cached_pools(struct block_devices *storage);

/* Add udev's link for @need, where there is one. */
void block_sysfs_read_link(struct block_devices *storage, const struct need *need);
