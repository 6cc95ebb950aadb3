/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/advice-words.h"

#include "core/guard.h"
#include "core/match.h"

#define OVERRIDE \
	"pcie_acs_override=downstream,multifunction splits the group, but it needs a kernel with that " \
	"patch, and " \
	"nothing isolates the devices of the group then"
#define ACS \
	"enable ACS in the firmware setup (Access Control Services: bridges then isolate the devices below " \
	"them)"

/* The bridge below a root port that both are behind, the deepest one; NULL for none. */
static const struct pci_function *bridge_above(const struct plan_input *input, const struct pci_function *a,
					       const struct pci_function *b)
{
	const struct pci_function *deepest = NULL;

	for (size_t i = 0; i < input->function_count; i++) {
		const struct pci_function *bridge = &input->functions[i];

		if (bridge->path.hops > (deepest ? deepest->path.hops : 1) && guard_is_behind(a, bridge) &&
		    guard_is_behind(b, bridge))
			deepest = bridge;
	}
	return deepest;
}

static const char *hint_to_move(const struct plan_input *input, const struct pci_function *card,
				const struct pci_function *away)
{
	const struct pci_function *bridge = bridge_above(input, card, away);

	/* A PCI Express link leads to one slot number alone, but for virtual functions. */
	if (bridge && card->address.bus == away->address.bus && card->address.slot != away->address.slot &&
	    !card->is_virtual && !away->is_virtual && !pci_is_bridge(card) && !pci_is_bridge(away))
		return util_text("put the card at %s into a slot that is not behind the bridge %s: nothing "
				 "isolates the devices of a conventional PCI bus",
				 pci_address_text(&card->address), pci_address_text(&bridge->address));
	return util_text("put the card at %s into %s%s, or " ACS "; " OVERRIDE,
			 pci_address_text(&card->address),
			 bridge ? "a slot that is not behind the bridge " : "another slot",
			 bridge ? pci_address_text(&bridge->address) : "");
}

const char *advice_hint_to_part(const struct advice_input *input, const struct pci_function *function,
				const struct pci_function *cause)
{
	if (function == cause)
		return util_text("remove the claim of %s", pci_address_text(&function->address));
	if (match_is_kept(input->plan->config, cause))
		return "remove that keep if the host does not need the device";
	if (pci_same_slot(&function->address, &cause->address))
		return "both are functions of one device, so no slot separates them; " OVERRIDE;
	if (function->is_virtual && !pci_address_compare(&function->physical, &cause->address))
		return ACS "; " OVERRIDE;
	if (advice_is_card(input->plan, function))
		return hint_to_move(input->plan, function, cause);
	if (advice_is_card(input->plan, cause))
		return hint_to_move(input->plan, cause, function);
	return "neither can be moved: " ACS "; " OVERRIDE;
}

const char *advice_name_with_driver(const struct pci_function *function)
{
	return function->driver[0] ? util_text("%s (%s)", pci_text(function), function->driver) :
				     pci_text(function);
}

bool advice_has_group(const struct plan *plan, int group)
{
	for (size_t g = 0; g < plan->group_count; g++)
		if (plan->groups[g].iommu_group == group)
			return true;
	return false;
}

void advice_add_group(struct plan *plan, int group, const struct pci_function *function,
		      const struct pci_function *cause, const char *reason, const char *hint)
{
	plan->groups = util_grow(plan->groups, plan->group_count, sizeof(*plan->groups));
	plan->groups[plan->group_count++] = (struct plan_group){
		.iommu_group = group, .function = function, .cause = cause, .reason = reason, .hint = hint
	};
}

const char *advice_say_unusable(const struct plan *plan, int group, const struct pci_function *function,
				const struct advice_refusal *refusal)
{
	if (refusal->cause == function)
		return util_text("no guest can use IOMMU group %d with it: %s", group, refusal->why);
	return util_text("no guest can use IOMMU group %d: %s %s, and %s: %s", group,
			 advice_name_with_driver(refusal->cause),
			 refusal->cause->iommu_group == group ? "is in it" : "must be claimed with it",
			 plan_takes(plan, refusal->cause) ? "the host needs it" : "stays with the host",
			 refusal->why);
}

const char *advice_list_claims(const struct advice_input *input, const struct pci_function *first,
			       const struct plan *plan, const bool *accepted, const bool *added)
{
	const char *text = pci_address_text(&first->address);

	for (size_t i = 0; i < input->plan->function_count; i++) {
		const struct pci_function *function = &input->plan->functions[i];
		bool said = function == first;

		if (!added[i] || accepted[i])
			continue;
		for (size_t n = 0; n < plan->neighbour_count && !said; n++)
			said = advice_what_to_claim(input, plan->neighbours[n].function) == function;
		if (!said)
			text = util_text_add(text, " %s", pci_address_text(&function->address));
	}
	return text;
}

void advice_set_claim(struct plan_neighbour *neighbour, const char *claim)
{
	neighbour->claim = claim;
	neighbour->hint = util_text("add to the configuration: claim %s", claim);
}
