/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/advice-trial.h"

#include <stdlib.h>
#include <string.h>

#include "core/carry.h"
#include "core/guard.h"
#include "core/match.h"
#include "core/planner.h"

/* Neighbours may bring neighbours of their own, with "set expand=": so often more is claimed, and no more. */
#define ROUNDS 4

size_t advice_index_of(const struct advice_input *input, const struct pci_function *function)
{
	return (size_t)(function - input->plan->functions);
}

/* --- to ask the planner --- */

static void add_claim(struct config *config, const struct pci_function *function)
{
	const char *text = pci_address_text(&function->address);
	struct claim *claim = &config->claims[config->claim_count++];

	*claim = (struct claim){
		.selector = { .kind = SELECTOR_ADDRESS, .address = function->address },
		.text = (char *)text,
		.wanted_by = (char *)text,
		.rank = CLAIM_OF_FILE,
	};
}

void advice_trial_make(const struct advice_input *input, const bool *added, const struct claim *without,
		       const struct claim *alone, const struct pci_function *insisted,
		       struct advice_trial *ret)
{
	const struct config *config = input->plan->config;
	size_t count = input->plan->function_count;
	cleanup_free int *wanted = util_zeroed(count, sizeof(*wanted));
	struct plan_input early = *input->plan;

	*ret = (struct advice_trial){ .config = *config, .input = *input->plan };
	ret->config.claims = util_zeroed(config->claim_count + count + 1, sizeof(*config->claims));
	ret->config.claim_count = 0;
	for (size_t c = 0; c < config->claim_count; c++) {
		if (&config->claims[c] == without)
			continue;
		ret->config.claims[ret->config.claim_count] = config->claims[c];
		if (&config->claims[c] == alone)
			ret->config.claims[ret->config.claim_count].expand = EXPAND_NONE;
		ret->config.claim_count++;
	}
	for (size_t i = 0; i < count; i++)
		if (added && added[i])
			add_claim(&ret->config, &input->plan->functions[i]);
	if (insisted) {
		struct claim *claim;

		add_claim(&ret->config, insisted);
		claim = &ret->config.claims[ret->config.claim_count - 1];
		claim->stage = STAGE_EARLY;
		claim->selector.pinned = true;
		claim->selector.id = (struct selector_id){
			insisted->vendor, insisted->device, SELECTOR_ANY, SELECTOR_ANY, 0, 0
		};
	}
	match_claims(&ret->config, input->plan->functions, count, wanted);
	match_expand(&ret->config, input->plan->functions, count, wanted);
	early.config = ret->input.config = &ret->config;
	early.stage = &plan_early;
	early.early = NULL;
	if (input->plan->early) {
		planner_make(&early, wanted, &ret->early);
		ret->input.early = &ret->early;
	}
	planner_make(&ret->input, wanted, &ret->plan);
}

void advice_trial_clear(struct advice_trial *trial)
{
	plan_clear(&trial->plan);
	plan_clear(&trial->early);
	free(trial->config.claims);
}

/* --- to judge a trial --- */

bool advice_refuse(struct advice_refusal *ret, const struct pci_function *cause, const char *why)
{
	*ret = (struct advice_refusal){ cause, why, "" };
	return true;
}

const char *advice_without_insisting(const char *hint)
{
	if (!strcmp(hint, GUARD_ALONE))
		return "";
	if (!util_starts_with(hint, CARRY_INSIST))
		return hint;
	hint += strlen(CARRY_INSIST);
	return hint[0] ? hint + strlen("; ") : "";
}

/* Where a guard keeps it for another one of its group, that one is the cause. */
bool advice_refuse_by_entry(const struct plan *plan, const struct plan_entry *entry,
			    struct advice_refusal *ret)
{
	const struct plan_entry *root = entry->because ? plan_entry_of(plan, entry->because) : NULL;

	root = root ? root : entry;
	*ret = (struct advice_refusal){ root->function, root->reason, "" };
	/* What the guard of a disk advises gets at the cause; to give the last display away does not. */
	if (pci_may_carry_disks(root->function) && !pci_is_behind_vmd(root->function))
		ret->cure = advice_without_insisting(root->hint);
	if (!ret->cure[0] && util_starts_with(root->hint, CARRY_INSIST))
		ret->cure = ADVICE_MISSING_DISK;
	return true;
}

/* A display of the group that has to be claimed too, so that none is left for the host. */
static const struct pci_function *display_of(const struct advice_input *input, const bool *accepted,
					     const bool *added)
{
	for (size_t i = 0; i < input->plan->function_count; i++)
		if (added[i] && !accepted[i] && pci_is_display(&input->plan->functions[i]))
			return &input->plan->functions[i];
	return NULL;
}

bool advice_has_direct_region(const struct advice_input *input, int group)
{
	for (size_t i = 0; i < input->plan->function_count; i++)
		if (input->plan->functions[i].iommu_group == group && input->plan->functions[i].direct_region)
			return true;
	return false;
}

bool advice_is_blocked(const struct plan *plan, int group)
{
	for (size_t n = 0; n < plan->neighbour_count; n++)
		if (plan->neighbours[n].blocks && plan->neighbours[n].function->iommu_group == group)
			return true;
	return false;
}

bool advice_trial_refuses(const struct advice_input *input, const struct plan *plan,
			  const struct advice_trial *trial, const bool *accepted, const bool *added,
			  struct advice_refusal *ret)
{
	bool refused = false;

	for (size_t i = 0; i < trial->plan.count; i++) {
		const struct plan_entry *entry = &trial->plan.entries[i];

		if (!entry->function || plan_is_taken(entry))
			continue;
		if (added[advice_index_of(input, entry->function)])
			return advice_refuse_by_entry(&trial->plan, entry, ret);
		if (plan_takes(plan, entry->function)) {
			const struct pci_function *display = display_of(input, accepted, added);

			return display ? advice_refuse(ret, display, "it is the host's display then") :
					 advice_refuse_by_entry(&trial->plan, entry, ret);
		}
	}
	for (size_t i = 0; i < trial->plan.count; i++) {
		const struct pci_function *function = trial->plan.entries[i].function, *physical;

		if (!function || !plan_is_taken(&trial->plan.entries[i]))
			continue;
		physical = pci_find_physical(input->plan->functions, input->plan->function_count, function);
		if (physical && plan_takes(&trial->plan, physical) && !plan_takes(plan, physical))
			return advice_refuse(ret, physical, "its driver creates the virtual function");
	}
	for (size_t i = 0; i < trial->plan.count; i++) {
		const struct pci_function *function = trial->plan.entries[i].function;
		struct explanation why;

		if (!function || !plan_is_taken(&trial->plan.entries[i]) || plan_takes(plan, function) ||
		    accepted[advice_index_of(input, function)])
			continue;
		if (advice_would_miss(input, &trial->plan, function, &why)) {
			/* Whoever cures one of them must not find the next one behind it. */
			if (!refused || !why.hint[0])
				*ret = (struct advice_refusal){ function, why.reason, why.hint };
			if (!why.hint[0])
				return true;
			refused = true;
		}
		if (function->iommu_group >= 0 && advice_has_direct_region(input, function->iommu_group))
			return advice_refuse(ret, function, "the firmware reserves memory for it");
	}
	return refused;
}

const struct pci_function *advice_what_to_claim(const struct advice_input *input,
						const struct pci_function *function)
{
	if (pci_is_behind_vmd(function))
		return pci_find_vmd(input->plan->functions, input->plan->function_count, function);
	return pci_is_real_bridge(function) ? NULL : function;
}

bool advice_makes(const struct advice_input *input, const struct plan *plan,
		  const struct pci_function *function)
{
	const struct pci_function *physical =
		pci_find_physical(input->plan->functions, input->plan->function_count, function);

	for (size_t n = 0; physical && n < plan->neighbour_count; n++)
		if (plan->neighbours[n].function == physical && plan->neighbours[n].blocks)
			return true;
	return false;
}

/*
 * Add what stands in the way of @group, or of a function that goes only in the trial. Returns false where that
 * cannot be claimed.
 */
static bool add_blocking(const struct advice_input *input, const struct plan *base, const struct plan *plan,
			 int group, bool *added, bool *ret_more, struct advice_refusal *refusal)
{
	*ret_more = false;
	for (size_t n = 0; n < plan->neighbour_count; n++) {
		const struct plan_neighbour *neighbour = &plan->neighbours[n];
		const struct pci_function *function = neighbour->function, *one;
		bool concerns = function->iommu_group == group;

		for (size_t i = 0; i < plan->count && !concerns; i++)
			concerns = plan->entries[i].function && plan_is_taken(&plan->entries[i]) &&
				   plan->entries[i].iommu_group == function->iommu_group &&
				   !plan_takes(base, plan->entries[i].function);
		if (!neighbour->blocks || !concerns || advice_makes(input, plan, function))
			continue;
		if (neighbour->wanted)
			return !advice_refuse_by_entry(plan, plan_entry_of(plan, function), refusal);
		one = advice_what_to_claim(input, function);
		if (!one)
			return !advice_refuse(refusal, function,
					      pci_is_behind_vmd(function) ? "it is behind a VMD controller" :
									    GUARD_BRIDGE);
		*ret_more |= !added[advice_index_of(input, one)];
		added[advice_index_of(input, one)] = true;
	}
	return true;
}

bool advice_may_claim(const struct advice_input *input, const struct plan *plan, int group,
		      const bool *accepted, bool *added, struct advice_refusal *ret)
{
	bool more = true, refused = !add_blocking(input, plan, plan, group, added, &more, ret);

	for (size_t round = 0; round < ROUNDS && !refused; round++) {
		struct advice_trial trial;

		advice_trial_make(input, added, NULL, NULL, NULL, &trial);
		refused = !add_blocking(input, plan, &trial.plan, group, added, &more, ret) ||
			  (!more && advice_trial_refuses(input, plan, &trial, accepted, added, ret));
		advice_trial_clear(&trial);
		if (!more)
			break;
	}
	return !refused && !more;
}
