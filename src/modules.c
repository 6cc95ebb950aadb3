/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "modules.h"

#include <errno.h>
#include <libkmod.h>

#include "root.h"

static void cleanup_context(struct kmod_ctx **context)
{
	kmod_unref(*context);
}

static void cleanup_list(struct kmod_list **list)
{
	kmod_module_unref_list(*list);
}

/* modprobe.d's "install" lines of a dependency: passed over, as those of the module itself. */
static int pass_over(struct kmod_module *module, const char *command, void *data)
{
	(void)module;
	(void)command;
	(void)data;
	return 0;
}

static int insert(struct kmod_module *module)
{
	int r = kmod_module_probe_insert_module(module, KMOD_PROBE_IGNORE_COMMAND, NULL, pass_over, NULL, NULL);

	/* Somebody else was faster, or it is there already: both are what we want. */
	return r == -EEXIST || r > 0 ? 0 : r;
}

int modules_load(const char *name)
{
	__attribute__((cleanup(cleanup_context))) struct kmod_ctx *context = NULL;
	__attribute__((cleanup(cleanup_list))) struct kmod_list *found = NULL;
	struct kmod_list *item;
	int r = -ENOENT;

	if (!root_is_host())
		return 0;
	context = kmod_new(NULL, NULL);
	if (!context)
		return -ENOMEM;
	if (kmod_module_new_from_lookup(context, name, &found) < 0)
		return -ENOENT;
	kmod_list_foreach(item, found) {
		struct kmod_module *module = kmod_module_get_module(item);

		r = insert(module);
		kmod_module_unref(module);
		if (r < 0)
			break;
	}
	return r;
}
