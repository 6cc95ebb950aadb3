/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel command line in the entries of boot loaders. Pure. */
#pragma once

#include <stddef.h>

#include "util.h"

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

/* Are these the same parameters, in any order, apart from those that loaders add by themselves? */
bool boot_entry_is_same(const char *a, const char *b);
