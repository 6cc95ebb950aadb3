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

/*
 * Does the function sit on a card, as far as its place shows: behind a port, and not on the root bus, among the functions of a
 * chipset's switch, or behind one of AMD's internal bridges (1022, slots 7 and 8 of a root bus)? No slot helps others.
 */
bool advice_is_card(const struct plan_input *input, const struct pci_function *function);

/* What the host uses a disk of a function for. */
struct advice_use {
	const char *what; /* where it is mounted, or what /etc/fstab has it for */
	const char *disk; /* the block device that is in use now; NULL for what a boot does without */
};

/* Take the next use from *@cursor, which starts with 0. Returns false where there is no more. */
bool advice_next_use(const struct block_devices *storage, const struct pci_function *function, size_t *cursor,
		     struct advice_use *ret);

/* Where the plan takes every network card with a driver, or every keyboard: the last one of them, else NULL. */
const struct pci_function *advice_lost_network(const struct pci_function *functions, size_t count,
					       const struct plan *plan);
const struct pci_function *advice_lost_keyboard(const struct advice_input *input, const struct plan *plan);

/* Would the host miss a function that only @plan takes, which is a trial? Then why, and what helps. */
bool advice_would_miss(const struct advice_input *input, const struct plan *plan,
		       const struct pci_function *function, struct explanation *ret);
