/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which claim wants which function, and how exactly. Pure. */
#pragma once

#include "core/config.h"
#include "core/pci.h"

/*
 * Which functions are wanted? Marks each in @wanted (one int per function) with the index of the claim that
 * wants it, or -1. Where several match, the order in which they are written does not matter: the command line
 * wins over files, then the more exact selector. Returns how many are wanted.
 */
size_t match_claims(const struct config *config, const struct pci_function *functions, size_t count,
		    int *wanted);

/*
 * Mark what expand=slot and expand=group want besides, in groups all functions but bridges. Needs the
 * iommu_group of every function of the groups concerned. Returns how many functions are new in @wanted.
 */
size_t match_expand(const struct config *config, const struct pci_function *functions, size_t count,
		    int *wanted);

/*
 * Of two claims that match one device, do the options of @a count? The order in which they are written does
 * not matter.
 */
bool match_is_stronger(const struct claim *a, const struct claim *b);

/* Does the claim ask for this one function before udev, whatever is on it? */
bool match_insists_on_early(const struct claim *claim, const struct pci_function *function);

/* Does @claim, which wins the function, or any other that matches it say stage=late? */
bool match_is_asked_late(const struct config *config, const struct claim *claim,
			 const struct pci_function *function);

/*
 * Does the claim ask for what may carry disks before udev without naming that one controller? stage=early
 * does not count then. What expand= adds was not asked for by name, and is no mistake.
 */
bool match_is_loosely_early(const struct claim *claim, const struct pci_function *function);

/*
 * Why a keep protects nothing, as a sentence: no device matches it, or another one is at its address. NULL
 * where it protects a device.
 */
const char *match_idle_keep(const struct keep *keep, const struct pci_function *functions, size_t count);

/* Does a keep select the function? What is claimed too stays with the host then, as it was asked to. */
bool match_is_kept(const struct config *config, const struct pci_function *function);

/* Does the claim name this device by its address or id, not by a class or as one of a group? */
bool match_names_device(const struct claim *claim, const struct pci_function *function);
