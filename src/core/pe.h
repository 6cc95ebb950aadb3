/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds a section of a PE file, as a unified kernel image is one (UAPI.5, Unified Kernel Image; Microsoft, PE
 * Format). Pure.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "util.h"

#define PE_HEADERS_SIZE 4096 /* headers that stand behind that are not looked for */

struct pe_section {
	uint32_t offset, size; /* in the file */
};

/*
 * Find the first section of this name (at most eight characters) by the @length bytes that the file begins
 * with. Returns 0, or -ENOENT where it is no PE file or has no such section.
 */
int pe_find_section(const unsigned char *bytes, size_t length, const char *name,
		    struct pe_section *ret) must_check;
