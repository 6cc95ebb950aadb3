/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which modules say that they drive a PCI function, as lspci -k lists them, for many functions. Pure. */
#pragma once

#include "core/pci.h"

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
