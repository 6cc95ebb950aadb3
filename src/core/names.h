/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every name that a configuration may have, in one table: for messages on one that is misspelt or misplaced. Pure. */
#pragma once

#include "util.h"

enum name_kind {
	NAME_NONE = 0,
	NAME_DIRECTIVE = 1,
	NAME_SETTING = 2,
	NAME_OPTION = 4,    /* of a claim */
	NAME_PARAMETER = 8, /* of the kernel command line, also vfio-pci.ids */
};

struct name {
	enum name_kind kind;
	const char *meant; /* what it is called here: other programs have other words; "" for none */
};

/*
 * The name of one of @kinds that @word is, in any case and with any of "-", "_", "." and ",", or that it is one or two slips
 * away from.
 */
struct name names_find(const char *word, size_t length, unsigned int kinds);

/*
 * The parameter that a word starts with, or almost, whatever stands in place of "=": with what is behind it. Also a word
 * that is nothing but the start of one. "" for none.
 */
const char *names_find_start(const char *word, const char *end);
