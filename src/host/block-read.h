/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the machine's block devices and what is on them. */
#pragma once

#include "core/block.h"

/*
 * Read the block devices, how they stand on each other and what is in use; then the superblocks of all that
 * is on the @candidates (@count functions that are wanted), of what the @needs name, and of others only where
 * a need was not found by then. Without candidates no superblock is read. All disks are read at the same
 * time, each in a child process: one that hangs costs the others nothing, and what a guest wrote on a disk is
 * nothing to trust.
 *
 * @view says who looks. With @waits this looks again, as
 * long as the deadline for reading allows: while something that the host needs is not found and might be on a
 * disk of the candidates that has not appeared yet, and while udev may be opening a container on one of them.
 *
 * The result is marked with carry_mark(); free it with block_clear().
 */
void block_read(const struct host_needs *needs, const struct pci_address *candidates, size_t count,
		enum block_view view, bool waits, struct block_devices *ret);
