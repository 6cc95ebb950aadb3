/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/advice-vmd.h"

#include "core/advice-trial.h"
#include "core/carry.h"

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

void advice_on_vmd(const struct advice_input *input, struct plan *plan, struct plan_entry *entry)
{
	const struct pci_function *vmd =
		pci_find_vmd(input->plan->functions, input->plan->function_count, entry->function);
	size_t count = input->plan->function_count;
	cleanup_free bool *added = util_zeroed(count, sizeof(*added)),
			  *accepted = util_zeroed(count, sizeof(*accepted));
	struct advice_refusal refusal = { 0 };
	struct explanation why;
	struct advice_trial trial;

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
			added[advice_index_of(input, plan->entries[i].function)] = true;
	added[advice_index_of(input, vmd)] = true;
	advice_trial_make(input, added, entry->claim, NULL, NULL, &trial);
	if (advice_is_blocked(&trial.plan, vmd->iommu_group) ||
	    advice_trial_refuses(input, plan, &trial, accepted, added, &refusal)) {
		entry->reason = util_text("it is behind the VMD controller %s and in its IOMMU group, and "
					  "the controller stays with the host",
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
	advice_trial_clear(&trial);
}
