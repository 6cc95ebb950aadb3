/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/other-setups-read.h"

#include "host/rootdir.h"

#define FILE_LIMIT (1 << 20)

static void read_modprobe(void *setups, const char *path)
{
	cleanup_free char *text = NULL;
	size_t length;

	if (rootdir_read_file(path, FILE_LIMIT, &text, &length) == 0)
		other_setups_add_modprobe(setups, path, text);
}

static void read_driverctl(void *setups, const char *path)
{
	struct rootdir_text text;

	if (rootdir_read(path, &text) == 0 && text.text[0])
		other_setups_add_driverctl(setups, path, text.text);
}

void other_setups_read(struct other_setups *setups, const char *cmdline)
{
	/* What the distribution itself ships in /usr/lib is its own business. */
	rootdir_each_file("/etc/modprobe.d", ".conf", read_modprobe, setups);
	rootdir_each_file("/usr/local/lib/modprobe.d", ".conf", read_modprobe, setups);
	rootdir_each_file("/run/modprobe.d", ".conf", read_modprobe, setups);
	rootdir_each_file("/etc/driverctl.d", "", read_driverctl, setups);
	other_setups_add_cmdline(setups, cmdline);
}
