/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/rivals-read.h"

#include "host/rootdir.h"

#define FILE_LIMIT (1 << 20)

static void read_modprobe(void *rivals, const char *path)
{
	cleanup_free char *text = NULL;
	size_t length;

	if (rootdir_read_file(path, FILE_LIMIT, &text, &length) == 0)
		rivals_add_modprobe(rivals, path, text);
}

static void read_driverctl(void *rivals, const char *path)
{
	char text[128];

	if (rootdir_read(path, text, sizeof(text)) > 0)
		rivals_add_driverctl(rivals, path, text);
}

void rivals_read(struct rivals *rivals, const char *cmdline)
{
	/* What the distribution itself ships in /usr/lib is its own business. */
	rootdir_each_file("/etc/modprobe.d", ".conf", read_modprobe, rivals);
	rootdir_each_file("/usr/local/lib/modprobe.d", ".conf", read_modprobe, rivals);
	rootdir_each_file("/run/modprobe.d", ".conf", read_modprobe, rivals);
	rootdir_each_file("/etc/driverctl.d", "", read_driverctl, rivals);
	rivals_add_cmdline(rivals, cmdline);
}
