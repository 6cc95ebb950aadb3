/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes the text of the host facts from what the running host shows. Pure. */
#pragma once

#include "core/block.h"
#include "core/facts.h"
#include "core/network.h"

/* What the facts are made from; all of it stays the caller's. */
struct facts_source {
	const struct pci_function *functions; /* sorted by address, with all that a line says */
	size_t function_count;
	const struct host_needs *needs;
	const struct block_devices *storage; /* marked by carry_mark(), of BLOCK_VIEW_FACTS */
	const struct network *network;
	const char *machine; /* facts_hash() */
	const char *made;    /* the time, "2026-11-29T15:00:00Z" */
	const char *version; /* of the program */
	const char *unseen;  /* what could not be looked at, so that nothing is certain; "" for nothing */
};

/* Returns the text, as facts_parse() reads it; the caller frees it. */
char *facts_make(const struct facts_source *source) must_check;
