/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz.h"
#include "core/pci.h"

/*
 * Any text as uevent, modalias, link and address; an address that is accepted is written and read back the
 * same.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	const char *again;
	struct pci_function function = { 0 };
	struct pci_address address, second;
	struct pci_path path = { 0 };

	memcpy(text, data, size);
	text[size] = '\0';
	if (pci_parse_uevent(text, &function) == 0)
		require(function.class <= 0xffffff);
	if (pci_parse_modalias(text, &function) == 0)
		require(function.class <= 0xffffff);
	require(memchr(function.driver, '\0', sizeof(function.driver)));
	if (pci_parse_path(text, &path) == 0)
		require(path.hops >= 1 && path.hops <= PCI_PATH_HOPS);
	if (pci_address_parse(text, size, &address) == 0) {
		again = pci_address_text(&address);
		require(pci_address_parse(again, strlen(again), &second) == 0);
		require(!pci_address_compare(&address, &second));
	}
	free(text);
	util_free_texts();
	return 0;
}
