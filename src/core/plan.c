/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/plan.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/match.h"

const struct plan_stage plan_early = { .before_disks = true, .acts = true };
const struct plan_stage plan_late = { .after_early = true, .acts = true };
const struct plan_stage plan_next = { .whole_machine = true, .view = BLOCK_VIEW_NEXT_BOOT };
const struct plan_stage plan_facts = { .whole_machine = true, .view = BLOCK_VIEW_FACTS };

void plan_decide(struct plan_entry *entry, enum verdict verdict, const char *hint, const char *reason, ...)
{
	va_list args;

	entry->verdict = verdict;
	entry->hint = hint;
	va_start(args, reason);
	entry->reason = util_text_list(reason, args);
	va_end(args);
}

const char *plan_driver(const struct plan_entry *entry)
{
	return entry->variant_driver ? entry->variant_driver : entry->wanted_driver;
}

const char *plan_sentence(const struct plan_entry *entry)
{
	struct outcome outcome = {
		.verdict = entry->verdict,
		.driver = plan_driver(entry),
		.was = entry->function ? entry->function->driver : "",
		.iommu_group = entry->iommu_group,
		.reason = entry->reason,
	};

	return verdict_sentence(&outcome);
}

bool plan_is_excused(const struct plan_entry *entry)
{
	return (entry->verdict == VERDICT_ABSENT && entry->claim->optional) ||
	       (entry->verdict == VERDICT_KEPT && entry->incidental);
}

int plan_level(const struct plan_entry *entry)
{
	if (plan_is_excused(entry))
		return 6;
	/* Bound, and something is still in a guest's way. */
	return entry->verdict == VERDICT_BOUND && entry->hint[0] ? 4 : verdict_level(entry->verdict);
}

const struct early_verdict *plan_find_early_verdict(const struct plan_input *input,
						    const struct pci_function *function)
{
	for (size_t i = 0; i < input->early_verdict_count; i++)
		if (!pci_address_compare(&input->early_verdicts[i].address, &function->address))
			return &input->early_verdicts[i];
	return NULL;
}

static int by_function(const void *key, const void *element)
{
	const struct pci_function *function = key, *other = ((const struct plan_entry *)element)->function;

	/* Entries without a function stand behind the others. */
	return !other ? -1 : (function > other) - (function < other);
}

const struct plan_entry *plan_entry_of(const struct plan *plan, const struct pci_function *function)
{
	return plan->count ?
		       bsearch(function, plan->entries, plan->count, sizeof(*plan->entries), by_function) :
		       NULL;
}

bool plan_takes(const struct plan *plan, const struct pci_function *function)
{
	const struct plan_entry *entry = plan_entry_of(plan, function);

	return entry && plan_is_taken(entry);
}

const struct pci_function *plan_taken_of_group(const struct plan *plan, int group)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->entries[i].function && plan->entries[i].iommu_group == group &&
		    plan_is_taken(&plan->entries[i]))
			return plan->entries[i].function;
	return NULL;
}

void plan_clear(struct plan *plan)
{
	free(plan->entries);
	free(plan->neighbours);
	free(plan->groups);
	free(plan->advised);
	free(plan->gone);
	*plan = (struct plan){ 0 };
}

bool plan_is_pending(const struct plan_entry *entry)
{
	return entry->verdict == VERDICT_WOULD_BIND && !entry->decided_early;
}

bool plan_is_taken(const struct plan_entry *entry)
{
	return entry->verdict == VERDICT_WOULD_BIND || entry->verdict == VERDICT_BOUND;
}

void plan_give_up(struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		struct plan_entry *entry = &plan->entries[i];

		if (!plan_is_pending(entry) && !entry->reserved)
			continue;
		entry->reserved = false;
		entry->give_back = entry->withheld;
		if (plan_is_pending(entry))
			plan_decide(entry, VERDICT_KEPT, "look for memory in dmesg, and reboot",
				    "no memory was left to claim it");
	}
}

bool plan_failed(const struct plan *plan, const struct config *config)
{
	for (size_t i = 0; i < plan->count; i++) {
		const struct plan_entry *entry = &plan->entries[i];

		if (verdict_is_failure(entry->verdict) && !plan_is_excused(entry) &&
		    !(entry->verdict == VERDICT_KEPT && match_is_kept(config, entry->function)))
			return true;
	}
	return false;
}

static bool needs_driver(const struct plan_entry *entry)
{
	return plan_is_pending(entry) || (entry->claim->rank == CLAIM_OF_MODULE && !entry->decided_early &&
					  entry->verdict != VERDICT_OFF);
}

bool plan_loads_driver(const struct plan *plan, size_t index)
{
	if (!needs_driver(&plan->entries[index]))
		return false;
	for (size_t i = 0; i < index; i++)
		if (needs_driver(&plan->entries[i]) &&
		    !strcmp(plan->entries[i].wanted_driver, plan->entries[index].wanted_driver))
			return false;
	return true;
}
