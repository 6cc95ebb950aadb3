/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "core/fields.h"
#include "util.h"

static void comments_and_empty_lines_are_passed_over(void **state)
{
	const char *text = "# one\n\n \t# two\n  a\tb \r\n#\nc d e f g h";
	struct fields_line line;

	(void)state;
	assert_true(fields_next(&text, &line));
	assert_int_equal(line.count, 2);
	assert_string_equal(line.fields[0], "a");
	assert_string_equal(line.fields[1], "b");
	assert_string_equal(line.fields[2], "");
	assert_true(fields_next(&text, &line));
	assert_int_equal(line.count, FIELDS_COUNT);
	assert_string_equal(line.fields[3], "f");
	assert_false(fields_next(&text, &line));
}

static void a_field_has_any_length(void **state)
{
	static char text[20000];
	const char *cursor = text;
	struct fields_line line;

	(void)state;
	memset(text, 'x', sizeof(text) - 3);
	text[sizeof(text) - 3] = ' ';
	text[sizeof(text) - 2] = 'y';
	assert_true(fields_next(&cursor, &line));
	assert_int_equal(strlen(line.fields[0]), sizeof(text) - 3);
	assert_string_equal(line.fields[1], "y");
}

static void options_are_whole_words(void **state)
{
	(void)state;
	assert_true(fields_has_option("ro,noauto", "noauto"));
	assert_false(fields_has_option("noautomount", "noauto"));
	assert_false(fields_has_option("noauto=1", "noauto"));
	assert_true(fields_has_option("luks,tpm2-device=auto", "tpm2-device="));
	assert_false(fields_has_option("tpm2-device", "tpm2-device="));
	assert_false(fields_has_option("", "noauto"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comments_and_empty_lines_are_passed_over),
		cmocka_unit_test(a_field_has_any_length),
		cmocka_unit_test(options_are_whole_words),
	};

	return RUN(tests);
}
