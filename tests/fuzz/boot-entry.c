/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/boot-entry.h"
#include "fuzz.h"

/* Any text in place of a boot loader's files: what is found is a part of it, and the same as itself. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char version[] = "6.1.0";
	char *versions[] = { version }, *text = malloc(size + 1);
	char *(*const parsers[])(const char *text, char *const *versions,
				 size_t count) = { boot_entry_parse_grub, boot_entry_parse_loader };

	memcpy(text, data, size);
	text[size] = '\0';
	for (size_t i = 0; i < sizeof(parsers) / sizeof(parsers[0]); i++) {
		char *found = parsers[i](text, versions, 1);

		if (found) {
			require(strlen(found) <= size);
			require(boot_entry_is_same(found, found));
		}
		free(found);
	}
	free(text);
	util_free_texts();
	return 0;
}
