/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "util.h"

static void text_is_cut_and_cleaned(void **state)
{
	char buffer[8];

	(void)state;
	assert_string_equal(util_printable(buffer, sizeof(buffer), "abc", 3), "abc");
	assert_string_equal(util_printable(buffer, sizeof(buffer), "abcdefg", 7), "abcdefg");
	assert_string_equal(util_printable(buffer, sizeof(buffer), "abcdefgh", 8), "abcd...");
	assert_string_equal(util_printable(buffer, sizeof(buffer), "a\0\x1b\xff", 4), "a???");
	util_format(buffer, sizeof(buffer), "%s", "0123456789");
	util_append(buffer, sizeof(buffer), "%s", "x");
	assert_string_equal(buffer, "0123456");
}

static void quotes_and_escapes_go(void **state)
{
	static const struct {
		const char *text, *lead;
		int base;
		size_t digits;
		const char *plain;
	} rows[] = {
		{ "my\\040disk", "\\", 8, 3, "my disk" }, { "\\134040", "\\", 8, 3, "\\040" },
		{ "end\\04", "\\", 8, 3, "end\\04" },     { "zero\\000", "\\", 8, 3, "zero\\000" },
		{ "no\\09x", "\\", 8, 3, "no\\09x" },     { "a\\x2fb\\040", "\\x", 16, 2, "a/b\\040" },
		{ "\\x", "\\x", 16, 2, "\\x" },
	};
	char text[32];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		util_format(text, sizeof(text), "%s", rows[i].text);
		util_unescape(text, rows[i].lead, rows[i].base, rows[i].digits);
		assert_string_equal(text, rows[i].plain);
	}
	util_unquote(strcpy(text, "\"a b\""));
	assert_string_equal(text, "a b");
	util_unquote(strcpy(text, "'a\""));
	assert_string_equal(text, "'a\"");
	util_unquote(strcpy(text, "'"));
	assert_string_equal(text, "'");
}

static void arrays_grow(void **state)
{
	int *array = NULL;

	(void)state;
	for (size_t i = 0; i < 1000; i++) {
		array = util_grow(array, i, sizeof(*array));
		array[i] = (int)i;
	}
	for (int i = 0; i < 1000; i++)
		assert_int_equal(array[i], i);
	free(array);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_cut_and_cleaned),
		cmocka_unit_test(quotes_and_escapes_go),
		cmocka_unit_test(arrays_grow),
	};

	return RUN(tests);
}
