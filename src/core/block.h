/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The block devices of the machine, what is on them, and what stands on what: which PCI functions carry what
 * the host needs? Pure; host/block-read.h reads them.
 */
#pragma once

#include "core/host-needs.h"
#include "core/pci.h"

#define BLOCK_NAME_SIZE 64

/* What a child process hands back is flat. The longest id is libblkid's, the longest label those of btrfs and ZFS. */
typedef char block_id[72];
typedef char block_label[256];

/* What the superblock says: strings are "" where there is none. */
struct block_content {
	char type[32], usage[16]; /* usage: libblkid's "filesystem", "raid", "crypto" or "other" */
	block_id uuid;
	block_label label;
	block_id part_uuid; /* of the partition itself */
	block_label part_label;
	block_id journal;      /* UUID of an ext4's journal on another device */
	block_id volume_group; /* of an LVM physical volume: the group's UUID without dashes */
	block_label group_name;
	block_id cache_set;   /* UUID of the cache set that a bcache belongs to */
	unsigned int members; /* devices of a btrfs, bcachefs or f2fs; 0 unknown */
};

enum block_state {
	BLOCK_NOT_READ,
	BLOCK_READ,
	BLOCK_EMPTY,      /* no medium, or of no size */
	BLOCK_AMBIGUOUS,  /* more than one superblock, and none says that it counts */
	BLOCK_SPOILT,     /* a superblock whose checksum is wrong */
	BLOCK_UNREADABLE, /* see the error */
};

/* A block device of the kernel: a disk, a partition, a mapping, an array. */
struct block {
	char name[BLOCK_NAME_SIZE]; /* as in /sys/class/block */
	unsigned int major, minor;
	char dm_name[128], dm_uuid[192];
	int whole;     /* of a partition, the index of its disk; else -1 */
	bool virtual;  /* no hardware: it stands on other devices, or on the network */
	bool degraded; /* an MD array that lacks a member */
	bool held;     /* the kernel says that something holds it, and does not say what */
	bool locked;   /* a program has locked it, as partitioning tools do (udev's block device lock) */
	/*
	 * The functions on the way to it, from the root bus down; with multipath those of each path. The
	 * array belongs to the struct block_devices that the block is in.
	 */
	struct pci_address *functions;
	size_t function_count;
	enum block_state state;
	int error; /* -errno of BLOCK_UNREADABLE */
	struct block_content content;
};

/* @upper stands on @lower, both by index: a mapping or an array and what it is made of. */
struct block_edge {
	size_t upper, lower;
};

/* Something uses this device now: a swap, or the file system that is mounted at @place. */
struct block_use {
	size_t block;
	char *place; /* NULL: a swap */
};

/* How people call the use: the mount point, or "swap". */
const char *block_use_name(const struct block_use *use);
/* The same in a sentence: "the mounted /data" or, where @place is NULL, "swap". */
const char *block_use_text(const char *place) must_check;

/* Where a path below /dev leads. */
struct block_link {
	char *path;
	size_t block; /* by index */
};

/* What says that a block device is needed. */
enum block_cause {
	BLOCK_NEED, /* the host needs it */
	BLOCK_IN_USE,
	BLOCK_OPEN_MAPPING,
	BLOCK_RUNNING_ARRAY,
	BLOCK_POOL,
	BLOCK_HELD,
	BLOCK_LOCKED,
};

/* Why a block device stays with the host. */
struct block_mark {
	bool set;
	enum block_cause cause;
	unsigned int rank;   /* the first cause that was found counts; see CARRY_RANK_KEY */
	const char *purpose; /* of a need: what for; of a use: its place */
	int from;            /* the device above that needs it; -1 at the top */
	int peer;            /* the device that it belongs together with, -1 for none */
};

/* Who looks at the block devices. */
enum block_view {
	BLOCK_VIEW_NOW,       /* this boot, in the late stage: what is in use counts */
	BLOCK_VIEW_NEXT_BOOT, /* the next boot, from the running host: what is mounted now need not be so then */
	/* the running host, for its facts: what its tables name counts, whoever opens it and whenever */
	BLOCK_VIEW_FACTS,
};

struct block_devices {
	enum block_view view;
	struct block *blocks;
	struct block_edge *edges;
	struct block_use *uses;
	struct block_link *links;
	char **pools; /* ZFS pools that are imported, or that zpool.cache names */
	size_t count, edge_count, use_count, link_count, pool_count;
	struct block_mark *marks; /* one a block, by carry_mark() */
	const struct host_needs *needs;
	/* Texts of util_text(), NULL where there is nothing to say. */
	const char *unknown, *hint; /* why nothing is known of a disk without a mark, and the cure */
	const char *missing;        /* what lacks a member that a disk without a mark might be */
	const char *missing_type;   /* the superblock that the member should have */
	bool awaited;               /* what is required is not found */
	const char
		*partial;  /* a pool that is needed and not imported by then: members may be yet to appear */
	const char *unmet; /* a need that is not found and might be inside a container */
	bool unmet_in_table; /* fstab or crypttab names it, and may say that the boot does without it */
	bool unmet_awaited;  /* one of these may appear in the initramfs */
};

/*
 * Take name, whole disk (by name, in @ret_whole), PCI functions and whether it is virtual from what the
 * device's link in /sys/class/block points to. Returns 0, or -EINVAL where that is no such link. Free
 * ret->functions.
 */
int block_parse_link(const char *link, struct block *ret, char ret_whole[static BLOCK_NAME_SIZE]) must_check;

/*
 * Take the content from what udev has written down of the device (/run/udev/data/bMAJOR:MINOR:
 * "E:ID_FS_TYPE=ext4"), for whom the device itself is closed. Returns false where that says nothing of it.
 */
bool block_parse_udev(const char *text, struct block_content *ret);

/* Index of the device of this name ("!" and "/" are the same letter) or number, or -1. */
int block_by_name(const struct block_devices *storage, const char *name);
int block_by_number(const struct block_devices *storage, unsigned int major, unsigned int minor);

/* Add the functions that a path of sysfs goes through to those of @block. */
void block_add_functions(struct block *block, const char *path);

/* Add the pool @name of @length bytes to those that are imported. */
void block_add_pool(struct block_devices *storage, const char *name, size_t length);

/*
 * Does the text of /proc/locks (proc(5)) say that a program holds an exclusive flock(2) on the inode @inode
 * of the file system @major:@minor? Tools that write to a disk lock its node so (systemd.io, "Locking Block
 * Device Access").
 */
bool block_is_locked(const char *locks, unsigned int major, unsigned int minor, unsigned long long inode);

/* Is it a container, inside which other file systems may be: LUKS, LVM, RAID, a member of a ZFS pool? */
bool block_is_container(const struct block_content *content);

/*
 * The list @uuids, with commas between them, and the UUID of what is on the block, unless it is there or is no word of
 * such a list.
 */
const char *block_add_uuid(const char *uuids, const struct block *block);

/* Add what /proc/self/mountinfo and /proc/swaps (proc(5)) say is in use. */
void block_add_mounts(struct block_devices *storage, const char *mountinfo);
void block_add_swaps(struct block_devices *storage, const char *swaps);

/* Is @block what the need names, as far as its content was read? */
bool block_matches(const struct block_devices *storage, const struct need *need, size_t block);

/* The device that a path below /dev names, by the links that were read or by the kernel's names; or -1. */
int block_by_path(const struct block_devices *storage, const char *path);
/* The device that udev's link for a need's tag leads to, or -1: known before any content was read. */
int block_by_tag(const struct block_devices *storage, const struct need *need);

/* Is it a logical volume of LVM? */
bool block_is_volume(const struct block *block);

/* Does the path name a mapping or a logical volume, which exists only when something has opened it? */
bool block_is_opened(const char *path);

/* Is @block an open volume, or a physical volume, of the group of the logical volume that @path names? */
bool block_is_in_group_of(const struct block *block, const char *path);

/* Is @block the disk @disk (by index), a part of it, or does it stand on it? */
bool block_stands_on(const struct block_devices *storage, size_t block, size_t disk);

/* Is the function on the way to the device? */
bool block_is_on(const struct block *block, const struct pci_address *function);
/* Is what is in use, or the device that the need names, on a disk behind the function? */
bool block_use_is_on(const struct block_devices *storage, const struct block_use *use,
		     const struct pci_address *function);
bool block_need_is_on(const struct block_devices *storage, const struct need *need,
		      const struct pci_address *function);
/* Is one of the @count @functions? */
bool block_is_on_one_of(const struct block *block, const struct pci_address *functions, size_t count);
void block_clear(struct block_devices *storage);
