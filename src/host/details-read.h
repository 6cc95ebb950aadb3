/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads what list shows of a device and no plan goes by. */
#pragma once

#include "core/modaliases.h"
#include "host/rootdir.h"

/* The aliases of the running kernel, and the texts that they are in. */
struct kernel_aliases {
	struct modaliases aliases;
	char *modules, *builtin;
	bool known; /* the kernel's modules.alias was read */
};

void details_read_aliases(struct kernel_aliases *ret);
void details_clear_aliases(struct kernel_aliases *aliases);

/* A PCI Express link: speeds in GT/s as the kernel writes them, "" and 0 for what is not known. */
struct pci_link {
	char speed[8], max_speed[8];
	unsigned char width, max_width;
};

/*
 * Read the links of the @count functions @which into @links, one a function. The kernel reads configuration space for
 * them, so this is done in one child.
 */
void details_read_links(const struct pci_function *const *which, size_t count, struct pci_link *links);

/* The model of the disk @name, "" where it has none, and its size in bytes, 0 where it is not known. */
unsigned long long details_read_disk(const char *name, struct rootdir_text *ret_model);
