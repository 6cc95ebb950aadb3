/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/block-read.h"

#include <blkid/blkid.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "core/carry.h"
#include "core/devspec.h"
#include "core/lvm.h"
#include "host/deadline.h"
#include "host/sysfs.h"

#define PROBE_AMBIGUOUS (-2)  /* of blkid_do_safeprobe(); its header has a name for it from 2.40 on */
#define TABLE_LIMIT (4 << 20) /* of mountinfo and the like */

/* --- what libblkid says --- */

static void cleanup_probe(blkid_probe *probe)
{
	blkid_free_probe(*probe);
}
#define cleanup_blkid __attribute__((cleanup(cleanup_probe)))

static void take_value(blkid_probe probe, const char *name, char *buffer, size_t size)
{
	const char *value;

	if (blkid_probe_lookup_value(probe, name, &value, NULL) == 0)
		util_format(buffer, size, "%s", value);
}

static bool read_at(int fd, uint64_t offset, void *buffer, size_t size)
{
	return offset < INT64_MAX - size && pread(fd, buffer, size, (off_t)offset) == (ssize_t)size;
}

#define ZFS_LABEL_SIZE ((off_t)256 << 10)
#define ZFS_NVLIST_OFFSET (16 << 10)

/*
 * libblkid reads four labels of 256 KiB to find ZFS. A member has a list of its pool in each of them
 * (vdev_impl.h, struct vdev_label, vl_vdev_phys), and ZFS imports none without one: where all four places are
 * zero there is nothing to look for.
 */
static bool may_be_zfs(int fd)
{
	off_t end = lseek(fd, 0, SEEK_END) / ZFS_LABEL_SIZE * ZFS_LABEL_SIZE;
	const off_t labels[] = { 0, ZFS_LABEL_SIZE, end - 2 * ZFS_LABEL_SIZE, end - ZFS_LABEL_SIZE };
	uint64_t start;

	for (size_t i = 0; i < ARRAY_SIZE(labels); i++)
		if (labels[i] < 0 ||
		    !read_at(fd, (uint64_t)labels[i] + ZFS_NVLIST_OFFSET, &start, sizeof(start)) || start)
			return true;
	return false;
}

/* A superblock whose checksum is wrong is shown too: it may be the one that the host needs. */
static void read_superblock(int fd, struct block *ret)
{
	cleanup_blkid blkid_probe probe = blkid_new_probe();
	struct block_content *content = &ret->content;
	char *zfs[] = { (char[]){ "zfs_member" }, NULL };
	int r;

	ret->state = BLOCK_UNREADABLE;
	ret->error = -EIO;
	if (!probe || blkid_probe_set_device(probe, fd, 0, 0) < 0 ||
	    blkid_probe_enable_superblocks(probe, 1) < 0 ||
	    blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_TYPE | BLKID_SUBLKS_USAGE |
							     BLKID_SUBLKS_UUID | BLKID_SUBLKS_LABEL |
							     BLKID_SUBLKS_BADCSUM) < 0 ||
	    (!may_be_zfs(fd) && blkid_probe_filter_superblocks_type(probe, BLKID_FLTR_NOTIN, zfs) < 0))
		return;
	r = blkid_do_safeprobe(probe);
	/*
	 * Its documentation knows -1 and -2 only; what a read gave comes through as -errno
	 * (superblocks_safeprobe()).
	 */
	if (r < 0 && r != PROBE_AMBIGUOUS) {
		ret->error = r < PROBE_AMBIGUOUS ? r : -EIO;
		return;
	}
	ret->error = 0;
	ret->state = r == PROBE_AMBIGUOUS ? BLOCK_AMBIGUOUS : BLOCK_READ;
	if (r)
		return;
	take_value(probe, "TYPE", content->type, sizeof(content->type));
	take_value(probe, "USAGE", content->usage, sizeof(content->usage));
	take_value(probe, "UUID", content->uuid, sizeof(content->uuid));
	take_value(probe, "LABEL", content->label, sizeof(content->label));
	take_value(probe, "EXT_JOURNAL", content->journal, sizeof(content->journal));
	if (blkid_probe_has_value(probe, "SBBADCSUM"))
		ret->state = BLOCK_SPOILT;
}

/* Its own UUID and name in the partition table, which libblkid reads from the whole disk. */
static void read_partition(int fd, struct block *ret)
{
	cleanup_blkid blkid_probe probe = blkid_new_probe();

	if (!probe || blkid_probe_set_device(probe, fd, 0, 0) < 0 ||
	    blkid_probe_enable_superblocks(probe, 0) < 0 || blkid_probe_enable_partitions(probe, 1) < 0 ||
	    blkid_probe_set_partitions_flags(probe, BLKID_PARTS_ENTRY_DETAILS) < 0 ||
	    blkid_do_safeprobe(probe) != 0)
		return;
	take_value(probe, "PART_ENTRY_UUID", ret->content.part_uuid, sizeof(ret->content.part_uuid));
	take_value(probe, "PART_ENTRY_NAME", ret->content.part_label, sizeof(ret->content.part_label));
}

/* --- what libblkid does not say --- */

static void read_volume_group(int fd, struct block_content *content)
{
	uint8_t label[LVM_LABEL_SIZE], header[LVM_HEADER_SIZE];
	char text[LVM_TEXT_SIZE + 1] = "";
	uint64_t area, offset;

	if (!read_at(fd, 0, label, sizeof(label)) || lvm_find_metadata(label, &area) < 0 ||
	    !read_at(fd, area, header, sizeof(header)) || lvm_find_text(header, &offset) < 0 ||
	    offset > INT64_MAX - area || !read_at(fd, area + offset, text, LVM_TEXT_SIZE) ||
	    lvm_parse_group(text, content->volume_group) < 0)
		content->volume_group[0] = '\0';
	else if (lvm_parse_name(text, content->group_name, sizeof(content->group_name)) < 0)
		content->group_name[0] = '\0';
}

/*
 * include/linux/f2fs_fs.h, struct f2fs_super_block: devs[] has the paths of all devices, if there is more
 * than one. Only the first device has a superblock.
 */
static unsigned int count_f2fs_devices(int fd)
{
	struct {
		char path[64];
		uint8_t segments[4];
	} devices[8];
	unsigned int count = 0;

	if (!read_at(fd, 1024 + 2161, devices, sizeof(devices)))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(devices); i++)
		count += devices[i].path[0] != '\0';
	return count;
}

/*
 * fs/btrfs/btrfs_inode.h, struct btrfs_super_block: num_devices. fs/bcachefs/bcachefs_format.h: nr_devices.
 */
static void read_members(int fd, struct block_content *content)
{
	uint64_t devices;
	uint8_t few;

	if (!strcmp(content->type, "btrfs") && read_at(fd, 0x10000 + 0x88, &devices, sizeof(devices)))
		content->members = le64toh(devices) < UINT_MAX ? (unsigned int)le64toh(devices) : UINT_MAX;
	if (!strcmp(content->type, "bcachefs") && read_at(fd, 4096 + 123, &few, sizeof(few)))
		content->members = few;
	if (!strcmp(content->type, "f2fs"))
		content->members = count_f2fs_devices(fd);
}

/*
 * drivers/md/bcache/bcache_ondisk.h, struct cache_sb_disk: set_uuid. The cache and what it caches have UUIDs
 * of their own. A device that was never attached to a cache has zeros.
 */
static void read_cache_set(int fd, struct block_content *content)
{
	static const uint8_t none[16];
	uint8_t id[16];

	if (strcmp(content->type, "bcache") || !read_at(fd, 4096 + 56, id, sizeof(id)) ||
	    !memcmp(id, none, sizeof(id)))
		return;
	for (size_t i = 0; i < sizeof(id); i++)
		util_append(content->cache_set, sizeof(content->cache_set), "%02x", id[i]);
}

static const char *node_of(const struct block *block, char *path, size_t size)
{
	util_format(path, size, "/dev/%s", block->name);
	for (char *c = path; *c; c++)
		if (*c == '!')
			*c = '/';
	return path;
}

/*
 * Open the node, and make sure that it is this device's: never exclusively, which fsck or mount would notice.
 */
static int open_node(const struct block *block, int flags)
{
	char path[BLOCK_NAME_SIZE + 8];
	struct stat is;
	int fd = rootdir_open(node_of(block, path, sizeof(path)), flags);

	if (fd < 0)
		return fd;
	if (fstat(fd, &is) < 0 ||
	    (S_ISBLK(is.st_mode) && is.st_rdev != makedev(block->major, block->minor))) {
		close(fd);
		return -ENXIO;
	}
	return fd;
}

/* To ask for the lock itself would disturb who wants it; the kernel lists who has it, by the node's inode. */
static bool is_locked(const char *locks, const struct block *block)
{
	cleanup_close int fd = open_node(block, O_PATH);
	struct stat node;

	return fd >= 0 && fstat(fd, &node) == 0 &&
	       block_is_locked(locks, major(node.st_dev), minor(node.st_dev), node.st_ino);
}

/* Only root reads disks; what udev has read there, anyone may know. */
static bool read_udev(struct block *block)
{
	cleanup_free char *text = NULL;
	char path[64];
	size_t length;

	util_format(path, sizeof(path), "/run/udev/data/b%u:%u", block->major, block->minor);
	return rootdir_read_file(path, TABLE_LIMIT, &text, &length) == 0 &&
	       block_parse_udev(text, &block->content);
}

/*
 * Where libblkid looks for superblocks; a place that is missing here is read all the same, and costs a wait.
 * Bytes.
 */
static const struct place {
	off_t offset; /* below zero: from the end */
	off_t size;
} places[] = {
	{ 0, 128 << 10 },
	{ 256 << 10, 32 << 10 },
	{ 512 << 10, 4096 },
	{ 1 << 20, 4096 },
	{ 2 << 20, 4096 },
	{ 4 << 20, 4096 },
	{ -(128 << 10), 128 << 10 },
	{ -(256 << 10) + (16 << 10), 512 },
	{ -(512 << 10) + (16 << 10), 512 },
	{ -131584, 512 },
	{ -204288, 512 },
	{ -302592, 512 },
	{ -345600, 512 },
	{ -376320, 512 },
	{ -466432, 512 },
	{ -486912, 512 },
	{ -498688, 512 },
	{ -507392, 512 },
	{ -1580544, 512 },
};

/* It reads one place after the other: asked for in advance they come at the same time. */
static void prefetch(int fd)
{
	off_t size = lseek(fd, 0, SEEK_END);

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		off_t offset = places[i].offset < 0 ? size + places[i].offset : places[i].offset;

		if (offset >= 0 && offset < size)
			(void)!posix_fadvise(fd, offset, places[i].size, POSIX_FADV_WILLNEED);
	}
}

void block_read_content(struct block *ret, bool partition)
{
	cleanup_close int fd = open_node(ret, O_RDONLY | O_NONBLOCK);

	if (fd < 0) {
		bool known = fd == -EACCES && read_udev(ret);

		ret->state = known ? BLOCK_READ : fd == -ENOMEDIUM ? BLOCK_EMPTY : BLOCK_UNREADABLE;
		ret->error = known ? 0 : fd;
		return;
	}
	prefetch(fd);
	read_superblock(fd, ret);
	if (!strcmp(ret->content.type, "LVM2_member"))
		read_volume_group(fd, &ret->content);
	read_members(fd, &ret->content);
	read_cache_set(fd, &ret->content);
	if (partition && ret->whole >= 0)
		read_partition(fd, ret);
}

/* --- under the deadline --- */

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

		block_read_content(&block, disk->partitions);
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

/* --- the kernel's view --- */

static void add_path(void *block, const char *link)
{
	block_add_functions(block, link);
}

/* The head of an NVMe with several controllers has none of them in its own folder's path. */
static void read_nvme_paths(struct block *block, const char *link)
{
	static const char folder[] = "/nvme-subsystem/";
	const char *subsystem = strstr(link, folder);
	char name[BLOCK_NAME_SIZE];

	if (!subsystem)
		return;
	subsystem += strlen(folder);
	util_format(name, sizeof(name), "%.*s", (int)strcspn(subsystem, "/"), subsystem);
	sysfs_nvme_paths(name, add_path, block);
}

static bool reads_number(const char *name, const char *attribute, unsigned long long *ret)
{
	char text[32];

	return sysfs_block_read(name, attribute, text, sizeof(text)) > 0 && sscanf(text, "%llu", ret) == 1;
}

static void read_line(const char *name, const char *attribute, char *buffer, size_t size)
{
	if (sysfs_block_read(name, attribute, buffer, size) < 0)
		buffer[0] = '\0';
	buffer[strcspn(buffer, "\n")] = '\0';
}

/* Returns false for what is no device that anything can stand on: a hidden path of a multipath NVMe. */
static bool read_device(const char *name, struct block *block, char whole[static BLOCK_NAME_SIZE])
{
	char link[512], number[32];
	unsigned long long value;

	*block = (struct block){ .whole = -1 };
	if (strlen(name) >= sizeof(block->name) || sysfs_block_link(name, link, sizeof(link)) < 0 ||
	    block_parse_link(link, block, whole) < 0 ||
	    sysfs_block_read(name, "dev", number, sizeof(number)) < 0 ||
	    sscanf(number, "%u:%u", &block->major, &block->minor) != 2)
		return false;
	read_nvme_paths(block, link);
	if (reads_number(name, "size", &value) && !value)
		block->state = BLOCK_EMPTY;
	/* The kernel has registered it as a cache (Documentation/admin-guide/bcache.rst). */
	block->held = sysfs_block_has(name, "bcache/set");
	if (!block->virtual)
		return true;
	read_line(name, "dm/name", block->dm_name, sizeof(block->dm_name));
	read_line(name, "dm/uuid", block->dm_uuid, sizeof(block->dm_uuid));
	block->degraded = reads_number(name, "md/degraded", &value) && value;
	return true;
}

static bool has_edge(const struct block_devices *storage, size_t upper, size_t lower)
{
	for (size_t i = 0; i < storage->edge_count; i++)
		if (storage->edges[i].upper == upper && storage->edges[i].lower == lower)
			return true;
	return false;
}

static void add_edge(struct block_devices *storage, size_t upper, size_t lower)
{
	if (has_edge(storage, upper, lower))
		return;
	storage->edges = util_grow(storage->edges, storage->edge_count, sizeof(*storage->edges));
	storage->edges[storage->edge_count++] = (struct block_edge){ upper, lower };
}

/*
 * What the device stands on, and who stands on it: a holder that is no block device here holds it all the
 * same.
 */
static void read_edges(struct block_devices *storage, size_t block)
{
	char **names;
	ssize_t count = sysfs_block_slaves(storage->blocks[block].name, &names);

	for (ssize_t i = 0; i < count; i++) {
		int lower = block_by_name(storage, names[i]);

		if (lower >= 0)
			add_edge(storage, block, (size_t)lower);
	}
	rootdir_list_free(names, count);
	count = sysfs_block_holders(storage->blocks[block].name, &names);
	for (ssize_t i = 0; i < count; i++) {
		int upper = block_by_name(storage, names[i]);

		if (upper >= 0)
			add_edge(storage, (size_t)upper, block);
		else
			storage->blocks[block].held = true;
	}
	rootdir_list_free(names, count);
}

static void read_devices(struct block_devices *storage)
{
	char **names, (*wholes)[BLOCK_NAME_SIZE];
	ssize_t count = sysfs_block_list(&names);

	wholes = util_zeroed(count > 0 ? (size_t)count : 0, sizeof(*wholes));
	for (ssize_t i = 0; i < count; i++) {
		storage->blocks = util_grow(storage->blocks, storage->count, sizeof(*storage->blocks));
		if (read_device(names[i], &storage->blocks[storage->count], wholes[storage->count]))
			storage->count++;
		else
			free(storage->blocks[storage->count].functions);
	}
	rootdir_list_free(names, count);
	for (size_t i = 0; i < storage->count; i++) {
		storage->blocks[i].whole = block_by_name(storage, wholes[i]);
		read_edges(storage, i);
	}
	free(wholes);
}

/* Every use is a table in /proc; one that is not there says nothing. */
static void read_uses(struct block_devices *storage)
{
	static const struct {
		const char *path;
		void (*add)(struct block_devices *storage, const char *text);
	} tables[] = { { "/proc/self/mountinfo", block_add_mounts }, { "/proc/swaps", block_add_swaps } };

	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		cleanup_free char *text = NULL;
		size_t length;

		if (rootdir_read_file(tables[i].path, TABLE_LIMIT, &text, &length) == 0)
			tables[i].add(storage, text);
	}
}

/*
 * OpenZFS has a folder for each pool that is imported (module/os/linux/spl/spl-kstat.c), beside files of its
 * own.
 */
static void read_pools(struct block_devices *storage)
{
	static const char folder[] = "/proc/spl/kstat/zfs";
	char **names, path[BLOCK_NAME_SIZE + 300];
	ssize_t count = rootdir_list(folder, &names);

	for (ssize_t i = 0; i < count; i++)
		if (rootdir_exists(util_format(path, sizeof(path), "%s/%.255s/.", folder, names[i])))
			block_add_pool(storage, names[i], strlen(names[i]));
	rootdir_list_free(names, count);
}

/*
 * The file of pools that the host imports at boot: an nvlist in XDR, where a text follows its length (RFC
 * 4506, 4.11).
 */
#define POOL_CACHE "/etc/zfs/zpool.cache"

static bool cache_names(const char *cache, size_t length, const char *name)
{
	char text[sizeof(((struct block_content *)NULL)->label) + 4];
	size_t size = strlen(name);

	if (!size || size >= sizeof(text) - 4)
		return false;
	memcpy(text, (uint32_t[]){ htobe32((uint32_t)size) }, 4);
	memcpy(text + 4, name, size);
	return memmem(cache, length, text, size + 4) != NULL;
}

/* A member of a pool that the host imports later belongs to it, whatever the boot has imported by now. */
static void add_cached_pools(struct block_devices *storage)
{
	cleanup_free char *cache = NULL;
	size_t length;

	if (rootdir_read_file(POOL_CACHE, TABLE_LIMIT, &cache, &length) < 0)
		return;
	for (size_t i = 0; i < storage->count; i++) {
		const struct block_content *content = &storage->blocks[i].content;

		if (!strcmp(content->type, "zfs_member") && cache_names(cache, length, content->label))
			block_add_pool(storage, content->label, strlen(content->label));
	}
}

/* udev's links are relative, and their last component is the kernel's name. */
static void read_link(struct block_devices *storage, const struct need *need)
{
	char path[512], name[BLOCK_NAME_SIZE];
	int block;

	if (!devspec_path(need->kind, need->value, path, sizeof(path)) ||
	    rootdir_link_name(path, name, sizeof(name)) < 0)
		return;
	block = block_by_name(storage, name);
	if (block < 0)
		return;
	storage->links = util_grow(storage->links, storage->link_count, sizeof(*storage->links));
	storage->links[storage->link_count++] =
		(struct block_link){ util_copy(path, strlen(path)), (size_t)block };
}

/* --- all of it --- */

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
		     bool next_boot, const struct block_devices *before, struct block_devices *ret)
{
	bool partitions = needs_partitions(needs);
	cleanup_free bool *chosen = NULL;

	*ret = (struct block_devices){ .next_boot = next_boot };
	read_devices(ret);
	keep_hanging(ret, before);
	for (size_t i = 0; i < needs->count; i++)
		read_link(ret, &needs->list[i]);
	read_uses(ret);
	read_pools(ret);
	chosen = util_zeroed(ret->count, sizeof(*chosen));
	for (bool first = true; carry_choose(ret, needs, candidates, count, first, chosen); first = false) {
		read_chosen(ret, chosen, partitions, first);
		if (first)
			add_cached_pools(ret);
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
	read_all(search->needs, search->candidates, search->count, false, &before, search->storage);
	block_clear(&before);
	return !waits_for_more(search);
}

void block_read(const struct host_needs *needs, const struct pci_address *candidates, size_t count,
		bool next_boot, bool waits, struct block_devices *ret)
{
	struct search search = { .needs = needs, .candidates = candidates, .count = count, .storage = ret };

	search.seen = waits ? count_devices() : 0;
	search.busy = waits && udev_is_busy();
	read_all(needs, candidates, count, next_boot, NULL, ret);
	if (waits)
		deadline_wait(is_complete, &search, 50, deadline_look_end());
}
