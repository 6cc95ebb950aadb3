/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz.h"
#include "core/other-setups.h"
#include "core/keyboard.h"

/* Any text as modprobe.d, command line, driverctl's file and crypttab: what is found is text of a place. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct other_setups setups = { 0 };
	char *text = malloc(size + 1);

	memcpy(text, data, size);
	text[size] = '\0';
	other_setups_add_modprobe(&setups, "/etc/modprobe.d/x.conf", text);
	other_setups_add_cmdline(&setups, text);
	other_setups_add_driverctl(&setups, text, text);
	for (size_t i = 0; i < setups.count; i++)
		require(setups.list[i].text && strlen(setups.list[i].text) <= size &&
			(setups.list[i].where[0] || !size));
	other_setups_clear(&setups);
	keyboard_crypttab_asks(text);
	keyboard_has_keys(text);
	free(text);
	util_free_texts();
	return 0;
}
