/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which modules say that they drive a PCI function, as lspci -k lists them, for many functions. Pure. */
#pragma once

#include "core/pci.h"

/* One "pci:" alias of a kernel, in the text that has it. */
struct modalias_line {
	const char *pattern, *module;
	size_t pattern_length, module_length;
};

/* Take the next line "alias pci:PATTERN MODULE" of modules.alias. Returns false at the end. */
bool modaliases_next(const char **cursor, struct modalias_line *ret) must_check;
/* The same of modules.builtin.modinfo up to @end: fields "MODULE.alias=pci:PATTERN", each with a NUL byte behind it. */
bool modaliases_next_builtin(const char **cursor, const char *end, struct modalias_line *ret) must_check;

/* What each alias of a kernel matches; the names are in the texts that were added. */
struct modaliases {
	struct modalias *list;
	size_t count;
};

/* Add the "pci:" aliases of modules.alias, and of modules.builtin.modinfo (@length bytes). Both texts are kept. */
void modaliases_add(struct modaliases *aliases, const char *text);
void modaliases_add_builtin(struct modaliases *aliases, const char *text, size_t length);
/* When all are added. */
void modaliases_sort(struct modaliases *aliases);

/* Names of the modules, each once, with commas between them: a util_text(), "" for none. */
const char *modaliases_describe(const struct modaliases *aliases,
				const struct pci_function *function) must_check;
void modaliases_clear(struct modaliases *aliases);
