/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What would help: before a line says "claim this too", the planner is asked what would become of that device
 * and of all that it drags in. Pure; for who looks ahead, never part of a boot.
 */
#pragma once

#include "core/advice-loss.h"

/*
 * Find what helps against each neighbour of the plan, each group that expand=group does not take, and each
 * drive behind a VMD controller: sets claim, instead and hint of entries and neighbours, and adds the plan's
 * groups, those that no guest can use, with the cause. Adds neighbours: what belongs to a display that is
 * taken, in its slot and another group.
 */
void advice_find(const struct advice_input *input, struct plan *plan);

/*
 * Find what helps against @function, which a host driver or a guest takes later: the hint, what to claim ("" for
 * nothing), and why it stays ("" where it may be claimed). What is advised to claim counts as claimed from then on.
 */
void advice_on_function(const struct advice_input *input, struct plan *plan,
			const struct pci_function *function, struct plan_neighbour *ret);
