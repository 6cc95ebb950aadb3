/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The host devices in the configuration of guests: of Proxmox, and of libvirt. Pure; guests-read.h reads it. */
#pragma once

#include "core/pci.h"

struct guest_device {
	struct pci_address address;
	bool every_function; /* of the slot */
	bool whole_group;    /* the manager takes the group with it */
	const char *guest;   /* "guest 101 of Proxmox": a util_text() */
	const char *where;   /* the file */
};

struct guest_devices {
	struct guest_device *list;
	size_t count;
};

/* The devices of a Proxmox cluster that have names. */
struct guest_mappings {
	const char *text; /* of /etc/pve/mapping/pci.cfg, "" for none */
	const char *node; /* the name of this one, "" where it is not known: then those of all count */
};

/*
 * Add the hostpciN: lines of a file of /etc/pve/qemu-server: "hostpci0: 0000:01:00,pcie=1", "01:00.0;01:00.1",
 * "mapping=gpu". Those of a snapshot do not count. Proxmox takes the whole group (PVE/SysFSTools.pm,
 * pci_dev_group_bind_to_vfio()).
 */
void guests_add_proxmox(struct guest_devices *guests, const char *path, const char *text,
			const struct guest_mappings *mappings);

/* Add the <hostdev> and <interface> of PCI with managed='yes' in a domain of libvirt, which @starts with the host. */
void guests_add_libvirt(struct guest_devices *guests, const char *path, const char *text, bool starts);

void guests_clear(struct guest_devices *guests);

/* Does the device of the guest name the function? */
bool guests_names(const struct guest_device *device, const struct pci_function *function);
