/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel command line of the next boot, as the boot loader's files have it: what was changed there counts from then on.
 * Pure but for next_read().
 */
#pragma once

#include <stddef.h>

#include "host/system.h"

/*
 * Find the parameters of the first entry of a grub.cfg that boots a kernel of one of these versions (its file's name
 * contains it) and is no recovery entry. Returns a string that the caller frees, or NULL.
 */
char *next_parse_grub(const char *text, char *const *versions, size_t count);

/*
 * The same of an entry of the Boot Loader Specification: its "options" lines, where its "linux" line names one of these
 * versions. One whose options are variables of GRUB tells nothing.
 */
char *next_parse_entry(const char *text, char *const *versions, size_t count);

/* Are these the same parameters, in any order, apart from those that loaders add by themselves? */
bool next_is_same(const char *a, const char *b);

/*
 * Read what this system's boot loader has: its entries, grub.cfg or /etc/kernel/cmdline. Stores the file that says it, or NULL.
 * Returns a string that the caller frees, or NULL where nothing tells, or where it is what this boot has.
 */
char *next_read(const char *cmdline, const struct system *system, const char **ret_path);
