/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an installed kernel has by way of drivers, and which of them udev loads for a device: the indexes of depmod(8)
 * and the blacklists. Pure; module-index-read.h reads them.
 */
#pragma once

#include "core/pci.h"

/* The texts of /lib/modules/VERSION, each NULL where it was not read. */
struct module_index {
	char *aliases;      /* modules.alias */
	char *files;        /* modules.dep */
	char *builtin;      /* modules.builtin */
	char *builtin_info; /* modules.builtin.modinfo: fields that end with a NUL byte */
	size_t builtin_info_length;
	char **blacklist; /* names of modules */
	size_t blacklist_count;
};

/* Add what a file of modprobe.d blacklists, and what the kernel command line does. */
void module_index_add_modprobe(struct module_index *index, const char *text);
void module_index_add_cmdline(struct module_index *index, const char *cmdline);
void module_index_clear(struct module_index *index);

/* Does the kernel have a module of this name, or has it that built in? True also where that is not known. */
bool module_index_has(const struct module_index *index, const char *name);

/* The module that takes the function when udev looks for one, or that is built in: a util_text(), "" for none. */
const char *module_index_driver(const struct module_index *index,
				const struct pci_function *function) must_check;
