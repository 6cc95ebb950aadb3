/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks the planner what would become of a device if it was claimed too, and of all that it drags in. Pure. */
#pragma once

#include "core/advice-loss.h"

/* The plan of a configuration that claims more. */
struct advice_trial {
	struct config config;
	struct plan_input input;
	struct plan early, plan;
};

/* Why not? */
struct advice_refusal {
	const struct pci_function *cause;
	const char *why, *cure; /* cure: "" where only another group helps */
};

size_t advice_index_of(const struct advice_input *input, const struct pci_function *function);

/*
 * Make the plan of the same machine where the functions marked in @added are claimed as well, and the claim
 * @without is not there (NULL: all are). Where @alone is not NULL that claim takes no group with it; where @insisted is not,
 * that function is claimed with stage=early. Free it with advice_trial_clear().
 */
void advice_trial_make(const struct advice_input *input, const bool *added, const struct claim *without,
		       const struct claim *alone, const struct pci_function *insisted,
		       struct advice_trial *ret);
void advice_trial_clear(struct advice_trial *trial);

/* Store the cause, and return true. */
bool advice_refuse(struct advice_refusal *ret, const struct pci_function *cause, const char *why);
bool advice_refuse_by_entry(const struct plan *plan, const struct plan_entry *entry,
			    struct advice_refusal *ret);

/* What helps where the host waits for a disk that is not found, and nothing else is known of it. */
#define ADVICE_MISSING_DISK "make the disk appear, or remove what names it"

/* The cure without "claim it with stage=early" and the like, which is for the claim of that device alone; "" if none is left. */
const char *advice_without_insisting(const char *hint);

/* Does the firmware reserve memory for a device of the group? */
bool advice_has_direct_region(const struct advice_input *input, int group);

/* Does something stand in the way of what @plan takes of the group? */
bool advice_is_blocked(const struct plan *plan, int group);

/*
 * Does something stay, or would the host miss something that goes only now? What is @accepted was judged
 * before.
 */
bool advice_trial_refuses(const struct advice_input *input, const struct plan *plan,
			  const struct advice_trial *trial, const bool *accepted, const bool *added,
			  struct advice_refusal *ret);

/* Is @function a virtual function whose physical one stands in the way too? Where that is claimed it does not exist. */
bool advice_makes(const struct advice_input *input, const struct plan *plan,
		  const struct pci_function *function);

/* What is to be claimed with a neighbour: itself, or the VMD controller that it is behind; NULL for nothing. */
const struct pci_function *advice_what_to_claim(const struct advice_input *input,
						const struct pci_function *function);

/*
 * May what is marked in @added, and not @accepted before, be claimed too, with all that then stands in the way
 * of it or of @group? That is marked as well.
 */
bool advice_may_claim(const struct advice_input *input, const struct plan *plan, int group,
		      const bool *accepted, bool *added, struct advice_refusal *ret);
