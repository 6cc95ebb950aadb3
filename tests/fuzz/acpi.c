/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/acpi.h"
#include "fuzz.h"

/* Any bytes in place of a table: each unit takes at least four of them. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct acpi_table table;

	acpi_parse(data, size, &table);
	require(table.units <= size / 4);
	require(!table.read || table.exists);
	util_free_texts();
	return 0;
}
