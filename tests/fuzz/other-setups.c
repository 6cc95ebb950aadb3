/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fuzz.h"
#include "core/other-setups.h"
#include "core/guests.h"
#include "core/keyboard.h"
#include "core/module-index.h"

/* The same text as an index of modules, and as the configuration of a guest. */
static void read_more(const char *text, size_t size)
{
	static const struct pci_function card = { .vendor = 0x10de, .device = 0x1c03, .class = 0x030000 };
	struct guest_devices guests = { 0 };
	struct module_drivers drivers;
	struct module_index index = {
		.aliases = util_copy(text, size),
		.files = util_copy(text, size),
		.builtin_info = util_copy(text, size),
		.builtin_info_length = size,
	};

	module_index_add_modprobe(&index, "/etc/modprobe.d/x.conf", text);
	module_index_add_cmdline(&index, text);
	drivers = module_index_find(&index, &card);
	/* A name with " or " in front of it has more bytes than in the text. */
	require(drivers.forbidden && strlen(drivers.names) <= size * 5);
	(void)module_index_spared(&index, &card);
	(void)module_index_has(&index, "vfio-pci");
	module_index_clear(&index);
	guests_add_proxmox(&guests, "/etc/pve/qemu-server/1.conf", text,
			   &(struct guest_mappings){ text, "pve" });
	guests_add_libvirt(&guests, "/etc/libvirt/qemu/x.xml", text, false);
	for (size_t i = 0; i < guests.count; i++)
		(void)guests_names(&guests.list[i], &card);
	guests_clear(&guests);
}

/* Any text as modprobe.d, command line, driverctl's file and crypttab: what is found is text of a place. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct other_setups setups = { 0 };
	char *text = malloc(size + 1);

	memcpy(text, data, size);
	text[size] = '\0';
	other_setups_add_modprobe(&setups, "/etc/modprobe.d/x.conf", text);
	other_setups_add_cmdline(&setups, text);
	other_setups_add_modules(&setups, "/etc/modules", text);
	other_setups_add_generator(&setups, "/etc/dracut.conf", text);
	other_setups_add_driverctl(&setups, text, text);
	for (size_t i = 0; i < setups.count; i++)
		require(setups.list[i].text && strlen(setups.list[i].text) <= size * 3 &&
			(setups.list[i].where[0] || !size));
	other_setups_clear(&setups);
	read_more(text, size);
	keyboard_crypttab_asks(text);
	keyboard_has_keys(text);
	free(text);
	util_free_texts();
	return 0;
}
