/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/fields.h"

#include <string.h>

#include "util.h"

bool fields_next(const char **cursor, struct fields_line *ret)
{
	const char *line, *word;
	size_t length, size;

	while (util_next_line(cursor, &line, &length)) {
		const char *end = line + length;

		if (!util_next_word(&line, end, &word, &size) || *word == '#')
			continue;
		ret->count = 0;
		do {
			ret->fields[ret->count++] = util_text_copy(word, size);
		} while (ret->count < FIELDS_COUNT && util_next_word(&line, end, &word, &size));
		for (size_t i = ret->count; i < FIELDS_COUNT; i++)
			ret->fields[i] = util_text_copy("", 0);
		return true;
	}
	return false;
}

bool fields_has_option(const char *options, const char *option)
{
	return util_list_has(options, strlen(options), option);
}
