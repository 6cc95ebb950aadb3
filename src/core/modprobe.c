/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/modprobe.h"

#include <stdlib.h>
#include <string.h>

#include "core/cmdline.h"

#define IDS "ids"

bool modprobe_next_line(struct modprobe_cursor *cursor, char *line)
{
	const char *text = cursor->text;
	size_t used = 0;

	if (!*text)
		return false;
	cursor->number += cursor->behind;
	cursor->behind = 1;
	for (; *text && *text != '\n'; text++) {
		if (*text == '\\' && text[1] == '\n') {
			text++;
			cursor->behind++;
		} else {
			line[used++] = *text;
		}
	}
	line[used] = '\0';
	cursor->text = text + (*text == '\n');
	return true;
}

char *modprobe_module_name(const char *name, size_t length)
{
	char *copy = util_copy(name, length);

	for (char *c = copy; *c; c++)
		if (*c == '-')
			*c = '_';
	return copy;
}

static void add(struct modprobe_ids *ids, const char *module, size_t module_length, const char *where,
		const char *text, size_t length)
{
	struct module_ids *one;

	ids->list = util_grow(ids->list, ids->count, sizeof(*ids->list));
	one = &ids->list[ids->count++];
	one->module = modprobe_module_name(module, module_length);
	one->where = util_copy(where, strlen(where));
	one->ids = util_copy(text, length);
	util_unquote(one->ids);
}

/* The arguments of a module: libkmod hands them over as they are, and the kernel splits them. */
static void add_arguments(struct modprobe_ids *ids, const char *where, const char *line, const char *end)
{
	struct cmdline_param param;
	const char *module;
	size_t length;

	if (!util_next_word(&line, end, &module, &length) || *module == '#')
		return;
	while (cmdline_next(&line, &param))
		if (param.value && cmdline_is(&param, IDS))
			add(ids, module, length, where, param.value, param.value_length);
}

static void add_lines(struct modprobe_ids *ids, const char *path, const char *text, bool options)
{
	struct modprobe_cursor cursor = { .text = text, .behind = 1 };
	cleanup_free char *line = util_zeroed(strlen(text) + 1, 1);

	while (modprobe_next_line(&cursor, line)) {
		const char *rest = line, *end = line + strlen(line), *word;
		size_t length;

		/* "options vfio-pci ids=10de:1c03,10de:10f1 disable_vga=1" */
		if (options &&
		    (!util_next_word(&rest, end, &word, &length) || !util_equal(word, length, "options")))
			continue;
		add_arguments(ids, util_text("%s:%u", path, cursor.number), rest, end);
	}
}

void modprobe_add_file(struct modprobe_ids *ids, const char *path, const char *text)
{
	add_lines(ids, path, text, true);
}

void modprobe_add_modules(struct modprobe_ids *ids, const char *path, const char *text)
{
	add_lines(ids, path, text, false);
}

void modprobe_add_cmdline(struct modprobe_ids *ids, const char *cmdline)
{
	struct cmdline_param param;

	while (cmdline_next(&cmdline, &param)) {
		const char *dot = memchr(param.name, '.', param.name_length);

		if (param.value && dot &&
		    util_equal(dot, (size_t)(param.name + param.name_length - dot), ".ids"))
			add(ids, param.name, (size_t)(dot - param.name),
			    util_text("%.*s", (int)param.name_length, param.name), param.value,
			    param.value_length);
	}
}

void modprobe_clear(struct modprobe_ids *ids)
{
	for (size_t i = 0; i < ids->count; i++) {
		free(ids->list[i].module);
		free(ids->list[i].where);
		free(ids->list[i].ids);
	}
	free(ids->list);
	*ids = (struct modprobe_ids){ 0 };
}

const struct module_ids *modprobe_find(const struct modprobe_ids *ids, const char *module)
{
	for (size_t i = ids->count; i; i--)
		if (!strcmp(ids->list[i - 1].module, module))
			return &ids->list[i - 1];
	return NULL;
}

bool modprobe_strip_ids(char *options)
{
	const char *cursor = options;
	struct cmdline_param param;
	char *out = options;
	bool found = false;

	for (const char *start = cursor; cmdline_next(&cursor, &param); start = cursor) {
		if (cmdline_is(&param, IDS)) {
			found = true;
			continue;
		}
		/* As it was written, with the blanks before it. */
		memmove(out, start, (size_t)(cursor - start));
		out += cursor - start;
	}
	*out = '\0';
	return found;
}
