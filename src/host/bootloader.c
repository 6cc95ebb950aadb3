/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/bootloader.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "core/boot-entry.h"
#include "host/rootdir.h"

#define FILE_LIMIT (4 << 20)

struct search {
	char **versions;
	size_t count;
	char *found;
	const char *path;   /* of the folder or file */
	const char *newest; /* in it, of the entry that was found */
};

static void read_entry(void *data, const char *path)
{
	struct search *search = data;
	cleanup_free char *text = NULL;
	char *found;
	size_t length;

	if (rootdir_read_file(path, FILE_LIMIT, &text, &length) < 0)
		return;
	found = boot_entry_parse_loader(text, search->versions, search->count);
	if (!found)
		return;
	/* The loaders compare the versions in the names, and boot the newest. */
	if (search->found && strverscmp(path, search->newest) < 0) {
		free(found);
		return;
	}
	free(search->found);
	search->found = found;
	search->newest = util_text("%s", path);
}

static void read_grub(struct search *search)
{
	static const char *const files[] = { "/boot/grub/grub.cfg", "/boot/grub2/grub.cfg" };

	for (size_t i = 0; i < ARRAY_SIZE(files) && !search->found; i++) {
		cleanup_free char *text = NULL;
		size_t length;

		search->path = files[i];
		if (rootdir_read_file(files[i], FILE_LIMIT, &text, &length) == 0)
			search->found = boot_entry_parse_grub(text, search->versions, search->count);
	}
}

static char *copy_first_line(const char *text)
{
	text += strspn(text, " \t");
	return util_copy(text, strcspn(text, "\n"));
}

static char *read_kernel_cmdline(void)
{
	cleanup_free char *text = NULL;
	size_t length;

	return rootdir_read_file(BOOTLOADER_CMDLINE, FILE_LIMIT, &text, &length) == 0 && length ?
		       copy_first_line(text) :
		       NULL;
}

/* The kernel that boots is the newest one. */
static void read_unified(struct search *search)
{
	const char *newest = NULL, *path = "";

	for (size_t i = 0; i < search->count; i++) {
		const char *found = newest && strverscmp(search->versions[i], newest) <= 0 ?
					    "" :
					    kernels_find_unified(search->versions[i]);

		if (!found[0])
			continue;
		newest = search->versions[i];
		path = found;
	}
	search->path = "the unified kernel image";
	if (newest)
		search->found = initramfs_read_cmdline(path);
}

static void read_entries(struct search *search, const struct distro *distro)
{
	search->path = distro->entries;
	if (distro->entries)
		rootdir_each_file(distro->entries, ".conf", read_entry, search);
}

static void find(struct search *search, const struct distro *distro)
{
	if (kernels_read_layout() == KERNELS_UNIFIED)
		read_unified(search);
	if (search->found)
		return;
	switch (distro->loader) {
	case LOADER_GRUBBY:
	case LOADER_RPM_OSTREE:
	case LOADER_ENTRIES:
		read_entries(search, distro);
		if (!search->found && distro->loader == LOADER_GRUBBY)
			read_grub(search);
		break;
	case LOADER_UPDATE_GRUB:
	case LOADER_GRUB2:
	case LOADER_GRUB:
		read_grub(search);
		break;
	case LOADER_KERNEL_INSTALL:
		/* It is what kernel-install makes the next entry of. */
		read_entries(search, distro);
		if (search->found)
			break;
		search->path = BOOTLOADER_CMDLINE;
		search->found = read_kernel_cmdline();
		break;
	case LOADER_PROXMOX:
	case LOADER_UNKNOWN:
		/* proxmox-boot-tool has two loaders, and does not say here which one boots. */
		break;
	}
}

char *bootloader_read(const char *cmdline, const struct distro *distro, const char **ret_path)
{
	struct search search = { 0 };
	ssize_t count = rootdir_list("/lib/modules", &search.versions);

	search.count = count > 0 ? (size_t)count : 0;
	find(&search, distro);
	rootdir_list_free(search.versions, count);
	if (search.found && boot_entry_is_same(search.found, cmdline)) {
		free(search.found);
		search.found = NULL;
	}
	*ret_path = search.found ? search.path : NULL;
	return search.found;
}

bool bootloader_awaits_install(const struct distro *distro, const char *cmdline)
{
	cleanup_free char *text = distro->loader == LOADER_KERNEL_INSTALL ? read_kernel_cmdline() : NULL;

	return text && !boot_entry_is_same(text, cmdline);
}

/* Other users than root may not. */
static bool can_read(const char *path)
{
	cleanup_close int fd = rootdir_open_file(path);

	return fd >= 0;
}

static void add_defaults(void *defaults, const char *path)
{
	cleanup_free char *text = NULL;
	size_t length;

	if (rootdir_read_file(path, FILE_LIMIT, &text, &length) == 0)
		boot_entry_add_defaults(defaults, text);
}

static bool find_grub_edit(const char *cmdline, bool known, struct bootloader_edit *ret)
{
	struct boot_entry_defaults defaults = { NULL, NULL };
	struct cmdline_param param;
	const char *wanted;

	add_defaults(&defaults, BOOTLOADER_GRUB);
	rootdir_each_file(BOOTLOADER_GRUB ".d", ".cfg", add_defaults, &defaults);
	if (!defaults.all && !defaults.normal)
		return false;
	wanted = util_text("%s %s", defaults.all ? defaults.all : "", defaults.normal ? defaults.normal : "");
	*ret = (struct bootloader_edit){ .file = BOOTLOADER_GRUB };
	if (!boot_entry_lacks(cmdline, wanted, &param)) {
		/* A value that the shell makes can have anything. */
		if (!known || strpbrk(wanted, "$`") || !boot_entry_lacks(wanted, cmdline, &param))
			return false;
		ret->removed = true;
	}
	ret->parameter = cmdline_param_text(&param);
	return true;
}

struct edit_search {
	const char *cmdline;
	struct bootloader_edit *edit;
	bool found;
};

static void look_for_edit(void *data, const char *path)
{
	struct edit_search *search = data;
	cleanup_free char *text = NULL;
	struct cmdline_param param;
	size_t length;

	if (search->found || rootdir_read_file(path, FILE_LIMIT, &text, &length) < 0 ||
	    !boot_entry_lacks(search->cmdline, text, &param))
		return;
	search->found = true;
	*search->edit = (struct bootloader_edit){ .file = util_text("%s", path),
						  .parameter = cmdline_param_text(&param) };
}

bool bootloader_find_edit(const struct distro *distro, const char *cmdline, struct bootloader_edit *ret)
{
	struct edit_search search = { .cmdline = cmdline, .edit = ret };
	struct cmdline_param param;

	switch (distro->loader) {
	case LOADER_PROXMOX:
		/* GRUB names the image that it has loaded, systemd-boot does not. */
		if (cmdline_last(cmdline, "BOOT_IMAGE", &param))
			search.found = find_grub_edit(cmdline, false, ret);
		else
			look_for_edit(&search, BOOTLOADER_CMDLINE);
		ret->unsure = true;
		return search.found;
	case LOADER_KERNEL_INSTALL:
		/* What /etc/kernel/cmdline has is bootloader_awaits_install()'s. */
		rootdir_each_file(BOOTLOADER_CMDLINE ".d", ".conf", look_for_edit, &search);
		return search.found;
	case LOADER_GRUBBY:
		/* grubby adds parameters to the entries alone. */
		return find_grub_edit(cmdline, true, ret) && !ret->removed;
	case LOADER_UPDATE_GRUB:
	case LOADER_GRUB2:
	case LOADER_GRUB:
		return (can_read("/boot/grub/grub.cfg") || can_read("/boot/grub2/grub.cfg")) &&
		       find_grub_edit(cmdline, true, ret);
	case LOADER_RPM_OSTREE:
	case LOADER_ENTRIES:
	case LOADER_UNKNOWN:
		break;
	}
	return false;
}

struct line_search {
	const char *cmdline;
	const char *where, *newest; /* newest: its file */
};

static void look_for_line(void *data, const char *path)
{
	struct line_search *search = data;
	cleanup_free char *text = NULL;
	const char *found;
	unsigned int line = 1;
	size_t length;

	if ((search->where && strverscmp(path, search->newest) < 0) ||
	    rootdir_read_file(path, FILE_LIMIT, &text, &length) < 0)
		return;
	found = strstr(text, search->cmdline);
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
