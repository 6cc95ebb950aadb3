/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "core/selector.h"
#include "core/slips.h"

static struct selector parse(const char *text)
{
	struct selector_error error = { 0 };
	struct selector selector;
	int r = slips_parse_selector(text, strlen(text), ' ', &selector, &error);

	if (r < 0)
		print_error("%s: %s\n", text, error.what);
	assert_int_equal(r, 0);
	return selector;
}

static void ids_are_parsed(void **state)
{
	static const struct {
		const char *text;
		uint32_t vendor, device, subvendor, subdevice, class, mask;
	} rows[] = {
		{ "10de:1c03", 0x10de, 0x1c03, SELECTOR_ANY, SELECTOR_ANY, 0, 0 },
		{ "10DE:1C03", 0x10de, 0x1c03, SELECTOR_ANY, SELECTOR_ANY, 0, 0 },
		{ "0x10de:0X1c03", 0x10de, 0x1c03, SELECTOR_ANY, SELECTOR_ANY, 0, 0 },
		{ "10de:1c03:19da", 0x10de, 0x1c03, 0x19da, SELECTOR_ANY, 0, 0 },
		{ "10de:1c03:19da:1438", 0x10de, 0x1c03, 0x19da, 0x1438, 0, 0 },
		{ "10de:*", 0x10de, SELECTOR_ANY, SELECTOR_ANY, SELECTOR_ANY, 0, 0 },
		{ "8086:ffffffff:ffffffff:ffffffff:0c0330:ffffff", 0x8086, SELECTOR_ANY, SELECTOR_ANY,
		  SELECTOR_ANY, 0x0c0330, 0xffffff },
		{ "*:*:*:*:030000:ff0000", SELECTOR_ANY, SELECTOR_ANY, SELECTOR_ANY, SELECTOR_ANY, 0x030000,
		  0xff0000 },
		{ "8086:*:*:*:c0330", 0x8086, SELECTOR_ANY, SELECTOR_ANY, SELECTOR_ANY, 0x0c0330, 0xffffff },
		{ "8086:2668:*:*:*", 0x8086, 0x2668, SELECTOR_ANY, SELECTOR_ANY, SELECTOR_ANY, 0 },
		{ "ffff:ffff", 0xffff, 0xffff, SELECTOR_ANY, SELECTOR_ANY, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct selector s = parse(rows[i].text);

		assert_row(s.kind == SELECTOR_ID && s.id.vendor == rows[i].vendor &&
				   s.id.device == rows[i].device && s.id.subvendor == rows[i].subvendor &&
				   s.id.subdevice == rows[i].subdevice && s.id.class == rows[i].class &&
				   s.id.class_mask == rows[i].mask,
			   rows[i].text);
	}
}

static void addresses_are_parsed(void **state)
{
	static const struct {
		const char *text, *canonical;
	} rows[] = {
		{ "0000:01:00.0", "0000:01:00.0" },     { "01:00.0", "0000:01:00.0" },
		{ "FE:1F.7", "0000:fe:1f.7" },          { "10000:e1:00.0", "10000:e1:00.0" },
		{ "00000001:00:02.0", "0001:00:02.0" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct selector s = parse(rows[i].text);

		assert_row(s.kind == SELECTOR_ADDRESS, rows[i].text);
		assert_string_equal(pci_address_text(&s.address), rows[i].canonical);
	}
}

static void the_other_forms_are_parsed(void **state)
{
	struct selector_reads facts = { 0 };
	struct selector s;

	(void)state;
	s = parse("01:00.*");
	assert_true(s.kind == SELECTOR_ADDRESS && s.every_function && !s.pinned && s.address.bus == 1);
	s = parse("0000:01:00.0@10de:1c03");
	assert_true(s.kind == SELECTOR_ADDRESS && s.pinned && s.id.vendor == 0x10de && s.id.device == 0x1c03);
	s = parse("01:00.0@10de:1c03:19da:1438");
	assert_true(s.pinned && s.id.subvendor == 0x19da && s.id.subdevice == 0x1438);
	s = parse("0000:00:01.0/00.0");
	assert_true(s.kind == SELECTOR_PATH && s.path.hops == 2 && s.path.hop[0].slot == 1 &&
		    !s.path.hop[1].slot);
	s = parse("10000:e0:06.0/00.0/1f.*");
	assert_true(s.path.segment == 0x10000 && s.path.root_bus == 0xe0 && s.path.hops == 3 &&
		    s.every_function);
	s = parse("class:0c0330");
	assert_true(s.kind == SELECTOR_ID && s.id.class == 0x0c0330 && s.id.class_mask == 0xffffff);
	s = parse("CLASS:0300");
	assert_true(s.id.class == 0x030000 && s.id.class_mask == 0xffff00);
	s = parse("class:03");
	assert_true(s.id.class == 0x030000 && s.id.class_mask == 0xff0000);
	s = parse("boot-vga");
	selector_add_reads(&s, &facts);
	assert_true(s.kind == SELECTOR_BOOT_VGA && facts.boot_vga && !facts.path);
}

static void paths_and_pins_match(void **state)
{
	struct pci_function gpu = {
		.address = { 0, 3, 0, 1 }, .vendor = 0x1002, .device = 0x744c, .boot_vga = -1
	};
	struct selector s;

	(void)state;
	assert_int_equal(pci_parse_path("../../../devices/pci0000:00/0000:00:01.1/0000:02:00.0/0000:03:00.1",
					&gpu.path),
			 0);
	s = parse("00:01.1/00.0/00.1");
	assert_int_equal(selector_match(&s, &gpu), SELECTOR_YES);
	s = parse("00:01.1/00.0/00.*");
	assert_int_equal(selector_match(&s, &gpu), SELECTOR_YES);
	s = parse("00:01.1/00.1/00.1");
	assert_int_equal(selector_match(&s, &gpu), SELECTOR_NO);
	s = parse("00:01.1/00.0");
	assert_int_equal(selector_match(&s, &gpu), SELECTOR_NO);
	s = parse("0001:00:01.1/00.0/00.1");
	assert_int_equal(selector_match(&s, &gpu), SELECTOR_NO);
	s = parse("03:00.1@1002:744c");
	assert_int_equal(selector_match(&s, &gpu), SELECTOR_YES);
	s = parse("03:00.1@1002:744d");
	assert_int_equal(selector_match(&s, &gpu), SELECTOR_MOVED);
	s = parse("03:00.0@1002:744c");
	assert_int_equal(selector_match(&s, &gpu), SELECTOR_NO);
	s = parse("boot-vga");
	assert_int_equal(selector_match(&s, &gpu), SELECTOR_NO);
	gpu.boot_vga = 1;
	assert_int_equal(selector_match(&s, &gpu), SELECTOR_YES);
}

static void slips_are_named(void **state)
{
	static const struct {
		const char *text;
		size_t offset;
		const char *says;
	} rows[] = {
		{ "", 0, "expected an id such as" },
		{ "zzz", 0, "'zzz': expected an id such as 10de:1c03 or an address such as 01:00.0" },
		{ "10de-1c03", 0, "did you mean 10de:1c03?" },
		{ "10de:1c3", 5,
		  "the device of an id is four hexadecimal digits or *; did you mean 10de:01c3?" },
		{ "0de:1c03", 0, "the vendor of an id is four" },
		{ "10de:", 5, "the device of an id" },
		{ "10de", 0, "expected an id" },
		{ ":1c03", 0, "the vendor of an id" },
		{ "10de:1c03:", 10, "the subvendor of an id" },
		{ "10de:1c03:0:0:0:0", 10, "the subvendor of an id" },
		{ "10de:1c03:*:*:1000000", 14, "the class of an id is up to six" },
		{ "10de:1c03:*:*:*:*:*", 18, "at most six fields" },
		{ "10de:1c03:*:*:030000:zz", 21, "the class mask of an id" },
		{ "0x110de:1c03", 0, "the vendor of an id" },
		{ "*:*", 0, "matches every device of the machine" },
		{ "ffffffff:ffffffff", 0, "matches every device of the machine" },
		{ "1:0.0", 0,
		  "an address is [segment:]bus:slot.function, as in 0000:01:00.0 or 01:00.0; did you mean "
		  "01:00.0?" },
		{ "0:01:00.0", 0, "did you mean 0000:01:00.0?" },
		{ "01:00.8", 0, "an address is" },
		{ "01:20.0", 0, "an address is" },
		{ "01:00.", 0, "an address is" },
		{ "01:00.0x", 0, "an address is" },
		{ "123456789:01:00.0", 0, "an address is" },
		{ "class:", 6, "a class is two, four or six" },
		{ "class:3", 6, "a class is" },
		{ "class:03000", 6, "a class is" },
		{ "class:0c033000", 6, "a class is" },
		{ "class:zz", 6, "a class is" },
		{ "01:00.*@10de:1c03", 7, "pinned to one function only" },
		{ "01:00.0@", 8, "the vendor of an id" },
		{ "01:00.0@10de", 12, "an id is vendor:device" },
		{ "@10de:1c03", 0, "an address is" },
		{ "01:00@10de:1c03", 0, "an address is" },
		{ "0000:00:01.0/", 13, "a path is" },
		{ "0000:00:01.0/0.0", 13, "a path is" },
		{ "/00.0", 0, "a path is" },
		{ "00:01.*/00.0", 0, "a path is" },
		{ "00:01.0/00.*/00.0", 8, "a path is" },
		{ "boot_vga", 0, "expected an id" },
		{ "00:01.0/00.0/00.0/00.0/00.0/00.0/00.0/00.0/00.0/00.0/00.0/00.0/00.0/00.0/00.0/00.0/00.0",
		  83, "at most sixteen" },
		{ "0000:01:00:0.0", 0, "an address is" },
		{ "28:00", 0, "did you mean 28:00.*?" },
		{ "0000:01:00", 0, "did you mean 0000:01:00.*?" },
		{ "01:00:0", 0, "did you mean 01:00.0?" },
		{ "1f.3", 0, "did you mean 00:1f.3?" },
		{ "\x01\xff:00.0", 1, "'??:00.0': the byte 0xff" },
		{ "[1002:67b1]", 0, "did you mean 1002:67b1?" },
		{ "boot_vga", 0, "did you mean boot-vga?" },
		{ "0000:01:00:0", 0, "did you mean 0000:01:00.0?" },
		{ "pci_0000_01_00_0", 0, "did you mean 0000:01:00.0?" },
		{ "PCI:10:0:0", 0, "did you mean 0a:00.0?" },
		{ "/sys/bus/pci/devices/0000:01:00.0", 0, "did you mean 0000:01:00.0?" },
		{ "01:00.0/00.0x", 8, "as in 0000:00:01.0/00.0" },
		{ "10de1c03", 0, "did you mean 10de:1c03?" },
		{ "1Ode:1c03", 0, "did you mean 10de:1c03?" },
		{ "0300", 0, "did you mean class:0300?" },
		{ "class=0x0c0330", 0, "did you mean class:0c0330?" },
		{ "10de\xe2\x80\x93"
		  "1c03",
		  4, "U+2013 EN DASH in place of '-'; did you mean 10de:1c03?" },
		{ "\xe2\x80\x9c"
		  "10de:1c03\xe2\x80\x9d",
		  0, "U+201C LEFT DOUBLE QUOTATION MARK" },
		{ "<10de:\xe2\x80\xa6>", 0, "a placeholder" },
		{ "10de:xxxx", 0, "a placeholder" },
		{ "VENDOR:DEVICE", 0, "a placeholder" },
		{ "<10de:1c03>", 0, "did you mean 10de:1c03?" },
		{ "group:13", 0, "group numbers change between boots" },
		{ "10de:1c03,10de:10f1", 0, "did you mean 10de:1c03 10de:10f1?" },
		{ "01:00.0-3", 0, "did you mean 01:00.0 01:00.1 01:00.2 01:00.3?" },
		{ "01:00.{2,0}", 0, "did you mean 01:00.2 01:00.0?" },
		{ "10de:{1c03,10f1}", 0, "did you mean 10de:1c03 10de:10f1?" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct selector untouched = { .kind = 42 };
		struct selector_error error = { 0 };

		assert_row(slips_parse_selector(rows[i].text, strlen(rows[i].text), ' ', &untouched, &error) <
				   0,
			   rows[i].text);
		if (!strstr(error.what, rows[i].says) || error.offset != rows[i].offset)
			print_error("%s: at %zu: %s\n", rows[i].text, error.offset, error.what);
		assert_row(strstr(error.what, rows[i].says) && error.offset == rows[i].offset, rows[i].text);
		assert_int_equal((int)untouched.kind, 42);
	}
}

static void every_cut_of_a_selector_is_safe(void **state)
{
	static const char text[] =
		"8086:ffffffff:*:*:0c0330:ffffff\0\xff:01:00.*@10de:1c03/00.0/00.*class:0300boot-vga";

	(void)state;
	for (size_t start = 0; start < sizeof(text); start++)
		for (size_t end = start; end <= sizeof(text); end++) {
			struct selector_error error;
			struct selector selector;

			(void)!slips_parse_selector(text + start, end - start, ' ', &selector, &error);
		}
}

static void selectors_match(void **state)
{
	static const struct pci_function gpu = {
		.address = { 0, 1, 0, 0 },
		.vendor = 0x10de,
		.device = 0x1c03,
		.subvendor = 0x19da,
		.subdevice = 0x1438,
		.class = 0x030000,
	};
	static const struct {
		const char *text;
		bool matches;
	} rows[] = {
		{ "10de:1c03", true },
		{ "10de:1c04", false },
		{ "10df:1c03", false },
		{ "10de:*", true },
		{ "10de:1c03:19da:1438", true },
		{ "10de:1c03:19da:1439", false },
		{ "10de:1c03:19db", false },
		{ "10de:*:*:*:030000:ffffff", true },
		{ "10de:*:*:*:030200:ffffff", false },
		{ "10de:*:*:*:030200:ff0000", true },
		{ "10de:*:*:*:030200", false },
		{ "*:*:*:*:0c0330:000000", false },
		{ "0000:01:00.0", true },
		{ "01:00.0", true },
		{ "01:00.1", false },
		{ "0001:01:00.0", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct selector_error error;
		struct selector selector;

		if (slips_parse_selector(rows[i].text, strlen(rows[i].text), ' ', &selector, &error) < 0)
			assert_row(!rows[i].matches, rows[i].text);
		else
			assert_row((selector_match(&selector, &gpu) == SELECTOR_YES) == rows[i].matches,
				   rows[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_are_parsed),       cmocka_unit_test(addresses_are_parsed),
		cmocka_unit_test(slips_are_named),      cmocka_unit_test(every_cut_of_a_selector_is_safe),
		cmocka_unit_test(selectors_match),      cmocka_unit_test(the_other_forms_are_parsed),
		cmocka_unit_test(paths_and_pins_match),
	};

	return RUN(tests);
}
