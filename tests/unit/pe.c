/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <errno.h>

#include "core/pe.h"

/* Two sections, behind an optional header of 16 bytes. */
static void make(unsigned char file[static 256])
{
	static const unsigned char section[] = ".initrd\0\x05\0\0\0\0\x10\0\0\0\x02\0\0\0\x04\0";

	memset(file, 0, 256);
	memcpy(file, "MZ", 2);
	file[60] = 64;
	memcpy(file + 64, "PE\0", 4);
	file[64 + 6] = 2;
	file[64 + 20] = 16;
	memcpy(file + 104, ".linux", 6);
	memcpy(file + 144, section, sizeof(section) - 1);
}

static void sections(void **state)
{
	static const struct {
		const char *name, *find;
		int at, byte; /* changed, -1 for nothing */
		size_t length;
		int result;
		uint32_t offset, size;
	} rows[] = {
		{ "the section", ".initrd", -1, 0, 256, 0, 0x400, 5 },
		{ "filled up less than it is long", ".initrd", 144 + 17, 0, 256, 0, 0x400, 0 },
		{ "another name", ".ucode", -1, 0, 256, -ENOENT, 0, 0 },
		{ "the beginning of its name", ".init", -1, 0, 256, -ENOENT, 0, 0 },
		{ "more than its name", ".initrdx", -1, 0, 256, -ENOENT, 0, 0 },
		{ "behind the count", ".initrd", 64 + 6, 1, 256, -ENOENT, 0, 0 },
		{ "more sections than bytes", ".none", 64 + 7, 255, 256, -ENOENT, 0, 0 },
		{ "no DOS header", ".initrd", 0, 'Z', 256, -ENOENT, 0, 0 },
		{ "no PE header", ".initrd", 64, 'N', 256, -ENOENT, 0, 0 },
		{ "a PE header behind the end", ".initrd", 62, 1, 256, -ENOENT, 0, 0 },
		{ "sections behind the end", ".initrd", 64 + 21, 1, 256, -ENOENT, 0, 0 },
		{ "cut in a section", ".initrd", -1, 0, 183, -ENOENT, 0, 0 },
		{ "cut in the PE header", ".initrd", -1, 0, 87, -ENOENT, 0, 0 },
		{ "cut in the DOS header", ".initrd", -1, 0, 63, -ENOENT, 0, 0 },
		{ "nothing", ".initrd", -1, 0, 0, -ENOENT, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct pe_section section = { 0 };
		unsigned char file[256];

		make(file);
		if (rows[i].at >= 0)
			file[rows[i].at] = (unsigned char)rows[i].byte;
		assert_row(pe_find_section(file, rows[i].length, rows[i].find, &section) == rows[i].result &&
				   section.offset == rows[i].offset && section.size == rows[i].size,
			   rows[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(sections) };

	return RUN(tests);
}
