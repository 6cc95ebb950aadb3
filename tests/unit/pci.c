/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <limits.h>
#include <stdlib.h>

#include "core/pci.h"

static void a_uevent_gives_all(void **state)
{
	struct pci_function f = { 0 };

	(void)state;
	assert_int_equal(
		pci_parse_uevent(
			"DRIVER=snd_hda_intel\nPCI_CLASS=40300\nPCI_ID=8086:2668\nPCI_SUBSYS_ID=1AF4:1100\n"
			"PCI_SLOT_NAME=0000:01:00.1\nMODALIAS=pci:v00008086\n",
			&f),
		0);
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
	static const char *const rows[] = { "", "PCI_ID=8086:2668\n", "PCI_CLASS=30000\n",
					    "PCI_ID=xxxx:yyyy\nPCI_CLASS=zz\n", "\n\n\n" };
	struct pci_function f;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_row(pci_parse_uevent(rows[i], &f) < 0, rows[i]);
}

static void addresses_are_ordered(void **state)
{
	static const char *const sorted[] = {
		"0000:00:00.0", "0000:00:00.1", "0000:00:1f.0",  "0000:01:00.0",
		"0000:ff:00.0", "0001:00:00.0", "10000:00:00.0",
	};
	struct pci_address a, b;

	(void)state;
	for (size_t i = 0; i + 1 < ARRAY_SIZE(sorted); i++) {
		assert_int_equal(pci_address_parse(sorted[i], strlen(sorted[i]), &a), 0);
		assert_int_equal(pci_address_parse(sorted[i + 1], strlen(sorted[i + 1]), &b), 0);
		assert_row(pci_address_compare(&a, &b) < 0 && pci_address_compare(&b, &a) > 0 &&
				   !pci_address_compare(&a, &a),
			   sorted[i]);
	}
}

static void paths_are_parsed(void **state)
{
	static const struct {
		const char *link;
		int hops;
		uint32_t segment;
		uint8_t root_bus, last_slot, last_function;
	} rows[] = {
		{ "../../../devices/pci0000:00/0000:00:02.0", 1, 0, 0, 2, 0 },
		{ "../../../devices/pci0000:00/0000:00:01.0/0000:01:00.1", 2, 0, 0, 0, 1 },
		{ "../../../devices/pci0000:ae/0000:ae:00.0/0000:af:1f.7/", 2, 0, 0xae, 0x1f, 7 },
		{ "../../../devices/pci0000:00/0000:00:0e.0/pci10000:e0/10000:e0:06.0/10000:e1:00.0", 2,
		  0x10000, 0xe0, 0, 0 },
		{ "../../../devices/platform/soc/30000000.pcie/pci0001:40/0001:40:00.0", 1, 1, 0x40, 0, 0 },
	};
	static const char *const bad[] = {
		"",
		"/",
		"../../../devices",
		"../../../devices/pci0000:00",
		"../../../devices/pci0000:00/x",
		"pci0000/0000:00:01.0",
		"pci0000:00/0000:00:01.0/0000:00:01.0/0000:00:01.0/0000:00:01.0/0000:00:01.0/0000:00:01.0/"
		"0000:00:01.0/0000:00:01.0/"
		"0000:00:01.0/0000:00:01.0/0000:00:01.0/0000:00:01.0/0000:00:01.0/0000:00:01.0/0000:00:01.0/"
		"0000:00:01.0/0000:00:01.0",
	};
	struct pci_path path;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_row(pci_parse_path(rows[i].link, &path) == 0, rows[i].link);
		assert_row(path.hops == rows[i].hops && path.segment == rows[i].segment &&
				   path.root_bus == rows[i].root_bus &&
				   path.hop[path.hops - 1].slot == rows[i].last_slot &&
				   path.hop[path.hops - 1].function == rows[i].last_function,
			   rows[i].link);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_row(pci_parse_path(bad[i], &path) < 0, bad[i]);
}

static void a_modalias_gives_ids_and_class(void **state)
{
	static const char *const bad[] = { "", "pci:v00008086d", "usb:v1D6Bp0002",
					   "pci:v00008086d00002668sv00001AF4sd00001100bc04sc03" };
	struct pci_function f = { 0 };

	(void)state;
	assert_int_equal(pci_parse_modalias("pci:v00008086d00002668sv00001AF4sd00001100bc04sc03i80\n", &f),
			 0);
	assert_int_equal(f.vendor, 0x8086);
	assert_int_equal(f.device, 0x2668);
	assert_int_equal(f.subvendor, 0x1af4);
	assert_int_equal(f.subdevice, 0x1100);
	assert_int_equal(f.class, 0x040380);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_row(pci_parse_modalias(bad[i], &f) < 0, bad[i]);
}

static void groups_are_numbered_densely(void **state)
{
	struct pci_function f[] = {
		{ .iommu_group = 7 }, { .iommu_group = -1 }, { .iommu_group = INT_MAX },
		{ .iommu_group = 7 }, { .iommu_group = 0 },
	};
	size_t limit, *numbers = pci_group_numbers(f, ARRAY_SIZE(f), &limit);

	(void)state;
	assert_int_equal(limit, 3);
	assert_int_equal(numbers[0], 1);
	assert_true(numbers[1] == PCI_NO_GROUP);
	assert_int_equal(numbers[2], 2);
	assert_int_equal(numbers[3], 1);
	assert_int_equal(numbers[4], 0);
	free(numbers);
	numbers = pci_group_numbers(NULL, 0, &limit);
	assert_int_equal(limit, 0);
	free(numbers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_uevent_gives_all),
		cmocka_unit_test(a_bad_uevent_is_refused),
		cmocka_unit_test(a_modalias_gives_ids_and_class),
		cmocka_unit_test(groups_are_numbered_densely),
		cmocka_unit_test(addresses_are_ordered),
		cmocka_unit_test(paths_are_parsed),
	};

	return RUN(tests);
}
