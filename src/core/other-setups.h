/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Other methods that give devices away, or keep drivers from them: what guides and other tools leave on a
 * host. Pure.
 */
#pragma once

#include "core/pci.h"

enum other_setup_kind {
	SETUP_IDS,       /* vfio-pci.ids=: every device with such an id */
	SETUP_STUB_IDS,  /* the same for pci-stub */
	SETUP_SOFTDEP,   /* a softdep on vfio-pci */
	SETUP_BLACKLIST, /* of a driver that guides blacklist */
	SETUP_UNSAFE,    /* allow_unsafe_interrupts: needed where interrupts are not remapped only */
	SETUP_INSTALL,   /* an install line that has to do with vfio */
	SETUP_LOAD,      /* a list of modules to load, or to put into images, with vfio-pci in it */
	SETUP_OMIT,      /* images are made without vfio-pci */
	SETUP_DRIVERCTL, /* driverctl sets a driver_override after the boot */
};

struct other_setup {
	enum other_setup_kind kind;
	char *where;                /* "file:line", or the kernel command line */
	char *text;                 /* the ids, the module or modules, or the driver */
	char *parameter;            /* of the kernel command line, as it is written there; else NULL */
	struct pci_address address; /* of SETUP_DRIVERCTL */
	bool among_options;         /* of SETUP_IDS: the line sets other options too, which count on */
};

struct other_setups {
	struct other_setup *list;
	size_t count;
};

/* Add what a file of modprobe.d(5) at @path says: options, softdep, blacklist and install lines. */
void other_setups_add_modprobe(struct other_setups *setups, const char *path, const char *text);

/*
 * Add what a list of modules says, a module with its arguments on each line: /etc/modules, modules-load.d(5), and
 * initramfs-tools' own list.
 */
void other_setups_add_modules(struct other_setups *setups, const char *path, const char *text);

/* Add what the configuration of dracut or mkinitcpio says on the drivers of its images: NAME=VALUE and NAME+=VALUE. */
void other_setups_add_generator(struct other_setups *setups, const char *path, const char *text);

/* Add what the kernel command line says: vfio-pci.ids=, pci-stub.ids=, modprobe.blacklist= and the like. */
void other_setups_add_cmdline(struct other_setups *setups, const char *cmdline);

/*
 * Add a file of /etc/driverctl.d: its name is the address, perhaps with "pci-" before it, its content the
 * driver.
 */
void other_setups_add_driverctl(struct other_setups *setups, const char *path, const char *text);

/* What driverctl binds the function to after the boot, where that is no host driver: "" for none. Else NULL. */
const char *other_setups_driver(const struct other_setups *setups, const struct pci_function *function);

void other_setups_clear(struct other_setups *setups);
