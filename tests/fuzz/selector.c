/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz.h"
#include "core/selector.h"
#include "core/slips.h"

/* Any bytes: parsed, or refused with words and a place inside the text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct selector selector = { 0 };
	struct selector_error error = { .offset = SIZE_MAX };
	struct pci_function function = { .boot_vga = 1 };
	char *text = malloc(size ? size : 1);

	memcpy(text, data, size);
	if (slips_parse_selector(text, size, ' ', &selector, &error) < 0) {
		require(error.offset <= size);
		require(error.what && error.what[0]);
	} else {
		selector_match(&selector, &function);
		require(selector.path.hops <= PCI_PATH_HOPS);
		require(!selector.pinned || selector.kind == SELECTOR_ADDRESS);
	}
	free(text);
	util_free_texts();
	return 0;
}
