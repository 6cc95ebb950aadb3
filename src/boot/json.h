/* SPDX-License-Identifier: GPL-2.0-or-later */
/* JSON output, one value after the other; commas and indentation come by themselves. */
#pragma once

#include <stdio.h>

#include "util.h"

#define JSON_DEPTH 8

struct json {
	FILE *out;
	unsigned int depth;
	bool filled[JSON_DEPTH]; /* the open object or array has a member already */
};

/* Open and close objects and arrays. @key is NULL inside an array and at the top. */
void json_open(struct json *json, const char *key, char bracket);
void json_close(struct json *json, char bracket);
/* Members. A NULL string is null; bytes that are no UTF-8 are written as ? (they come from users' files). */
void json_string(struct json *json, const char *key, const char *value);
void json_number(struct json *json, const char *key, long value);
void json_bool(struct json *json, const char *key, bool value);
/* A value that is JSON already: it is written as it stands. */
void json_raw(struct json *json, const char *key, const char *text);
void json_null(struct json *json, const char *key);
