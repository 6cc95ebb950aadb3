/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pe.h"
#include "fuzz.h"

/* Any bytes in place of a unified kernel image: nothing behind them is read, and what is found has that name. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pe_section section = { 0 };
	int r = pe_find_section(data, size, ".initrd", &section);

	require(r == 0 || (!section.offset && !section.size));
	require(r < 0 || memmem(data, size, ".initrd", 8));
	util_free_texts();
	return 0;
}
