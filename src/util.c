/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util.h"

#include <stdint.h>
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

/* --- memory --- */

/* A page of the smallest kind. */
#define PAGE 4096

static char *reserve;
static size_t reserve_size;
static bool is_short;
static util_last_word *last_word;

bool util_reserve(size_t size)
{
	char *memory;

	if (reserve_size >= size)
		return true;
	memory = malloc(size);
	if (!memory)
		return false;
	/* What is only promised may be missing when it is touched. */
	for (size_t i = 0; i < size; i += PAGE)
		((volatile char *)memory)[i] = 1;
	free(reserve);
	reserve = memory;
	reserve_size = size;
	return true;
}

bool util_is_short_of_memory(void)
{
	return is_short;
}

util_last_word *util_on_no_memory(util_last_word *word)
{
	util_last_word *before = last_word;

	last_word = word;
	return before;
}

bool util_free_reserve(void)
{
	is_short = true;
	if (!reserve)
		return false;
	free(reserve);
	reserve = NULL;
	reserve_size = 0;
	return true;
}

static void *resize(void *memory, size_t count, size_t size)
{
	void *resized;

	if (size && count > SIZE_MAX / size)
		return NULL;
	resized = realloc(memory, count * size);
	if (!resized && util_free_reserve())
		resized = realloc(memory, count * size);
	return resized;
}

_Noreturn void util_end_without_memory(void)
{
	if (last_word)
		last_word();
	else
		fputs("vfio-early: out of memory\n", stderr);
	/* A child must not print again what its parent has yet to print. */
	_exit(1);
}

static void *or_end(void *memory)
{
	if (!memory)
		util_end_without_memory();
	return memory;
}

void *util_resize(void *memory, size_t size)
{
	return resize(memory, 1, size);
}

void *util_grow(void *array, size_t count, size_t size)
{
	/* Full whenever the count is a power of two: capacity is the next power of two, so it is not stored. */
	if (count & (count - 1))
		return array;
	return or_end(resize(array, count ? count * 2 : 1, size));
}

void *util_zeroed(size_t count, size_t size)
{
	void *memory;

	do {
		memory = calloc(count ? count : 1, size);
	} while (!memory && util_free_reserve());
	return or_end(memory);
}

char *util_copy(const char *text, size_t length)
{
	char *copy = or_end(resize(NULL, 1, length + 1));

	memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}

/* --- texts --- */

/* How much of a foreign text is shown. */
#define SHOWN 100
#define MORE "..."

/* Each text stands behind a pointer to the one before it. */
struct text {
	struct text *before;
	char text[];
};
static struct text *texts;

static char *add_text(size_t length)
{
	struct text *new = or_end(resize(NULL, 1, sizeof(*new) + length + 1));

	new->before = texts;
	texts = new;
	return new->text;
}

static const char *printf_format(2, 0) make_text(const char *start, const char *format, va_list args)
{
	size_t length = strlen(start);
	va_list again;
	char *text;
	int more;

	va_copy(again, args);
	more = vsnprintf(NULL, 0, format, again);
	va_end(again);
	text = add_text(length + (size_t)(more < 0 ? 0 : more));
	memcpy(text, start, length + 1);
	if (more > 0)
		vsnprintf(text + length, (size_t)more + 1, format, args);
	return text;
}

char *util_text_copy(const char *text, size_t length)
{
	char *copy = add_text(length);

	memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
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
	bool cut = length > SHOWN;
	size_t shown = cut ? SHOWN : length;
	char *copy = add_text(shown + strlen(MORE));

	for (size_t i = 0; i < shown; i++)
		copy[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
	strcpy(copy + shown, cut ? MORE : "");
	return copy;
}

struct text *util_texts_mark(void)
{
	return texts;
}

void util_free_texts_since(struct text *mark)
{
	while (texts != mark) {
		struct text *before = texts->before;

		free(texts);
		texts = before;
	}
}

void util_cleanup_texts(struct text **mark)
{
	util_free_texts_since(*mark);
}

void util_free_texts(void)
{
	util_free_texts_since(NULL);
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

char *util_text_unquoted(const char *text)
{
	char *copy = util_text_copy(text, strlen(text));

	util_unquote(copy);
	return copy;
}

/* The number of @count digits at @text, or 0. */
static unsigned int read_digits(const char *text, unsigned int base, size_t count)
{
	static const char digits[] = "0123456789abcdef";
	unsigned int value = 0;

	for (; count; count--, text++) {
		const char *digit = *text ? strchr(digits, *text | (*text >= 'A' ? 0x20 : 0)) : NULL;

		if (!digit || digit - digits >= (int)base)
			return 0;
		value = value * base + (unsigned int)(digit - digits);
	}
	return value;
}

void util_unescape(char *text, const char *lead, int base, size_t digits)
{
	char *out = text;

	while (*text) {
		const char *number = text + strlen(lead);
		char character = util_starts_with(text, lead) ?
					 (char)read_digits(number, (unsigned int)base, digits) :
					 '\0';

		if (character) {
			*out++ = character;
			text += strlen(lead) + digits;
		} else {
			*out++ = *text++;
		}
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
