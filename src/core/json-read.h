/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the program's own JSON back: slices of the text, nothing copied. Pure. */
#pragma once

#include "util.h"

/* A value in the text, from its first byte to its last. */
struct json_value {
	const char *start;
	size_t length;
};

/* Take the value that @text starts with. Returns false where there is none, or one without an end. */
bool json_read(const char *text, size_t length, struct json_value *ret);

/* Find the member @key of an object. Returns false where there is none. */
bool json_member(const struct json_value *object, const char *key, struct json_value *ret);

/* Take the next element of an array; *@cursor starts as 0 and is moved on. Returns false at the end. */
bool json_element(const struct json_value *array, size_t *cursor, struct json_value *ret);

/* A string, decoded, as a util_text(); NULL for any other value. */
const char *json_text(const struct json_value *value) must_check;
