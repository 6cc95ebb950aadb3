/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/guests-read.h"

#include <string.h>

#include "host/rootdir.h"

#define FILE_LIMIT (1 << 20)

static void read_with(struct guest_devices *guests, const char *path,
		      void (*add)(struct guest_devices *guests, const char *path, const char *text))
{
	cleanup_free char *text = NULL;
	size_t length;

	if (rootdir_read_file(path, FILE_LIMIT, &text, &length) == 0)
		add(guests, util_text("%s", path), text);
}

static void read_proxmox(void *guests, const char *path)
{
	read_with(guests, path, guests_add_proxmox);
}

static void read_libvirt(void *guests, const char *path)
{
	read_with(guests, path, guests_add_libvirt);
}

void guests_read(struct guest_devices *ret)
{
	*ret = (struct guest_devices){ 0 };
	rootdir_each_file("/etc/pve/qemu-server", ".conf", read_proxmox, ret);
	rootdir_each_file("/etc/libvirt/qemu", ".xml", read_libvirt, ret);
}
