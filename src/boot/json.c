/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "boot/json.h"

/* How many bytes does a sound character of UTF-8 take that is no ASCII (RFC 3629)? 0 where there is none. */
static size_t utf8_length(const char *text)
{
	const unsigned char *c = (const unsigned char *)text;
	size_t length = *c >= 0xf0 ? 4 : *c >= 0xe0 ? 3 : 2;

	if (*c < 0xc2 || *c > 0xf4 || (*c == 0xe0 && c[1] < 0xa0) || (*c == 0xed && c[1] > 0x9f) ||
	    (*c == 0xf0 && c[1] < 0x90) || (*c == 0xf4 && c[1] > 0x8f))
		return 0;
	for (size_t i = 1; i < length; i++)
		if ((c[i] & 0xc0) != 0x80)
			return 0;
	return length;
}

static void write_string(struct json *json, const char *text)
{
	fputc('"', json->out);
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '"' || c == '\\')
			fprintf(json->out, "\\%c", c);
		else if (c < ' ')
			fprintf(json->out, "\\u%04x", c);
		else if (c < 0x7f)
			fputc(c, json->out);
		else if (utf8_length(text))
			text += fwrite(text, 1, utf8_length(text), json->out) - 1;
		else
			fputc('?', json->out);
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
