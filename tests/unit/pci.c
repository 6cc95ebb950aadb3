/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "pci.h"

static void a_uevent_gives_all(void **state)
{
	struct pci_function f = { 0 };

	(void)state;
	assert_int_equal(pci_parse_uevent("DRIVER=snd_hda_intel\nPCI_CLASS=40300\nPCI_ID=8086:2668\nPCI_SUBSYS_ID=1AF4:1100\n"
					  "PCI_SLOT_NAME=0000:01:00.1\nMODALIAS=pci:v00008086\n", &f), 0);
	assert_int_equal(f.class, 0x040300);
	assert_int_equal(f.vendor, 0x8086);
	assert_int_equal(f.device, 0x2668);
	assert_int_equal(f.subvendor, 0x1af4);
	assert_int_equal(f.subdevice, 0x1100);
	assert_string_equal(f.driver, "snd_hda_intel");
	assert_int_equal(pci_parse_uevent("PCI_CLASS=30000\nPCI_ID=10DE:1C03", &f), 0);
	assert_string_equal(f.driver, "");
	assert_int_equal(f.subvendor, 0);
}

static void a_bad_uevent_is_refused(void **state)
{
	static const char *const rows[] = { "", "PCI_ID=8086:2668\n", "PCI_CLASS=30000\n", "PCI_ID=xxxx:yyyy\nPCI_CLASS=zz\n", "\n\n\n" };
	struct pci_function f;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_row(pci_parse_uevent(rows[i], &f) < 0, rows[i]);
}

static void addresses_are_ordered(void **state)
{
	static const char *const sorted[] = {
		"0000:00:00.0", "0000:00:00.1", "0000:00:1f.0", "0000:01:00.0", "0000:ff:00.0", "0001:00:00.0", "10000:00:00.0",
	};
	struct pci_address a, b;

	(void)state;
	for (size_t i = 0; i + 1 < ARRAY_SIZE(sorted); i++) {
		assert_int_equal(pci_address_parse(sorted[i], strlen(sorted[i]), &a), 0);
		assert_int_equal(pci_address_parse(sorted[i + 1], strlen(sorted[i + 1]), &b), 0);
		assert_row(pci_address_compare(&a, &b) < 0 && pci_address_compare(&b, &a) > 0 && !pci_address_compare(&a, &a), sorted[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_uevent_gives_all),
		cmocka_unit_test(a_bad_uevent_is_refused),
		cmocka_unit_test(addresses_are_ordered),
	};

	return RUN(tests);
}
