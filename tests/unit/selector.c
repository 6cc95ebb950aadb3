/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "selector.h"

static struct selector parse(const char *text)
{
	struct selector_error error = { 0 };
	struct selector selector;
	int r = selector_parse(text, strlen(text), &selector, &error);

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
		{ "8086:ffffffff:ffffffff:ffffffff:0c0330:ffffff", 0x8086, SELECTOR_ANY, SELECTOR_ANY, SELECTOR_ANY,
		  0x0c0330, 0xffffff },
		{ "*:*:*:*:030000:ff0000", SELECTOR_ANY, SELECTOR_ANY, SELECTOR_ANY, SELECTOR_ANY, 0x030000, 0xff0000 },
		{ "8086:*:*:*:c0330", 0x8086, SELECTOR_ANY, SELECTOR_ANY, SELECTOR_ANY, 0x0c0330, 0xffffff },
		{ "8086:2668:*:*:*", 0x8086, 0x2668, SELECTOR_ANY, SELECTOR_ANY, SELECTOR_ANY, 0 },
		{ "ffff:ffff", 0xffff, 0xffff, SELECTOR_ANY, SELECTOR_ANY, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct selector s = parse(rows[i].text);

		assert_row(s.kind == SELECTOR_ID && s.id.vendor == rows[i].vendor && s.id.device == rows[i].device &&
			   s.id.subvendor == rows[i].subvendor && s.id.subdevice == rows[i].subdevice &&
			   s.id.class == rows[i].class && s.id.class_mask == rows[i].mask, rows[i].text);
	}
}

static void addresses_are_parsed(void **state)
{
	static const struct {
		const char *text, *canonical;
	} rows[] = {
		{ "0000:01:00.0", "0000:01:00.0" }, { "01:00.0", "0000:01:00.0" }, { "FE:1F.7", "0000:fe:1f.7" },
		{ "10000:e1:00.0", "10000:e1:00.0" }, { "00000001:00:02.0", "0001:00:02.0" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct selector s = parse(rows[i].text);
		char text[PCI_ADDRESS_SIZE];

		assert_row(s.kind == SELECTOR_ADDRESS, rows[i].text);
		assert_string_equal(pci_address_format(&s.address, text), rows[i].canonical);
	}
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
		{ "10de:1c3", 5, "the device of an id is four hexadecimal digits or *; did you mean 10de:01c3?" },
		{ "0de:1c03", 0, "the vendor of an id is four" },
		{ "10de:", 5, "the device of an id" },
		{ ":1c03", 0, "the vendor of an id" },
		{ "10de:1c03:", 10, "the subvendor of an id" },
		{ "10de:1c03:0:0:0:0", 10, "the subvendor of an id" },
		{ "10de:1c03:*:*:1000000", 14, "the class of an id is up to six" },
		{ "10de:1c03:*:*:*:*:*", 18, "at most six fields" },
		{ "10de:1c03:*:*:030000:zz", 21, "the class mask of an id" },
		{ "0x110de:1c03", 0, "the vendor of an id" },
		{ "*:*", 0, "matches every device of the machine" },
		{ "ffffffff:ffffffff", 0, "matches every device of the machine" },
		{ "1:0.0", 0, "an address is [segment:]bus:slot.function, as 0000:01:00.0 or 01:00.0; did you mean 01:00.0?" },
		{ "0:01:00.0", 0, "did you mean 0000:01:00.0?" },
		{ "01:00.8", 0, "an address is" }, { "01:20.0", 0, "an address is" }, { "01:00.", 0, "an address is" },
		{ "01:00.0x", 0, "an address is" }, { "123456789:01:00.0", 0, "an address is" },
		{ "0000:01:00:0.0", 0, "an address is" }, { "\x01\xff:00.0", 0, "'??:00.0'" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct selector untouched = { .kind = 42 };
		struct selector_error error = { 0 };

		assert_row(selector_parse(rows[i].text, strlen(rows[i].text), &untouched, &error) < 0, rows[i].text);
		if (!strstr(error.what, rows[i].says) || error.offset != rows[i].offset)
			print_error("%s: at %zu: %s\n", rows[i].text, error.offset, error.what);
		assert_row(strstr(error.what, rows[i].says) && error.offset == rows[i].offset, rows[i].text);
		assert_int_equal((int)untouched.kind, 42);
	}
}

static void every_cut_of_a_selector_is_safe(void **state)
{
	static const char text[] = "8086:ffffffff:ffffffff:ffffffff:0c0330:ffffff\0\xff:01:00.0";

	(void)state;
	for (size_t start = 0; start < sizeof(text); start++)
		for (size_t end = start; end <= sizeof(text); end++) {
			struct selector_error error;
			struct selector selector;

			(void)!selector_parse(text + start, end - start, &selector, &error);
		}
}

static void selectors_match(void **state)
{
	static const struct pci_function gpu = {
		.address = { 0, 1, 0, 0 }, .vendor = 0x10de, .device = 0x1c03, .subvendor = 0x19da, .subdevice = 0x1438,
		.class = 0x030000,
	};
	static const struct {
		const char *text;
		bool matches;
	} rows[] = {
		{ "10de:1c03", true }, { "10de:1c04", false }, { "10df:1c03", false }, { "10de:*", true },
		{ "10de:1c03:19da:1438", true }, { "10de:1c03:19da:1439", false }, { "10de:1c03:19db", false },
		{ "10de:*:*:*:030000:ffffff", true }, { "10de:*:*:*:030200:ffffff", false },
		{ "10de:*:*:*:030200:ff0000", true }, { "10de:*:*:*:030200", false }, { "*:*:*:*:0c0330:000000", false },
		{ "0000:01:00.0", true }, { "01:00.0", true }, { "01:00.1", false }, { "0001:01:00.0", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct selector_error error;
		struct selector selector;

		if (selector_parse(rows[i].text, strlen(rows[i].text), &selector, &error) < 0)
			assert_row(!rows[i].matches, rows[i].text);
		else
			assert_row(selector_matches(&selector, &gpu) == rows[i].matches, rows[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_are_parsed),      cmocka_unit_test(addresses_are_parsed),
		cmocka_unit_test(slips_are_named),     cmocka_unit_test(every_cut_of_a_selector_is_safe),
		cmocka_unit_test(selectors_match),
	};

	return RUN(tests);
}
