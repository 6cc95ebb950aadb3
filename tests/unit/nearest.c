/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <string.h>

#include "core/nearest.h"

static void distances_count_single_slips(void **state)
{
	static const struct {
		const char *a, *b;
		size_t distance;
	} rows[] = {
		{ "", "", 0 },
		{ "", "list", 4 },
		{ "list", "list", 0 },
		{ "LIST", "list", 0 },
		{ "lst", "list", 1 },
		{ "liist", "list", 1 },
		{ "lisp", "list", 1 },
		{ "ilst", "list", 1 },
		{ "vifo-pci.id", "vfio-pci.ids", 2 },
		{ "0123456789012345678901234567890", "012345678901234567890123456789", 1 },
		{ "01234567890123456789012345678901", "0", 32 },
		{ "0", "01234567890123456789012345678901", 32 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(nearest_distance(rows[i].a, strlen(rows[i].a), rows[i].b, strlen(rows[i].b)),
				 rows[i].distance);
}

static const char *nearest(const char *word)
{
	static const char *const names[] = { "list", "check", "status", "facts", "boot", "finish" };

	return nearest_name(word, strlen(word), names, ARRAY_SIZE(names));
}

static void a_slip_finds_its_name_and_another_word_none(void **state)
{
	(void)state;
	assert_string_equal(nearest("chhck"), "check");
	assert_string_equal(nearest("Status"), "status");
	assert_string_equal(nearest("stat"), "status");
	assert_string_equal(nearest("fact"), "facts");
	assert_string_equal(nearest("lis"), "list");
	assert_null(nearest(""));
	assert_null(nearest("bind"));
	assert_null(nearest("driverctl"));
	assert_null(nearest("01234567890123456789012345678901"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(distances_count_single_slips),
		cmocka_unit_test(a_slip_finds_its_name_and_another_word_none),
	};

	return RUN(tests);
}
