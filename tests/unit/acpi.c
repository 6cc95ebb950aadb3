/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "core/acpi.h"

#define SIZE 256

/* A table of this signature with room for structures; the length field is that of @length. */
static void start(uint8_t *bytes, const char *signature, size_t length)
{
	memset(bytes, 0, SIZE);
	memcpy(bytes, signature, 4);
	bytes[4] = (uint8_t)length;
}

/* DMAR and IVRS have their structures at 48; IORT and VIOT say where. */
static void put_start(uint8_t *bytes, const char *signature)
{
	if (!strcmp(signature, "IORT"))
		bytes[40] = 48;
	if (!strcmp(signature, "VIOT"))
		bytes[38] = 48;
}

static void put(uint8_t *bytes, size_t at, const char *signature, uint8_t type, uint8_t length)
{
	bytes[at] = type;
	bytes[at + (strcmp(signature, "IORT") ? 2 : 1)] = length;
}

static void units_of_each_kind(void **state)
{
	static const struct {
		const char *name, *signature;
		uint8_t types[3];
		unsigned int units;
	} rows[] = {
		{ "DRHD, RMRR, DRHD", "DMAR", { 0, 1, 0 }, 2 },
		{ "reserved memory only", "DMAR", { 1, 2, 3 }, 0 },
		{ "IVHD of three types", "IVRS", { 0x10, 0x11, 0x40 }, 3 },
		{ "IVMD only", "IVRS", { 0x20, 0x21, 0x22 }, 0 },
		{ "ITS, root complex, SMMUv3", "IORT", { 0, 2, 4 }, 1 },
		{ "SMMUv2", "IORT", { 3, 2, 2 }, 1 },
		{ "ITS and root complexes", "IORT", { 0, 2, 2 }, 0 },
		{ "PCI range, virtio-iommu on PCI, MMIO endpoint", "VIOT", { 1, 3, 2 }, 1 },
		{ "virtio-iommu on MMIO", "VIOT", { 4, 1, 1 }, 1 },
	};
	uint8_t bytes[SIZE];
	struct acpi_table table;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		start(bytes, rows[i].signature, 48 + 3 * 16);
		put_start(bytes, rows[i].signature);
		for (size_t s = 0; s < 3; s++)
			put(bytes, 48 + s * 16, rows[i].signature, rows[i].types[s], 16);
		acpi_parse(bytes, 48 + 3 * 16, &table);
		assert_row(table.exists && table.read && !table.damaged, rows[i].name);
		assert_row(table.units == rows[i].units, rows[i].name);
	}
}

static void interrupt_remapping_is_a_flag_of_dmar(void **state)
{
	uint8_t bytes[SIZE];
	struct acpi_table table;

	(void)state;
	start(bytes, "DMAR", 64);
	put(bytes, 48, "DMAR", 0, 16);
	acpi_parse(bytes, 64, &table);
	assert_false(table.remaps_interrupts);
	bytes[37] = 5;
	acpi_parse(bytes, 64, &table);
	assert_true(table.remaps_interrupts);
	start(bytes, "IVRS", 64);
	bytes[37] = 1;
	acpi_parse(bytes, 64, &table);
	assert_false(table.remaps_interrupts);
}

/* What stands in front of the damage counts. */
static void damage(void **state)
{
	uint8_t bytes[SIZE];
	struct acpi_table table;

	(void)state;
	start(bytes, "DMAR", 80);
	put(bytes, 48, "DMAR", 0, 16);
	put(bytes, 64, "DMAR", 0, 16);
	for (size_t length = 0; length < 80; length++) {
		acpi_parse(bytes, length, &table);
		assert_true(table.damaged && !table.units);
	}
	put(bytes, 64, "DMAR", 0, 17);
	acpi_parse(bytes, 80, &table);
	assert_true(table.damaged && table.units == 1);
	put(bytes, 64, "DMAR", 0, 0);
	acpi_parse(bytes, 80, &table);
	assert_true(table.damaged && table.units == 1);
	bytes[4] = 20;
	acpi_parse(bytes, 80, &table);
	assert_true(table.damaged && !table.units);
	start(bytes, "FACP", 80);
	acpi_parse(bytes, 80, &table);
	assert_true(table.damaged && !table.units);
	start(bytes, "IORT", 80);
	acpi_parse(bytes, 80, &table);
	assert_true(table.damaged && !table.units);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(units_of_each_kind),
		cmocka_unit_test(interrupt_remapping_is_a_flag_of_dmar),
		cmocka_unit_test(damage),
	};

	return RUN(tests);
}
