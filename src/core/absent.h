/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What may have been meant by a selector that matches no device. Pure. */
#pragma once

#include "core/config.h"
#include "core/pci.h"

/*
 * What to do about a claim that none of the @count sorted @functions matches: what there is that looks like it, by the kind of its
 * selector, and how to compare. What is @wanted by another claim (see planner_make()) is not what an id meant.
 */
const char *absent_hint(const struct pci_function *functions, size_t count, const int *wanted,
			const struct claim *claim);

/*
 * The same address in other segments, where the claim leaves the segment out: "are 0004:03:00.0 and
 * 0005:03:00.0", or "".
 */
const char *absent_in_segments(const struct pci_function *functions, size_t count, const struct claim *claim);
