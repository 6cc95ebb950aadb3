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

static const char *names_of(const struct module_index *index, const struct pci_function *function)
{
	return module_index_find(index, function).names;
}

static void drivers(void **state)
{
	static const char builtin[] =
		"simple.alias=of:x\0xhci_pci.alias=pci:v*d*sv*sd*bc0Csc03i30*\0simple.license=GPL";
	struct module_index index = {
		.aliases = text_of("# Aliases\nalias vfio_pci:v*d*sv*sd*bc*sc*i* vfio_pci\nalias "
				   "pci:v000010DEd*sv*sd*bc03sc*i* nouveau\n"
				   "alias pci:v000010DEd*sv*sd*bc03sc00i00* nvidia\nalias pci:broken\n"
				   "alias pci:v000010DEd00001C03sv*sd*bc03sc*i* nouveau\n"),
	};
	struct pci_function usb = { .vendor = 0x8086, .device = 1, .class = 0x0c0330 };

	(void)state;
	assert_string_equal(names_of(&index, &card), "nouveau or nvidia");
	assert_null(module_index_spared(&index, &card));
	module_index_add_modprobe(&index, "/a", "# blacklist nvidia\nblacklist nouveau\n");
	assert_string_equal(names_of(&index, &card), "nvidia");
	assert_null(module_index_spared(&index, &card));
	module_index_add_cmdline(&index, "modprobe.blacklist=floppy,nvidia");
	assert_string_equal(names_of(&index, &card), "");
	assert_string_equal(
		module_index_find(&index, &card).forbidden,
		"nouveau (blacklist, /a:2), nvidia (blacklist, modprobe.blacklist=floppy,nvidia)");
	assert_string_equal(module_index_spared(&index, &card), "");
	assert_string_equal(names_of(&index, &usb), "");
	assert_null(module_index_spared(&index, &usb));
	index.builtin_info = memcpy(util_zeroed(sizeof(builtin), 1), builtin, sizeof(builtin));
	index.builtin_info_length = sizeof(builtin) - 1;
	assert_string_equal(names_of(&index, &usb), "xhci_pci");
	module_index_add_modprobe(&index, "/a", "blacklist xhci_pci\n");
	assert_string_equal(names_of(&index, &usb), "xhci_pci");
	assert_null(module_index_spared(&index, &usb));
	module_index_clear(&index);
}

/* What a module of this name is loaded as, under lines of modprobe.d and a command line. */
static void forbidden(void **state)
{
	static const struct {
		const char *modprobe, *cmdline, *spared;
	} rows[] = {
		{ "", "", NULL },
		{ "blacklist snd-hda-intel\n", "", "" },
		{ "  blacklist\tsnd_hda_intel # why\n", "", "" },
		{ "blacklist snd_hda\nblacklist snd_hda_intel2\nblacklist\n", "", NULL },
		{ "install snd-hda-intel /bin/false\n", "", "" },
		{ "install snd_hda_intel /bin/true\n", "", "" },
		{ "install snd_hda_intel :\n", "", "" },
		{ "install snd_hda_intel /usr/bin/false; true\n", "", "" },
		{ "install snd_hda_intel /sbin/modprobe vfio-pci; /sbin/modprobe -i snd_hda_intel\n", "",
		  NULL },
		{ "install snd_hda_intel true && modprobe -i snd_hda_intel\n", "", NULL },
		{ "install snd_hda_intel\n", "", NULL },
		{ "install other /bin/false\n", "", NULL },
		{ "alias pci:v0000*d*sv*sd*bc04sc03i* off\n", "", "" },
		{ "alias pci:v0000*d*sv*sd*bc04sc03i* snd-other\n", "", NULL },
		{ "alias pci:v0000*d*sv*sd*bc04sc03i* snd_other\nblacklist snd_other\n", "", "" },
		{ "alias pci:v0000*d*sv*sd*bc02sc03i* off\n", "", NULL },
		{ "", "modprobe.blacklist=floppy,snd_hda_intel", "" },
		/* libkmod has the name as it is written there, and the kernel too */
		{ "", "modprobe.blacklist=snd-hda-intel", NULL },
		{ "", "module_blacklist=snd-hda-intel", NULL },
		{ "", "modprobe.blacklist=snd_hda_intel modprobe.blacklist=floppy", "" },
		{ "", "module_blacklist=snd_hda_intel", "" },
		/* the last one counts */
		{ "", "module_blacklist=snd_hda_intel module_blacklist=floppy", NULL },
		/* udev starts again on the root */
		{ "", "rd.driver.blacklist=snd_hda_intel blacklist=snd_hda_intel", NULL },
	};
	static const struct pci_function audio = { .vendor = 0x10de, .device = 0x10f1, .class = 0x040300 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct module_index index = {
			.aliases = text_of("alias pci:v*d*sv*sd*bc04sc03i00* snd_hda_intel\n"),
			.files = text_of("a/snd-hda-intel.ko:\na/snd-other.ko:\n"),
		};
		const char *spared;

		module_index_add_modprobe(&index, "/etc/modprobe.d/a.conf", rows[i].modprobe);
		module_index_add_cmdline(&index, rows[i].cmdline);
		spared = module_index_spared(&index, &audio);
		assert_row(!spared == !rows[i].spared && (!spared || !strcmp(spared, rows[i].spared)),
			   util_text("%s%s", rows[i].modprobe, rows[i].cmdline));
		module_index_clear(&index);
	}
}

static void stub(void **state)
{
	static const struct {
		const char *ids, *builtin, *driver, *spared;
	} rows[] = {
		{ "10de:1c03", "kernel/drivers/pci/pci-stub.ko\n", "", "pci-stub" },
		{ "8086:1,10de:1c03", "kernel/drivers/pci/pci-stub.ko\n", "nouveau", "pci-stub" },
		{ "10de:1c04", "kernel/drivers/pci/pci-stub.ko\n", "", NULL },
		/* a module that somebody has to load */
		{ "10de:1c03", "", "nouveau", NULL },
		{ "10de:1c03", "", "pci-stub", "pci-stub" },
		{ "10de:1c03", NULL, "", "pci-stub" },
		{ "rubbish,", NULL, "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct module_index index = {
			.stub_ids = text_of(rows[i].ids),
			.builtin = rows[i].builtin ? text_of(rows[i].builtin) : NULL,
		};
		struct pci_function function = card;
		const char *spared;

		strcpy(function.driver, rows[i].driver);
		spared = module_index_spared(&index, &function);
		assert_row(!spared == !rows[i].spared && (!spared || !strcmp(spared, rows[i].spared)),
			   rows[i].ids);
		module_index_clear(&index);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(drivers),
		cmocka_unit_test(forbidden),
		cmocka_unit_test(stub),
	};

	return RUN(tests);
}
