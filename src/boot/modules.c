/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "boot/modules.h"

#include <errno.h>
#include <libkmod.h>
#include <string.h>

#include "core/modprobe.h"
#include "host/rootdir.h"

/* One context for all look-ups, its indexes mapped once; children that load modules inherit it. */
static struct kmod_ctx *get_context(void)
{
	static struct kmod_ctx *context;

	if (!context) {
		context = kmod_new(NULL, NULL);
		/* Without its indexes a look-up opens the files itself. */
		if (context)
			(void)!kmod_load_resources(context);
	}
	return context;
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

static int probe(struct kmod_module *module)
{
	int r = kmod_module_probe_insert_module(module, KMOD_PROBE_IGNORE_COMMAND, NULL, pass_over, NULL,
						NULL);

	/* Somebody else was faster, or it is there already: both are what we want. */
	return r == -EEXIST || r > 0 ? 0 : r;
}

static int probe_dependencies(struct kmod_module *module)
{
	__attribute__((cleanup(cleanup_list))) struct kmod_list *needed =
		kmod_module_get_dependencies(module);
	struct kmod_list *item;
	int r = 0;

	kmod_list_foreach(item, needed) {
		struct kmod_module *dependency = kmod_module_get_module(item);

		r = r < 0 ? r : probe(dependency);
		kmod_module_unref(dependency);
	}
	return r;
}

/*
 * ids= would take devices past every guard: libkmod has it from modprobe.d and from the kernel command line.
 */
static int insert(struct kmod_module *module)
{
	const char *all = kmod_module_get_options(module);
	cleanup_free char *options = util_copy(all ? all : "", all ? strlen(all) : 0);
	int r;

	if (!modprobe_strip_ids(options) || kmod_module_get_initstate(module) >= 0)
		return probe(module);
	r = probe_dependencies(module);
	if (r == 0)
		r = kmod_module_insert_module(module, 0, options);
	return r == -EEXIST ? 0 : r;
}

/*
 * Look for modules of this name or alias. Returns 0, -ENOENT where there is none, or -errno. To libkmod an
 * index that is missing is ENOSYS.
 */
static int look_up(const char *name, struct kmod_list **ret_found)
{
	int r;

	errno = 0;
	if (!get_context())
		return errno ? -errno : -ENOMEM;
	r = kmod_module_new_from_lookup(get_context(), name, ret_found);
	if (r == 0 || r == -ENOSYS)
		return *ret_found ? 0 : -ENOENT;
	return r;
}

int modules_load(const char *name)
{
	__attribute__((cleanup(cleanup_list))) struct kmod_list *found = NULL;
	struct kmod_list *item;
	int r;

	if (!rootdir_is_host())
		return 0;
	r = look_up(name, &found);
	kmod_list_foreach(item, found) {
		struct kmod_module *module = kmod_module_get_module(item);

		r = insert(module);
		kmod_module_unref(module);
		if (r < 0)
			break;
	}
	return r;
}

int modules_find_variant(const char *modalias, char *name, size_t size)
{
	__attribute__((cleanup(cleanup_list))) struct kmod_list *found = NULL;
	struct rootdir_text alias;
	struct kmod_list *item;
	int r;

	if (!rootdir_is_host() || !util_starts_with(modalias, "pci:"))
		return -ENOENT;
	r = look_up(rootdir_path(&alias, "vfio_pci:%s", modalias + 4), &found);
	if (r < 0)
		return r;
	r = -ENOENT;
	kmod_list_foreach(item, found) {
		struct kmod_module *module = kmod_module_get_module(item);

		const char *its = kmod_module_get_name(module);

		if (r < 0 && strcmp(its, "vfio_pci")) {
			r = strlen(its) < size ? 0 : -ENAMETOOLONG;
			if (r == 0)
				strcpy(name, its);
		}
		kmod_module_unref(module);
	}
	return r;
}
