/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/advice.h"

#include <string.h>

#include "core/advice-group.h"
#include "core/advice-trial.h"
#include "core/advice-vmd.h"
#include "core/advice-words.h"
#include "core/carry.h"
#include "core/guard.h"
#include "core/match.h"

/* --- what belongs to a device --- */

static bool is_neighbour(const struct plan *plan, const struct pci_function *function)
{
	for (size_t n = 0; n < plan->neighbour_count; n++)
		if (plan->neighbours[n].function == function)
			return true;
	return false;
}

/* Audio, USB and USB-C of a graphics card are functions of the same slot, and of the same vendor. */
static bool belongs_to_card(const struct pci_function *function, const struct pci_function *card)
{
	unsigned int sub = function->class >> 8;

	return pci_same_slot(&function->address, &card->address) && function->vendor == card->vendor &&
	       function != card &&
	       (sub == PCI_SUB_AUDIO || sub == PCI_SUB_USB || sub == PCI_SUB_SERIAL_OTHER);
}

static void find_parts_of_cards(const struct advice_input *input, struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		const struct pci_function *card = plan->entries[i].function;

		if (!card || !plan_is_taken(&plan->entries[i]) || !pci_is_display(card))
			continue;
		for (size_t f = 0; f < input->plan->function_count; f++) {
			const struct pci_function *function = &input->plan->functions[f];

			if (!belongs_to_card(function, card) || !pci_has_host_driver(function) ||
			    plan_entry_of(plan, function) || is_neighbour(plan, function))
				continue;
			plan->neighbours =
				util_grow(plan->neighbours, plan->neighbour_count, sizeof(*plan->neighbours));
			plan->neighbours[plan->neighbour_count++] = (struct plan_neighbour){
				.function = function,
				.reason = util_text("is part of the card at %s and is not claimed",
						    pci_address_text(&card->address)),
				.hint = "",
				.claim = "",
			};
		}
	}
}

static void advise_on_parts(const struct advice_input *input, struct plan *plan, bool *accepted)
{
	for (size_t n = 0; n < plan->neighbour_count; n++) {
		struct plan_neighbour *neighbour = &plan->neighbours[n];
		size_t count = input->plan->function_count;
		cleanup_free bool *added = NULL;
		struct advice_refusal refusal = { 0 };

		if (neighbour->blocks || neighbour->wanted || neighbour->group_is_unusable)
			continue;
		added = util_zeroed(count, sizeof(*added));
		memcpy(added, accepted, count * sizeof(*added));
		added[advice_index_of(input, neighbour->function)] = true;
		neighbour->hint = "";
		if (advice_may_claim(input, plan, neighbour->function->iommu_group, accepted, added,
				     &refusal)) {
			advice_set_claim(neighbour, advice_list_claims(input, neighbour->function, plan,
								       accepted, added));
			memcpy(accepted, added, count * sizeof(*added));
		} else if (refusal.cause == neighbour->function) {
			neighbour->reason =
				util_text("%s; it stays with the host: %s", neighbour->reason, refusal.why);
		} else if (refusal.cause) {
			neighbour->reason = util_text(
				"%s; %s must be claimed with it, and stays with the host: %s",
				neighbour->reason, advice_name_with_driver(refusal.cause), refusal.why);
		}
	}
}

/* --- what stays for a disk that is not found --- */

/* To insist on it may lead nowhere: into a group that is not usable, or to the only keyboard. */
static void advise_to_insist(const struct advice_input *input, struct plan *plan, struct plan_entry *entry)
{
	const struct carry_question question = { .function = &entry->function->address,
						 .may_carry = pci_may_carry_disks(entry->function),
						 .is_storage = pci_is_storage(entry->function) };
	bool alone = !strcmp(entry->hint, GUARD_ALONE), leads;
	struct advice_trial trial;
	struct explanation why;

	if (!alone && !util_starts_with(entry->hint, CARRY_INSIST))
		return;
	advice_trial_make(input, NULL, NULL, alone ? entry->claim : NULL, alone ? NULL : entry->function,
			  &trial);
	leads = plan_takes(&trial.plan, entry->function) &&
		!advice_is_blocked(&trial.plan, entry->iommu_group) &&
		!advice_would_miss(input, &trial.plan, entry->function, &why);
	advice_trial_clear(&trial);
	if (leads)
		return;
	/* What helps against the cause itself stands behind what helps to insist. */
	if (alone && carry_keeps(input->plan->storage, &question, &why))
		entry->hint = why.hint;
	entry->hint = advice_without_insisting(entry->hint);
	if (!entry->hint[0])
		entry->hint = ADVICE_MISSING_DISK;
	for (size_t g = 0; g < plan->group_count; g++)
		if (plan->groups[g].cause == entry->function &&
		    (util_starts_with(plan->groups[g].hint, CARRY_INSIST) ||
		     !strcmp(plan->groups[g].hint, GUARD_ALONE)))
			plan->groups[g].hint = entry->hint;
}

/* --- bridges --- */

/* What is behind the bridge and may be claimed, in place of it. */
static void advise_on_bridge(const struct advice_input *input, struct plan *plan, struct plan_entry *entry,
			     bool *accepted)
{
	size_t count = input->plan->function_count;
	cleanup_free bool *added = util_zeroed(count, sizeof(*added));
	struct advice_refusal refusal = { 0 };
	const char *list = "";
	bool any = false;

	for (size_t i = 0; i < count; i++) {
		const struct pci_function *function = &input->plan->functions[i];

		if (!guard_is_behind(function, entry->function) || pci_is_bridge(function))
			continue;
		any = true;
		if (plan_entry_of(plan, function))
			continue;
		memcpy(added, accepted, count * sizeof(*added));
		added[i] = true;
		if (!advice_may_claim(input, plan, function->iommu_group, accepted, added, &refusal))
			continue;
		list = util_text_add(list, "%s%s", list[0] ? " " : "",
				     advice_list_claims(input, function, plan, accepted, added));
		memcpy(accepted, added, count * sizeof(*added));
	}
	entry->claim_too = list;
	entry->instead = list[0];
	if (list[0])
		entry->hint = util_text("claim the devices behind it instead: %s", list);
	else if (refusal.cause)
		entry->hint = util_text("remove the claim: %s stays with the host too: %s",
					advice_name_with_driver(refusal.cause), refusal.why);
	else if (any)
		entry->hint = "remove the claim";
}

void advice_find(const struct advice_input *input, struct plan *plan)
{
	bool *accepted = plan->advised = util_zeroed(input->plan->function_count, sizeof(*accepted));

	/* What a boot says, to ask check, is no help here. */
	for (size_t n = 0; n < plan->neighbour_count; n++)
		plan->neighbours[n].hint = "";
	find_parts_of_cards(input, plan);
	advice_on_groups(input, plan, accepted);
	advise_on_parts(input, plan, accepted);
	advice_on_whole_groups(input, plan);
	for (size_t i = 0; i < plan->count; i++)
		if (plan->entries[i].function && plan->entries[i].verdict == VERDICT_KEPT)
			advise_to_insist(input, plan, &plan->entries[i]);
	for (size_t i = 0; i < plan->count; i++)
		if (plan->entries[i].hint[0] && plan->entries[i].function &&
		    plan->entries[i].verdict == VERDICT_KEPT && pci_is_bridge(plan->entries[i].function) &&
		    !match_is_kept(input->plan->config, plan->entries[i].function))
			advise_on_bridge(input, plan, &plan->entries[i], accepted);
	for (size_t i = 0; i < plan->count; i++)
		if (plan->entries[i].function && plan->entries[i].verdict == VERDICT_KEPT &&
		    pci_is_behind_vmd(plan->entries[i].function) &&
		    !pci_is_bridge(plan->entries[i].function) &&
		    !match_is_kept(input->plan->config, plan->entries[i].function))
			advice_on_vmd(input, plan, &plan->entries[i]);
}

void advice_on_function(const struct advice_input *input, struct plan *plan,
			const struct pci_function *function, struct plan_neighbour *ret)
{
	size_t count = input->plan->function_count;
	cleanup_free bool *added = util_zeroed(count, sizeof(*added));
	const struct pci_function *taken = plan_taken_of_group(plan, function->iommu_group);
	const struct pci_function *one = advice_what_to_claim(input, function);
	struct advice_refusal refusal = {
		function, pci_is_behind_vmd(function) ? "it is behind a VMD controller" : GUARD_BRIDGE, ""
	};

	*ret = (struct plan_neighbour){ .function = function, .reason = "", .hint = "", .claim = "" };
	/* That no guest can use the group is said already. */
	if (advice_has_group(plan, function->iommu_group))
		return;
	if (!plan->advised)
		plan->advised = util_zeroed(count, sizeof(*plan->advised));
	memcpy(added, plan->advised, count * sizeof(*added));
	if (one)
		added[advice_index_of(input, one)] = true;
	if (one && advice_may_claim(input, plan, function->iommu_group, plan->advised, added, &refusal)) {
		advice_set_claim(ret, advice_list_claims(input, one, plan, plan->advised, added));
		memcpy(plan->advised, added, count * sizeof(*added));
	} else if (refusal.cause) {
		ret->reason = refusal.cause == function ?
				      refusal.why :
				      util_text("%s must be claimed with it, and stays with the host: %s",
						advice_name_with_driver(refusal.cause), refusal.why);
		ret->hint = refusal.cure[0] ?
				    refusal.cure :
				    advice_hint_to_part(input, taken ? taken : function, refusal.cause);
	}
}
