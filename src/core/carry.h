/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stays with the host because it, or what stands on it, is needed. Pure. */
#pragma once

#include "core/block.h"

/*
 * Marks of this rank and above: only a key or a detached header is there, which the boot needs until the LUKS
 * is open.
 */
#define CARRY_RANK_KEY 0x100000U

/*
 * Mark every device that the host needs or uses, what it stands on, and what belongs together with that. May
 * be called again when more was read. @needs is kept, not copied.
 */
void carry_mark(struct block_devices *storage, const struct host_needs *needs);

/*
 * Which block devices are to be read next? Marks as carry_mark(), and chooses in @chosen, one a block device:
 * at @first what is on one of the @count @functions or marked, then what is marked, then, where a tag (UUID=,
 * LABEL=...), a logical volume or a member is missing, all others. Returns false where nothing is left to
 * read, with all marks made; without @functions that is at once.
 */
bool carry_choose(struct block_devices *storage, const struct host_needs *needs,
		  const struct pci_address *functions, size_t count, bool first, bool *chosen);

/*
 * Might what is needed and not found be on a disk that has not appeared yet? So, if nothing is known of the
 * root, or if a need is unmet, or a member is missing, and one of the @count @functions has no disk.
 */
bool carry_awaits_disk(const struct block_devices *storage, const struct pci_address *functions,
		       size_t count);

/*
 * What does the host need the function for? Returns "root: nvme0n1p1, vg/root", the first cause with its chain up
 * from the disk, and stores whether that is only a key or a detached header; or NULL where nothing on it is marked.
 */
const char *carry_describe(const struct block_devices *storage, const struct pci_address *function,
			   bool *ret_key);

/* Is what the need names among the block devices, or a member of its volume group? */
bool carry_finds(const struct block_devices *storage, const struct need *need);

/* The UUIDs of what is on the disks below what the need names, with commas between them. */
const char *carry_list_uuids(const struct block_devices *storage, const struct need *need);

/* What to do about a function that stays for a key. */
#define CARRY_KEY_HINT "to claim it after the key was read, add stage=late"

/* What to do about a function that stays for a disk that is not found, unless that leads nowhere. */
#define CARRY_INSIST "to bind it anyway, claim a pinned address with stage=early"

/* What carry_keeps() is asked. */
struct carry_question {
	const struct pci_address *function;
	bool may_carry; /* disks may hang off it by its nature, so what is not known of its disks counts */
	/* disks hang off it by its nature: one that shows none may have one that is yet to appear */
	bool is_storage;
	bool without_keys; /* keys and headers do not count: they were read */
};

/*
 * Must the host keep this function? Then the reason is stored, with the chain from its disk up to what needs
 * it, and the cure. What cannot be decided of a function that may carry disks is kept.
 */
bool carry_keeps(const struct block_devices *storage, const struct carry_question *question,
		 struct explanation *ret);
