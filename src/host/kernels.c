/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/kernels.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "host/generators.h"
#include "host/rootdir.h"

#define MODULES "/lib/modules"
#define INDEX_LIMIT (16 << 20)

static bool index_has(const char *version, const char *name, const char *file)
{
	cleanup_free char *text = NULL;
	char path[256];
	size_t length;

	util_format(path, sizeof(path), MODULES "/%.120s/%s", version, name);
	return rootdir_read_file(path, INDEX_LIMIT, &text, &length) == 0 && strstr(text, file);
}

static enum kernel_driver find_driver(const char *version)
{
	if (index_has(version, "modules.builtin", "/vfio-pci.ko"))
		return KERNEL_DRIVER_BUILTIN;
	return index_has(version, "modules.dep", "/vfio-pci.ko") ? KERNEL_DRIVER_MODULE : KERNEL_DRIVER_NONE;
}

/* Is there a file PREFIX VERSION SUFFIX? Its path is stored. */
static bool find_one(const char *const place[2], const char *version, char *path, size_t size)
{
	return rootdir_exists(util_format(path, size, "%s%.120s%s", place[0], version, place[1]));
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
	char path[256];

	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (find_one(places[i], version, path, sizeof(path)))
			return true;
	return false;
}

static bool find_image_of(const struct generator *generator, struct kernel *kernel)
{
	for (const char *const(*image)[2] = generator->images; (*image)[0]; image++)
		if (find_one(*image, kernel->version, kernel->path, sizeof(kernel->path)))
			return true;
	return false;
}

/* kernel-install's layout: a folder of the machine's id. */
static bool find_image_of_kernel_install(struct kernel *kernel)
{
	static const char *const folders[] = { "/boot", "/efi", "/boot/efi" };
	cleanup_free char *machine = NULL;
	size_t length;

	if (rootdir_read_file("/etc/machine-id", 64, &machine, &length) < 0 || length < 32)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		util_format(kernel->path, sizeof(kernel->path), "%s/%.32s/%s/initrd", folders[i], machine,
			    kernel->version);
		if (rootdir_exists(kernel->path))
			return true;
	}
	return false;
}

static void find_image(struct kernel *kernel)
{
	for (size_t i = 0; i < GENERATOR_COUNT; i++)
		if (find_image_of(&generators[i], kernel))
			return;
	if (!find_image_of_kernel_install(kernel))
		kernel->path[0] = '\0';
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
	struct kernel *kernels = NULL;
	size_t count = 0;

	for (ssize_t i = 0; i < found; i++) {
		struct kernel *kernel;

		if (strlen(names[i]) >= sizeof(kernel->version) ||
		    (strcmp(names[i], running_version()) != 0 && !is_installed(names[i])))
			continue;
		kernels = util_grow(kernels, count, sizeof(*kernels));
		kernel = &kernels[count++];
		*kernel = (struct kernel){ .driver = find_driver(names[i]) };
		strcpy(kernel->version, names[i]);
		find_image(kernel);
		if (kernel->path[0])
			kernel->error = initramfs_read(kernel->path, &kernel->initramfs, &kernel->tool);
	}
	rootdir_list_free(names, found);
	*ret_kernels = kernels;
	return count;
}

void kernels_free(struct kernel *kernels, size_t count)
{
	for (size_t i = 0; i < count; i++)
		initramfs_clear(&kernels[i].initramfs);
	free(kernels);
}
