/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/block-read.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "core/carry.h"
#include "core/devspec.h"
#include "host/block-sysfs.h"
#include "host/deadline.h"
#include "host/rootdir.h"
#include "host/superblock.h"
#include "host/sysfs.h"

#define TABLE_LIMIT (4 << 20) /* of locks */

/* To ask for the lock itself would disturb who wants it; the kernel lists who has it, by the node's inode. */
static bool is_locked(const char *locks, const struct block *block)
{
	cleanup_close int fd = superblock_open_node(block, O_PATH);
	struct stat node;

	return fd >= 0 && fstat(fd, &node) == 0 &&
	       block_is_locked(locks, major(node.st_dev), minor(node.st_dev), node.st_ino);
}

/* A disk and its partitions, as far as they are to be read: in one child, one after the other. */
struct disk {
	const struct block_devices *storage;
	size_t *blocks; /* by index */
	size_t count;
	bool partitions;
};

/* What the child hands back of each. */
struct reading {
	bool done;
	enum block_state state;
	int error;
	struct block_content content;
};

static int read_disk(const void *argument, void *result)
{
	const struct disk *disk = argument;
	struct reading *readings = result;

	for (size_t i = 0; i < disk->count; i++) {
		struct block block = disk->storage->blocks[disk->blocks[i]];

		superblock_read(&block, disk->partitions);
		readings[i] = (struct reading){ false, block.state, block.error, block.content };
		/* What hangs later leaves this behind. */
		__atomic_store_n(&readings[i].done, true, __ATOMIC_RELEASE);
		deadline_progress();
	}
	return 0;
}

static void take_readings(struct block_devices *storage, const struct disk *disk,
			  const struct deadline_task *task)
{
	const struct reading *readings = task->result;

	for (size_t i = 0; i < disk->count; i++) {
		struct block *block = &storage->blocks[disk->blocks[i]];

		if (readings[i].done) {
			block->state = readings[i].state;
			block->error = readings[i].error;
			block->content = readings[i].content;
		} else {
			block->state = BLOCK_UNREADABLE;
			block->error = task->status < 0 ? task->status : -EIO;
		}
	}
}

/* The list of what is read of the disk that the block is, or is a part of. */
static struct disk *disk_of(struct disk *disks, const struct block_devices *storage, size_t block)
{
	return &disks[storage->blocks[block].whole >= 0 ? (size_t)storage->blocks[block].whole : block];
}

static size_t list_disks(struct block_devices *storage, const bool *chosen, bool partitions,
			 struct disk *disks, struct deadline_task *tasks)
{
	size_t count = 0;

	for (size_t i = 0; i < storage->count; i++) {
		struct disk *disk = disk_of(disks, storage, i);

		if (!chosen[i])
			continue;
		disk->blocks = util_grow(disk->blocks, disk->count, sizeof(*disk->blocks));
		disk->blocks[disk->count++] = i;
	}
	for (size_t i = 0; i < storage->count; i++) {
		if (!disks[i].count)
			continue;
		disks[i].storage = storage;
		disks[i].partitions = partitions;
		tasks[count++] = (struct deadline_task){
			.work = read_disk,
			.argument = &disks[i],
			.result = util_zeroed(disks[i].count, sizeof(struct reading)),
			.size = disks[i].count * sizeof(struct reading),
			.stall = deadline_stall(),
		};
	}
	return count;
}

/*
 * Which blocks has a program locked? The read of /proc/locks waits for a grace period of RCU (fs/locks.c,
 * locks_start()), so it has a child of its own beside those of the disks.
 */
static int find_locked(const void *argument, void *result)
{
	const struct block_devices *storage = argument;
	cleanup_free char *locks = NULL;
	bool *locked = result;
	size_t length;

	/* Of a text that is cut, what was read counts. */
	(void)!rootdir_read_file("/proc/locks", TABLE_LIMIT, &locks, &length);
	for (size_t i = 0; locks && locks[0] && i < storage->count; i++)
		locked[i] = is_locked(locks, &storage->blocks[i]);
	return 0;
}

/*
 * Read the blocks that are chosen, all disks at the same time. @locks also finds out which ones are locked.
 */
static void read_chosen(struct block_devices *storage, const bool *chosen, bool partitions, bool locks)
{
	/* What comes first leaves time for what it shows to be needed. */
	unsigned long long end = locks ? deadline_read_end() : deadline_look_end();
	cleanup_free struct disk *disks = util_zeroed(storage->count, sizeof(*disks));
	cleanup_free struct deadline_task *tasks = util_zeroed(storage->count + 1, sizeof(*tasks));
	cleanup_free bool *locked = util_zeroed(storage->count, sizeof(*locked));
	size_t count = list_disks(storage, chosen, partitions, disks, tasks);

	tasks[count] = (struct deadline_task){
		.work = find_locked,
		.argument = storage,
		.result = locked,
		.size = storage->count,
		.stall = deadline_stall(),
	};
	deadline_run_tasks(tasks, count + locks, end);
	for (size_t i = 0; i < count; i++) {
		take_readings(storage, tasks[i].argument, &tasks[i]);
		free(tasks[i].result);
	}
	for (size_t i = 0; i < storage->count && locks; i++) {
		storage->blocks[i].locked |= locked[i];
		/* Whether a program has locked it is not known. */
		if (chosen[i] && tasks[count].state != DEADLINE_ENDED) {
			storage->blocks[i].state = BLOCK_UNREADABLE;
			storage->blocks[i].error = tasks[count].status;
		}
	}
	for (size_t i = 0; i < storage->count; i++)
		free(disks[i].blocks);
}

static bool needs_partitions(const struct host_needs *needs)
{
	for (size_t i = 0; i < needs->count; i++)
		if (needs->list[i].kind == NEED_PARTUUID || needs->list[i].kind == NEED_PARTLABEL)
			return true;
	return false;
}

/* A device that hung once is not asked again: it would cost its time once more. */
static void keep_hanging(struct block_devices *storage, const struct block_devices *before)
{
	for (size_t i = 0; before && i < before->count; i++) {
		const struct block *old = &before->blocks[i];
		int now = old->state == BLOCK_UNREADABLE && old->error == -ETIMEDOUT ?
				  block_by_name(storage, old->name) :
				  -1;

		if (now < 0 || storage->blocks[now].major != old->major ||
		    storage->blocks[now].minor != old->minor)
			continue;
		storage->blocks[now].state = old->state;
		storage->blocks[now].error = old->error;
	}
}

/* @before is what was read before, or NULL. */
static void read_all(const struct host_needs *needs, const struct pci_address *candidates, size_t count,
		     enum block_view view, const struct block_devices *before, struct block_devices *ret)
{
	bool partitions = needs_partitions(needs);
	cleanup_free bool *chosen = NULL;

	*ret = (struct block_devices){ .view = view };
	block_sysfs_read_devices(ret);
	keep_hanging(ret, before);
	for (size_t i = 0; i < needs->count; i++)
		block_sysfs_read_link(ret, &needs->list[i]);
	block_sysfs_read_uses(ret);
	block_sysfs_read_pools(ret);
	chosen = util_zeroed(ret->count, sizeof(*chosen));
	for (bool first = true; carry_choose(ret, needs, candidates, count, first, chosen); first = false) {
		read_chosen(ret, chosen, partitions, first);
		if (first)
			block_sysfs_add_cached_pools(ret);
	}
}

/* What is looked for again, and where that is left. */
struct search {
	size_t seen; /* block devices at the last look */
	bool busy;   /* udev had events to work on then */
	const struct host_needs *needs;
	const struct pci_address *candidates;
	size_t count;
	struct block_devices *storage;
};

static size_t count_devices(void)
{
	char **names;
	ssize_t count = sysfs_block_list(&names);

	rootdir_list_free(names, count);
	return count > 0 ? (size_t)count : 0;
}

/*
 * udev removes the file of its queue when it has worked on every event (src/udev/udevd.c and udev-manager.c).
 */
static bool udev_is_busy(void)
{
	return rootdir_exists("/run/udev/queue");
}

/*
 * udev's rules open volume groups and assemble arrays: what is inside a wanted disk may be in use in a
 * moment.
 */
static bool may_be_opened(const struct search *search)
{
	const struct block_devices *storage = search->storage;

	for (size_t i = 0; i < storage->count; i++)
		if (!storage->marks[i].set && block_is_container(&storage->blocks[i].content) &&
		    block_is_on_one_of(&storage->blocks[i], search->candidates, search->count))
			return true;
	return false;
}

static bool waits_for_more(const struct search *search)
{
	return carry_awaits_disk(search->storage, search->candidates, search->count) ||
	       (search->busy && may_be_opened(search));
}

static bool is_complete(void *data)
{
	struct search *search = data;
	struct block_devices before;
	size_t now = count_devices();
	bool busy = udev_is_busy(), found = now != search->seen || (search->busy && !busy);

	if (!waits_for_more(search))
		return true;
	search->seen = now;
	search->busy = busy;
	/* There is a new device, or udev has come to the end and has made the last link. */
	if (!found)
		return false;
	before = *search->storage;
	read_all(search->needs, search->candidates, search->count, BLOCK_VIEW_NOW, &before, search->storage);
	block_clear(&before);
	return !waits_for_more(search);
}

void block_read(const struct host_needs *needs, const struct pci_address *candidates, size_t count,
		enum block_view view, bool waits, struct block_devices *ret)
{
	struct search search = { .needs = needs, .candidates = candidates, .count = count, .storage = ret };

	search.seen = waits ? count_devices() : 0;
	search.busy = waits && udev_is_busy();
	read_all(needs, candidates, count, view, NULL, ret);
	if (waits)
		deadline_wait(is_complete, &search, 50, deadline_look_end());
}
