/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json.h"

static void write_string(struct json *json, const char *text)
{
	fputc('"', json->out);
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			fprintf(json->out, "\\%c", c);
		else if (c < ' ')
			fprintf(json->out, "\\u%04x", c);
		else
			fputc(c < 0x7f ? c : '?', json->out);
	}
	fputc('"', json->out);
}

static void start_value(struct json *json, const char *key)
{
	if (json->depth) {
		fputs(json->filled[json->depth] ? ",\n" : "\n", json->out);
		json->filled[json->depth] = true;
		fprintf(json->out, "%*s", (int)json->depth * 2, "");
	}
	if (key) {
		write_string(json, key);
		fputs(": ", json->out);
	}
}

void json_open(struct json *json, const char *key, char bracket)
{
	start_value(json, key);
	fputc(bracket, json->out);
	json->filled[++json->depth] = false;
}

void json_close(struct json *json, char bracket)
{
	bool filled = json->filled[json->depth--];

	if (filled)
		fprintf(json->out, "\n%*s", (int)json->depth * 2, "");
	fputc(bracket, json->out);
	if (!json->depth)
		fputc('\n', json->out);
}

void json_string(struct json *json, const char *key, const char *value)
{
	start_value(json, key);
	if (value)
		write_string(json, value);
	else
		fputs("null", json->out);
}

void json_number(struct json *json, const char *key, long value)
{
	start_value(json, key);
	fprintf(json->out, "%ld", value);
}

void json_bool(struct json *json, const char *key, bool value)
{
	start_value(json, key);
	fputs(value ? "true" : "false", json->out);
}

void json_raw(struct json *json, const char *key, const char *text)
{
	start_value(json, key);
	fputs(text, json->out);
}

void json_null(struct json *json, const char *key)
{
	json_string(json, key, NULL);
}
