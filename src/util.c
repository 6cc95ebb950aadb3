/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void util_cleanup_free(void *pointer)
{
	free(*(void **)pointer);
}

void util_cleanup_close(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static void *or_exit(void *memory)
{
	if (!memory) {
		fputs("vfio-early: out of memory\n", stderr);
		/* A child must not print again what its parent has yet to print. */
		_exit(1);
	}
	return memory;
}

void *util_grow(void *array, size_t count, size_t size)
{
	/* Full whenever the count is a power of two: capacity is the next power of two, so it is not stored. */
	if (count & (count - 1))
		return array;
	return or_exit(reallocarray(array, count ? count * 2 : 1, size));
}

void *util_zeroed(size_t count, size_t size)
{
	return or_exit(calloc(count ? count : 1, size));
}

char *util_copy(const char *text, size_t length)
{
	char *copy = or_exit(malloc(length + 1));

	memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}

/* How much of a foreign text is shown. */
#define SHOWN 100

/* Each text stands behind a pointer to the one before it. */
struct text {
	struct text *before;
	char text[];
};
static struct text *texts;

static const char *printf_format(2, 0) make_text(const char *start, const char *format, va_list args)
{
	size_t length = strlen(start);
	va_list again;
	struct text *new;
	int more;

	va_copy(again, args);
	more = vsnprintf(NULL, 0, format, again);
	va_end(again);
	new = more < 0 ? NULL : malloc(sizeof(*new) + length + (size_t)more + 1);
	if (!new)
		return "(out of memory)";
	memcpy(new->text, start, length);
	vsnprintf(new->text + length, (size_t)more + 1, format, args);
	new->before = texts;
	texts = new;
	return new->text;
}

const char *util_text_list(const char *format, va_list args)
{
	return make_text("", format, args);
}

const char *util_text(const char *format, ...)
{
	const char *text;
	va_list args;

	va_start(args, format);
	text = make_text("", format, args);
	va_end(args);
	return text;
}

const char *util_text_add(const char *text, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	text = make_text(text, format, args);
	va_end(args);
	return text;
}

const char *util_text_shown(const char *text, size_t length)
{
	char shown[SHOWN + 4];

	return util_text("%s", util_printable(shown, sizeof(shown), text, length));
}

void util_free_texts(void)
{
	while (texts) {
		struct text *before = texts->before;

		free(texts);
		texts = before;
	}
}

const char *util_format(char *buffer, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(buffer, size, format, args);
	va_end(args);
	return buffer;
}

void util_append(char *buffer, size_t size, const char *format, ...)
{
	size_t used = strnlen(buffer, size);
	va_list args;

	va_start(args, format);
	vsnprintf(buffer + used, size - used, format, args);
	va_end(args);
}

const char *util_printable(char *buffer, size_t size, const char *text, size_t length)
{
	bool cut = length > size - 1;
	size_t shown = cut ? size - 4 : length;

	for (size_t i = 0; i < shown; i++)
		buffer[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
	strcpy(buffer + shown, cut ? "..." : "");
	return buffer;
}

bool util_equal(const char *text, size_t length, const char *word)
{
	return strlen(word) == length && !memcmp(text, word, length);
}

bool util_next_item(const char **cursor, const char *end, const char **ret_item, size_t *ret_length)
{
	const char *comma;

	while (*cursor < end && **cursor == ',')
		++*cursor;
	if (*cursor >= end)
		return false;
	comma = memchr(*cursor, ',', (size_t)(end - *cursor));
	*ret_item = *cursor;
	*cursor = comma ? comma : end;
	*ret_length = (size_t)(*cursor - *ret_item);
	return true;
}

bool util_list_has(const char *list, size_t length, const char *word)
{
	const char *item, *end = list + length;
	bool any = util_ends_in(word, "=");
	size_t size;

	while (util_next_item(&list, end, &item, &size))
		if (any ? size >= strlen(word) && util_starts_with(item, word) : util_equal(item, size, word))
			return true;
	return false;
}

bool util_next_line(const char **cursor, const char **ret_line, size_t *ret_length)
{
	if (!**cursor)
		return false;
	*ret_line = *cursor;
	*ret_length = strcspn(*cursor, "\n");
	*cursor += *ret_length + ((*cursor)[*ret_length] == '\n');
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

bool util_next_word(const char **cursor, const char *end, const char **ret_word, size_t *ret_length)
{
	const char *c = *cursor;

	while (c < end && is_blank(*c))
		c++;
	*ret_word = c;
	while (c < end && !is_blank(*c))
		c++;
	*ret_length = (size_t)(c - *ret_word);
	*cursor = c;
	return *ret_length;
}

bool util_starts_with(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

bool util_is_one_of(const char *text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(text, words[i]))
			return true;
	return false;
}

void util_unquote(char *text)
{
	size_t length = strlen(text);

	if (length >= 2 && (text[0] == '"' || text[0] == '\'') && text[length - 1] == text[0]) {
		memmove(text, text + 1, length - 2);
		text[length - 2] = '\0';
	}
}

void util_unescape(char *text, const char *lead, int base, size_t digits)
{
	char *out = text;

	while (*text) {
		char number[8] = "", *end, character;

		if (util_starts_with(text, lead)) {
			strncpy(number, text + strlen(lead), digits);
			character = (char)strtol(number, &end, base);
			if (end == number + digits && character) {
				*out++ = character;
				text += strlen(lead) + digits;
				continue;
			}
		}
		*out++ = *text++;
	}
	*out = '\0';
}

bool util_ends_in(const char *text, const char *suffix)
{
	size_t length = strlen(text), end = strlen(suffix);

	return length > end && !strcmp(text + length - end, suffix);
}

unsigned long long util_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000ULL + now.tv_nsec / 1000;
}
