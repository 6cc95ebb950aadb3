/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of fields between blanks: fstab(5), crypttab(5). Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define FIELDS_COUNT 4

struct fields_line {
	char *fields[FIELDS_COUNT]; /* texts of util_text_copy(); "" where the line has fewer */
	size_t count;               /* at least 1 */
};

/* Take the next line that is neither empty nor a comment from *@cursor. Returns false at the text's end. */
bool fields_next(const char **cursor, struct fields_line *ret);

/* Has a field of options between commas @option? One that ends in "=" is there with any value. */
bool fields_has_option(const char *options, const char *option);
