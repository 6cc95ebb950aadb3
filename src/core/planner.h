/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes a plan: every wanted function with exactly one verdict. Pure. */
#pragma once

#include "core/plan.h"

/*
 * Make the plan for the functions that @wanted marks, whose details were read. Order of judgement: off,
 * bridges, keep, storage, the last display, whole groups, the IOMMU. Free it with plan_clear().
 */
void planner_make(const struct plan_input *input, const int *wanted, struct plan *ret);
