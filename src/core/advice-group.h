/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Advice on IOMMU groups. Pure. */
#pragma once

#include "core/advice-loss.h"

/* Find what helps against groups that are claimed in part. Marks in @accepted what is advised to claim too. */
void advice_on_groups(const struct advice_input *input, struct plan *plan, bool *accepted);

/* Find what helps against groups that expand=group does not take. */
void advice_on_whole_groups(const struct advice_input *input, struct plan *plan);
