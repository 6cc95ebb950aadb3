/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the targets with random machines share. */
#pragma once

#include "core/config.h"
#include "core/pci.h"
#include "fuzz.h"

static inline uint8_t take(const uint8_t **data, size_t *size)
{
	if (!*size)
		return 0;
	--*size;
	return *(*data)++;
}

/* Sort by address; of two functions at one address the first one stays. Returns how many are left. */
static inline size_t sort_functions(struct pci_function *functions, size_t count)
{
	size_t unique = 0;

	pci_sort(functions, count);
	for (size_t i = 0; i < count; i++)
		if (!unique || pci_address_compare(&functions[unique - 1].address, &functions[i].address))
			functions[unique++] = functions[i];
	return unique;
}

/* Add a line of configuration; @variant picks the options of a claim. */
static inline void add_wish(struct config *config, const char *selector, unsigned int variant, bool keep)
{
	static const char *const options[] = { "",
					       " expand=slot",
					       " expand=group",
					       " stage=early",
					       " stage=late",
					       " optional",
					       " driver=pci-stub",
					       " stage=early expand=group" };
	char line[160];

	util_format(line, sizeof(line), "%s %s%s\n", keep ? "keep" : "claim", selector,
		    keep ? "" : options[variant & 7]);
	config_add_file(config, "/f", line, strlen(line));
}

static inline bool is_kept(const struct config *config, const struct pci_function *function)
{
	for (size_t i = 0; i < config->keep_count; i++)
		if (selector_match(&config->keeps[i].selector, function) == SELECTOR_YES)
			return true;
	return false;
}
