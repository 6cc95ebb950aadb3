/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/kernels.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "host/generators.h"
#include "host/rootdir.h"
#include "host/sysfs.h"

#define CONFIG_LIMIT (1 << 20)

#define MODULES "/lib/modules"
#define INDEX_LIMIT (16 << 20)

static bool index_has(const char *version, const char *name, const char *file)
{
	cleanup_free char *text = NULL;
	struct rootdir_text path;
	size_t length;

	return rootdir_read_file(rootdir_path(&path, MODULES "/%s/%s", version, name), INDEX_LIMIT, &text,
				 &length) == 0 &&
	       strstr(text, file);
}

static enum kernel_driver find_driver(const char *version)
{
	if (index_has(version, "modules.builtin", "/vfio-pci.ko"))
		return KERNEL_DRIVER_BUILTIN;
	return index_has(version, "modules.dep", "/vfio-pci.ko") ? KERNEL_DRIVER_MODULE : KERNEL_DRIVER_NONE;
}

/* The path of the file PREFIX VERSION SUFFIX, "" where there is none. */
static const char *find_one(const char *const place[2], const char *version)
{
	struct rootdir_text path;

	return rootdir_exists(rootdir_path(&path, "%s%s%s", place[0], version, place[1])) ?
		       util_text("%s", path.text) :
		       "";
}

/* --- where images stand --- */

static const char *const boot_folders[] = { "/boot", "/efi", "/boot/efi" };

#define LOADER_GUID "4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"

enum kernels_layout kernels_read_layout(void)
{
	/* systemd's stub, src/boot/stub.c, and systemd-boot, src/boot/boot.c */
	if (sysfs_efi_variable_exists("StubInfo-" LOADER_GUID))
		return KERNELS_UNIFIED;
	return sysfs_efi_variable_exists("LoaderEntrySelected-" LOADER_GUID) ? KERNELS_OF_INSTALL :
									       KERNELS_OF_GENERATOR;
}

static const char *find_generated(const char *version)
{
	const char *path = "";

	for (size_t i = 0; i < GENERATOR_COUNT; i++)
		for (const char *const(*image)[2] = generators[i].images; (*image)[0] && !path[0]; image++)
			path = find_one(*image, version);
	return path;
}

/* kernel-install's layout: a folder of the machine's id. */
static const char *find_installed(const char *version)
{
	cleanup_free char *machine = NULL;
	struct rootdir_text path;
	size_t length;

	if (rootdir_read_file("/etc/machine-id", 64, &machine, &length) < 0 || length < 32)
		return "";
	for (size_t i = 0; i < ARRAY_SIZE(boot_folders); i++)
		if (rootdir_exists(
			    rootdir_path(&path, "%s/%.32s/%s/initrd", boot_folders[i], machine, version)))
			return util_text("%s", path.text);
	return "";
}

/*
 * TOKEN-VERSION.efi and, with a count of tries, TOKEN-VERSION+3-1.efi are kernel-install's (90-uki-copy.install),
 * linux-VERSION-MACHINE-BUILD.efi is dracut's. The name of another version may begin with this one.
 */
static bool is_unified_of(const char *name, const char *version)
{
	for (const char *c = name; (c = strstr(c, version)); c++) {
		const char *rest = c + strlen(version);

		if (c != name && c[-1] != '-')
			continue;
		if (*rest == '+')
			rest += 1 + strspn(rest + 1, "0123456789-");
		else if (*rest == '-' && strspn(rest + 1, "0123456789abcdef") >= 32)
			rest += strlen(rest) - strlen(".efi");
		if (!strcmp(rest, ".efi"))
			return true;
	}
	return false;
}

struct unified_search {
	const char *version; /* NULL for what dracut has made, whatever version it is of */
	const char *name;
};

static void see_unified(void *data, const char *name)
{
	struct unified_search *search = data;
	bool found = search->version ? is_unified_of(name, search->version) :
				       util_starts_with(name, "linux-") && util_ends_in(name, ".efi");

	/* Of two the same one, whatever order they are listed in. */
	if (found && (!search->name[0] || strcmp(name, search->name) < 0))
		search->name = util_text("%s", name);
}

const char *kernels_find_unified(const char *version)
{
	for (size_t i = 0; i < ARRAY_SIZE(boot_folders); i++) {
		struct unified_search search = { .version = version, .name = "" };
		struct rootdir_text folder;

		rootdir_path(&folder, "%s/EFI/Linux", boot_folders[i]);
		if (rootdir_each_name(folder.text, see_unified, &search) == 0 && search.name[0])
			return util_text("%s/%s", folder.text, search.name);
	}
	return "";
}

bool kernels_unified_by_dracut(void)
{
	return kernels_find_unified(NULL)[0];
}

/*
 * Where the distributions put a kernel. Modules alone are left behind by removed ones, or belong to
 * containers.
 */
static bool is_installed(const char *version)
{
	static const char *const places[][2] = {
		{ "/boot/vmlinuz-", "" }, { "/boot/vmlinux-", "" },    { "/boot/Image-", "" },
		{ "/boot/kernel-", "" },  { MODULES "/", "/vmlinuz" },
	};
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (find_one(places[i], version)[0])
			return true;
	return kernels_find_unified(version)[0];
}

static const char *find_image(enum kernels_layout layout, const char *version)
{
	const char *path = "";

	if (layout == KERNELS_UNIFIED)
		path = kernels_find_unified(version);
	if (!path[0] && layout != KERNELS_OF_GENERATOR)
		path = find_installed(version);
	if (!path[0])
		path = find_generated(version);
	if (!path[0])
		path = find_installed(version);
	return path[0] ? path : kernels_find_unified(version);
}

static const char *running_version(void)
{
	static struct utsname name;

	/* Another machine's files tell nothing of this one's kernel. */
	return rootdir_is_host() && uname(&name) == 0 ? name.release : "";
}

size_t kernels_read(struct kernel **ret_kernels)
{
	char **names;
	ssize_t found = rootdir_list(MODULES, &names);
	enum kernels_layout layout = kernels_read_layout();
	struct kernel *kernels = NULL;
	size_t count = 0;

	for (ssize_t i = 0; i < found; i++) {
		struct kernel *kernel;

		if (strcmp(names[i], running_version()) != 0 && !is_installed(names[i]))
			continue;
		kernels = util_grow(kernels, count, sizeof(*kernels));
		kernel = &kernels[count++];
		*kernel = (struct kernel){
			.version = util_copy(names[i], strlen(names[i])),
			.driver = find_driver(names[i]),
			.path = find_image(layout, names[i]),
		};
		if (kernel->path[0])
			kernel->error = initramfs_read(kernel->path, &kernel->initramfs, &kernel->tool);
	}
	rootdir_list_free(names, found);
	*ret_kernels = kernels;
	return count;
}

void kernels_free(struct kernel *kernels, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		initramfs_clear(&kernels[i].initramfs);
		free(kernels[i].version);
	}
	free(kernels);
}

bool kernels_is_unified(const struct kernel *kernel)
{
	return util_ends_in(kernel->path, ".efi");
}

const struct kernel *kernels_find_next(const struct kernel *kernels, size_t count)
{
	bool unified = kernels_read_layout() == KERNELS_UNIFIED;
	const struct kernel *next = NULL;

	for (size_t i = 0; i < count; i++) {
		const struct kernel *kernel = &kernels[i];

		if (!next || (unified && kernels_is_unified(kernel) && !kernels_is_unified(next)) ||
		    (strverscmp(kernel->version, next->version) > 0 &&
		     (!unified || kernels_is_unified(kernel) || !kernels_is_unified(next))))
			next = kernel;
	}
	return next;
}

static enum kernel_switch find_switch(const char *text, const char *name)
{
	const char *line;
	size_t length;

	while (util_next_line(&text, &line, &length))
		if (length > strlen(name) && !memcmp(line, name, strlen(name)) && line[strlen(name)] == '=')
			return line[strlen(name) + 1] == 'y' ? KERNEL_SWITCH_ON : KERNEL_SWITCH_OFF;
	return KERNEL_SWITCH_OFF;
}

enum kernel_switch kernels_read_switch(const char *version, const char *name)
{
	const char *const places[] = { util_text("/boot/config-%s", version),
				       util_text("/lib/modules/%s/config", version) };
	enum kernel_switch found = KERNEL_SWITCH_UNKNOWN;

	for (size_t i = 0; i < ARRAY_SIZE(places) && version[0] && !found; i++) {
		cleanup_free char *text = NULL;
		size_t length;

		if (rootdir_read_file(places[i], CONFIG_LIMIT, &text, &length) == 0)
			found = find_switch(text, name);
	}
	return found;
}
