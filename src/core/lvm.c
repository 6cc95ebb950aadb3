/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/lvm.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

#define SECTOR 512
#define LABEL_SECTORS 4
#define AREA_MAGIC " LVM2 x[5A%r0N*>"

static uint32_t read32(const uint8_t *bytes)
{
	uint32_t value;

	memcpy(&value, bytes, sizeof(value));
	return le32toh(value);
}

static uint64_t read64(const uint8_t *bytes)
{
	uint64_t value;

	memcpy(&value, bytes, sizeof(value));
	return le64toh(value);
}

/*
 * The label: "LABELONE", sector, checksum, offset of the header, "LVM2 001". The header: UUID, size, then
 * pairs of offset and size: data areas up to an empty pair, then metadata areas.
 */
int lvm_find_metadata(const uint8_t label[static LVM_LABEL_SIZE], uint64_t *ret_start)
{
	for (size_t sector = 0; sector < LABEL_SECTORS; sector++) {
		const uint8_t *start = label + sector * SECTOR;
		size_t offset;

		if (memcmp(start, "LABELONE", 8) || memcmp(start + 24, "LVM2 001", 8))
			continue;
		offset = sector * SECTOR + read32(start + 20) + 32 + 8;
		while (offset + 32 <= LVM_LABEL_SIZE && read64(label + offset))
			offset += 16;
		offset += 16;
		if (offset + 16 > LVM_LABEL_SIZE || !read64(label + offset))
			return -EINVAL;
		*ret_start = read64(label + offset);
		return 0;
	}
	return -EINVAL;
}

/*
 * The area's header: checksum, magic, version, start, size, then offset and size of the text within the area.
 */
int lvm_find_text(const uint8_t header[static LVM_HEADER_SIZE], uint64_t *ret_start)
{
	if (memcmp(header + 4, AREA_MAGIC, strlen(AREA_MAGIC)) || read64(header + 40) < LVM_HEADER_SIZE)
		return -EINVAL;
	*ret_start = read64(header + 40);
	return 0;
}

/* A name has letters, digits and "+_.-" (lvm(8)). */
int lvm_parse_name(const char *text, char *name, size_t size)
{
	size_t length = strcspn(text, " {\n");

	if (!length || length >= size || text[length + strspn(text + length, " ")] != '{')
		return -EINVAL;
	util_format(name, size, "%.*s", (int)length, text);
	return 0;
}

int lvm_parse_group(const char *text, char id[static LVM_ID_SIZE])
{
	const char *brace = strchr(text, '{'), *start = brace ? strstr(brace, "id = \"") : NULL;
	size_t used = 0;

	if (!start)
		return -EINVAL;
	for (start += strlen("id = \""); *start && *start != '"'; start++) {
		if (*start == '-')
			continue;
		if (used == LVM_ID_SIZE - 1)
			return -EINVAL;
		id[used++] = *start;
	}
	id[used] = '\0';
	return *start && used == LVM_ID_SIZE - 1 ? 0 : -EINVAL;
}
