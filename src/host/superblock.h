/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads what is on one block device: the only includer of libblkid. */
#pragma once

#include "core/block.h"

/*
 * Open the device's node with the @flags of open(2), and make sure that it is this device's: never
 * exclusively, which fsck or mount would notice. Returns a file descriptor, -ENXIO where it is another
 * device's, or -errno.
 */
int superblock_open_node(const struct block *block, int flags) must_check;

/*
 * Read state, error and content of the device @ret->name; its numbers are compared with the node's where the
 * node is a block device. @partition adds part_uuid and part_label. May never return.
 */
void superblock_read(struct block *ret, bool partition);
