/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/facts.h"
#include "fuzz.h"

/* Any bytes as host facts: what does not count protects nothing, and says why; a cut counts as missing. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pci_function function = { .path = { .hops = 1 }, .vendor = 0x144d, .device = 0xa808 };
	struct fact_function found;
	struct facts facts;
	const char *cursor;
	char *text = malloc(size + 1);

	memcpy(text, data, size);
	text[size] = '\0';
	facts_parse(text, size, &facts);
	require(facts.state == FACTS_USED ||
		(!facts.count && !facts.resolved_count && facts_reason(&facts)[0]));
	facts_locate(&facts, &function, 1);
	for (enum fact_kind kind = FACT_DISK; kind <= FACT_DISPLAY; kind++)
		require(!facts_find(&facts, &function, kind) || facts.state == FACTS_USED);
	for (cursor = facts.text; facts_next_function(&cursor, &found);)
		require(found.path.hops >= 1 && found.class <= 0xffffff);
	if (facts.state == FACTS_USED) {
		facts_clear(&facts);
		text = malloc(size);
		memcpy(text, data, size);
		text[size - 1] = '\0';
		facts_parse(text, size - 1, &facts);
		require(facts.state != FACTS_USED);
	}
	facts_clear(&facts);
	util_free_texts();
	return 0;
}
