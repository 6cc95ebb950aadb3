/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guards: what stays with the host, whatever matches it. Pure; part of making a plan. */
#pragma once

#include "plan.h"

/* A bridge, by header type where that was read and by class: vfio-pci refuses it, and the host needs it. */
bool guard_is_bridge(const struct pci_function *function);

/* Give each entry that must stay its verdict. The other entries keep would-bind. */
void guard_apply(const struct plan_input *input, struct plan *plan);

/*
 * Find the functions whose drivers would make a claimed group unusable, and those that the kernel links to a
 * claimed one, and add them to the plan's neighbours with the line that claims them.
 */
void guard_find_neighbours(const struct plan_input *input, struct plan *plan);
