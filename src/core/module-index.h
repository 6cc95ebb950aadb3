/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an installed kernel has by way of drivers, and which of them udev loads for a device: the indexes of depmod(8)
 * and the blacklists. Pure; module-index-read.h reads them.
 */
#pragma once

#include "core/pci.h"

/* A line of modprobe.d or a parameter that keeps udev from loading a module. */
struct module_rule {
	char *name;       /* of the module, as the kernel has it */
	char *where;      /* "FILE:LINE", or the parameter */
	const char *what; /* "blacklist" */
};

/* An "alias" line of modprobe.d: it counts in place of all of the kernel's own. */
struct module_alias {
	char *pattern, *module, *where;
};

/* The texts of /lib/modules/VERSION, each NULL where it was not read. */
struct module_index {
	char *aliases;      /* modules.alias */
	char *files;        /* modules.dep */
	char *builtin;      /* modules.builtin */
	char *builtin_info; /* modules.builtin.modinfo: fields that end with a NUL byte */
	size_t builtin_info_length;
	struct module_rule *rules;
	size_t rule_count;
	struct module_alias *own_aliases;
	size_t own_alias_count;
	char *stub_ids; /* of pci-stub, "" or NULL for none */
};

/* Add the blacklist, install and alias lines of a file of modprobe.d, and what the kernel command line says. */
void module_index_add_modprobe(struct module_index *index, const char *path, const char *text);
void module_index_add_cmdline(struct module_index *index, const char *cmdline);
void module_index_clear(struct module_index *index);

/* Does the kernel have a module of this name, or has it that built in? True also where that is not known. */
bool module_index_has(const struct module_index *index, const char *name);

/* What binds a function when the system boots; util_text()s. */
struct module_drivers {
	/* the drivers that try: built-in ones, or else every module that udev loads: "nouveau or nvidia"; "" for none */
	const char *names;
	/* what would try and is not loaded, and why: "nouveau (blacklist, FILE:LINE)"; "" for none */
	const char *forbidden;
};
struct module_drivers module_index_find(const struct module_index *index,
					const struct pci_function *function) must_check;

/*
 * The driver that keeps a host driver off the function: "pci-stub" by its ids=, "" where every driver for it is
 * forbidden, or where it has one now and this kernel has none for it; NULL where nothing does, or where that is
 * not known.
 */
const char *module_index_spared(const struct module_index *index,
				const struct pci_function *function) must_check;
