/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <endian.h>
#include <stdlib.h>

#include "core/lvm.h"

static void put32(uint8_t *at, uint32_t value)
{
	value = htole32(value);
	memcpy(at, &value, sizeof(value));
}

static void put64(uint8_t *at, uint64_t value)
{
	value = htole64(value);
	memcpy(at, &value, sizeof(value));
}

/* A label in sector 1 with @data data areas and one metadata area at @metadata. */
static void make_label(uint8_t *label, unsigned int data, uint64_t metadata)
{
	uint8_t *header = label + 512 + 32, *area = header + 40;

	memset(label, 0, LVM_LABEL_SIZE);
	memcpy(label + 512, "LABELONE", 8);
	put32(label + 512 + 20, 32);
	memcpy(label + 512 + 24, "LVM2 001", 8);
	for (unsigned int i = 0; i < data && area + 16 <= label + LVM_LABEL_SIZE; i++, area += 16)
		put64(area, 1 << 20);
	if (area + 24 <= label + LVM_LABEL_SIZE)
		put64(area + 16, metadata);
}

static void the_metadata_area_is_found(void **state)
{
	uint8_t *label = malloc(LVM_LABEL_SIZE);
	uint64_t start;

	(void)state;
	for (unsigned int data = 1; data < 4; data++) {
		make_label(label, data, 4096);
		assert_int_equal(lvm_find_metadata(label, &start), 0);
		assert_int_equal(start, 4096);
	}
	/* a volume without metadata of its own */
	make_label(label, 1, 0);
	assert_int_equal(lvm_find_metadata(label, &start), -22);
	/* areas that never end, a header that is far away */
	make_label(label, 250, 4096);
	assert_int_equal(lvm_find_metadata(label, &start), -22);
	make_label(label, 1, 4096);
	put32(label + 512 + 20, 0xfffffff0);
	assert_int_equal(lvm_find_metadata(label, &start), -22);
	memset(label, 0, LVM_LABEL_SIZE);
	assert_int_equal(lvm_find_metadata(label, &start), -22);
	free(label);
}

static void the_text_is_found(void **state)
{
	uint8_t header[LVM_HEADER_SIZE] = { 0 };
	uint64_t start;

	(void)state;
	assert_int_equal(lvm_find_text(header, &start), -22);
	memcpy(header + 4, " LVM2 x[5A%r0N*>", 16);
	assert_int_equal(lvm_find_text(header, &start), -22);
	put64(header + 40, 512);
	assert_int_equal(lvm_find_text(header, &start), 0);
	assert_int_equal(start, 512);
}

static void the_group_is_read(void **state)
{
	char id[LVM_ID_SIZE];
	char name[8];

	(void)state;
	assert_int_equal(
		lvm_parse_group("host-vg {\nid = \"abcdef-ghij-klmn-opqr-stuv-wxyz-012345\"\nseqno = 1\n",
				id),
		0);
	assert_string_equal(id, "abcdefghijklmnopqrstuvwxyz012345");
	assert_int_equal(lvm_parse_group("host-vg {\nid = \"abcdef-ghij\"\n", id), -22);
	assert_int_equal(lvm_parse_group("host-vg {\nid = \"abcdefghijklmnopqrstuvwxyz0123456789", id), -22);
	assert_int_equal(lvm_parse_group("host-vg {\nid = \"abcdefghijklmnopqrstuvwxyz012345", id), -22);
	assert_int_equal(lvm_parse_group("", id), -22);
	assert_int_equal(lvm_parse_name("host-vg {\nid = \"", name, sizeof(name)), 0);
	assert_string_equal(name, "host-vg");
	assert_int_equal(lvm_parse_name("longer-name {\n", name, sizeof(name)), -22);
	assert_int_equal(lvm_parse_name(" {", name, sizeof(name)), -22);
	assert_int_equal(lvm_parse_name("host", name, sizeof(name)), -22);
	assert_int_equal(lvm_parse_group("{", id), -22);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_metadata_area_is_found),
		cmocka_unit_test(the_text_is_found),
		cmocka_unit_test(the_group_is_read),
	};

	return RUN(tests);
}
