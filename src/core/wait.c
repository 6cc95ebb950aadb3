/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/wait.h"

#include <stdlib.h>

#include "core/match.h"

/*
 * Does the boot need nothing removable? So, if the host facts are complete, nothing that they name was on such a
 * disk, which may be plugged in elsewhere by now, this boot names nothing that they do not know, and no network
 * card, which may hang off USB, is needed.
 */
static bool needs_nothing_removable(const struct host_needs *needs, const struct facts *facts)
{
	if (!facts_are_complete(facts) || facts->removable || needs->network || needs->network_use)
		return false;
	for (size_t n = 0; n < needs->count; n++)
		if (!needs->list[n].spare && host_needs_is_on_disk(&needs->list[n]) &&
		    !facts_find_need(facts, needs->list[n].text))
			return false;
	return true;
}

/*
 * May what the boot needs be on the function, or be reached through it? The disks behind a bridge are those
 * of other functions.
 */
static bool may_carry_root(const struct host_needs *needs, const struct facts *facts, bool removable,
			   const struct pci_function *function)
{
	bool may_carry = pci_may_carry_disks(function) && (removable || !pci_has_removable_disks(function));

	return may_carry || (function->has_disk && !pci_is_real_bridge(function)) ||
	       facts_find(facts, function, FACT_DISK) || facts_find(facts, function, FACT_KEY) ||
	       facts_find(facts, function, FACT_NETWORK) ||
	       (pci_is_network(function) && (needs->network || needs->network_use));
}

/* A keyboard may be plugged in elsewhere than when the facts were made. */
static bool may_have_keyboard(const struct facts *facts, const struct pci_function *function)
{
	return pci_has_removable_disks(function) || facts_find(facts, function, FACT_KEYBOARD);
}

/* The functions of one slot stand beside each other. */
static void mark_slot(const struct pci_function *functions, size_t count, size_t one, enum wait *wait)
{
	for (size_t i = one; i-- && pci_same_slot(&functions[i].address, &functions[one].address);)
		wait[i] = WAIT_STAGE;
	for (size_t i = one + 1; i < count && pci_same_slot(&functions[i].address, &functions[one].address);
	     i++)
		wait[i] = WAIT_STAGE;
}

/* What one claim with stage=late matches, and what it reaches beyond that. */
static void mark_late_claim(const struct config *config, const struct claim *claim,
			    const struct pci_function *functions, size_t count, const size_t *group,
			    size_t limit, enum wait *wait)
{
	enum expand expand = config_expand_of(config, claim);
	cleanup_free bool *reached = util_zeroed(limit, sizeof(*reached));

	for (size_t i = 0; i < count; i++) {
		if (selector_match(&claim->selector, &functions[i]) != SELECTOR_YES)
			continue;
		wait[i] = WAIT_STAGE;
		if (expand == EXPAND_SLOT)
			mark_slot(functions, count, i, wait);
		else if (expand != EXPAND_NONE && group[i] != PCI_NO_GROUP)
			reached[group[i]] = true;
	}
	for (size_t i = 0; i < count; i++)
		if (group[i] != PCI_NO_GROUP && reached[group[i]])
			wait[i] = WAIT_STAGE;
}

/* A group that is taken whole is decided at one time. */
static void mark_groups(const struct config *config, size_t count, const int *wanted, const size_t *group,
			size_t limit, enum wait *wait)
{
	cleanup_free bool *whole = util_zeroed(limit, sizeof(*whole)),
			  *waits = util_zeroed(limit, sizeof(*waits));

	for (size_t i = 0; i < count; i++) {
		if (wanted[i] < 0 || group[i] == PCI_NO_GROUP)
			continue;
		whole[group[i]] |= config_expand_of(config, &config->claims[wanted[i]]) == EXPAND_GROUP;
		waits[group[i]] |= wait[i] != WAIT_NOT;
	}
	for (size_t i = 0; i < count; i++)
		if (wanted[i] >= 0 && group[i] != PCI_NO_GROUP && wait[i] == WAIT_NOT && whole[group[i]] &&
		    waits[group[i]])
			wait[i] = WAIT_GROUP;
}

void wait_find(const struct config *config, const struct host_needs *needs, const struct facts *facts,
	       const struct pci_function *functions, size_t count, const int *wanted, enum wait *wait)
{
	size_t limit;
	cleanup_free size_t *group = pci_group_numbers(functions, count, &limit);

	bool removable = !needs_nothing_removable(needs, facts);

	for (size_t i = 0; i < count; i++)
		wait[i] = WAIT_NOT;
	for (size_t c = 0; c < config->claim_count; c++)
		if (config->claims[c].stage == STAGE_LATE)
			mark_late_claim(config, &config->claims[c], functions, count, group, limit, wait);
	for (size_t i = 0; i < count; i++)
		if (wanted[i] < 0)
			wait[i] = WAIT_NOT;
		else if (may_carry_root(needs, facts, removable, &functions[i]) &&
			 !match_insists_on_early(&config->claims[wanted[i]], &functions[i]))
			wait[i] = WAIT_NATURE;
		else if (needs->passphrase && may_have_keyboard(facts, &functions[i]) &&
			 !match_insists_on_early(&config->claims[wanted[i]], &functions[i]))
			wait[i] = WAIT_KEYBOARD;
	mark_groups(config, count, wanted, group, limit, wait);
	/* Whatever else it waits for, the host may need it until then. */
	for (size_t i = 0; i < count; i++)
		if (wait[i] != WAIT_NOT && may_carry_root(needs, facts, removable, &functions[i]))
			wait[i] = WAIT_NATURE;
		else if (wait[i] != WAIT_NOT && needs->passphrase && may_have_keyboard(facts, &functions[i]))
			wait[i] = WAIT_KEYBOARD;
}
