/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every unit test includes: cmocka, and TAP output for prove. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
/* behind those that it needs */
#include <cmocka.h>

#define RUN(tests) (cmocka_set_message_output(CM_OUTPUT_TAP), cmocka_run_group_tests((tests), NULL, NULL))

/* Say which row of a table failed before the test ends. */
#define assert_row(condition, row) \
	do { \
		bool row_holds = (condition); \
\
		if (!row_holds) \
			print_error("in the row of: %s\n", (row)); \
		assert_true(row_holds); \
	} while (0)
