/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Other methods that give devices away, or keep drivers from them: what guides and other tools leave on a host. Pure.
 */
#pragma once

#include "core/pci.h"

enum rival_kind {
	RIVAL_IDS,        /* vfio-pci.ids=: every device with such an id */
	RIVAL_STUB_IDS,   /* the same for pci-stub */
	RIVAL_SOFTDEP,    /* a softdep on vfio-pci */
	RIVAL_BLACKLIST,  /* of a driver that guides blacklist */
	RIVAL_UNSAFE,     /* allow_unsafe_interrupts: needed where interrupts are not remapped only */
	RIVAL_INSTALL,    /* an install line that has to do with vfio */
	RIVAL_DRIVERCTL,  /* driverctl sets a driver_override after the boot */
};

struct rival {
	enum rival_kind kind;
	char where[256];  /* "file:line", or the kernel command line */
	char *text;       /* the ids, the module, or the driver */
	char *parameter;  /* of the kernel command line, as it is written there; else NULL */
	struct pci_address address; /* of RIVAL_DRIVERCTL */
};

struct rivals {
	struct rival *list;
	size_t count;
};

/* Add what a file of modprobe.d(5) at @path says: options, softdep, blacklist and install lines. */
void rivals_add_modprobe(struct rivals *rivals, const char *path, const char *text);

/* Add what the kernel command line says: vfio-pci.ids=, pci-stub.ids=, modprobe.blacklist= and the like. */
void rivals_add_cmdline(struct rivals *rivals, const char *cmdline);

/* Add a file of /etc/driverctl.d: its name is the address, perhaps with "pci-" before it, its content the driver. */
void rivals_add_driverctl(struct rivals *rivals, const char *path, const char *text);

void rivals_clear(struct rivals *rivals);
