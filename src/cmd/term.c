/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/term.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define WIDTH_MIN 20
#define WIDTH_DEFAULT 80

static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

static unsigned int width_of(FILE *out)
{
	struct winsize size = { 0 };
	unsigned long width = 0;

	if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0)
		width = size.ws_col;
	if (!width)
		width = strtoul(variable("COLUMNS"), NULL, 10);
	if (!width || width > 1000)
		width = WIDTH_DEFAULT;
	return (unsigned int)(width < WIDTH_MIN ? WIDTH_MIN : width);
}

/* The first of these that is set decides (locale(7)). */
static bool is_unicode(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *value = variable(names[i]);

		if (value[0])
			return strstr(value, "UTF-8") || strstr(value, "utf8") || strstr(value, "UTF8") ||
			       strstr(value, "utf-8");
	}
	return false;
}

int term_start(struct term *term, FILE *out, const char *colour)
{
	bool terminal = isatty(fileno(out));

	*term = (struct term){
		.out = out, .terminal = terminal, .unicode = terminal && is_unicode(), .rest = ""
	};
	if (terminal)
		term->width = width_of(out);
	if (!strcmp(colour, "always"))
		term->colour = true;
	else if (!strcmp(colour, "auto"))
		term->colour = terminal && !variable("NO_COLOR")[0] && strcmp(variable("TERM"), "dumb") != 0;
	else if (strcmp(colour, "never") != 0)
		return -EINVAL;
	return 0;
}

/* Columns that a text takes: bytes but those that go on with a character. */
static unsigned int columns_of(const char *text, size_t length)
{
	unsigned int columns = 0;

	for (size_t i = 0; i < length; i++)
		columns += ((unsigned char)text[i] & 0xc0) != 0x80;
	return columns;
}

static void start_line(struct term *term, const char *before)
{
	fputs(before, term->out);
	term->column = columns_of(before, strlen(before));
	term->blank = true;
}

void term_open(struct term *term, const char *first, const char *rest)
{
	term->rest = rest;
	term->below = false;
	start_line(term, first);
}

static void end_style(struct term *term)
{
	if (term->styled)
		fputs("\033[0m", term->out);
	term->styled = false;
}

void term_break(struct term *term)
{
	end_style(term);
	fputc('\n', term->out);
	start_line(term, term->rest);
	term->below = true;
}

/* Names come from files, and files may hold what a terminal takes for a command. */
static void write_text(struct term *term, enum term_style style, const char *text, size_t length)
{
	static const char *const codes[] = { "", "1", "2", "32", "33", "31" };

	if (term->colour && style != TERM_PLAIN && !term->styled) {
		fprintf(term->out, "\033[%sm", codes[style]);
		term->styled = true;
	}
	for (size_t i = 0; i < length; i++)
		fputc((unsigned char)text[i] < ' ' || text[i] == 0x7f ? '?' : text[i], term->out);
}

/* How many bytes of @text fill @columns? A character is never cut. */
static size_t bytes_of(const char *text, size_t length, unsigned int columns)
{
	size_t i = 0;

	for (; i < length; i++)
		if (((unsigned char)text[i] & 0xc0) != 0x80 && !columns--)
			break;
	return i;
}

static void put_word(struct term *term, enum term_style style, const char *word, size_t length)
{
	unsigned int columns = columns_of(word, length);

	if (!term->blank && term->width && term->column + 1 + columns > term->width)
		term_break(term);
	if (!term->blank) {
		fputc(' ', term->out);
		term->column++;
	}
	while (term->width && term->column + columns > term->width && term->column + 2 <= term->width) {
		size_t part = bytes_of(word, length, term->width - term->column - 1);

		write_text(term, style, word, part);
		fputc('\\', term->out);
		term_break(term);
		word += part;
		length -= part;
		columns = columns_of(word, length);
	}
	write_text(term, style, word, length);
	term->column += columns;
	term->blank = false;
}

void term_put(struct term *term, enum term_style style, const char *format, ...)
{
	const char *text;
	va_list args;

	va_start(args, format);
	text = util_text_list(format, args);
	va_end(args);
	for (const char *c = text; *c;) {
		size_t length = strcspn(c, " ");

		if (length)
			put_word(term, style, c, length);
		c += length;
		c += strspn(c, " ");
	}
	end_style(term);
}

void term_mark(struct term *term, char sign)
{
	fputc(sign, term->out);
	term->column++;
}

void term_cell(struct term *term, enum term_style style, unsigned int columns, const char *text)
{
	unsigned int length = columns_of(text, strlen(text));

	put_word(term, style, text, strlen(text));
	end_style(term);
	for (; length < columns && (!term->width || term->column < term->width); length++) {
		fputc(' ', term->out);
		term->column++;
	}
}

unsigned int term_columns(const char *text)
{
	return columns_of(text, strlen(text));
}

bool term_has_room(const struct term *term, unsigned int columns)
{
	return !term->width || term->column + !term->blank + columns <= term->width;
}

void term_cut(struct term *term, enum term_style style, const char *text)
{
	const char *mark = term->unicode ? "…" : "...";
	size_t length = strlen(text);

	if (!term_has_room(term, columns_of(text, length))) {
		unsigned int before = term->column + !term->blank + term_columns(mark);

		length = bytes_of(text, length, before < term->width ? term->width - before : 0);
		while (length && text[length - 1] == ' ')
			length--;
		text = util_text("%.*s%s", (int)length, text, mark);
	}
	put_word(term, style, text, strlen(text));
	end_style(term);
}

void term_close(struct term *term)
{
	fputc('\n', term->out);
}

void term_cure(struct term *term, const char *first, const char *rest, const char *hint)
{
	if (hint[0] && term->terminal) {
		term_close(term);
		term_open(term, first, rest);
		term_put(term, TERM_PLAIN, term->unicode ? "→" : "->");
	} else if (hint[0]) {
		term_mark(term, ';');
	}
	term_put(term, TERM_PLAIN, "%s", hint);
	term_close(term);
}

void term_blank(struct term *term)
{
	term_close(term);
}

void term_heading(struct term *term, const char *format, ...)
{
	const char *text;
	va_list args;

	va_start(args, format);
	text = util_text_list(format, args);
	va_end(args);
	term_blank(term);
	term_open(term, "", "");
	term_put(term, TERM_BOLD, "%s", text);
	term_close(term);
}
