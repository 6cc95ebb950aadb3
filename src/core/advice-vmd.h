/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Advice on drives behind a VMD controller. Pure. */
#pragma once

#include "core/advice-loss.h"

/* Find what helps against a claimed drive that stays because it is behind one. */
void advice_on_vmd(const struct advice_input *input, struct plan *plan, struct plan_entry *entry);
