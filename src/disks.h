/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the machine's block devices and what is on them: the only includer of libblkid. */
#pragma once

#include "storage.h"

/*
 * Read the block devices, how they stand on each other and what is in use; then the superblocks of all that is on
 * the @candidates (@count functions that are wanted), of what the @needs name, and of others only where a need was
 * not found by then. All disks are read at the same time, each in a child process, under the deadline: one that hangs costs
 * the others nothing, and what a guest wrote on a disk is nothing to trust. Without candidates no superblock is read. @next_boot says that the
 * next boot is meant, seen from the running host. The result is marked with protect_mark(); free it with storage_clear().
 */
void disks_read(const struct needs *needs, const struct pci_address *candidates, size_t count, bool next_boot,
		struct storage *ret);

/*
 * While something that the host needs is not found and might be on a disk of the @candidates that has not appeared yet,
 * look again, as long as the deadline for reading allows: when a block device appears, and when udev has no more to do. @storage is what disks_read() has read for the same arguments.
 */
void disks_await(const struct needs *needs, const struct pci_address *candidates, size_t count, struct storage *storage);

/*
 * Read state, error and content of the device @ret->name; its numbers are compared with the node's where the
 * node is a block device. @partition adds part_uuid and part_label. May never return.
 */
void disks_read_content(struct block *ret, bool partition);
