/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What has changed in a machine since its facts were made. Pure. */
#pragma once

#include "core/facts.h"

struct facts_change {
	const char *subject; /* "0000:01:00.0 10de:1c03" */
	const char *what;    /* "was at 0000:02:00.0 when the host facts were written" */
};

/*
 * Compare the topology of the @facts with the @count functions, sorted by address, with paths and IOMMU groups:
 * which ones are at another path, are gone, or are new, and which of them share an IOMMU group now and did
 * not then, or the other way round? A number of a group means nothing by itself, and virtual functions come
 * and go. Stores the changes, which the caller frees, and returns how many there are.
 */
size_t facts_compare(const struct facts *facts, const struct pci_function *functions, size_t count,
		     struct facts_change **ret);
