/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/module-index-read.h"

#include <string.h>

#include "host/config-read.h"
#include "host/rootdir.h"

#define INDEX_LIMIT (16 << 20)
#define FILE_LIMIT (1 << 20)

static char *read_index(const char *version, const char *name, size_t *ret_length)
{
	char *text;

	if (rootdir_read_file(util_text("/lib/modules/%s/%s", version, name), INDEX_LIMIT, &text,
			      ret_length) < 0)
		return NULL;
	return text;
}

static void add_modprobe(void *index, const char *path)
{
	cleanup_free char *text = rootdir_read_text(path, FILE_LIMIT);

	if (text)
		module_index_add_modprobe(index, path, text);
}

void module_index_read(const char *version, const char *cmdline, const struct modprobe_ids *ids,
		       struct module_index *ret)
{
	const struct module_ids *stub = modprobe_find(ids, "pci_stub");
	/* libkmod's own folders and their order (libkmod/libkmod.c, default_config_paths). */
	static const char *const folders[] = { "/etc/modprobe.d", "/usr/local/lib/modprobe.d",
					       "/usr/lib/modprobe.d", "/lib/modprobe.d" };
	size_t length;

	*ret = (struct module_index){ 0 };
	if (!version[0])
		return;
	ret->aliases = read_index(version, "modules.alias", &length);
	ret->files = read_index(version, "modules.dep", &length);
	ret->builtin = read_index(version, "modules.builtin", &length);
	ret->builtin_info = read_index(version, "modules.builtin.modinfo", &ret->builtin_info_length);
	config_read_each_drop_in(folders, ARRAY_SIZE(folders), add_modprobe, ret);
	module_index_add_cmdline(ret, cmdline);
	if (stub)
		ret->stub_ids = util_copy(stub->ids, strlen(stub->ids));
}
