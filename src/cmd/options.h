/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options that list, check and status share. */
#pragma once

#include "cmd/term.h"

struct options {
	bool json;
	struct term term;
	char **words; /* what is no option, argv's own strings */
	size_t word_count;
};

/*
 * Parse --json, --color[=WHEN] and, where the command takes @selectors, words. Free with options_clear().
 * Returns 0, or -EINVAL after saying on stderr what is wrong.
 */
int options_parse(int argc, char **argv, bool selectors, struct options *ret) must_check;
void options_clear(struct options *options);
