/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/other-setups-read.h"

#include "host/rootdir.h"

#define FILE_LIMIT (1 << 20)

static void read_with(void (*add)(struct other_setups *setups, const char *path, const char *text),
		      void *setups, const char *path)
{
	cleanup_free char *text = rootdir_read_text(path, FILE_LIMIT);

	if (text)
		add(setups, path, text);
}

static void read_modprobe(void *setups, const char *path)
{
	read_with(other_setups_add_modprobe, setups, path);
}

static void read_modules(void *setups, const char *path)
{
	read_with(other_setups_add_modules, setups, path);
}

static void read_generator(void *setups, const char *path)
{
	read_with(other_setups_add_generator, setups, path);
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
	read_modules(setups, "/etc/modules");
	read_modules(setups, "/etc/initramfs-tools/modules");
	rootdir_each_file("/etc/modules-load.d", ".conf", read_modules, setups);
	read_generator(setups, "/etc/dracut.conf");
	rootdir_each_file("/etc/dracut.conf.d", ".conf", read_generator, setups);
	read_generator(setups, "/etc/mkinitcpio.conf");
	rootdir_each_file("/etc/mkinitcpio.conf.d", ".conf", read_generator, setups);
	rootdir_each_file("/etc/driverctl.d", "", read_driverctl, setups);
	other_setups_add_cmdline(setups, cmdline);
}
