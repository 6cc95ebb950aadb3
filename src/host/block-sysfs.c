/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/block-sysfs.h"

#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/devspec.h"
#include "host/sysfs.h"

#define TABLE_LIMIT (4 << 20) /* of mountinfo and the like */

static void add_path(void *block, const char *link)
{
	block_add_functions(block, link);
}

/* The head of an NVMe with several controllers has none of them in its own folder's path. */
static void read_nvme_paths(struct block *block, const char *link)
{
	static const char folder[] = "/nvme-subsystem/";
	const char *subsystem = strstr(link, folder);

	if (!subsystem)
		return;
	subsystem += strlen(folder);
	sysfs_nvme_paths(subsystem, strcspn(subsystem, "/"), add_path, block);
}

static bool reads_number(const char *name, const char *attribute, unsigned long long *ret)
{
	struct rootdir_text text;

	return sysfs_block_read(name, attribute, &text) == 0 && sscanf(text.text, "%llu", ret) == 1;
}

/* The kernel's are shorter (include/uapi/linux/dm-ioctl.h, DM_NAME_LEN, DM_UUID_LEN): what is not, is none. */
static void read_line(const char *name, const char *attribute, char *buffer, size_t size)
{
	struct rootdir_text text;

	if (sysfs_block_read(name, attribute, &text) == 0 && strlen(text.text) < size)
		strcpy(buffer, text.text);
}

/* The disk that a partition is of, "" for others. */
struct whole {
	char name[BLOCK_NAME_SIZE];
};

/* Returns false for what is no device that anything can stand on: a hidden path of a multipath NVMe. */
static bool read_device(const char *name, struct block *block, struct whole *whole)
{
	struct rootdir_text link, number;
	unsigned long long value;

	*block = (struct block){ .whole = -1 };
	if (strlen(name) >= sizeof(block->name) || sysfs_block_link(name, &link) < 0 ||
	    block_parse_link(link.text, block, whole->name) < 0 ||
	    sysfs_block_read(name, "dev", &number) < 0 ||
	    sscanf(number.text, "%u:%u", &block->major, &block->minor) != 2)
		return false;
	read_nvme_paths(block, link.text);
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

void block_sysfs_read_devices(struct block_devices *storage)
{
	char **names;
	ssize_t count = sysfs_block_list(&names);
	cleanup_free struct whole *wholes = util_zeroed(count > 0 ? (size_t)count : 0, sizeof(*wholes));

	for (ssize_t i = 0; i < count; i++) {
		storage->blocks = util_grow(storage->blocks, storage->count, sizeof(*storage->blocks));
		if (read_device(names[i], &storage->blocks[storage->count], &wholes[storage->count]))
			storage->count++;
		else
			free(storage->blocks[storage->count].functions);
	}
	rootdir_list_free(names, count);
	for (size_t i = 0; i < storage->count; i++) {
		storage->blocks[i].whole = block_by_name(storage, wholes[i].name);
		read_edges(storage, i);
	}
}

/* Every use is a table in /proc; one that is not there says nothing. */
void block_sysfs_read_uses(struct block_devices *storage)
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
void block_sysfs_read_pools(struct block_devices *storage)
{
	static const char folder[] = "/proc/spl/kstat/zfs";
	struct rootdir_text path;
	char **names;
	ssize_t count = rootdir_list(folder, &names);

	for (ssize_t i = 0; i < count; i++)
		if (rootdir_exists(rootdir_path(&path, "%s/%s/.", folder, names[i])))
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
	const char *at = cache, *end = cache + length;
	uint32_t size = (uint32_t)strlen(name), before = htobe32(size);

	for (; size && (at = memmem(at, (size_t)(end - at), name, size)); at++)
		if (at - cache >= (ptrdiff_t)sizeof(before) &&
		    !memcmp(at - sizeof(before), &before, sizeof(before)))
			return true;
	return false;
}

/* A member of a pool that the host imports later belongs to it, whatever the boot has imported by now. */
void block_sysfs_add_cached_pools(struct block_devices *storage)
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
void block_sysfs_read_link(struct block_devices *storage, const struct need *need)
{
	const char *path = devspec_path(need->kind, need->value), *name;
	struct rootdir_text target;
	int block;

	if (!path || rootdir_link(path, &target) < 0)
		return;
	name = strrchr(target.text, '/');
	block = block_by_name(storage, name ? name + 1 : target.text);
	if (block < 0)
		return;
	storage->links = util_grow(storage->links, storage->link_count, sizeof(*storage->links));
	storage->links[storage->link_count++] =
		(struct block_link){ util_copy(path, strlen(path)), (size_t)block };
}
