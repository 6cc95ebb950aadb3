/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/advice.h"

#include <stdlib.h>
#include <string.h>

#include "core/carry.h"
#include "core/guard.h"
#include "core/match.h"
#include "core/planner.h"

/* Neighbours may bring neighbours of their own, with "set expand=": so often more is claimed, and no more. */
#define ROUNDS 4

/* The plan of a configuration that claims more. */
struct trial {
	struct config config;
	struct plan_input input;
	struct plan early, plan;
};

/* Why not? */
struct refusal {
	const struct pci_function *cause;
	const char *why, *cure; /* cure: "" where only another group helps */
};

static size_t index_of(const struct advice_input *input, const struct pci_function *function)
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

/*
 * Make the plan of the same machine where the functions marked in @added are claimed as well, and the claim
 * @without is not there (NULL: all are). Where @alone is not NULL that claim takes no group with it.
 */
static void trial_make(const struct advice_input *input, const bool *added, const struct claim *without,
		       const struct claim *alone, struct trial *ret)
{
	const struct config *config = input->plan->config;
	size_t count = input->plan->function_count;
	cleanup_free int *wanted = util_zeroed(count, sizeof(*wanted));
	struct plan_input early = *input->plan;

	*ret = (struct trial){ .config = *config, .input = *input->plan };
	ret->config.claims = util_zeroed(config->claim_count + count, sizeof(*config->claims));
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

static void trial_clear(struct trial *trial)
{
	plan_clear(&trial->plan);
	plan_clear(&trial->early);
	free(trial->config.claims);
}

/* --- what the host needs though no guard keeps it --- */

/* The firmware's flash: Intel's controller in the chipset, or by its driver (drivers/spi). */
static bool is_flash(const struct pci_function *function)
{
	const struct pci_address *address = &function->address;

	return util_starts_with(function->driver, "intel-spi") ||
	       util_starts_with(function->driver, "spi_") ||
	       (function->vendor == 0x8086 && function->class >> 8 == PCI_SUB_SERIAL_OTHER && !address->bus &&
		address->slot == 0x1f);
}

/* Parts of the chipset that the machine itself works with. */
const char *advice_chipset_part(const struct pci_function *function)
{
	if (pci_is_real_bridge(function))
		return GUARD_BRIDGE;
	if (function->class >> 8 == PCI_SUB_SMBUS)
		return "it is the SMBus of the chipset: the sensors and the memory of the host are connected "
		       "to it";
	return is_flash(function) ? "the flash memory of the firmware is connected to it" : NULL;
}

static const char *disk_use(const struct block_devices *storage, const struct pci_function *function)
{
	const struct host_needs *needs = storage ? storage->needs : NULL;

	for (size_t u = 0; storage && u < storage->use_count; u++)
		if (block_use_is_on(storage, &storage->uses[u], &function->address))
			return util_text("it carries %s now", block_use_text(storage->uses[u].place));
	for (size_t n = 0; needs && n < needs->count; n++)
		if (needs->list[n].spare && block_need_is_on(storage, &needs->list[n], &function->address))
			return util_text("/etc/fstab has %s on it", needs->list[n].purpose);
	return NULL;
}

static bool has_other_network(const struct trial *trial)
{
	for (size_t i = 0; i < trial->input.function_count; i++)
		if (pci_is_network(&trial->input.functions[i]) &&
		    pci_has_host_driver(&trial->input.functions[i]) &&
		    !plan_takes(&trial->plan, &trial->input.functions[i]))
			return true;
	return false;
}

static bool has_keyboard(const struct advice_input *input, const struct pci_function *function)
{
	for (size_t i = 0; i < input->keyboard_count; i++)
		if (!pci_address_compare(&input->keyboards[i], &function->address))
			return true;
	return false;
}

static bool has_other_keyboard(const struct advice_input *input, const struct plan *plan)
{
	for (size_t i = 0; i < input->keyboard_count; i++) {
		const struct pci_function *function =
			pci_find(input->plan->functions, input->plan->function_count, &input->keyboards[i]);

		if (!function || !plan_takes(plan, function))
			return true;
	}
	return false;
}

/* Has the host another display than this one, with a driver if this one has one? */
static bool has_other_display(const struct plan_input *input, const struct plan *plan,
			      const struct pci_function *function)
{
	for (size_t i = 0; i < input->function_count; i++)
		if (guard_is_host_display(input, plan, &input->functions[i]) &&
		    (!pci_has_host_driver(function) || pci_has_host_driver(&input->functions[i])))
			return true;
	return false;
}

/* Would the host miss a function that goes only in the trial? */
static bool would_miss(const struct advice_input *input, const struct trial *trial,
		       const struct pci_function *function, struct explanation *ret)
{
	*ret = (struct explanation){ advice_chipset_part(function), "" };
	if (!ret->reason) {
		ret->reason = disk_use(input->plan->storage, function);
		ret->hint = "unmount it and remove it from /etc/fstab, or put the disk into another slot";
	}
	if (!ret->reason && has_keyboard(input, function) && !has_other_keyboard(input, &trial->plan))
		*ret = (struct explanation){ "the only keyboard is connected to it",
					     "plug the keyboard into another controller" };
	if (ret->reason)
		return true;
	ret->hint = "";
	if (network_leads_through(input->plan->network, &function->address))
		ret->reason = "the host has its route through it";
	else if (pci_is_network(function) && pci_has_host_driver(function) && !has_other_network(trial))
		ret->reason = "it is the host's last PCI network card";
	else if (pci_is_display(function) && !has_other_display(&trial->input, &trial->plan, function))
		ret->reason = "it is the host's last display";
	return ret->reason;
}

/* --- to judge a trial --- */

static bool refuse(struct refusal *ret, const struct pci_function *cause, const char *why)
{
	*ret = (struct refusal){ cause, why, "" };
	return true;
}

/* Where a guard keeps it for another one of its group, that one is the cause. */
static bool refuse_by_entry(const struct plan *plan, const struct plan_entry *entry, struct refusal *ret)
{
	const struct plan_entry *root = entry->because ? plan_entry_of(plan, entry->because) : NULL;

	root = root ? root : entry;
	*ret = (struct refusal){ root->function, root->reason, "" };
	/* What the guard of a disk advises gets at the cause; to give the last display away does not. */
	if (pci_may_carry_disks(root->function) && !pci_is_behind_vmd(root->function))
		ret->cure = root->hint;
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

static bool has_direct_region(const struct advice_input *input, int group)
{
	for (size_t i = 0; i < input->plan->function_count; i++)
		if (input->plan->functions[i].iommu_group == group && input->plan->functions[i].direct_region)
			return true;
	return false;
}

/*
 * Does something stay, or would the host miss something that goes only now? What is @accepted was judged
 * before.
 */
static bool trial_refuses(const struct advice_input *input, const struct plan *plan,
			  const struct trial *trial, const bool *accepted, const bool *added,
			  struct refusal *ret)
{
	for (size_t i = 0; i < trial->plan.count; i++) {
		const struct plan_entry *entry = &trial->plan.entries[i];

		if (!entry->function || plan_is_taken(entry))
			continue;
		if (added[index_of(input, entry->function)])
			return refuse_by_entry(&trial->plan, entry, ret);
		if (plan_takes(plan, entry->function)) {
			const struct pci_function *display = display_of(input, accepted, added);

			return display ? refuse(ret, display, "it is the host's display then") :
					 refuse_by_entry(&trial->plan, entry, ret);
		}
	}
	for (size_t i = 0; i < trial->plan.count; i++) {
		const struct pci_function *function = trial->plan.entries[i].function;
		struct explanation why;

		if (!function || !plan_is_taken(&trial->plan.entries[i]) || plan_takes(plan, function) ||
		    accepted[index_of(input, function)])
			continue;
		if (would_miss(input, trial, function, &why)) {
			*ret = (struct refusal){ function, why.reason, why.hint };
			return true;
		}
		if (function->iommu_group >= 0 && has_direct_region(input, function->iommu_group))
			return refuse(ret, function, "the firmware reserves memory for it");
	}
	return false;
}

/* What is to be claimed with a neighbour: itself, or the VMD controller that it is behind; NULL for nothing. */
static const struct pci_function *what_to_claim(const struct advice_input *input,
						const struct pci_function *function)
{
	if (pci_is_behind_vmd(function))
		return pci_find_vmd(input->plan->functions, input->plan->function_count, function);
	return pci_is_real_bridge(function) ? NULL : function;
}

/*
 * Add what stands in the way of @group, or of a function that goes only in the trial. Returns false where that
 * cannot be claimed.
 */
static bool add_blocking(const struct advice_input *input, const struct plan *base, const struct plan *plan,
			 int group, bool *added, bool *ret_more, struct refusal *refusal)
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
		if (!neighbour->blocks || !concerns)
			continue;
		if (neighbour->wanted)
			return !refuse_by_entry(plan, plan_entry_of(plan, function), refusal);
		one = what_to_claim(input, function);
		if (!one)
			return !refuse(refusal, function,
				       pci_is_behind_vmd(function) ? "it is behind a VMD controller" :
								     GUARD_BRIDGE);
		*ret_more |= !added[index_of(input, one)];
		added[index_of(input, one)] = true;
	}
	return true;
}

/*
 * May what is marked in @added, and not @accepted before, be claimed too, with all that then stands in the way
 * of it or of @group? That is marked as well.
 */
static bool may_claim(const struct advice_input *input, const struct plan *plan, int group,
		      const bool *accepted, bool *added, struct refusal *ret)
{
	bool more = true, refused = !add_blocking(input, plan, plan, group, added, &more, ret);

	for (size_t round = 0; round < ROUNDS && !refused; round++) {
		struct trial trial;

		trial_make(input, added, NULL, NULL, &trial);
		refused = !add_blocking(input, plan, &trial.plan, group, added, &more, ret) ||
			  (!more && trial_refuses(input, plan, &trial, accepted, added, ret));
		trial_clear(&trial);
		if (!more)
			break;
	}
	return !refused && !more;
}

/* --- what is said --- */

#define OVERRIDE \
	"pcie_acs_override=downstream,multifunction splits the group, but it needs a kernel with that " \
	"patch, and " \
	"nothing isolates the devices of the group then"
#define ACS \
	"enable ACS in the firmware setup (Access Control Services: bridges then isolate the devices below " \
	"them)"

static bool is_on_board(const struct pci_function *function)
{
	return function->path.hops ? function->path.hops == 1 : !function->address.bus;
}

/* What helps against a group of @function and of @cause, which stays. */
static const char *hint_to_part(const struct advice_input *input, const struct pci_function *function,
				const struct pci_function *cause)
{
	if (function == cause)
		return util_text("remove the claim of %s", pci_address_text(&function->address));
	if (match_is_kept(input->plan->config, cause))
		return "remove that keep if the host does not need the device";
	if (pci_same_slot(&function->address, &cause->address))
		return "both are functions of one device, so no slot separates them; " OVERRIDE;
	if (!is_on_board(function))
		return util_text("put the card at %s into another slot, or " ACS "; " OVERRIDE,
				 pci_address_text(&function->address));
	if (!is_on_board(cause))
		return util_text("put the card at %s into another slot, or " ACS "; " OVERRIDE,
				 pci_address_text(&cause->address));
	return "neither can be moved: " ACS "; " OVERRIDE;
}

static const char *name_with_driver(const struct pci_function *function)
{
	return function->driver[0] ? util_text("%s (%s)", pci_text(function), function->driver) :
				     pci_text(function);
}

static void add_group(struct plan *plan, int group, const struct pci_function *function,
		      const struct pci_function *cause, const char *reason, const char *hint)
{
	plan->groups = util_grow(plan->groups, plan->group_count, sizeof(*plan->groups));
	plan->groups[plan->group_count++] = (struct plan_group){
		.iommu_group = group, .function = function, .cause = cause, .reason = reason, .hint = hint
	};
}

static const char *say_unusable(int group, const struct pci_function *function, const struct refusal *refusal)
{
	if (refusal->cause == function)
		return util_text("no guest can use IOMMU group %d: %s", group, refusal->why);
	return util_text("no guest can use IOMMU group %d: %s %s, and stays with the host: %s", group,
			 name_with_driver(refusal->cause),
			 refusal->cause->iommu_group == group ? "is in it" : "must be claimed with it",
			 refusal->why);
}

/* The addresses marked in @added and not in @accepted, with @first in front. */
static const char *list_claims(const struct advice_input *input, const struct pci_function *first,
			       const struct plan *plan, const bool *accepted, const bool *added)
{
	const char *text = pci_address_text(&first->address);

	for (size_t i = 0; i < input->plan->function_count; i++) {
		const struct pci_function *function = &input->plan->functions[i];
		bool said = function == first;

		for (size_t n = 0; n < plan->neighbour_count && !said; n++)
			said = what_to_claim(input, plan->neighbours[n].function) == function;
		if (added[i] && !accepted[i] && !said)
			text = util_text_add(text, " %s", pci_address_text(&function->address));
	}
	return text;
}

static void advise_claim(struct plan_neighbour *neighbour, const char *claim)
{
	neighbour->claim = claim;
	neighbour->hint = util_text("add to the configuration: claim %s", claim);
}

/* --- groups that are claimed in part --- */

static bool is_blocked(const struct plan *plan, int group)
{
	for (size_t n = 0; n < plan->neighbour_count; n++)
		if (plan->neighbours[n].blocks && plan->neighbours[n].function->iommu_group == group)
			return true;
	return false;
}

/* A part of the chipset that was claimed by itself makes no group usable either. */
static bool takes_chipset(const struct plan *plan, int group, struct refusal *ret)
{
	for (size_t i = 0; i < plan->count; i++) {
		const struct plan_entry *entry = &plan->entries[i];
		const char *why = entry->function && entry->iommu_group == group && plan_is_taken(entry) ?
					  advice_chipset_part(entry->function) :
					  NULL;

		if (why)
			return refuse(ret, entry->function, why);
	}
	return false;
}

static void advise_on_group(const struct advice_input *input, struct plan *plan, int group, bool *accepted)
{
	const struct pci_function *function = plan_taken_of_group(plan, group);
	size_t count = input->plan->function_count;
	cleanup_free bool *added = util_zeroed(count, sizeof(*added));
	struct refusal refusal = { 0 };
	const char *hint;
	bool usable;

	memcpy(added, accepted, count * sizeof(*added));
	usable = !takes_chipset(plan, group, &refusal) &&
		 may_claim(input, plan, group, accepted, added, &refusal);
	if (!usable && !refusal.cause)
		refuse(&refusal, function, "too many other devices must be claimed with it");
	hint = usable ? "" : refusal.cure[0] ? refusal.cure : hint_to_part(input, function, refusal.cause);
	if (hint[0])
		add_group(plan, group, function, refusal.cause, say_unusable(group, function, &refusal),
			  hint);
	for (size_t n = 0; n < plan->neighbour_count; n++) {
		struct plan_neighbour *neighbour = &plan->neighbours[n];
		const struct pci_function *one = what_to_claim(input, neighbour->function);

		if (neighbour->function->iommu_group != group || neighbour->wanted)
			continue;
		neighbour->group_is_unusable = !usable;
		neighbour->hint = hint;
		if (usable && one && added[index_of(input, one)])
			advise_claim(neighbour, list_claims(input, one, plan, accepted, added));
	}
	if (usable)
		memcpy(accepted, added, count * sizeof(*added));
}

/*
 * The firmware reserves memory of a device: the kernel gives it to no guest (drivers/iommu/intel/iommu.c,
 * device_rmrr_is_relaxable() and device_is_rmrr_locked(); drivers/iommu/iommu.c, require_direct, Linux 6.6).
 */
static void refuse_direct_region(struct plan *plan, int group)
{
	const struct pci_function *function = plan_taken_of_group(plan, group);

	add_group(
		plan, group, function, function,
		util_text(
			"no guest can use IOMMU group %d: the firmware reserves memory for a device of it "
			"(an RMRR, \"direct\" in its reserved_regions), and the kernel refuses such a group",
			group),
		"update the firmware, or disable what uses the memory in its setup or with the vendor's tool "
		"(HP: \"shared memory features\" of the slot); another slot may have no reserved memory");
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

static void advise_on_groups(const struct advice_input *input, struct plan *plan, bool *accepted)
{
	for (size_t i = 0; i < input->plan->function_count; i++) {
		int group = input->plan->functions[i].iommu_group;

		if (group < 0 || !plan_taken_of_group(plan, group) || !is_first_of_group(input, i))
			continue;
		if (has_direct_region(input, group))
			refuse_direct_region(plan, group);
		else if (is_blocked(plan, group))
			advise_on_group(input, plan, group, accepted);
	}
}

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
		struct refusal refusal = { 0 };

		if (neighbour->blocks || neighbour->wanted || neighbour->group_is_unusable)
			continue;
		added = util_zeroed(count, sizeof(*added));
		memcpy(added, accepted, count * sizeof(*added));
		added[index_of(input, neighbour->function)] = true;
		neighbour->hint = "";
		if (may_claim(input, plan, neighbour->function->iommu_group, accepted, added, &refusal)) {
			advise_claim(neighbour,
				     list_claims(input, neighbour->function, plan, accepted, added));
			memcpy(accepted, added, count * sizeof(*added));
		} else if (refusal.cause == neighbour->function) {
			neighbour->reason =
				util_text("%s; it stays with the host: %s", neighbour->reason, refusal.why);
		} else if (refusal.cause) {
			neighbour->reason =
				util_text("%s; %s must be claimed with it, and stays with the host: %s",
					  neighbour->reason, name_with_driver(refusal.cause), refusal.why);
		}
	}
}

/* --- groups that expand=group does not take --- */

/* Would what the claim itself names be usable without the rest of its group? */
static bool goes_alone(const struct advice_input *input, const struct plan *plan,
		       const struct plan_entry *failed)
{
	struct trial trial;
	bool goes = true, any = false;

	trial_make(input, NULL, NULL, failed->claim, &trial);
	for (size_t i = 0; i < plan->count && goes; i++) {
		const struct plan_entry *entry = &plan->entries[i];

		if (!entry->function || entry->claim != failed->claim ||
		    entry->iommu_group != failed->iommu_group ||
		    selector_match(&entry->claim->selector, entry->function) != SELECTOR_YES)
			continue;
		goes = plan_takes(&trial.plan, entry->function);
		any = true;
	}
	goes &= any && !is_blocked(&trial.plan, failed->iommu_group) &&
		!has_direct_region(input, failed->iommu_group);
	trial_clear(&trial);
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

static bool has_group(const struct plan *plan, int group)
{
	for (size_t g = 0; g < plan->group_count; g++)
		if (plan->groups[g].iommu_group == group)
			return true;
	return false;
}

static void advise_on_whole_groups(const struct advice_input *input, struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		const struct plan_entry *entry = &plan->entries[i], *named, *root;
		struct refusal refusal;
		const char *hint;

		if (!entry->because || has_group(plan, entry->iommu_group))
			continue;
		named = named_of(plan, entry->iommu_group);
		root = plan_entry_of(plan, entry->because);
		refuse_by_entry(plan, entry, &refusal);
		/* Who names the cause is told there what helps. */
		if (root && selector_match(&root->claim->selector, root->function) == SELECTOR_YES)
			refusal.cure = root->hint;
		hint = goes_alone(input, plan, named) ?
			       "remove expand=group: no driver is bound to the rest of the group" :
		       refusal.cure[0] ? refusal.cure :
					 hint_to_part(input, named->function, entry->because);
		add_group(plan, entry->iommu_group, named->function, entry->because,
			  say_unusable(entry->iommu_group, named->function, &refusal), hint);
		for (size_t e = 0; e < plan->count; e++)
			if (plan->entries[e].because && plan->entries[e].iommu_group == entry->iommu_group)
				plan->entries[e].hint = hint;
	}
}

/* --- drives behind a VMD controller --- */

#define SWITCH_VMD_OFF "disable VMD in the firmware setup: the drives behind it are then ordinary devices"

/* All that the claim takes, and the controller. */
static const char *list_instead(const struct plan *plan, const struct claim *claim,
				const struct pci_function *vmd)
{
	const char *text = pci_address_text(&vmd->address);

	for (size_t i = 0; i < plan->count; i++)
		if (plan->entries[i].claim == claim && plan_is_taken(&plan->entries[i]) &&
		    plan->entries[i].function && plan->entries[i].function != vmd)
			text = util_text_add(text, " %s",
					     pci_address_text(&plan->entries[i].function->address));
	return text;
}

static void advise_on_vmd(const struct advice_input *input, struct plan *plan, struct plan_entry *entry)
{
	const struct pci_function *vmd =
		pci_find_vmd(input->plan->functions, input->plan->function_count, entry->function);
	size_t count = input->plan->function_count;
	cleanup_free bool *added = util_zeroed(count, sizeof(*added)),
			  *accepted = util_zeroed(count, sizeof(*accepted));
	struct refusal refusal = { 0 };
	struct explanation why;
	struct trial trial;

	entry->hint = SWITCH_VMD_OFF;
	if (!vmd)
		return;
	if (plan_takes(plan, vmd)) {
		entry->claim_too = list_instead(plan, entry->claim, vmd);
		entry->instead = true;
		entry->hint =
			util_text("remove the claim %s: the guest gets the drive with the controller %s",
				  entry->claim->text, pci_address_text(&vmd->address));
		return;
	}
	for (size_t i = 0; i < plan->count; i++)
		if (plan->entries[i].claim == entry->claim && plan_is_taken(&plan->entries[i]) &&
		    plan->entries[i].function)
			added[index_of(input, plan->entries[i].function)] = true;
	added[index_of(input, vmd)] = true;
	trial_make(input, added, entry->claim, NULL, &trial);
	if (is_blocked(&trial.plan, vmd->iommu_group) ||
	    trial_refuses(input, plan, &trial, accepted, added, &refusal)) {
		entry->reason = util_text("%s; the controller %s stays with the host", entry->reason,
					  pci_address_text(&vmd->address));
		if (refusal.cause == vmd)
			entry->reason = util_text_add(entry->reason, ": %s", refusal.why);
		/* Without VMD a disk that the host needs is needed as well. */
		if (carry_keeps(input->plan->storage,
				&(struct carry_question){ .function = &entry->function->address,
							  .may_carry = true },
				&why))
			entry->hint = "";
	} else {
		entry->claim_too = list_instead(plan, entry->claim, vmd);
		entry->instead = true;
		entry->hint =
			util_text("in place of %s: claim %s, and the guest gets the controller with all "
				  "drives behind it; or " SWITCH_VMD_OFF,
				  entry->claim->text, entry->claim_too);
	}
	trial_clear(&trial);
}

void advice_find(const struct advice_input *input, struct plan *plan)
{
	cleanup_free bool *accepted = util_zeroed(input->plan->function_count, sizeof(*accepted));

	/* What a boot says, to ask check, is no help here. */
	for (size_t n = 0; n < plan->neighbour_count; n++)
		plan->neighbours[n].hint = "";
	find_parts_of_cards(input, plan);
	advise_on_groups(input, plan, accepted);
	advise_on_parts(input, plan, accepted);
	advise_on_whole_groups(input, plan);
	for (size_t i = 0; i < plan->count; i++)
		if (plan->entries[i].function && plan->entries[i].verdict == VERDICT_KEPT &&
		    pci_is_behind_vmd(plan->entries[i].function) &&
		    !pci_is_bridge(plan->entries[i].function) &&
		    !match_is_kept(input->plan->config, plan->entries[i].function))
			advise_on_vmd(input, plan, &plan->entries[i]);
}

void advice_on_function(const struct advice_input *input, const struct plan *plan,
			const struct pci_function *function, struct plan_neighbour *ret)
{
	size_t count = input->plan->function_count;
	cleanup_free bool *added = util_zeroed(count, sizeof(*added)),
			  *accepted = util_zeroed(count, sizeof(*accepted));
	const struct pci_function *one = what_to_claim(input, function);
	struct refusal refusal = {
		function, pci_is_behind_vmd(function) ? "it is behind a VMD controller" : GUARD_BRIDGE, ""
	};

	*ret = (struct plan_neighbour){ .function = function, .reason = "", .hint = "", .claim = "" };
	/* That no guest can use the group is said already. */
	if (has_group(plan, function->iommu_group))
		return;
	if (one)
		added[index_of(input, one)] = true;
	if (one && may_claim(input, plan, function->iommu_group, accepted, added, &refusal)) {
		advise_claim(ret, list_claims(input, one, plan, accepted, added));
	} else if (refusal.cause) {
		ret->reason = refusal.cause == function ?
				      refusal.why :
				      util_text("%s must be claimed with it, and stays with the host: %s",
						name_with_driver(refusal.cause), refusal.why);
		ret->hint = refusal.cure[0] ?
				    refusal.cure :
				    hint_to_part(input, plan_taken_of_group(plan, function->iommu_group),
						 refusal.cause);
	}
}
