/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/superblock.h"

#include <blkid/blkid.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "core/lvm.h"
#include "host/rootdir.h"

#define PROBE_AMBIGUOUS (-2) /* of blkid_do_safeprobe(); its header has a name for it from 2.40 on */
#define UDEV_LIMIT (4 << 20)

static void cleanup_probe(blkid_probe *probe)
{
	blkid_free_probe(*probe);
}
#define cleanup_blkid __attribute__((cleanup(cleanup_probe)))

/* Returns 0, also where there is none, or -ENAMETOOLONG. */
static int must_check take_value(blkid_probe probe, const char *name, char *buffer, size_t size)
{
	const char *value;

	if (blkid_probe_lookup_value(probe, name, &value, NULL) < 0)
		return 0;
	if (strlen(value) >= size)
		return -ENAMETOOLONG;
	strcpy(buffer, value);
	return 0;
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
	errno = 0;
	if (!probe || blkid_probe_set_device(probe, fd, 0, 0) < 0 ||
	    blkid_probe_enable_superblocks(probe, 1) < 0 ||
	    blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_TYPE | BLKID_SUBLKS_USAGE |
							     BLKID_SUBLKS_UUID | BLKID_SUBLKS_LABEL |
							     BLKID_SUBLKS_BADCSUM) < 0 ||
	    (!may_be_zfs(fd) && blkid_probe_filter_superblocks_type(probe, BLKID_FLTR_NOTIN, zfs) < 0)) {
		ret->error = errno ? -errno : -EIO;
		return;
	}
	errno = 0;
	r = blkid_do_safeprobe(probe);
	/*
	 * Its documentation knows -1 and -2 only. In 2.38 what a read gave comes through as -errno
	 * (superblocks_safeprobe()); in 2.42 all of it is -1, and an ambiguous result leaves errno alone.
	 */
	if (r == -1)
		r = errno ? -errno : PROBE_AMBIGUOUS;
	if (r < 0 && r != PROBE_AMBIGUOUS) {
		ret->error = r;
		return;
	}
	ret->error = 0;
	ret->state = r == PROBE_AMBIGUOUS ? BLOCK_AMBIGUOUS : BLOCK_READ;
	if (r)
		return;
	/* Under a name that is cut nobody would find it. */
	if (take_value(probe, "TYPE", content->type, sizeof(content->type)) < 0 ||
	    take_value(probe, "USAGE", content->usage, sizeof(content->usage)) < 0 ||
	    take_value(probe, "UUID", content->uuid, sizeof(content->uuid)) < 0 ||
	    take_value(probe, "LABEL", content->label, sizeof(content->label)) < 0 ||
	    take_value(probe, "EXT_JOURNAL", content->journal, sizeof(content->journal)) < 0) {
		ret->state = BLOCK_UNREADABLE;
		ret->error = -ENAMETOOLONG;
		return;
	}
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
	if (take_value(probe, "PART_ENTRY_UUID", ret->content.part_uuid, sizeof(ret->content.part_uuid)) <
		    0 ||
	    take_value(probe, "PART_ENTRY_NAME", ret->content.part_label, sizeof(ret->content.part_label)) <
		    0) {
		ret->state = BLOCK_UNREADABLE;
		ret->error = -ENAMETOOLONG;
	}
}

static void read_volume_group(int fd, struct block_content *content)
{
	uint8_t label[LVM_LABEL_SIZE], header[LVM_HEADER_SIZE];
	cleanup_free char *text = util_zeroed(LVM_TEXT_SIZE + 1, 1);
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
 * include/linux/f2fs_fs.h, struct f2fs_super_block: devs[] has the path (64 bytes) and the segments (4) of all
 * devices, if there is more than one. Only the first device has a superblock.
 */
static unsigned int count_f2fs_devices(int fd)
{
	uint8_t devices[8][64 + 4];
	unsigned int count = 0;

	if (!read_at(fd, 1024 + 2161, devices, sizeof(devices)))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(devices); i++)
		count += devices[i][0] != '\0';
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

static const char *node_of(struct rootdir_text *ret, const struct block *block)
{
	rootdir_path(ret, "/dev/%s", block->name);
	for (char *c = ret->text; *c; c++)
		if (*c == '!')
			*c = '/';
	return ret->text;
}

int superblock_open_node(const struct block *block, int flags)
{
	struct rootdir_text path;
	struct stat is;
	int fd = rootdir_open(node_of(&path, block), flags);

	if (fd < 0)
		return fd;
	if (fstat(fd, &is) < 0 ||
	    (S_ISBLK(is.st_mode) && is.st_rdev != makedev(block->major, block->minor))) {
		close(fd);
		return -ENXIO;
	}
	return fd;
}

/* Only root reads disks; what udev has read there, anyone may know. */
static bool read_udev(struct block *block)
{
	cleanup_free char *text = NULL;
	struct rootdir_text path;
	size_t length;

	return rootdir_read_file(rootdir_path(&path, "/run/udev/data/b%u:%u", block->major, block->minor),
				 UDEV_LIMIT, &text, &length) == 0 &&
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

void superblock_read(struct block *ret, bool partition)
{
	cleanup_close int fd = superblock_open_node(ret, O_RDONLY | O_NONBLOCK);

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
