/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the host loses with a device, whether or not a guard keeps that. Pure. */
#pragma once

#include "core/plan.h"

/* What a plan does not need to know, and the host loses all the same. */
struct advice_input {
	/* the plan's; details, storage and links are read of what shares a slot or a group with a wanted function */
	const struct plan_input *plan;
	/* The controllers that keyboards hang off; none where a keyboard hangs elsewhere. */
	const struct pci_address *keyboards;
	size_t keyboard_count;
};

/*
 * What a part of the chipset is that the machine itself works with, as a sentence: a bridge, the SMBus, the firmware's
 * flash. NULL for anything else.
 */
const char *advice_chipset_part(const struct pci_function *function);

/* Would the host miss a function that only @plan takes, which is a trial? Then why, and what helps. */
bool advice_would_miss(const struct advice_input *input, const struct plan *plan,
		       const struct pci_function *function, struct explanation *ret);
