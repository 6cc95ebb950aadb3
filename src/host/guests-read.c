/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/guests-read.h"

#include <errno.h>
#include <string.h>

#include "host/rootdir.h"

#define FILE_LIMIT (1 << 20)

#define PVE "/etc/pve"
#define LIBVIRT "/etc/libvirt/qemu"

/* What the files are read into, and what they are read with. */
struct reading {
	struct guest_devices *guests;
	struct guest_mappings mappings;
};

static void read_proxmox(void *data, const char *path)
{
	struct reading *reading = data;
	cleanup_free char *text = rootdir_read_text(path, FILE_LIMIT);

	if (text)
		guests_add_proxmox(reading->guests, util_text("%s", path), text, &reading->mappings);
}

static void read_libvirt(void *data, const char *path)
{
	struct reading *reading = data;
	cleanup_free char *text = rootdir_read_text(path, FILE_LIMIT);
	char target[8];

	/* A link to the guest's file, which is not followed. */
	if (text)
		guests_add_libvirt(reading->guests, util_text("%s", path), text,
				   rootdir_link_name(util_text(LIBVIRT "/autostart%s", strrchr(path, '/')),
						     target, sizeof(target)) != -ENOENT);
}

void guests_read(struct guest_devices *ret)
{
	cleanup_free char *mappings = rootdir_read_text(PVE "/mapping/pci.cfg", FILE_LIMIT);
	struct reading reading = { .guests = ret, .mappings = { mappings ? mappings : "", "" } };
	struct rootdir_text node;

	*ret = (struct guest_devices){ 0 };
	if (rootdir_read("/etc/hostname", &node) == 0)
		reading.mappings.node = util_text("%.*s", (int)strcspn(node.text, ". \t\n"), node.text);
	rootdir_each_file(PVE "/qemu-server", ".conf", read_proxmox, &reading);
	rootdir_each_file(LIBVIRT, ".xml", read_libvirt, &reading);
}
