/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "boot/json.h"

static void json_is_escaped(void **state)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);
	struct json json = { .out = out };

	(void)state;
	json_open(&json, NULL, '{');
	json_string(&json, "a\"b", "x\\\n\x7f\xc3");
	json_null(&json, "n");
	json_open(&json, "empty", '[');
	json_close(&json, ']');
	json_open(&json, "list", '[');
	json_number(&json, NULL, -1);
	json_bool(&json, NULL, true);
	json_close(&json, ']');
	json_close(&json, '}');
	fclose(out);
	assert_string_equal(text, "{\n  \"a\\\"b\": \"x\\\\\\u000a??\",\n  \"n\": null,\n  \"empty\": [],\n  "
				  "\"list\": [\n    -1,\n    true\n  ]\n}\n");
	free(text);
}

/* Users' files may hold anything; what is no UTF-8 must not make the document one that nobody can read. */
static void strings_are_sound(void **state)
{
	static const struct {
		const char *text, *written;
	} rows[] = {
		{ "plain", "\"plain\"\n" },
		{ "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x92\xa1", "\"\xc3\xa9 \xe2\x82\xac \xf0\x9f\x92\xa1\"\n" },
		{ "\xc3", "\"?\"\n" },
		{ "\xe2\x82", "\"??\"\n" },
		{ "\xff\xc0\xaf", "\"???\"\n" },
		{ "\xed\xa0\x80", "\"???\"\n" },
		{ "\"\\\x1b\x7f", "\"\\\"\\\\\\u001b?\"\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char *written = NULL;
		size_t length;
		struct json json = { .out = open_memstream(&written, &length) };

		json_string(&json, NULL, rows[i].text);
		fputc('\n', json.out);
		fclose(json.out);
		assert_row(!strcmp(written, rows[i].written), rows[i].text);
		free(written);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_is_escaped),
		cmocka_unit_test(strings_are_sound),
	};

	return RUN(tests);
}
