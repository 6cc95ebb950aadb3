/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was edited in the boot loader's configuration and not applied, and where a command line stands. */
#include "host/bootloader.h"

#include <string.h>

#include "core/boot-entry.h"
#include "core/grub-defaults.h"
#include "host/rootdir.h"

/* Other users than root may not. */
static bool can_read(const char *path)
{
	cleanup_close int fd = rootdir_open_file(path);

	return fd >= 0;
}

static bool find_grub_edit(const char *cmdline, bool known, struct bootloader_edit *ret)
{
	struct grub_defaults defaults;
	struct cmdline_param param;
	const struct grub_default *place;
	const char *wanted;
	bool found;

	distro_read_grub(&defaults);
	wanted = grub_defaults_cmdline(&defaults);
	*ret = (struct bootloader_edit){ .file = BOOTLOADER_GRUB };
	found = wanted && boot_entry_lacks(cmdline, wanted, &param);
	/* A value that the shell makes can have anything. */
	if (wanted && !found && known && !strpbrk(wanted, "$`"))
		found = ret->removed = boot_entry_lacks(wanted, cmdline, &param);
	if (found) {
		ret->parameter = cmdline_param_text(&param);
		place = ret->removed ? NULL : grub_defaults_find(&defaults, &param);
		if (place)
			ret->file = place->file;
	}
	grub_defaults_clear(&defaults);
	return found;
}

struct edit_search {
	const char *cmdline;
	struct bootloader_edit *edit;
	bool found;
};

static void look_for_edit(void *data, const char *path)
{
	struct edit_search *search = data;
	cleanup_free char *text = search->found ? NULL : rootdir_read_text(path, BOOTLOADER_LIMIT);
	struct cmdline_param param;

	if (!text || !boot_entry_lacks(search->cmdline, text, &param))
		return;
	search->found = true;
	*search->edit = (struct bootloader_edit){ .file = util_text("%s", path),
						  .parameter = cmdline_param_text(&param) };
}

bool bootloader_find_edit(const struct distro *distro, const char *cmdline, struct bootloader_edit *ret)
{
	struct edit_search search = { .cmdline = cmdline, .edit = ret };

	switch (distro->loader) {
	case LOADER_PROXMOX:
		if (distro->by_grub)
			search.found = find_grub_edit(cmdline, false, ret);
		else
			look_for_edit(&search, BOOTLOADER_CMDLINE);
		ret->unsure = true;
		return search.found;
	case LOADER_SDBOOTUTIL:
		look_for_edit(&search, BOOTLOADER_CMDLINE);
		return search.found;
	case LOADER_KERNEL_INSTALL:
		/* What /etc/kernel/cmdline has is bootloader_awaits_install()'s. */
		rootdir_each_file(DISTRO_CMDLINE_FOLDER, ".conf", look_for_edit, &search);
		return search.found;
	case LOADER_GRUBBY:
		/* grubby adds parameters to the entries alone. */
		return find_grub_edit(cmdline, true, ret) && !ret->removed;
	default:
		return distro_has_grub(distro) &&
		       (can_read("/boot/grub/grub.cfg") || can_read("/boot/grub2/grub.cfg")) &&
		       find_grub_edit(cmdline, true, ret);
	}
}

struct line_search {
	const char *cmdline;
	const char *where, *newest; /* newest: its file */
};

static void look_for_line(void *data, const char *path)
{
	struct line_search *search = data;
	bool older = search->where && strverscmp(path, search->newest) < 0;
	cleanup_free char *text = older ? NULL : rootdir_read_text(path, BOOTLOADER_LIMIT);
	const char *found = text ? strstr(text, search->cmdline) : NULL;
	unsigned int line = 1;

	if (!found)
		return;
	for (const char *c = text; c < found; c++)
		line += *c == '\n';
	search->where = util_text("%s:%u", path, line);
	search->newest = util_text("%s", path);
}

const char *bootloader_find_line(const char *path, const char *found)
{
	struct line_search search = { .cmdline = found };

	/* A unified kernel image has none. */
	if (path[0] != '/')
		return path;
	look_for_line(&search, path);
	rootdir_each_file(path, ".conf", look_for_line, &search);
	return search.where ? search.where : path;
}
