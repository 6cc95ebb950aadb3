/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/advice-group.h"

#include <string.h>

#include "core/advice-trial.h"
#include "core/advice-words.h"

/* --- groups that are claimed in part --- */

/* A part of the chipset that was claimed by itself makes no group usable either. */
static bool takes_chipset(const struct plan *plan, int group, struct advice_refusal *ret)
{
	for (size_t i = 0; i < plan->count; i++) {
		const struct plan_entry *entry = &plan->entries[i];
		const char *why = entry->function && entry->iommu_group == group && plan_is_taken(entry) ?
					  advice_chipset_part(entry->function) :
					  NULL;

		if (why)
			return advice_refuse(ret, entry->function, why);
	}
	return false;
}

static void advise_on_group(const struct advice_input *input, struct plan *plan, int group, bool *accepted)
{
	const struct pci_function *function = plan_taken_of_group(plan, group);
	size_t count = input->plan->function_count;
	cleanup_free bool *added = util_zeroed(count, sizeof(*added));
	struct advice_refusal refusal = { 0 };
	const char *hint;
	bool usable;

	memcpy(added, accepted, count * sizeof(*added));
	usable = !takes_chipset(plan, group, &refusal) &&
		 advice_may_claim(input, plan, group, accepted, added, &refusal);
	if (!usable && !refusal.cause)
		advice_refuse(&refusal, function, "too many other devices must be claimed for that");
	hint = usable          ? "" :
	       refusal.cure[0] ? refusal.cure :
				 advice_hint_to_part(input, function, refusal.cause);
	if (hint[0])
		advice_add_group(plan, group, function, refusal.cause,
				 advice_say_unusable(plan, group, function, &refusal), hint);
	for (size_t n = 0; n < plan->neighbour_count; n++) {
		struct plan_neighbour *neighbour = &plan->neighbours[n];
		const struct pci_function *one = advice_what_to_claim(input, neighbour->function);

		if (neighbour->function->iommu_group != group)
			continue;
		neighbour->group_is_unusable = !usable;
		if (neighbour->wanted)
			continue;
		neighbour->hint = hint;
		if (usable && advice_makes(input, plan, neighbour->function))
			neighbour->hint = util_text("without the driver of %s it does not exist",
						    pci_address_text(&neighbour->function->physical));
		if (usable && one && added[advice_index_of(input, one)])
			advice_set_claim(neighbour, advice_list_claims(input, one, plan, accepted, added));
	}
	if (usable)
		memcpy(accepted, added, count * sizeof(*added));
}

/*
 * The firmware reserves memory of a device: the kernel gives it to no guest (drivers/iommu/intel/iommu.c,
 * device_rmrr_is_relaxable() and device_is_rmrr_locked(); drivers/iommu/iommu.c, require_direct, Linux 6.6).
 */
static void refuse_direct_region(const struct plan_input *input, struct plan *plan, int group)
{
	const struct pci_function *function = plan_taken_of_group(plan, group);

	advice_add_group(
		plan, group, function, function,
		util_text(
			"no guest can use IOMMU group %d: the firmware reserves memory for a device of it "
			"(an RMRR, \"direct\" in its reserved_regions), and the kernel refuses such a group",
			group),
		util_text("update the firmware, or disable what uses the memory in its setup%s",
			  advice_is_card(input, function) ?
				  " or with the vendor's tool (HP: \"shared memory features\" of the slot); "
				  "another slot may have no reserved memory" :
				  ""));
	for (size_t n = 0; n < plan->neighbour_count; n++)
		if (plan->neighbours[n].function->iommu_group == group) {
			plan->neighbours[n].group_is_unusable = true;
			plan->neighbours[n].hint = "";
		}
}

static bool is_first_of_group(const struct advice_input *input, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (input->plan->functions[i].iommu_group == input->plan->functions[index].iommu_group)
			return false;
	return true;
}

void advice_on_groups(const struct advice_input *input, struct plan *plan, bool *accepted)
{
	for (size_t i = 0; i < input->plan->function_count; i++) {
		int group = input->plan->functions[i].iommu_group;

		if (group < 0 || !plan_taken_of_group(plan, group) || !is_first_of_group(input, i))
			continue;
		if (advice_has_direct_region(input, group))
			refuse_direct_region(input->plan, plan, group);
		else if (advice_is_blocked(plan, group))
			advise_on_group(input, plan, group, accepted);
	}
}

/* --- groups that expand=group does not take --- */

/* Would what the claim itself names be usable without the rest of its group? */
static bool goes_alone(const struct advice_input *input, const struct plan *plan,
		       const struct plan_entry *failed)
{
	struct advice_trial trial;
	bool goes = true, any = false;

	advice_trial_make(input, NULL, NULL, failed->claim, NULL, &trial);
	for (size_t i = 0; i < plan->count && goes; i++) {
		const struct plan_entry *entry = &plan->entries[i];

		if (!entry->function || entry->claim != failed->claim ||
		    entry->iommu_group != failed->iommu_group ||
		    selector_match(&entry->claim->selector, entry->function) != SELECTOR_YES)
			continue;
		goes = plan_takes(&trial.plan, entry->function);
		any = true;
	}
	goes &= any && !advice_is_blocked(&trial.plan, failed->iommu_group) &&
		!advice_has_direct_region(input, failed->iommu_group);
	advice_trial_clear(&trial);
	return goes;
}

/* The one of the group that its claim names, or the first one. */
static const struct plan_entry *named_of(const struct plan *plan, int group)
{
	const struct plan_entry *first = NULL;

	for (size_t i = 0; i < plan->count; i++) {
		const struct plan_entry *entry = &plan->entries[i];

		if (!entry->because || entry->iommu_group != group)
			continue;
		if (selector_match(&entry->claim->selector, entry->function) == SELECTOR_YES)
			return entry;
		first = first ? first : entry;
	}
	return first;
}

void advice_on_whole_groups(const struct advice_input *input, struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		const struct plan_entry *entry = &plan->entries[i], *named, *root;
		struct advice_refusal refusal;
		const char *hint;

		if (!entry->because || advice_has_group(plan, entry->iommu_group))
			continue;
		named = named_of(plan, entry->iommu_group);
		if (!named)
			continue;
		root = plan_entry_of(plan, entry->because);
		advice_refuse_by_entry(plan, entry, &refusal);
		/* Who names the cause is told there what helps. */
		if (root && selector_match(&root->claim->selector, root->function) == SELECTOR_YES)
			refusal.cure = root->hint;
		hint = goes_alone(input, plan, named) ?
			       "remove expand=group: no driver is bound to the rest of the group" :
		       refusal.cure[0] ? refusal.cure :
					 advice_hint_to_part(input, named->function, entry->because);
		advice_add_group(plan, entry->iommu_group, named->function, entry->because,
				 advice_say_unusable(plan, entry->iommu_group, named->function, &refusal),
				 hint);
		for (size_t e = 0; e < plan->count; e++)
			if (plan->entries[e].because && plan->entries[e].iommu_group == entry->iommu_group)
				plan->entries[e].hint = hint;
	}
}
