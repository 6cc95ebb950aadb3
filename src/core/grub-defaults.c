/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/grub-defaults.h"

#include <stdlib.h>
#include <string.h>

#include "core/boot-entry.h"

static bool is_name_character(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static size_t name_length(const char *text)
{
	size_t length = 0;

	while (is_name_character(text[length]))
		length++;
	return length && text[0] >= '0' && text[0] <= '9' ? 0 : length;
}

const char *grub_defaults_value(const struct grub_defaults *defaults, const char *name)
{
	for (size_t i = defaults->count; i-- > 0;)
		if (!strcmp(defaults->list[i].name, name))
			return defaults->list[i].value;
	return NULL;
}

/* No kernel takes so much, and no file sets so many. */
#define VALUE_LIMIT 8192
#define COUNT_LIMIT 1000

/* A value while it is read. */
struct reader {
	const struct grub_defaults *defaults;
	struct grub_default *out;
	char *value, *written;
	size_t value_length, written_length;
	bool cut;
};

static void put(struct reader *reader, const char *text, size_t length, bool written)
{
	/* Variables that double themselves would have no end. */
	if (length > VALUE_LIMIT - reader->value_length) {
		reader->cut = true;
		return;
	}
	for (size_t i = 0; i < length; i++) {
		reader->value = util_grow(reader->value, reader->value_length, 1);
		reader->value[reader->value_length++] = text[i];
		if (!written)
			continue;
		reader->written = util_grow(reader->written, reader->written_length, 1);
		reader->written[reader->written_length++] = text[i];
	}
}

/* What a command prints is not known. Returns what follows "`...`" or "$(...)". */
static const char *skip_command(struct reader *reader, const char *c)
{
	size_t depth = 1;

	put(reader, "$", 1, false);
	if (*c == '`') {
		c += 1 + strcspn(c + 1, "`");
		return c + (*c == '`');
	}
	for (c += 2; *c && depth; c++) {
		depth += *c == '(';
		depth -= *c == ')';
		if (*c == '\'' && !strchr(c + 1, '\''))
			break;
		if (*c == '\'')
			c = strchr(c + 1, '\'');
	}
	return c;
}

/* "$NAME" or "${NAME}"; anything else that the shell would work out stays as it is. Returns what follows. */
static const char *put_variable(struct reader *reader, const char *c)
{
	bool braced = c[1] == '{';
	const char *name = c + 1 + braced, *value;
	size_t length = name_length(name);
	cleanup_free char *copy = util_copy(name, length);

	if (c[1] == '(')
		return skip_command(reader, c);
	if (!length || (braced && name[length] != '}')) {
		put(reader, c, 1, true);
		return c + 1;
	}
	value = grub_defaults_value(reader->defaults, copy);
	reader->out->adds |= !strcmp(copy, reader->out->name);
	/* One that is not set here may come from the environment, but for those that these files are for. */
	if (value)
		put(reader, value, strlen(value), false);
	else if (!util_starts_with(copy, "GRUB_"))
		put(reader, "$", 1, false);
	return name + length + braced;
}

/* One word of the shell. Returns what follows. */
static const char *read_word(struct reader *reader, const char *c)
{
	char quote = 0;

	for (; *c && (quote || !strchr(" \t\r\n;", *c)); c++) {
		if (quote != '\'' && c[0] == '\\' && c[1]) {
			c++;
			if (*c == '\n')
				continue;
			if (quote && !strchr("\"\\$`", *c))
				put(reader, "\\", 1, true);
			put(reader, c, 1, true);
		} else if (quote ? *c == quote : *c == '"' || *c == '\'') {
			quote = quote ? 0 : *c;
		} else if (quote != '\'' && *c == '`') {
			c = skip_command(reader, c) - 1;
		} else if (quote != '\'' && *c == '$') {
			c = put_variable(reader, c) - 1;
		} else {
			put(reader, c, 1, true);
		}
	}
	return c;
}

static const char *skip_word(const char *c)
{
	struct grub_default none = { .name = "" };
	struct grub_defaults nothing = { .count = 0 };
	struct reader reader = { .defaults = &nothing, .out = &none };

	c = read_word(&reader, c);
	free(reader.value);
	free(reader.written);
	return c;
}

/* What stands at @c, behind "NAME=" or "NAME+=". */
static const char *read_value(struct grub_defaults *defaults, const char *file, const char *name, bool adds,
			      const char *c)
{
	struct grub_default new = { .file = file, .name = name, .adds = adds };
	struct reader reader = { .defaults = defaults, .out = &new };
	const char *before = adds ? grub_defaults_value(defaults, name) : NULL;

	if (before)
		put(&reader, before, strlen(before), false);
	c = read_word(&reader, c);
	defaults->unsure |= reader.cut;
	new.value = util_text_copy(reader.value ? reader.value : "", reader.value_length);
	new.written = util_text_copy(reader.written ? reader.written : "", reader.written_length);
	free(reader.value);
	free(reader.written);
	defaults->list = util_grow(defaults->list, defaults->count, sizeof(*defaults->list));
	defaults->list[defaults->count++] = new;
	return c;
}

/* What is no assignment is a command, and one of these decides about those that follow. */
static bool decides(const char *c)
{
	static const char *const words[] = { "if",   "case",   "for",  "while", "until", "unset", ".",
					     "eval", "source", "read", "[",     "[[",    "test" };
	size_t length = strcspn(c, " \t\r\n;");

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (util_equal(c, length, words[i]))
			return true;
	return false;
}

void grub_defaults_add(struct grub_defaults *defaults, const char *file, const char *text)
{
	const char *where = util_text("%s", file);

	for (const char *c = text; *c && defaults->count < COUNT_LIMIT;) {
		size_t length = name_length(c);
		bool adds = length && c[length] == '+' && c[length + 1] == '=';

		if (*c == '#') {
			c += strcspn(c, "\n");
		} else if (strchr(" \t\r\n;", *c)) {
			c++;
		} else if (length && (adds || c[length] == '=')) {
			c = read_value(defaults, where, util_text_copy(c, length), adds,
				       c + length + 1 + adds);
		} else {
			const char *word = c;

			defaults->unsure |= decides(c);
			c = skip_word(c);
			/* A word of one of the shell's own separators is none. */
			c += c == word;
		}
	}
}

void grub_defaults_clear(struct grub_defaults *defaults)
{
	free(defaults->list);
	*defaults = (struct grub_defaults){ 0 };
}

const char *grub_defaults_cmdline(const struct grub_defaults *defaults)
{
	const char *all = grub_defaults_value(defaults, GRUB_ALL),
		   *normal = grub_defaults_value(defaults, GRUB_NORMAL);

	if (defaults->unsure || defaults->count == COUNT_LIMIT || (!all && !normal))
		return NULL;
	return util_text("%s %s", all ? all : "", normal ? normal : "");
}

static bool goes_to_the_kernel(const struct grub_default *entry)
{
	return UTIL_IS_ONE_OF(entry->name, GRUB_ALL, GRUB_NORMAL);
}

const struct grub_default *grub_defaults_find(const struct grub_defaults *defaults,
					      const struct cmdline_param *param)
{
	const struct grub_default *variable = NULL;

	for (size_t i = defaults->count; i-- > 0;)
		if (goes_to_the_kernel(&defaults->list[i]) &&
		    boot_entry_has(defaults->list[i].written, param))
			return &defaults->list[i];
	/* Another variable may give it. */
	for (size_t i = defaults->count; i-- > 0 && !variable;)
		if (boot_entry_has(defaults->list[i].written, param))
			variable = &defaults->list[i];
	return variable;
}

const char *grub_defaults_place(const struct grub_defaults *defaults, const char *name, const char *standard)
{
	for (size_t i = defaults->count; i-- > 0;)
		if (!strcmp(defaults->list[i].name, name) && !defaults->list[i].adds)
			return defaults->list[i].file;
	return standard;
}
