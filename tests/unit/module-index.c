/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/module-index.h"

#include <string.h>

#include "unit.h"

static const struct pci_function card = { .vendor = 0x10de, .device = 0x1c03, .class = 0x030000 };

static char *text_of(const char *text)
{
	return util_copy(text, strlen(text));
}

static void names(void **state)
{
	struct module_index index = {
		.files = text_of("kernel/a/vfio-pci.ko.xz: kernel/a/vfio.ko.xz\nkernel/b/nouveau.ko: \n"),
		.builtin = text_of("kernel/c/xhci-pci.ko\n"),
	};

	(void)state;
	assert_true(module_index_has(&index, "vfio_pci"));
	assert_true(module_index_has(&index, "vfio-pci"));
	assert_true(module_index_has(&index, "xhci_pci"));
	/* It stands there as what another one needs. */
	assert_false(module_index_has(&index, "vfio"));
	assert_false(module_index_has(&index, "nouvea"));
	module_index_clear(&index);
	assert_true(module_index_has(&index, "anything"));
}

static void drivers(void **state)
{
	static const char builtin[] =
		"simple.alias=of:x\0xhci_pci.alias=pci:v*d*sv*sd*bc0Csc03i30*\0simple.license=GPL";
	struct module_index index = {
		.aliases = text_of("# Aliases\nalias vfio_pci:v*d*sv*sd*bc*sc*i* vfio_pci\nalias "
				   "pci:v000010DEd*sv*sd*bc03sc*i* nouveau\n"
				   "alias pci:v000010DEd*sv*sd*bc03sc00i00* nvidia\nalias pci:broken\n"),
	};
	struct pci_function usb = { .vendor = 0x8086, .device = 1, .class = 0x0c0330 };

	(void)state;
	assert_string_equal(module_index_driver(&index, &card), "nouveau");
	module_index_add_modprobe(&index, "# blacklist nvidia\nblacklist nouveau\n");
	assert_string_equal(module_index_driver(&index, &card), "nvidia");
	module_index_add_cmdline(&index, "modprobe.blacklist=floppy,nvidia");
	assert_string_equal(module_index_driver(&index, &card), "");
	assert_string_equal(module_index_driver(&index, &usb), "");
	index.builtin_info = memcpy(util_zeroed(sizeof(builtin), 1), builtin, sizeof(builtin));
	index.builtin_info_length = sizeof(builtin) - 1;
	assert_string_equal(module_index_driver(&index, &usb), "xhci_pci");
	module_index_clear(&index);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(drivers),
	};

	return RUN(tests);
}
