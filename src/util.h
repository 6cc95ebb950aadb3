/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small helpers that every file may use: attributes, cleanup, memory, texts, bounded strings. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#define must_check __attribute__((warn_unused_result))
#define printf_format(fmt, args) __attribute__((format(printf, fmt, args)))
#define cleanup_free __attribute__((cleanup(util_cleanup_free)))
#define cleanup_close __attribute__((cleanup(util_cleanup_close)))
#define cleanup_texts __attribute__((cleanup(util_cleanup_texts), unused))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Free what the variable points to when it goes out of scope. */
void util_cleanup_free(void *pointer);
/* Close the file descriptor when the variable goes out of scope; negative ones are left alone. */
void util_cleanup_close(const int *fd);

/*
 * Memory. Where an allocation fails, the reserve is freed and it is tried again; where that does not help either,
 * what util_on_no_memory() has named gets the last word, and the process ends with exit status 1. None of these
 * returns NULL.
 */

/* Make room for one more element of @size bytes behind the @count that @array holds; the array doubles, and may move. */
void *util_grow(void *array, size_t count, size_t size) must_check;
/* An array of @count zeroed elements of @size bytes, which the caller frees. */
void *util_zeroed(size_t count, size_t size) must_check;
/* Copy @length bytes of @text into a new string, which the caller frees. */
char *util_copy(const char *text, size_t length) must_check;
/* Resize @memory to @size bytes, and return NULL where neither the system nor the reserve has them. */
void *util_resize(void *memory, size_t size) must_check;

/*
 * Keep at least @size bytes for when no memory is left, in place of an earlier reserve. Returns false where there is
 * not that much: then the earlier one stays.
 */
bool util_reserve(size_t size) must_check;
/* Give the reserve up now. Returns whether there was one. */
bool util_free_reserve(void);
/* Has an allocation failed, so that the reserve is used up? What was read then may lack something. */
bool util_is_short_of_memory(void);
/*
 * What is said and done before the process ends without memory. It must not allocate, and may end the process itself;
 * NULL is one line on standard error. Returns what was set before.
 */
typedef void util_last_word(void);
util_last_word *util_on_no_memory(util_last_word *word);
/* End the process so, for a library that has found no memory. */
_Noreturn void util_end_without_memory(void);

/*
 * Text for a person, or to work with: formatted, of any length. It lives until util_free_texts(), that is as long as
 * the process, so whoever has it may keep the pointer, and nobody frees it.
 */
const char *util_text(const char *format, ...) printf_format(1, 2) must_check;
const char *util_text_list(const char *format, va_list args) printf_format(1, 0) must_check;
/* @text with more behind it. */
const char *util_text_add(const char *text, const char *format, ...) printf_format(2, 3) must_check;
/* @length bytes of @text. */
char *util_text_copy(const char *text, size_t length) must_check;
/* @text without the quotes around it: see util_unquote(). */
char *util_text_unquoted(const char *text) must_check;
/*
 * @length bytes of foreign @text, to be shown in a line: what does not print becomes '?', and of a long text the first
 * hundred letters are shown, with "..." behind them.
 */
const char *util_text_shown(const char *text, size_t length) must_check;
/*
 * The newest text, and free those that were made since it was that: "cleanup_texts struct text *mark = util_texts_mark()"
 * does so at the end of a scope, where texts are printed for each device and nothing keeps them.
 */
struct text;
struct text *util_texts_mark(void) must_check;
void util_free_texts_since(struct text *mark);
void util_cleanup_texts(struct text **mark);
/* Free every text. For tests that run a program's work many times in one process. */
void util_free_texts(void);
/* Why something is so, and what to do, "" for nothing: texts of util_text() or of the program. */
struct explanation {
	const char *reason, *hint;
};

/* Format into @buffer of @size bytes, cut at the end, always terminated. Returns @buffer. */
const char *util_format(char *buffer, size_t size, const char *format, ...) printf_format(3, 4);
/* Add to the text in @buffer of @size bytes, cut at the end, always terminated. */
void util_append(char *buffer, size_t size, const char *format, ...) printf_format(3, 4);

/* Is the @length bytes at @text exactly the string @word? */
bool util_equal(const char *text, size_t length, const char *word);

/*
 * Take the next item of a list with commas between the items from *@cursor up to @end; empty ones are passed
 * over. Returns false at the end.
 */
bool util_next_item(const char **cursor, const char *end, const char **ret_item, size_t *ret_length);

/*
 * Has a list of @length bytes with commas between the items @word? One that ends in "=" is there with any
 * value.
 */
bool util_list_has(const char *list, size_t length, const char *word);

/* Take the next line of a text from *@cursor, without its end. Returns false at the text's end. */
bool util_next_line(const char **cursor, const char **ret_line, size_t *ret_length);

/*
 * Take the next word, between blanks, tabs and carriage returns, from *@cursor up to @end. Returns false at
 * the end.
 */
bool util_next_word(const char **cursor, const char *end, const char **ret_word, size_t *ret_length);

/* Does @text start with @prefix? */
bool util_starts_with(const char *text, const char *prefix);

/* Is @text one of the @count @words? UTIL_IS_ONE_OF(text, "a", "b") counts them. */
bool util_is_one_of(const char *text, const char *const *words, size_t count);
#define UTIL_IS_ONE_OF(text, ...) \
	util_is_one_of(text, (const char *const[]){ __VA_ARGS__ }, \
		       ARRAY_SIZE(((const char *const[]){ __VA_ARGS__ })))

/* Take the quotes off @text in place, where it begins and ends with the same kind. */
void util_unquote(char *text);

/*
 * Replace in place what stands for another character: @lead and @digits digits of @base, "\\" and 3 of 8 in
 * fstab(5), "\\x" and 2 of 16 in names that udev made. What is no such number, and a zero, is left.
 */
void util_unescape(char *text, const char *lead, int base, size_t digits);

/* Does @text end in @suffix, with something before it? */
bool util_ends_in(const char *text, const char *suffix);

/* Microseconds since boot (CLOCK_MONOTONIC), the kernel log's clock. */
unsigned long long util_now(void);
