/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/boot-entry.h"
#include "core/grub-defaults.h"
#include "fuzz.h"

static const char *find_value(const void *data, const char *name)
{
	return name[0] == 'k' ? data : NULL;
}

static void read_entries(const char *text, size_t size)
{
	static const char *const wanted[] = { "", "0", "1>0", "a>b" };
	struct boot_entry entry, other;

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		if (boot_entry_parse_grub(text, wanted[i], &entry)) {
			require(strlen(entry.options) <= size && entry.kernel[0]);
			require(boot_entry_is_same(entry.options, entry.options));
		}
	if (boot_entry_parse_loader(text, "a.conf", &entry)) {
		require(strlen(entry.options) <= size && entry.kernel[0]);
		require(boot_entry_is_same(entry.options, entry.options));
		other = entry;
		boot_entry_set_id(&other, text);
		require(boot_entry_compare(&entry, &entry) == 0);
		require((boot_entry_compare(&entry, &other) < 0) == (boot_entry_compare(&other, &entry) > 0));
	}
	require(strlen(boot_entry_expand(text, find_value, "")) <= size);
	(void)boot_entry_setting(text, "default");
	(void)boot_entry_grubenv(text, "saved_entry");
	(void)boot_entry_grub_variable(text, "default");
	(void)boot_entry_parse_refind(text);
}

/* Any text in place of a boot loader's files: what is found is a part of it, and the same as itself. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct grub_defaults defaults = { 0 };
	char *text = malloc(size + 1);

	memcpy(text, data, size);
	text[size] = '\0';
	read_entries(text, size);
	grub_defaults_add(&defaults, "", text);
	for (size_t i = 0; i < defaults.count; i++)
		require(strlen(defaults.list[i].written) <= strlen(defaults.list[i].value));
	(void)grub_defaults_cmdline(&defaults);
	grub_defaults_clear(&defaults);
	free(text);
	util_free_texts();
	return 0;
}
