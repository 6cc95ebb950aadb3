/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/match.h"

#include <stdlib.h>
#include <string.h>

/* How exactly does the selector name one device? */
static int exactness(const struct selector *selector)
{
	switch (selector->kind) {
	case SELECTOR_ADDRESS:
		return selector->every_function ? 2 : selector->pinned ? 5 : 3;
	case SELECTOR_PATH:
		return selector->every_function ? 2 : 4;
	case SELECTOR_BOOT_VGA:
		return 1;
	case SELECTOR_ID:
		break;
	}
	return 0;
}

bool match_names_device(const struct claim *claim, const struct pci_function *function)
{
	const struct selector *selector = &claim->selector;

	return selector_match(selector, function) == SELECTOR_YES &&
	       (selector->kind != SELECTOR_ID || selector->id.vendor != SELECTOR_ANY);
}

/* What expand= or ".*" adds was not named: a second controller of the same group must not slip through. */
static bool names_exactly(const struct claim *claim, const struct pci_function *function)
{
	const struct selector *selector = &claim->selector;

	return (selector->pinned || selector->kind == SELECTOR_PATH) && !selector->every_function &&
	       selector_match(selector, function) == SELECTOR_YES;
}

/*
 * Of two claims that match one device, which one's options count? The command line's, then a file's, then
 * that of a module's ids=; then the more exact one's, then whichever asks for more: never the one that is
 * written first.
 */
bool match_is_stronger(const struct claim *a, const struct claim *b)
{
	/* clang-format off */
	int order[] = {
		(int)a->rank - (int)b->rank,
		exactness(&a->selector) - exactness(&b->selector),
		b->optional - a->optional,
		(int)a->expand - (int)b->expand,
		(int)a->stage - (int)b->stage,
		strcmp(a->driver, b->driver),
		strcmp(a->text, b->text),
	};
	/* clang-format on */

	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		if (order[i])
			return order[i] > 0;
	return false;
}

static int strongest_match(const struct config *config, const struct pci_function *function)
{
	int best = -1;

	for (size_t c = 0; c < config->claim_count; c++)
		if (selector_match(&config->claims[c].selector, function) == SELECTOR_YES &&
		    (best < 0 || match_is_stronger(&config->claims[c], &config->claims[best])))
			best = (int)c;
	return best;
}

size_t match_claims(const struct config *config, const struct pci_function *functions, size_t count,
		    int *wanted)
{
	size_t matched = 0;

	for (size_t i = 0; i < count; i++) {
		wanted[i] = strongest_match(config, &functions[i]);
		matched += wanted[i] >= 0;
	}
	return matched;
}

static size_t want(int *wanted, int claim)
{
	if (*wanted >= 0)
		return 0;
	*wanted = claim;
	return 1;
}

/* Of two claims by index, -1 for none. */
static int stronger_of(const struct config *config, int a, int b)
{
	return a < 0 || match_is_stronger(&config->claims[b], &config->claims[a]) ? b : a;
}

/* Functions of one slot stand next to each other: they are sorted by address. */
static size_t expand_slots(const struct config *config, const struct pci_function *functions, size_t count,
			   int *wanted)
{
	size_t added = 0;

	for (size_t start = 0, end; start < count; start = end) {
		int claim = -1;

		for (end = start;
		     end < count && pci_same_slot(&functions[start].address, &functions[end].address); end++)
			if (wanted[end] >= 0 &&
			    config_expand_of(config, &config->claims[wanted[end]]) == EXPAND_SLOT)
				claim = stronger_of(config, claim, wanted[end]);
		for (size_t i = start; claim >= 0 && i < end; i++)
			added += want(&wanted[i], claim);
	}
	return added;
}

static size_t expand_groups(const struct config *config, const struct pci_function *functions, size_t count,
			    int *wanted)
{
	size_t limit, added = 0;
	cleanup_free size_t *group = pci_group_numbers(functions, count, &limit);
	cleanup_free int *claims = util_zeroed(limit, sizeof(*claims));

	for (size_t i = 0; i < count; i++)
		if (wanted[i] >= 0 && group[i] != PCI_NO_GROUP &&
		    config_expand_of(config, &config->claims[wanted[i]]) == EXPAND_GROUP)
			claims[group[i]] = stronger_of(config, claims[group[i]] - 1, wanted[i]) + 1;
	for (size_t i = 0; i < count; i++)
		if (group[i] != PCI_NO_GROUP && claims[group[i]] && !pci_is_bridge(&functions[i]))
			added += want(&wanted[i], claims[group[i]] - 1);
	return added;
}

size_t match_expand(const struct config *config, const struct pci_function *functions, size_t count,
		    int *wanted)
{
	return expand_slots(config, functions, count, wanted) +
	       expand_groups(config, functions, count, wanted);
}

bool match_insists_on_early(const struct claim *claim, const struct pci_function *function)
{
	return claim->stage == STAGE_EARLY && names_exactly(claim, function);
}

bool match_is_asked_late(const struct config *config, const struct claim *claim,
			 const struct pci_function *function)
{
	bool late = claim->stage == STAGE_LATE;

	for (size_t c = 0; c < config->claim_count && !late; c++)
		late = config->claims[c].stage == STAGE_LATE &&
		       selector_match(&config->claims[c].selector, function) == SELECTOR_YES;
	return late;
}

bool match_is_loosely_early(const struct claim *claim, const struct pci_function *function)
{
	return claim->stage == STAGE_EARLY && pci_may_carry_disks(function) &&
	       selector_match(&claim->selector, function) == SELECTOR_YES &&
	       !match_insists_on_early(claim, function);
}

const char *match_idle_keep(const struct keep *keep, const struct pci_function *functions, size_t count)
{
	bool moved = false;

	for (size_t i = 0; i < count; i++) {
		enum selector_match match = selector_match(&keep->selector, &functions[i]);

		if (match == SELECTOR_YES)
			return NULL;
		moved |= match == SELECTOR_MOVED;
	}
	/* A boot that claims nothing looks at no device. */
	if (!count)
		return NULL;
	return moved ? "this keep has no effect: its address has another device than the pinned one" :
		       "this keep has no effect: no device matches it";
}

bool match_is_kept(const struct config *config, const struct pci_function *function)
{
	for (size_t k = 0; k < config->keep_count; k++)
		if (selector_match(&config->keeps[k].selector, function) == SELECTOR_YES)
			return true;
	return false;
}
