/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is not claimed, and stands in the way of what is. Pure; part of making a plan. */
#pragma once

#include "core/plan.h"

/*
 * Find the functions whose drivers would make a claimed group unusable, and those that the kernel links to a
 * claimed one, and add them to the plan's neighbours. What helps is advice_find()'s.
 */
void neighbours_find(const struct plan_input *input, struct plan *plan);

/* Is @function a drive behind a VMD controller, or a virtual function of a card, that @plan takes? It vanishes with it. */
bool neighbours_go_with_vmd(const struct pci_function *functions, size_t count, const struct plan *plan,
			    const struct pci_function *function);

/* The driver of a neighbour that gets another one at the next boot: "is on vfio-pci now". */
const char *neighbours_describe_now(const struct pci_function *function, bool wanted);
