/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What /etc/default/grub and its drop-ins set. The shell reads them (grub-mkconfig), one behind the other: quotes, lines
 * that go on behind a backslash, comments, export, +=, and variables that were set before. Pure.
 */
#pragma once

#include <stddef.h>

#include "core/cmdline.h"

#define GRUB_ALL "GRUB_CMDLINE_LINUX"
#define GRUB_NORMAL "GRUB_CMDLINE_LINUX_DEFAULT" /* of no recovery entry */

/* One "NAME=VALUE", in texts of util_text(). */
struct grub_default {
	const char *file, *name;
	const char *value;   /* as the shell makes it, and "$" where that is not known */
	const char *written; /* the same without what other variables give */
	bool adds;           /* the value has that of the variable itself */
};

struct grub_defaults {
	struct grub_default *list;
	size_t count;
	bool unsure; /* commands decide what is set, so nothing can be said */
};

/* Add what the text of @file sets. Free with grub_defaults_clear(). */
void grub_defaults_add(struct grub_defaults *defaults, const char *file, const char *text);
void grub_defaults_clear(struct grub_defaults *defaults);

/* The value of a variable after all files, or NULL where nothing sets it. */
const char *grub_defaults_value(const struct grub_defaults *defaults, const char *name);

/* The parameters that normal entries get: a util_text(), or NULL where neither variable is set or it is not known. */
const char *grub_defaults_cmdline(const struct grub_defaults *defaults);

/* Where a parameter is written: of several places the last one that counts. NULL where there is none. */
const struct grub_default *grub_defaults_find(const struct grub_defaults *defaults,
					      const struct cmdline_param *param);

/* The file in which the variable has to be changed, since no later one replaces it; @standard where none sets it. */
const char *grub_defaults_place(const struct grub_defaults *defaults, const char *name, const char *standard);
