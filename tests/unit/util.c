/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "util.h"

static void text_is_cut_and_cleaned(void **state)
{
	char buffer[8], foreign[200];

	(void)state;
	assert_string_equal(util_text_shown("abc", 2), "ab");
	assert_string_equal(util_text_shown("a\0\x1b\xff", 4), "a???");
	memset(foreign, 'x', sizeof(foreign));
	assert_int_equal(strlen(util_text_shown(foreign, 100)), 100);
	assert_string_equal(util_text_shown(foreign, 101) + 98, "xx...");
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

static void texts_end_at_their_mark(void **state)
{
	const char *first = util_text("%s", "first");
	struct text *mark = util_texts_mark();

	(void)state;
	for (int i = 0; i < 1000; i++)
		assert_string_equal(util_text_add(util_text_copy("text", 2), "%d", i) + 2,
				    util_text("%d", i));
	assert_ptr_not_equal(util_texts_mark(), mark);
	util_free_texts_since(mark);
	assert_ptr_equal(util_texts_mark(), mark);
	assert_string_equal(first, "first");
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

/* A size that no machine has: the reserve goes, and it is tried again. */
static void the_reserve_goes_first(void **state)
{
	(void)state;
	assert_true(util_reserve(4096));
	assert_true(util_reserve(100));
	assert_false(util_is_short_of_memory());
	assert_true(util_free_reserve());
	assert_true(util_is_short_of_memory());
	assert_false(util_free_reserve());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_cut_and_cleaned), cmocka_unit_test(quotes_and_escapes_go),
		cmocka_unit_test(texts_end_at_their_mark), cmocka_unit_test(arrays_grow),
		cmocka_unit_test(the_reserve_goes_first),
	};

	return RUN(tests);
}
