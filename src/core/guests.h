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

/*
 * Add the hostpciN: lines of a file of /etc/pve/qemu-server: "hostpci0: 0000:01:00,pcie=1", "01:00.0;01:00.1". Those of a
 * snapshot do not count. Proxmox takes the whole group (PVE/SysFSTools.pm, pci_dev_group_bind_to_vfio()).
 */
void guests_add_proxmox(struct guest_devices *guests, const char *path, const char *text);

/* Add the <hostdev managed='yes'> of PCI in a domain of libvirt. */
void guests_add_libvirt(struct guest_devices *guests, const char *path, const char *text);

void guests_clear(struct guest_devices *guests);

/* Does the device of the guest name the function? */
bool guests_names(const struct guest_device *device, const struct pci_function *function);
