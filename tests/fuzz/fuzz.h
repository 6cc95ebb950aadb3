/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every fuzz target includes. A broken property aborts, which libFuzzer reports with its input. */
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define require(property) \
	do { \
		if (!(property)) { \
			fprintf(stderr, "broken: %s\n", #property); \
			abort(); \
		} \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
