/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Host facts: what is parsed, which facts count for which function, and what the running host writes down. */
#include <stdlib.h>

#include "core/carry.h"
#include "core/facts-make.h"
#include "unit.h"

#define HEAD "vfio-early facts 1\nmachine 0123456789abcdef\nmade 2026-11-29T12:00:00Z\nversion 0.1.0\n"
#define DISK "disk 0000:01:00.0 0000:00:01.2/00.0 144d:a808 1111-2222,3333 root: nvme0n1p1, vg/root\n"
#define FUNCTION "function 0000:01:00.0 0000:00:01.2/00.0 144d:a808 144d:a801 010802 0 10\n"

static struct facts parse(const char *text)
{
	struct facts facts;

	facts_parse(util_copy(text, strlen(text)), strlen(text), &facts);
	return facts;
}

static struct pci_function function_at(uint8_t slot, uint16_t vendor, uint16_t device)
{
	return (struct pci_function){ .address = { 0, 1, 0, 0 },
				      .path = { .hops = 2, .hop = { { 1, slot }, { 0, 0 } } },
				      .vendor = vendor,
				      .device = device,
				      .iommu_group = -1 };
}

static void states(void **state)
{
	static const struct {
		const char *text;
		enum facts_state state;
	} rows[] = {
		{ HEAD "end 4\n", FACTS_USED },
		{ HEAD DISK FUNCTION "end 6\n", FACTS_USED },
		{ HEAD DISK "a word of a later version\nend 6\n", FACTS_USED },
		/* cut at any place */
		{ "", FACTS_CUT },
		{ "vfio-early facts 1\n", FACTS_CUT },
		{ HEAD DISK, FACTS_CUT },
		{ HEAD DISK "end 5", FACTS_CUT },
		{ HEAD DISK "end 4\n", FACTS_CUT },
		{ HEAD "end 5\n", FACTS_CUT },
		{ HEAD DISK "end 5\nend 5\n", FACTS_CUT },
		{ HEAD DISK "end 5\n\n", FACTS_CUT },
		{ HEAD DISK "bend 5\n", FACTS_CUT },
		/* what it protects cannot be read */
		{ HEAD "disk 0000:01:00.0 0000:00:01.2/ 144d:a808 - root: a\nend 5\n", FACTS_CUT },
		{ HEAD "disk\nend 5\n", FACTS_CUT },
		{ "another file\nend 1\n", FACTS_CUT },
		{ "vfio-early facts 2\nend 1\n", FACTS_NEWER },
		{ "vfio-early facts 10\nend 1\n", FACTS_NEWER },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct facts facts = parse(rows[i].text);

		assert_row(facts.state == rows[i].state, rows[i].text);
		assert_row(facts.state == FACTS_USED || !facts.count, rows[i].text);
		assert_row((facts.state == FACTS_USED) == !facts_reason(&facts)[0], rows[i].text);
		facts_clear(&facts);
	}
}

static void every_cut_counts_as_missing(void **state)
{
	static const char text[] =
		HEAD DISK "keyboard 0000:00:14.0 0000:00:14.0 8086:a36d - -\n" FUNCTION "end 7\n";

	(void)state;
	for (size_t length = 0; length < sizeof(text) - 1; length++) {
		struct facts facts;

		facts_parse(util_copy(text, length), length, &facts);
		assert_int_not_equal(facts.state, FACTS_USED);
		assert_int_equal(facts.count, 0);
		facts_clear(&facts);
	}
}

static void a_fact_counts_for_its_path_and_id(void **state)
{
	struct facts facts = parse(HEAD DISK "end 5\n");
	struct pci_function here = function_at(2, 0x144d, 0xa808), twin = function_at(3, 0x144d, 0xa808),
			    other = function_at(2, 0x10de, 0x1c03);
	const struct pci_function both[] = { here, twin }, moved[] = { other, twin };

	(void)state;
	facts_locate(&facts, both, 2);
	assert_non_null(facts_find(&facts, &here, FACT_DISK));
	assert_null(facts_find(&facts, &twin, FACT_DISK));
	assert_null(facts_find(&facts, &other, FACT_DISK));
	assert_null(facts_find(&facts, &here, FACT_KEY));
	assert_string_equal(facts_find(&facts, &here, FACT_DISK)->text, "root: nvme0n1p1, vg/root");
	/* It sits elsewhere: every card of its id may be it. */
	facts_locate(&facts, moved, 2);
	assert_non_null(facts_find(&facts, &twin, FACT_DISK));
	assert_null(facts_find(&facts, &other, FACT_DISK));
	assert_non_null(facts_find_uuid(&facts, "3333"));
	assert_null(facts_find_uuid(&facts, "2222"));
	assert_null(facts_find_uuid(&facts, ""));
	facts_clear(&facts);
}

static void complete_ones_have_nothing_unresolved(void **state)
{
	struct facts facts = parse(HEAD DISK "end 5\n");

	(void)state;
	assert_true(facts_are_complete(&facts));
	facts_clear(&facts);
	facts = parse(HEAD DISK "unresolved crypttab's UUID=1 is not found\nend 6\n");
	assert_int_equal(facts.state, FACTS_USED);
	assert_false(facts_are_complete(&facts));
	assert_string_equal(facts.unresolved, "crypttab's UUID=1 is not found");
	facts_clear(&facts);
	assert_false(facts_are_complete(&facts));
}

static void other_machines(void **state)
{
	struct facts facts = parse(HEAD "end 4\n");

	(void)state;
	assert_false(facts_are_foreign(&facts, "0123456789abcdef"));
	assert_true(facts_are_foreign(&facts, "0123456789abcdee"));
	/* one that does not say which machine it is */
	assert_false(facts_are_foreign(&facts, ""));
	facts_drop(&facts, FACTS_FOREIGN);
	assert_string_not_equal(facts_reason(&facts), "");
	facts_clear(&facts);
}

static void hashes(void **state)
{
	static const char *const none[] = {
		"",
		"\n",
		"Not Settable\n",
		"00000000-0000-0000-0000-000000000000\n",
		"FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF\n",
		"03000200-0400-0500-0006-000700080009\n",
		"4c4c4544-0042-3010-8047-b5c04f4d5a3\n",
		"4c4c4544-0042-3010-8047-b5c04f4d5a322\n",
	};
	const char *one;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(none); i++)
		assert_row(!facts_hash(none[i])[0], none[i]);
	/* The kernel prints either case, by its version (drivers/firmware/dmi_scan.c, dmi_save_uuid()). */
	one = facts_hash("4C4C4544-0042-3010-8047-B5C04F4D5A32\n");
	assert_int_equal(strlen(one), 16);
	assert_string_equal(one, facts_hash("4c4c4544-0042-3010-8047-b5c04f4d5a32"));
	assert_string_not_equal(one, facts_hash("4c4c4544-0042-3010-8047-b5c04f4d5a33"));
}

static void the_topology(void **state)
{
	static const char text[] = HEAD DISK FUNCTION
		"function 0000:00:02.0 0000:00:02.0 8086:3e9b 0000:0000 030000 0 -\n"
		"function 10000:01:00.0 10000:00:01.0/00.0 8086:0a54 0000:0000 010802 - 3\n"
		"function nonsense\nend 9\n";
	struct facts facts = parse(text);
	const char *cursor = facts.text;
	struct fact_function function;

	(void)state;
	assert_int_equal(facts.state, FACTS_USED);
	assert_true(facts_next_function(&cursor, &function));
	assert_int_equal(function.subdevice, 0xa801);
	assert_int_equal(function.class, 0x010802);
	assert_int_equal(function.iommu_group, 10);
	assert_int_equal(function.path.hops, 2);
	assert_true(facts_next_function(&cursor, &function));
	assert_int_equal(function.iommu_group, -1);
	assert_int_equal(function.path.hops, 1);
	assert_true(facts_next_function(&cursor, &function));
	assert_int_equal(function.address.segment, 0x10000);
	assert_int_equal(function.header_type, -1);
	assert_false(facts_next_function(&cursor, &function));
	facts_clear(&facts);
}

/* --- what the running host writes down --- */

/* The root on the first drive, a key on a stick, and a drive that nobody needs. */
static void what_is_made_is_read(void **state)
{
	struct pci_function functions[] = {
		function_at(1, 0x144d, 0xa808),
		function_at(2, 0x1b21, 0x2142),
		function_at(3, 0x144d, 0xa808),
		function_at(4, 0x10de, 0x1c03),
	};
	struct block blocks[3] = {
		{ .name = "nvme0n1",
		  .whole = -1,
		  .function_count = 1,
		  .content = { .uuid = "11", .type = "ext4" } },
		{ .name = "sda",
		  .whole = -1,
		  .function_count = 1,
		  .content = { .uuid = "22", .type = "vfat" } },
		{ .name = "nvme1n1",
		  .whole = -1,
		  .function_count = 1,
		  .content = { .uuid = "33", .type = "ext4" } },
	};
	struct block_devices storage = { .view = BLOCK_VIEW_FACTS, .blocks = blocks, .count = 3 };
	struct host_needs needs = { 0 };
	struct network network = { 0 };
	struct facts facts;
	char *text;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(functions); i++)
		functions[i].address.bus = (uint8_t)(i + 1);
	for (size_t i = 0; i < 3; i++) {
		blocks[i].functions = &functions[i].address;
		blocks[i].state = BLOCK_READ;
	}
	functions[1].has_keyboard = true;
	functions[3].class = 0x030000;
	functions[3].boot_vga = 1;
	host_needs_add_cmdline(&needs, "root=UUID=11 rd.luks.key=/key:UUID=22");
	carry_mark(&storage, &needs);
	text = facts_make(&(struct facts_source){ .functions = functions,
						  .function_count = ARRAY_SIZE(functions),
						  .needs = &needs,
						  .storage = &storage,
						  .network = &network,
						  .machine = "0123456789abcdef",
						  .made = "2026-11-29T12:00:00Z",
						  .version = "0.1.0",
						  .unseen = "" });
	facts_parse(text, strlen(text), &facts);
	assert_int_equal(facts.state, FACTS_USED);
	assert_true(facts_are_complete(&facts));
	assert_string_equal(facts.machine, "0123456789abcdef");
	assert_string_equal(facts.made, "2026-11-29T12:00:00Z");
	facts_locate(&facts, functions, ARRAY_SIZE(functions));
	assert_string_equal(facts_find(&facts, &functions[0], FACT_DISK)->text, "root: nvme0n1");
	assert_non_null(facts_find_uuid(&facts, "11"));
	assert_non_null(facts_find(&facts, &functions[1], FACT_KEY));
	assert_null(facts_find(&facts, &functions[1], FACT_DISK));
	assert_non_null(facts_find(&facts, &functions[1], FACT_KEYBOARD));
	assert_null(facts_find(&facts, &functions[2], FACT_DISK));
	assert_null(facts_find_uuid(&facts, "33"));
	assert_string_equal(facts_find_need(&facts, "root=UUID=11")->uuids, "11");
	assert_null(facts_find_need(&facts, "root=UUID=33"));
	assert_non_null(facts_find(&facts, &functions[3], FACT_DISPLAY));
	facts_clear(&facts);
	host_needs_clear(&needs);
	free(storage.marks);
}

static void five_hundred_functions_are_small(void **state)
{
	struct pci_function *functions = util_zeroed(500, sizeof(*functions));
	struct block_devices storage = { .view = BLOCK_VIEW_FACTS };
	struct host_needs needs = { 0 };
	struct network network = { 0 };
	char *text;

	(void)state;
	for (size_t i = 0; i < 500; i++) {
		functions[i] = function_at((uint8_t)(i % 8), 0xffff, 0xffff);
		functions[i].address = (struct pci_address){ 0xffff, (uint8_t)(i >> 8), i >> 3 & 31, i & 7 };
		functions[i].path.hops = 4;
		functions[i].class = 0xffffff;
		functions[i].iommu_group = (int)i;
	}
	text = facts_make(&(struct facts_source){ .functions = functions,
						  .function_count = 500,
						  .needs = &needs,
						  .storage = &storage,
						  .network = &network,
						  .machine = "",
						  .made = "-",
						  .version = "0.1.0",
						  .unseen = "" });
	assert_true(strlen(text) < 65536);
	free(text);
	free(functions);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(states),
		cmocka_unit_test(every_cut_counts_as_missing),
		cmocka_unit_test(a_fact_counts_for_its_path_and_id),
		cmocka_unit_test(complete_ones_have_nothing_unresolved),
		cmocka_unit_test(other_machines),
		cmocka_unit_test(hashes),
		cmocka_unit_test(the_topology),
		cmocka_unit_test(what_is_made_is_read),
		cmocka_unit_test(five_hundred_functions_are_small),
	};

	return RUN(tests);
}
