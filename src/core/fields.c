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

		for (size_t i = 0; i < FIELDS_COUNT; i++)
			ret->fields[i][0] = '\0';
		for (ret->count = 0; ret->count < FIELDS_COUNT && util_next_word(&line, end, &word, &size);
		     ret->count++)
			util_format(ret->fields[ret->count], FIELDS_SIZE, "%.*s", (int)size, word);
		if (ret->count && ret->fields[0][0] != '#')
			return true;
	}
	return false;
}

bool fields_has_option(const char *options, const char *option)
{
	return util_list_has(options, strlen(options), option);
}
