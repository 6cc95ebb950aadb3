/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pe.h"

#include <errno.h>
#include <string.h>

#define NAME_SIZE 8

/* Places in the headers, in bytes. */
enum {
	AT_PE_HEADER = 60, /* of the DOS header: where the PE header is */
	AT_SECTION_COUNT = 6,
	AT_OPTIONAL_SIZE = 20,
	PE_HEADER_SIZE = 24,
	AT_VIRTUAL_SIZE = 8,
	AT_RAW_SIZE = 16,
	AT_RAW_OFFSET = 20,
	SECTION_SIZE = 40,
};

static uint32_t number(const unsigned char *bytes, int count)
{
	uint32_t value = 0;

	while (count--)
		value = value << 8 | bytes[count];
	return value;
}

static bool has_name(const unsigned char *section, const char *name)
{
	size_t length = strlen(name);

	/* What is shorter is filled up with NUL. */
	return length <= NAME_SIZE && !memcmp(section, name, length) &&
	       (length == NAME_SIZE || !section[length]);
}

int pe_find_section(const unsigned char *bytes, size_t length, const char *name, struct pe_section *ret)
{
	const unsigned char *header;
	size_t at, count;

	if (length < AT_PE_HEADER + 4 || memcmp(bytes, "MZ", 2) != 0)
		return -ENOENT;
	at = number(bytes + AT_PE_HEADER, 4);
	if (at > length || length - at < PE_HEADER_SIZE || memcmp(bytes + at, "PE\0", 4) != 0)
		return -ENOENT;
	header = bytes + at;
	count = number(header + AT_SECTION_COUNT, 2);
	at += PE_HEADER_SIZE + number(header + AT_OPTIONAL_SIZE, 2);
	for (; count && at <= length && length - at >= SECTION_SIZE; count--, at += SECTION_SIZE) {
		uint32_t size = number(bytes + at + AT_VIRTUAL_SIZE, 4),
			 raw = number(bytes + at + AT_RAW_SIZE, 4);

		if (!has_name(bytes + at, name))
			continue;
		/* In the file it is filled up with zeros. */
		*ret = (struct pe_section){ number(bytes + at + AT_RAW_OFFSET, 4), size < raw ? size : raw };
		return 0;
	}
	return -ENOENT;
}
