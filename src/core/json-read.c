/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/json-read.h"

#include <stdlib.h>
#include <string.h>

static size_t skip_blanks(const char *text, size_t length, size_t at)
{
	while (at < length && (text[at] == ' ' || text[at] == '\n' || text[at] == '\t' || text[at] == '\r'))
		at++;
	return at;
}

/* The length of the string that starts with the quote at @text, or 0. */
static size_t string_length(const char *text, size_t length)
{
	for (size_t i = 1; i < length; i++) {
		if (text[i] == '\\')
			i++;
		else if (text[i] == '"')
			return i + 1;
	}
	return 0;
}

static size_t bracket_length(const char *text, size_t length)
{
	size_t depth = 0;

	for (size_t i = 0; i < length; i++) {
		if (text[i] == '"') {
			size_t string = string_length(text + i, length - i);

			if (!string)
				return 0;
			i += string - 1;
		} else if (text[i] == '{' || text[i] == '[') {
			depth++;
		} else if ((text[i] == '}' || text[i] == ']') && --depth == 0) {
			return i + 1;
		}
	}
	return 0;
}

bool json_read(const char *text, size_t length, struct json_value *ret)
{
	size_t start = skip_blanks(text, length, 0), size = 0;

	text += start;
	length -= start;
	if (length && *text == '"')
		size = string_length(text, length);
	else if (length && (*text == '{' || *text == '['))
		size = bracket_length(text, length);
	else
		while (size < length && !strchr(" \n\t\r,:]}", text[size]))
			size++;
	*ret = (struct json_value){ text, size };
	return size > 0;
}

/* Take what stands at *@cursor in an object or array and move on behind it and one following @mark. */
static bool take(const struct json_value *whole, size_t *cursor, char mark, struct json_value *ret)
{
	if (!json_read(whole->start + *cursor, whole->length - *cursor, ret))
		return false;
	*cursor = skip_blanks(whole->start, whole->length, (size_t)(ret->start - whole->start) + ret->length);
	if (*cursor < whole->length && whole->start[*cursor] == mark)
		++*cursor;
	return true;
}

bool json_member(const struct json_value *object, const char *key, struct json_value *ret)
{
	struct json_value name;
	size_t cursor = 1;

	if (!object->length || object->start[0] != '{')
		return false;
	while (take(object, &cursor, ':', &name) && take(object, &cursor, ',', ret))
		if (name.length == strlen(key) + 2 && !memcmp(name.start + 1, key, strlen(key)))
			return true;
	return false;
}

bool json_element(const struct json_value *array, size_t *cursor, struct json_value *ret)
{
	if (!array->length || array->start[0] != '[')
		return false;
	if (!*cursor)
		*cursor = 1;
	return take(array, cursor, ',', ret);
}

/* The program writes what is no printing ASCII as \u00XX only. */
static char decode(const char **cursor, const char *end)
{
	char digits[5] = "", c = *(*cursor)++;

	if (c != '\\' || *cursor >= end)
		return c;
	c = *(*cursor)++;
	if (c == 'n')
		return '\n';
	if (c == 't')
		return '\t';
	if (c != 'u' || end - *cursor < 4)
		return c;
	memcpy(digits, *cursor, 4);
	*cursor += 4;
	c = (char)strtoul(digits, NULL, 16);
	return c ? c : '?';
}

const char *json_text(const struct json_value *value)
{
	const char *cursor = value->start + 1, *end = value->start + value->length - 1;
	cleanup_free char *decoded = NULL;
	size_t used = 0;

	if (value->length < 2 || value->start[0] != '"')
		return NULL;
	decoded = util_zeroed(value->length, 1);
	while (cursor < end)
		decoded[used++] = decode(&cursor, end);
	return util_text("%s", decoded);
}
