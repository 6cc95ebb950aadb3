/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel command line in the entries of boot loaders. Pure. */
#pragma once

#include <stddef.h>

#include "core/cmdline.h"

/*
 * Find the parameters of the first entry of a grub.cfg that boots a kernel of one of these versions (its
 * file's name contains it) and is no recovery entry. Returns a string that the caller frees, or NULL.
 */
char *boot_entry_parse_grub(const char *text, char *const *versions, size_t count);

/*
 * The same of an entry of the Boot Loader Specification: its "options" lines, where its "linux" line names
 * one of these versions. One whose options are variables of GRUB tells nothing.
 */
char *boot_entry_parse_loader(const char *text, char *const *versions, size_t count);

/*
 * The parameters that GRUB's own configuration asks for: GRUB_CMDLINE_LINUX and GRUB_CMDLINE_LINUX_DEFAULT of
 * /etc/default/grub and its drop-ins, added in the order in which the shell reads them. Texts of util_text().
 */
struct boot_entry_defaults {
	const char *all, *normal; /* normal: of no recovery entry; NULL where nothing sets it */
};
void boot_entry_add_defaults(struct boot_entry_defaults *defaults, const char *text);

/*
 * The first parameter of @text that has to do with devices of guests and that @other lacks: rd.vfio*, vfio*, those of
 * IOMMUs, blacklists of modules. Stores it and returns true, or returns false where there is none.
 */
bool boot_entry_lacks(const char *other, const char *text, struct cmdline_param *ret);

/* Are these the same parameters, in any order, apart from those that loaders add by themselves? */
bool boot_entry_is_same(const char *a, const char *b);
