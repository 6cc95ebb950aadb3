/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/planner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/absent.h"
#include "core/guard.h"
#include "core/match.h"
#include "core/neighbours.h"

static struct plan_entry *add_entry(struct plan *plan, const struct claim *claim,
				    const struct pci_function *function)
{
	struct plan_entry *entry;

	plan->entries = util_grow(plan->entries, plan->count, sizeof(*plan->entries));
	entry = &plan->entries[plan->count++];
	*entry = (struct plan_entry){
		.function = function,
		.claim = claim,
		.verdict = VERDICT_WOULD_BIND,
		.wanted_driver = claim->driver[0] ? claim->driver : PLAN_DRIVER,
		.iommu_group = function ? function->iommu_group : -1,
		.reason = "",
		.hint = "",
		.claim_too = "",
	};
	if (function)
		memcpy(entry->driver, function->driver, sizeof(entry->driver));
	return entry;
}

static void judge_isolation(struct plan_entry *entry, const struct iommu *iommu)
{
	if ((entry->iommu_group >= 0 && !iommu->turns_off) || iommu->turns_on || iommu_groups_are_late(iommu))
		return;
	/* What cannot be isolated is not touched, not even until the late stage. */
	entry->reserved = false;
	if (!plan_is_pending(entry))
		return;
	if (iommu->state == IOMMU_OFF)
		plan_decide(entry, VERDICT_NO_IOMMU, iommu->hint, "%s", iommu->reason);
	else if (iommu->leaves_graphics && pci_is_display(entry->function) &&
		 entry->function->vendor == 0x8086)
		plan_decide(
			entry, VERDICT_NO_IOMMU,
			util_text("remove igfx_off from %s on the kernel command line",
				  iommu->leaves_graphics),
			"igfx_off (%s on the kernel command line) keeps the IOMMU off Intel's graphics, so "
			"it has no group",
			iommu->leaves_graphics);
	else
		plan_decide(entry, VERDICT_NO_IOMMU, "look for this device and 'iommu' in dmesg",
			    "the IOMMU is on but has no group for this device");
}

/* Where is the card that the pin names? */
static const char *hint_where(const struct plan_input *input, const struct selector *pin)
{
	struct selector id = { .kind = SELECTOR_ID, .id = pin->id };

	for (size_t i = 0; i < input->function_count; i++)
		if (selector_match(&id, &input->functions[i]) == SELECTOR_YES)
			return util_text(
				"the pinned id is at %s now; change the address, or claim it by its path",
				pci_address_text(&input->functions[i].address));
	return "no device has the pinned id; compare with lspci -nn";
}

static void add_moved(const struct plan_input *input, const struct claim *claim,
		      const struct pci_function *found, bool taken, struct plan *plan)
{
	/* Where another claim wants the newcomer, that entry is the device's; this one is the pin's. */
	struct plan_entry *entry = add_entry(plan, claim, taken ? NULL : found);

	plan_decide(entry, VERDICT_MOVED, hint_where(input, &claim->selector),
		    "the device at %s has the id %04x:%04x, so it is not %s",
		    pci_address_text(&found->address), found->vendor, found->device, claim->text);
}

static void add_nothing_found(const struct plan_input *input, const int *wanted, const struct claim *claim,
			      const char *off, struct plan *plan)
{
	struct plan_entry *entry = add_entry(plan, claim, NULL);
	const char *elsewhere = off ? "" : absent_in_segments(input->functions, input->function_count, claim);

	if (off)
		plan_decide(entry, VERDICT_OFF, "", "%s", off);
	else if (elsewhere[0])
		plan_decide(entry, VERDICT_ABSENT, "write the segment too",
			    "no device matches %s%s: without a segment it means segment 0000; there %s",
			    claim->text, claim->optional ? ", which is optional" : "", elsewhere);
	else
		plan_decide(
			entry, VERDICT_ABSENT,
			claim->optional ? "" :
					  absent_hint(input->functions, input->function_count, wanted, claim),
			"no device matches %s%s", claim->text, claim->optional ? ", which is optional" : "");
}

static int by_text(const void *a, const void *b)
{
	const struct claim *x = *(const struct claim *const *)a, *y = *(const struct claim *const *)b;
	int order = strcmp(x->text, y->text);

	if (order)
		return order;
	if (match_is_stronger(x, y) != match_is_stronger(y, x))
		return match_is_stronger(x, y) ? -1 : 1;
	return (x > y) - (x < y);
}

/*
 * The same selector gets one entry, however often it is written: which claims are that one? An array that the
 * caller frees, one a claim.
 */
static bool *find_distinct(const struct config *config)
{
	const struct claim **sorted = util_zeroed(config->claim_count, sizeof(const struct claim *));
	bool *distinct = util_zeroed(config->claim_count, sizeof(*distinct));

	for (size_t c = 0; c < config->claim_count; c++)
		sorted[c] = &config->claims[c];
	if (config->claim_count)
		qsort(sorted, config->claim_count, sizeof(const struct claim *), by_text);
	for (size_t c = 0; c < config->claim_count; c++)
		distinct[sorted[c] - config->claims] = !c || strcmp(sorted[c]->text, sorted[c - 1]->text);
	free(sorted);
	return distinct;
}

/* Selectors that found nothing, or another device than the pinned one, get an entry of their own. */
static void add_unmatched(const struct plan_input *input, const int *wanted, const char *off,
			  struct plan *plan)
{
	cleanup_free bool *distinct = find_distinct(input->config);

	for (size_t c = 0; c < input->config->claim_count; c++) {
		const struct claim *claim = &input->config->claims[c];
		enum selector_match match = SELECTOR_NO;
		size_t i;

		if (!distinct[c])
			continue;
		for (i = 0; i < input->function_count && match == SELECTOR_NO; i++)
			match = selector_match(&claim->selector, &input->functions[i]);
		if (match == SELECTOR_NO || (match == SELECTOR_MOVED && off))
			add_nothing_found(input, wanted, claim, off, plan);
		else if (match == SELECTOR_MOVED)
			add_moved(input, claim, &input->functions[i - 1], wanted[i - 1] >= 0, plan);
	}
}

static int by_subject(const void *a, const void *b)
{
	const struct plan_entry *x = a, *y = b;

	if (x->function && y->function && x->function != y->function)
		return (x->function > y->function) - (x->function < y->function);
	if (!x->function != !y->function)
		return x->function ? -1 : 1;
	return strcmp(x->claim->text, y->claim->text);
}

/* Has the early stage deferred the function, by its report, or by its plan where this is a dry run? */
static bool was_deferred(const struct plan_input *input, const struct pci_function *function)
{
	const struct plan_entry *decided = input->early ? plan_entry_of(input->early, function) : NULL;
	const struct early_verdict *found = plan_find_early_verdict(input, function);

	if (decided)
		return decided->reserved;
	return found ? found->verdict == VERDICT_DEFERRED : !input->reported;
}

/* What a guest's driver has, or was reserved by the early stage, and the plan leaves to the host. */
static void find_given_back(const struct plan_input *input, struct plan_entry *entry)
{
	bool early = input->stage->before_disks;
	bool leaves = entry->verdict == VERDICT_KEPT || entry->verdict == VERDICT_NO_IOMMU ||
		      (entry->verdict == VERDICT_DEFERRED && early && !entry->reserved);
	/*
	 * What the early stage has reserved: it may have known of less that the host needs than the late one.
	 */
	bool reserved =
		!early && was_deferred(input, entry->function) && !pci_may_carry_disks(entry->function);

	entry->withheld = input->stage->acts && !entry->decided_early && !pci_is_bridge(entry->function) &&
			  (reserved || pci_is_guest_driver(entry->driver));
	entry->give_back = entry->withheld && leaves;
}

/* What the early stage has decided stays in the report, also of what was pulled out since. */
static void keep_gone(const struct plan_input *input, struct plan *plan)
{
	for (size_t i = 0; i < input->early_verdict_count && input->stage->after_early; i++) {
		const struct early_verdict *early = &input->early_verdicts[i];

		if (pci_find(input->functions, input->function_count, &early->address))
			continue;
		plan->gone = util_grow(plan->gone, plan->gone_count, sizeof(*plan->gone));
		plan->gone[plan->gone_count++] = early->json;
	}
}

static void make_plan(const struct plan_input *input, const int *wanted, struct plan *ret)
{
	const struct config *config = input->config;
	const char *off = config_off_reason(config);
	cleanup_free enum wait *wait = util_zeroed(input->function_count, sizeof(*wait));

	*ret = (struct plan){ 0 };
	for (size_t i = 0; i < input->function_count; i++) {
		struct plan_entry *entry;

		if (wanted[i] < 0)
			continue;
		entry = add_entry(ret, &config->claims[wanted[i]], &input->functions[i]);
		if (off)
			plan_decide(entry, VERDICT_OFF, "", "%s", off);
	}
	wait_find(config, input->needs, input->facts, input->functions, input->function_count, wanted, wait);
	if (!off)
		guard_apply(input, wait, ret);
	for (size_t i = 0; i < ret->count && !config->iommu_ignored; i++)
		judge_isolation(&ret->entries[i], input->iommu);
	if (!off)
		guard_displays(input, ret);
	for (size_t i = 0; i < ret->count && !off; i++)
		find_given_back(input, &ret->entries[i]);
	add_unmatched(input, wanted, off, ret);
	keep_gone(input, ret);
	if (ret->count)
		qsort(ret->entries, ret->count, sizeof(*ret->entries), by_subject);
	if (!off)
		neighbours_find(input, ret);
}

void planner_make(const struct plan_input *input, const int *wanted, struct plan *ret)
{
	struct plan_input seen = *input;

	/*
	 * What is behind a VMD controller is not there before its driver is, though the running host has it.
	 * Such segments come last.
	 */
	while (input->foreseen && input->stage->before_disks && seen.function_count &&
	       pci_is_behind_vmd(&input->functions[seen.function_count - 1]))
		seen.function_count--;
	make_plan(&seen, wanted, ret);
}
