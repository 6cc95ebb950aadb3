/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What waits for the late stage, and why. Pure. */
#pragma once

#include "core/config.h"
#include "core/facts.h"
#include "core/host-needs.h"
#include "core/pci.h"

/* Why a function waits for the late stage; the stronger reasons are behind the weaker ones. */
enum wait {
	WAIT_NOT,
	WAIT_GROUP, /* expand=group takes its IOMMU group, and another function of that waits */
	WAIT_STAGE, /* a claim that matches it says stage=late */
	/* a keyboard may hang off it, and the boot may ask for a passphrase */
	WAIT_KEYBOARD,
	WAIT_NATURE, /* the root may be on it, or be reached through it */
};

/*
 * Which of the @count functions that @wanted marks wait for the late stage, and why? Fills @wait, one a
 * function. What expand=group takes waits as a whole, and stage=late of any claim that matches counts,
 * whichever claim wins.
 */
void wait_find(const struct config *config, const struct host_needs *needs, const struct facts *facts,
	       const struct pci_function *functions, size_t count, const int *wanted, enum wait *wait);
