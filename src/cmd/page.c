/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/page.h"

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
			return strstr(value, "UTF-8") || strstr(value, "utf8") || strstr(value, "UTF8") || strstr(value, "utf-8");
	}
	return false;
}

int page_start(struct page *page, FILE *out, const char *colour)
{
	bool terminal = isatty(fileno(out));

	*page = (struct page){ .out = out, .terminal = terminal, .unicode = terminal && is_unicode(), .rest = "" };
	if (terminal)
		page->width = width_of(out);
	if (!strcmp(colour, "always"))
		page->colour = true;
	else if (!strcmp(colour, "auto"))
		page->colour = terminal && !variable("NO_COLOR")[0] && strcmp(variable("TERM"), "dumb") != 0;
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

static void start_line(struct page *page, const char *before)
{
	fputs(before, page->out);
	page->column = columns_of(before, strlen(before));
	page->blank = true;
}

void page_open(struct page *page, const char *first, const char *rest)
{
	page->rest = rest;
	start_line(page, first);
}

static void end_style(struct page *page)
{
	if (page->styled)
		fputs("\033[0m", page->out);
	page->styled = false;
}

static void go_on_below(struct page *page)
{
	end_style(page);
	fputc('\n', page->out);
	start_line(page, page->rest);
}

/* Names come from files, and files may hold what a terminal takes for a command. */
static void write_text(struct page *page, enum page_style style, const char *text, size_t length)
{
	static const char *const codes[] = { "", "1", "2", "32", "33", "31" };

	if (page->colour && style != PAGE_PLAIN && !page->styled) {
		fprintf(page->out, "\033[%sm", codes[style]);
		page->styled = true;
	}
	for (size_t i = 0; i < length; i++)
		fputc((unsigned char)text[i] < ' ' || text[i] == 0x7f ? '?' : text[i], page->out);
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

static void put_word(struct page *page, enum page_style style, const char *word, size_t length)
{
	unsigned int columns = columns_of(word, length);

	if (!page->blank && page->width && page->column + 1 + columns > page->width)
		go_on_below(page);
	if (!page->blank) {
		fputc(' ', page->out);
		page->column++;
	}
	while (page->width && page->column + columns > page->width && page->column + 2 <= page->width) {
		size_t part = bytes_of(word, length, page->width - page->column - 1);

		write_text(page, style, word, part);
		fputc('\\', page->out);
		go_on_below(page);
		word += part;
		length -= part;
		columns = columns_of(word, length);
	}
	write_text(page, style, word, length);
	page->column += columns;
	page->blank = false;
}

void page_put(struct page *page, enum page_style style, const char *format, ...)
{
	char text[2048];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	for (const char *c = text; *c;) {
		size_t length = strcspn(c, " ");

		if (length)
			put_word(page, style, c, length);
		c += length;
		c += strspn(c, " ");
	}
	end_style(page);
}

void page_mark(struct page *page, char sign)
{
	fputc(sign, page->out);
	page->column++;
}

void page_cell(struct page *page, enum page_style style, unsigned int columns, const char *text)
{
	unsigned int length = columns_of(text, strlen(text));

	put_word(page, style, text, strlen(text));
	end_style(page);
	for (; length < columns && (!page->width || page->column < page->width); length++) {
		fputc(' ', page->out);
		page->column++;
	}
}

void page_close(struct page *page)
{
	fputc('\n', page->out);
}

void page_cure(struct page *page, const char *first, const char *rest, const char *hint)
{
	if (hint[0] && page->terminal) {
		page_close(page);
		page_open(page, first, rest);
		page_put(page, PAGE_PLAIN, page->unicode ? "→" : "->");
	} else if (hint[0]) {
		page_mark(page, ';');
	}
	page_put(page, PAGE_PLAIN, "%s", hint);
	page_close(page);
}

void page_blank(struct page *page)
{
	page_close(page);
}

void page_heading(struct page *page, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	page_blank(page);
	page_open(page, "", "");
	page_put(page, PAGE_BOLD, "%s", text);
	page_close(page);
}
