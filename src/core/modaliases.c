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

static void add(struct modaliases *aliases, const char *pattern, size_t size, const char *module,
		size_t length)
{
	struct modalias alias = { .module = module, .length = length, .place = aliases->count };

	if (!parse(pattern, pattern + size, alias.field))
		return;
	aliases->list = util_grow(aliases->list, aliases->count, sizeof(*aliases->list));
	aliases->list[aliases->count++] = alias;
}

/* "alias PATTERN MODULE" */
void modaliases_add(struct modaliases *aliases, const char *text)
{
	const char *line, *pattern, *module;
	size_t length, size, module_length;

	while (util_next_line(&text, &line, &length)) {
		const char *end = line + length;

		if (length > 10 && util_starts_with(line, "alias pci:") &&
		    util_next_word(&line, end, &pattern, &size) &&
		    util_next_word(&line, end, &pattern, &size) &&
		    util_next_word(&line, end, &module, &module_length))
			add(aliases, pattern, size, module, module_length);
	}
}

/* "nouveau.alias=PATTERN", fields that end with a NUL byte. */
void modaliases_add_builtin(struct modaliases *aliases, const char *text, size_t length)
{
	static const char mark[] = ".alias=";

	for (const char *field = text, *end = text + length; field < end; field += strlen(field) + 1) {
		const char *pattern = strstr(field, mark);

		if (pattern)
			add(aliases, pattern + strlen(mark), strlen(pattern + strlen(mark)), field,
			    (size_t)(pattern - field));
	}
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
