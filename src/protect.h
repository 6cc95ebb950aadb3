/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stays with the host because it, or what stands on it, is needed. Pure. */
#pragma once

#include "storage.h"

/*
 * Mark every device that the host needs or uses, what it stands on, and what belongs together with that. May be
 * called again when more was read. @needs is kept, not copied.
 */
void protect_mark(struct storage *storage, const struct needs *needs);

/*
 * Has a required tag (UUID=, LABEL=...) no device yet, so that more devices are worth reading? One that is not
 * required matters only where it is on a device that is wanted, and those were read.
 */
bool protect_lacks_tags(const struct storage *storage);

/*
 * Must the host keep this function? Then the reason is stored, with the chain from its disk up to what needs it,
 * and the cure. What cannot be decided is kept.
 */
bool protect_keeps(const struct storage *storage, const struct pci_address *function, char *reason, size_t reason_size,
		   char *hint, size_t hint_size);
