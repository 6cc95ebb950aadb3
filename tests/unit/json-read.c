/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdlib.h>

#include "core/json-read.h"

static const char text[] =
	"{ \"schema\": 1, \"devices\": [ { \"address\": \"0000:01:00.0\", \"x\": { \"address\": \"no\" } },\n"
	"  { \"address\": null, \"reason\": \"a \\\"b\\\" ]} \\u0009\\\\\" } ], \"errors\": [] }\n";

static void members_and_elements_are_found(void **state)
{
	struct json_value report, devices, device, value;
	size_t cursor = 0;

	(void)state;
	assert_true(json_read(text, strlen(text), &report));
	assert_true(json_member(&report, "devices", &devices));
	assert_true(json_element(&devices, &cursor, &device));
	assert_true(json_member(&device, "address", &value));
	assert_string_equal(json_text(&value), "0000:01:00.0");
	assert_true(json_element(&devices, &cursor, &device));
	assert_true(json_member(&device, "address", &value));
	assert_null(json_text(&value));
	assert_true(json_member(&device, "reason", &value));
	assert_string_equal(json_text(&value), "a \"b\" ]} \t\\");
	assert_false(json_member(&device, "verdict", &value));
	assert_false(json_element(&devices, &cursor, &device));
	assert_true(json_member(&report, "errors", &devices));
	cursor = 0;
	assert_false(json_element(&devices, &cursor, &device));
}

/* A report that was cut off somewhere is no report; it must end the search, never the program. */
static void a_cut_text_is_nothing(void **state)
{
	(void)state;
	for (size_t length = 0; length < strlen(text) - 1; length++) {
		char *copy = malloc(length + 1);
		struct json_value value;

		memcpy(copy, text, length);
		copy[length] = '\0';
		assert_false(json_read(copy, length, &value));
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_and_elements_are_found),
		cmocka_unit_test(a_cut_text_is_nothing),
	};

	return RUN(tests);
}
