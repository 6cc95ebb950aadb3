/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/block.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/devspec.h"

void block_add_functions(struct block *block, const char *path)
{
	struct pci_address address;

	while (pci_next_address(&path, &address)) {
		block->functions =
			util_grow(block->functions, block->function_count, sizeof(*block->functions));
		block->functions[block->function_count++] = address;
	}
}

int block_parse_link(const char *link, struct block *ret, char ret_whole[static BLOCK_NAME_SIZE])
{
	const char *last = strrchr(link, '/'), *before = last;

	if (!last || strlen(last + 1) >= sizeof(ret->name) || !strstr(link, "devices/"))
		return -EINVAL;
	strcpy(ret->name, last + 1);
	ret->virtual = strstr(link, "devices/virtual/") != NULL;
	ret->whole = -1;
	block_add_functions(ret, link);
	/*
	 * A partition stands in the folder of its disk, a disk in "block" or in the folder of its controller.
	 */
	while (before > link && *--before != '/')
		;
	util_format(ret_whole, BLOCK_NAME_SIZE, "%.*s", (int)(last - before - 1), before + 1);
	return 0;
}

bool block_is_on(const struct block *block, const struct pci_address *function)
{
	for (size_t i = 0; i < block->function_count; i++)
		if (!pci_address_compare(&block->functions[i], function))
			return true;
	return false;
}

bool block_use_is_on(const struct block_devices *storage, const struct block_use *use,
		     const struct pci_address *function)
{
	for (size_t b = 0; b < storage->count; b++)
		if (block_is_on(&storage->blocks[b], function) && block_stands_on(storage, use->block, b))
			return true;
	return false;
}

bool block_need_is_on(const struct block_devices *storage, const struct need *need,
		      const struct pci_address *function)
{
	int link = block_by_tag(storage, need);

	for (size_t b = 0; b < storage->count; b++)
		if (block_is_on(&storage->blocks[b], function) &&
		    (link == (int)b || block_matches(storage, need, b)))
			return true;
	return false;
}

bool block_is_on_one_of(const struct block *block, const struct pci_address *functions, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (block_is_on(block, &functions[i]))
			return true;
	return false;
}

static bool same_name(const char *a, const char *b)
{
	for (; *a || *b; a++, b++)
		if ((*a == '!' ? '/' : *a) != (*b == '!' ? '/' : *b))
			return false;
	return true;
}

int block_by_name(const struct block_devices *storage, const char *name)
{
	for (size_t i = 0; i < storage->count; i++)
		if (same_name(storage->blocks[i].name, name))
			return (int)i;
	return -1;
}

int block_by_number(const struct block_devices *storage, unsigned int major, unsigned int minor)
{
	for (size_t i = 0; i < storage->count; i++)
		if (storage->blocks[i].major == major && storage->blocks[i].minor == minor)
			return (int)i;
	return -1;
}

const char *block_use_name(const struct block_use *use)
{
	return use->place ? use->place : "swap";
}

const char *block_use_text(const char *place)
{
	return place ? util_text("the mounted %s", place) : "swap";
}

static void add_use(struct block_devices *storage, int block, const char *place)
{
	struct block_use *use;

	if (block < 0)
		return;
	storage->uses = util_grow(storage->uses, storage->use_count, sizeof(*storage->uses));
	use = &storage->uses[storage->use_count++];
	use->block = (size_t)block;
	use->place = place ? util_copy(place, strlen(place)) : NULL;
}

/*
 * LVM doubles the dashes of "group" and "volume" in a mapping's name and joins them with one. Returns what is behind
 * @path in @name, or NULL where it does not start so.
 */
static const char *skip_encoded(const char *name, const char *path)
{
	for (; *path; path++) {
		if (*path == '-' && *name++ != '-')
			return NULL;
		if (*name++ != (*path == '/' ? '-' : *path))
			return NULL;
	}
	return name;
}

bool block_is_volume(const struct block *block)
{
	return !strncmp(block->dm_uuid, "LVM-", 4);
}

/* The mapping's name of "group/volume", which the caller frees. */
static char *encode_volume(const char *path)
{
	char *name = util_zeroed(2 * strlen(path) + 1, 1), *end = name;

	for (; *path; path++) {
		if (*path == '-')
			*end++ = '-';
		*end++ = *path == '/' ? '-' : *path;
	}
	return name;
}

static int by_link(const struct block_devices *storage, const char *path)
{
	for (size_t i = 0; i < storage->link_count; i++)
		if (!strcmp(storage->links[i].path, path))
			return (int)storage->links[i].block;
	return -1;
}

int block_by_path(const struct block_devices *storage, const char *path)
{
	int block = by_link(storage, path);

	if (block >= 0 || strncmp(path, "/dev/", 5))
		return block;
	block = block_by_name(storage, path + 5);
	for (size_t i = 0; block < 0 && i < storage->count; i++) {
		const struct block *other = &storage->blocks[i];
		const char *rest = block_is_volume(other) ? skip_encoded(other->dm_name, path + 5) : NULL;

		if ((rest && !*rest) || (!strncmp(path, "/dev/mapper/", 12) && other->dm_name[0] &&
					 !strcmp(other->dm_name, path + 12)))
			block = (int)i;
	}
	return block;
}

void block_add_pool(struct block_devices *storage, const char *name, size_t length)
{
	storage->pools = util_grow(storage->pools, storage->pool_count, sizeof(*storage->pools));
	storage->pools[storage->pool_count++] = util_copy(name, length);
}

/* The next word of a table of /proc, which writes blanks in octal digits: "" at the end. The caller frees it. */
static char *take_word(const char **cursor, const char *end)
{
	const char *word = "";
	size_t length = 0;
	char *copy;

	(void)!util_next_word(cursor, end, &word, &length);
	copy = util_copy(word, length);
	util_unescape(copy, "\\", 8, 3);
	return copy;
}

/* "36 35 98:0 / /mnt rw,noatime master:1 - ext3 /dev/sda1 rw": btrfs and ZFS have numbers of no device. */
void block_add_mounts(struct block_devices *storage, const char *mountinfo)
{
	const char *line;
	size_t length;

	while (util_next_line(&mountinfo, &line, &length)) {
		const char *dash = memmem(line, length, " - ", 3), *end = line + length;
		cleanup_free char *number = NULL, *point = NULL, *type = NULL, *source = NULL;
		unsigned int major, minor;

		if (!dash)
			continue;
		free(take_word(&line, dash));
		free(take_word(&line, dash));
		number = take_word(&line, dash);
		free(take_word(&line, dash));
		point = take_word(&line, dash);
		dash += 3;
		type = take_word(&dash, end);
		source = take_word(&dash, end);
		if (!*point || !*source || sscanf(number, "%u:%u", &major, &minor) != 2)
			continue;
		if (!strcmp(type, "zfs"))
			block_add_pool(storage, source, strcspn(source, "/"));
		else if (major)
			add_use(storage, block_by_number(storage, major, minor), point);
		else if (source[0] == '/')
			add_use(storage, block_by_path(storage, source), point);
	}
}

void block_add_swaps(struct block_devices *storage, const char *swaps)
{
	const char *line;
	size_t length;

	while (util_next_line(&swaps, &line, &length)) {
		cleanup_free char *path = take_word(&line, line + length);

		if (path[0] == '/')
			add_use(storage, block_by_path(storage, path), NULL);
	}
}

/*
 * "1: FLOCK  ADVISORY  WRITE 1234 00:06:567 0 EOF": the device in hexadecimal (fs/locks.c,
 * lock_get_status()).
 */
bool block_is_locked(const char *locks, unsigned int major, unsigned int minor, unsigned long long inode)
{
	const char *line;
	size_t length;

	while (util_next_line(&locks, &line, &length)) {
		unsigned long long found;
		unsigned int a, b;

		if (sscanf(line, "%*d: FLOCK %*s WRITE %*d %x:%x:%llu", &a, &b, &found) == 3 && a == major &&
		    b == minor && found == inode)
			return true;
	}
	return false;
}

const char *block_add_uuid(const char *uuids, const struct block *block)
{
	const char *uuid = block->content.uuid;

	if (!*uuid || uuid[strcspn(uuid, ", \t\n")] || util_list_has(uuids, strlen(uuids), uuid))
		return uuids;
	return util_text_add(uuids, "%s%s", *uuids ? "," : "", uuid);
}

bool block_is_container(const struct block_content *content)
{
	/* libblkid counts these as file systems, or as something else. */
	static const char *const types[] = { "zfs_member", "bcache", "DM_snapshot_cow", "DM_verity_hash" };

	return UTIL_IS_ONE_OF(content->usage, "raid", "crypto") ||
	       util_is_one_of(content->type, types, ARRAY_SIZE(types));
}

int block_by_tag(const struct block_devices *storage, const struct need *need)
{
	/* It is asked for each block device. */
	cleanup_texts struct text *mark = util_texts_mark();
	const char *path = need->kind == NEED_DEVICE ? NULL : devspec_path(need->kind, need->value);

	return path ? by_link(storage, path) : -1;
}

/* UUIDs are written with dashes, with colons or with neither, in either case. */
static bool same_digits(const char *a, const char *b, bool start_only)
{
	for (;; a++, b++) {
		while (*a == '-' || *a == ':')
			a++;
		while (*b == '-' || *b == ':')
			b++;
		if (!*a || (*a | 0x20) != (*b | 0x20))
			return !*a && (start_only || !*b);
	}
}

static bool in_group(const struct block *block, const char *group)
{
	const char *rest = block_is_volume(block) ? skip_encoded(block->dm_name, group) : NULL;

	return rest && rest[0] == '-' && rest[1] != '-';
}

/*
 * The length of the group's part of a mapping's name, where two dashes are one of the group's own; 0 where it
 * has none.
 */
static size_t group_length(const char *name)
{
	for (const char *c = name; *c; c++) {
		if (*c != '-')
			continue;
		if (c[1] != '-')
			return (size_t)(c - name);
		c++;
	}
	return 0;
}

/* /dev/GROUP/VOLUME, and not one of the folders that other programs have. */
static bool is_volume_path(const char *path)
{
	static const char *const folders[] = {
		"/dev/mapper/", "/dev/disk/", "/dev/md/",     "/dev/block/",
		"/dev/zvol/",   "/dev/rbd/",  "/dev/etherd/", "/dev/drbd/",
	};
	const char *slash = util_starts_with(path, "/dev/") ? strchr(path + 5, '/') : NULL;

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		if (util_starts_with(path, folders[i]))
			return false;
	return slash && slash[1] && !strchr(slash + 1, '/');
}

#define MAPPER "/dev/mapper/"
#define BY_ID_NAME "/dev/disk/by-id/dm-name-"
#define BY_ID_VOLUME "/dev/disk/by-id/dm-uuid-LVM-"
#define GROUP_ID_LENGTH 32

bool block_is_opened(const char *path)
{
	return util_starts_with(path, MAPPER) || util_starts_with(path, "/dev/disk/by-id/dm-") ||
	       is_volume_path(path);
}

bool block_is_in_group_of(const struct block *block, const char *path)
{
	const char *id = block_is_volume(block) ? block->dm_uuid + 4 : block->content.volume_group;
	cleanup_free char *encoded = NULL;
	const char *name;
	size_t length;

	if (util_starts_with(path, BY_ID_VOLUME))
		return id[0] && !strncmp(id, path + strlen(BY_ID_VOLUME), GROUP_ID_LENGTH);
	if (util_starts_with(path, MAPPER) || util_starts_with(path, BY_ID_NAME))
		name = path + strlen(path[5] == 'm' ? MAPPER : BY_ID_NAME);
	else if (is_volume_path(path))
		name = encoded = encode_volume(path + 5);
	else
		return false;
	length = group_length(name);
	if (block_is_volume(block))
		return length && group_length(block->dm_name) == length &&
		       !memcmp(block->dm_name, name, length);
	return length && skip_encoded(name, block->content.group_name) == name + length;
}

bool block_matches(const struct block_devices *storage, const struct need *need, size_t index)
{
	const struct block *block = &storage->blocks[index];
	const struct block_content *content = &block->content;
	unsigned int major, minor;

	switch (need->kind) {
	case NEED_DEVICE:
		return block_by_path(storage, need->value) == (int)index;
	case NEED_NUMBER:
		return sscanf(need->value, "%u:%u", &major, &minor) == 2 && block->major == major &&
		       block->minor == minor;
	case NEED_UUID:
		return content->uuid[0] && same_digits(need->value, content->uuid, false);
	case NEED_LABEL:
		return content->label[0] && !strcmp(need->value, content->label);
	case NEED_PARTUUID:
		return content->part_uuid[0] && same_digits(need->value, content->part_uuid, false);
	case NEED_PARTLABEL:
		return content->part_label[0] && !strcmp(need->value, content->part_label);
	case NEED_LUKS:
		return !strcmp(content->type, "crypto_LUKS") && same_digits(need->value, content->uuid, true);
	case NEED_MD:
		return !strcmp(content->type, "linux_raid_member") &&
		       same_digits(need->value, content->uuid, false);
	case NEED_GROUP:
		return in_group(block, need->value) || !strcmp(content->group_name, need->value);
	case NEED_POOL:
		return !strcmp(content->type, "zfs_member") &&
		       (!need->value[0] || !strcmp(need->value, content->label));
	case NEED_VIRTIOFS:
	case NEED_9P:
	case NEED_NOTHING:
		break;
	}
	return false;
}

bool block_parse_udev(const char *text, struct block_content *ret)
{
	const struct {
		const char *key;
		char *buffer;
		size_t size;
	} fields[] = {
		{ "E:ID_FS_TYPE=", ret->type, sizeof(ret->type) },
		{ "E:ID_FS_USAGE=", ret->usage, sizeof(ret->usage) },
		{ "E:ID_FS_UUID=", ret->uuid, sizeof(ret->uuid) },
		{ "E:ID_FS_LABEL=", ret->label, sizeof(ret->label) },
		{ "E:ID_PART_ENTRY_UUID=", ret->part_uuid, sizeof(ret->part_uuid) },
		{ "E:ID_PART_ENTRY_NAME=", ret->part_label, sizeof(ret->part_label) },
	};
	const char *line;
	bool known = false;
	size_t length;

	while (util_next_line(&text, &line, &length)) {
		known |= !strncmp(line, "E:", 2);
		for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
			size_t key = strlen(fields[i].key);

			if (!strncmp(line, fields[i].key, key))
				util_format(fields[i].buffer, fields[i].size, "%.*s", (int)(length - key),
					    line + key);
		}
	}
	return known;
}

static bool stands_on(const struct block_devices *storage, size_t block, size_t disk, unsigned int depth)
{
	if (block == disk)
		return true;
	/* More levels than anybody stacks: a table that goes in circles. */
	if (depth == 32)
		return false;
	if (storage->blocks[block].whole >= 0 &&
	    stands_on(storage, (size_t)storage->blocks[block].whole, disk, depth + 1))
		return true;
	for (size_t i = 0; i < storage->edge_count; i++)
		if (storage->edges[i].upper == block &&
		    stands_on(storage, storage->edges[i].lower, disk, depth + 1))
			return true;
	return false;
}

bool block_stands_on(const struct block_devices *storage, size_t block, size_t disk)
{
	return stands_on(storage, block, disk, 0);
}

void block_clear(struct block_devices *storage)
{
	for (size_t i = 0; i < storage->link_count; i++)
		free(storage->links[i].path);
	for (size_t i = 0; i < storage->count; i++)
		free(storage->blocks[i].functions);
	free(storage->blocks);
	free(storage->edges);
	for (size_t i = 0; i < storage->use_count; i++)
		free(storage->uses[i].place);
	free(storage->uses);
	free(storage->links);
	for (size_t i = 0; i < storage->pool_count; i++)
		free(storage->pools[i]);
	free(storage->pools);
	free(storage->marks);
	*storage = (struct block_devices){ 0 };
}
