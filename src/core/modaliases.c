/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/modaliases.h"

#include <stdlib.h>
#include <string.h>

#define ANY 0xffffffffU

/* "pci:v000010DEd*sv*sd*bc03sc00i00*": the fields in their order (scripts/mod/file2alias.c, do_pci_entry()). */
enum { VENDOR, DEVICE, SUBVENDOR, SUBDEVICE, BASE, SUB, INTERFACE, FIELDS };

struct modalias {
	uint32_t field[FIELDS];
	const char *module;
	size_t length, place; /* place: in the order in which they were added */
};

static bool parse(const char *text, const char *end, uint32_t field[FIELDS])
{
	static const struct {
		const char *name;
		int digits;
	} forms[] = { { "pci:v", 8 }, { "d", 8 },  { "sv", 8 }, { "sd", 8 },
		      { "bc", 2 },    { "sc", 2 }, { "i", 2 } };

	for (size_t i = 0; i < FIELDS; i++) {
		if ((size_t)(end - text) < strlen(forms[i].name) || !util_starts_with(text, forms[i].name))
			return false;
		text += strlen(forms[i].name);
		field[i] = ANY;
		if (text < end && *text == '*')
			text++;
		else if (!pci_hex_parse(&text, end, forms[i].digits, &field[i]))
			return false;
	}
	/* A "*" ends each, for what a later kernel may add. */
	return text == end || (text + 1 == end && *text == '*');
}

bool modaliases_next(const char **cursor, struct modalias_line *ret)
{
	const char *line;
	size_t length;

	while (util_next_line(cursor, &line, &length)) {
		const char *end = line + length, *word;
		size_t size;

		if (util_next_word(&line, end, &word, &size) && util_equal(word, size, "alias") &&
		    util_next_word(&line, end, &ret->pattern, &ret->pattern_length) &&
		    util_starts_with(ret->pattern, "pci:") &&
		    util_next_word(&line, end, &ret->module, &ret->module_length))
			return true;
	}
	return false;
}

bool modaliases_next_builtin(const char **cursor, const char *end, struct modalias_line *ret)
{
	static const char mark[] = ".alias=";

	while (*cursor < end) {
		const char *field = *cursor, *found = strstr(field, mark);

		*cursor += strlen(field) + 1;
		if (!found || !util_starts_with(found + strlen(mark), "pci:"))
			continue;
		*ret = (struct modalias_line){ .pattern = found + strlen(mark),
					       .module = field,
					       .pattern_length = strlen(found + strlen(mark)),
					       .module_length = (size_t)(found - field) };
		return true;
	}
	return false;
}

static void add(struct modaliases *aliases, const struct modalias_line *line)
{
	struct modalias alias = { .module = line->module,
				  .length = line->module_length,
				  .place = aliases->count };

	if (!parse(line->pattern, line->pattern + line->pattern_length, alias.field))
		return;
	aliases->list = util_grow(aliases->list, aliases->count, sizeof(*aliases->list));
	aliases->list[aliases->count++] = alias;
}

void modaliases_add(struct modaliases *aliases, const char *text)
{
	struct modalias_line line;

	while (modaliases_next(&text, &line))
		add(aliases, &line);
}

void modaliases_add_builtin(struct modaliases *aliases, const char *text, size_t length)
{
	const char *cursor = text;
	struct modalias_line line;

	while (modaliases_next_builtin(&cursor, text + length, &line))
		add(aliases, &line);
}

/* By vendor, so that a machine of many functions is looked up fast; the aliases of any vendor are the last ones. */
static int by_vendor(const void *a, const void *b)
{
	const struct modalias *x = a, *y = b;

	if (x->field[VENDOR] != y->field[VENDOR])
		return x->field[VENDOR] < y->field[VENDOR] ? -1 : 1;
	return x->place < y->place ? -1 : 1;
}

void modaliases_sort(struct modaliases *aliases)
{
	if (aliases->count)
		qsort(aliases->list, aliases->count, sizeof(*aliases->list), by_vendor);
}

/* The first alias of @vendor or of a higher one. */
static size_t first_of(const struct modaliases *aliases, uint32_t vendor)
{
	size_t low = 0, high = aliases->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (aliases->list[middle].field[VENDOR] < vendor)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool matches(const struct modalias *alias, const uint32_t field[FIELDS])
{
	for (size_t i = 0; i < FIELDS; i++)
		if (alias->field[i] != ANY && alias->field[i] != field[i])
			return false;
	return true;
}

const char *modaliases_describe(const struct modaliases *aliases, const struct pci_function *function)
{
	const uint32_t field[FIELDS] = {
		function->vendor,       function->device,      function->subvendor,
		function->subdevice,    function->class >> 16, function->class >> 8 & 0xff,
		function->class & 0xff,
	};
	const uint32_t vendors[] = { function->vendor, ANY };
	const char *text = "";

	for (size_t v = 0; v < ARRAY_SIZE(vendors); v++) {
		size_t i = first_of(aliases, vendors[v]);

		for (; i < aliases->count && aliases->list[i].field[VENDOR] == vendors[v]; i++) {
			const struct modalias *alias = &aliases->list[i];
			const char *name;

			if (!matches(alias, field))
				continue;
			name = util_text("%.*s", (int)alias->length, alias->module);
			if (!util_list_has(text, strlen(text), name))
				text = util_text_add(text, "%s%s", text[0] ? "," : "", name);
		}
	}
	return text;
}

void modaliases_clear(struct modaliases *aliases)
{
	free(aliases->list);
	*aliases = (struct modaliases){ 0 };
}
