/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz.h"
#include "core/rivals.h"
#include "core/keyboard.h"

/* Any text as modprobe.d, command line, driverctl's file and crypttab: what is found is text of a place. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rivals rivals = { 0 };
	char *text = malloc(size + 1);

	memcpy(text, data, size);
	text[size] = '\0';
	rivals_add_modprobe(&rivals, "/etc/modprobe.d/x.conf", text);
	rivals_add_cmdline(&rivals, text);
	rivals_add_driverctl(&rivals, text, text);
	for (size_t i = 0; i < rivals.count; i++)
		require(rivals.list[i].text && strlen(rivals.list[i].text) <= size && (rivals.list[i].where[0] || !size));
	rivals_clear(&rivals);
	keyboard_crypttab_asks(text);
	keyboard_has_keys(text);
	free(text);
	return 0;
}
