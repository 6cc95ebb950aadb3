/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What advice says. Pure. */
#pragma once

#include "core/advice-trial.h"

/* What helps against a group of @function and of @cause, which stays. */
const char *advice_hint_to_part(const struct advice_input *input, const struct pci_function *function,
				const struct pci_function *cause);

/* "0000:01:00.0 10de:1c03 (nouveau)" */
const char *advice_name_with_driver(const struct pci_function *function);

/* Has the plan a line on a group that no guest can use? Add one; what it says. */
bool advice_has_group(const struct plan *plan, int group);
void advice_add_group(struct plan *plan, int group, const struct pci_function *function,
		      const struct pci_function *cause, const char *reason, const char *hint);
const char *advice_say_unusable(const struct plan *plan, int group, const struct pci_function *function,
				const struct advice_refusal *refusal);

/* The addresses marked in @added and not in @accepted, with @first in front. */
const char *advice_list_claims(const struct advice_input *input, const struct pci_function *first,
			       const struct plan *plan, const bool *accepted, const bool *added);
void advice_set_claim(struct plan_neighbour *neighbour, const char *claim);
