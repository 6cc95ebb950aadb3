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

const char *kernels_read_variable(const char *name)
{
	size_t length, size = 0;
	char *bytes, *text;

	if (sysfs_efi_variable_read(util_text("%s-" KERNELS_LOADER_GUID, name), &bytes, &length) < 0)
		return "";
	/* Attributes, then UTF-16. What is not ASCII is in no name that is compared here. */
	text = util_text_copy(bytes, length);
	for (size_t i = 4; i + 1 < length && (bytes[i] || bytes[i + 1]); i += 2)
		text[size++] = bytes[i + 1] || bytes[i] & 0x80 ? '?' : bytes[i];
	text[size] = '\0';
	free(bytes);
	return text;
}

bool kernels_by_systemd_boot(void)
{
	const char *loader = kernels_read_variable("LoaderInfo");

	/* GRUB tells its name, too. */
	return loader[0] ? util_starts_with(loader, "systemd-boot") :
			   sysfs_efi_variable_exists("LoaderEntrySelected-" KERNELS_LOADER_GUID);
}

enum kernels_layout kernels_read_layout(void)
{
	/* systemd's stub, src/boot/stub.c, and systemd-boot, src/boot/boot.c */
	if (sysfs_efi_variable_exists("StubInfo-" KERNELS_LOADER_GUID))
		return KERNELS_UNIFIED;
	return kernels_by_systemd_boot() ? KERNELS_OF_INSTALL : KERNELS_OF_GENERATOR;
}

/* Where names of kernels and images have no version, they have that of their package. "" for none. */
static const char *package_of(const char *version)
{
	struct rootdir_text path, name;

	return rootdir_read(rootdir_path(&path, MODULES "/%s/pkgbase", version), &name) == 0 ?
		       util_text("%s", name.text) :
		       "";
}

/* Such an image of a kernel, "" where there is none. */
static const char *find_packaged(const char *version)
{
	const char *package = package_of(version);
	struct rootdir_text path;

	for (size_t i = 0; i < ARRAY_SIZE(boot_folders) && package[0]; i++)
		if (rootdir_exists(rootdir_path(&path, "%s/initramfs-%s.img", boot_folders[i], package)))
			return util_text("%s", path.text);
	return "";
}

static const char *find_generated(const char *version)
{
	const char *path = find_packaged(version);

	for (size_t i = 0; i < GENERATOR_COUNT; i++)
		for (const char *const(*image)[2] = generators[i].images; (*image)[0] && !path[0]; image++)
			path = find_one(*image, version);
	return path;
}

/* rpm-ostree and images of bootc have the image beside the modules. */
static const char *find_beside_modules(const char *version)
{
	static const char *const places[][2] = { { MODULES "/", "/initramfs.img" },
						 { MODULES "/", "/initrd" } };
	const char *path = "";

	for (size_t i = 0; i < ARRAY_SIZE(places) && !path[0]; i++)
		path = find_one(places[i], version);
	return path;
}

/*
 * In kernel-install's layout a folder of a token and the version has the image: "initrd", under the name that the
 * generator has given it, or with a checksum of its content (sdbootutil).
 */
static const char *find_in_folder(const char *folder, const char *token, const char *version)
{
	struct rootdir_text path;
	const char *found = "";
	char **names;
	ssize_t count = rootdir_list(rootdir_path(&path, "%s/%s/%s", folder, token, version), &names);

	for (ssize_t i = 0; i < count && !found[0]; i++)
		if (util_starts_with(names[i], "initrd") || util_starts_with(names[i], "initramfs"))
			found = util_text("%s/%s", path.text, names[i]);
	rootdir_list_free(names, count);
	return found;
}

/* The token that was chosen, the machine's id, and any other folder that has this version. */
static const char *find_installed(const char *version)
{
	static const char *const files[] = { "/etc/kernel/entry-token", "/etc/machine-id" };
	const char *found = "";

	for (size_t t = 0; t < ARRAY_SIZE(files); t++) {
		struct rootdir_text token;

		if (rootdir_read(files[t], &token) < 0 || !token.text[0])
			continue;
		for (size_t i = 0; i < ARRAY_SIZE(boot_folders) && !found[0]; i++)
			found = find_in_folder(boot_folders[i], token.text, version);
	}
	for (size_t i = 0; i < ARRAY_SIZE(boot_folders) && !found[0]; i++) {
		char **names;
		ssize_t count = rootdir_list(boot_folders[i], &names);

		for (ssize_t n = 0; n < count && !found[0]; n++)
			found = find_in_folder(boot_folders[i], names[n], version);
		rootdir_list_free(names, count);
	}
	return found;
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

/* The name may have no version, as arch-linux.efi: the image says it itself. */
static bool says_version(const char *path, const char *version)
{
	cleanup_free char *text = initramfs_read_section(path, ".uname");

	return text && util_equal(text, strcspn(text, "\n"), version);
}

struct unified_search {
	const char *folder;
	const char *version; /* NULL for what dracut has made, whatever version it is of */
	const char *name;
};

static void see_unified(void *data, const char *name)
{
	struct unified_search *search = data;
	bool found = util_ends_in(name, ".efi") &&
		     (search->version ? is_unified_of(name, search->version) ||
						says_version(util_text("%s/%s", search->folder, name),
							     search->version) :
					util_starts_with(name, "linux-"));

	/* Of two the same one, whatever order they are listed in. */
	if (found && (!search->name[0] || strcmp(name, search->name) < 0))
		search->name = util_text("%s", name);
}

const char *kernels_find_unified(const char *version)
{
	for (size_t i = 0; i < ARRAY_SIZE(boot_folders); i++) {
		struct rootdir_text folder;
		struct unified_search search = { .folder = rootdir_path(&folder, "%s/EFI/Linux",
									boot_folders[i]),
						 .version = version,
						 .name = "" };

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
	return find_packaged(version)[0] || kernels_find_unified(version)[0];
}

/* --- which kernel a boot entry has --- */

/* Does the path have this version, and not one that only begins so? */
static bool names_version(const char *file, const char *version)
{
	size_t length = strlen(version);

	for (const char *c = file; length && (c = strstr(c, version)); c++)
		if ((c == file || strchr("-/", c[-1])) &&
		    (strchr("/+", c[length]) || !c[length] || util_starts_with(c + length, ".efi")))
			return true;
	return false;
}

/* "vmlinuz-VERSION" that the link points to, as kernelstub copies it. */
static bool is_linked(const char *link, const char *version)
{
	char name[256];

	return rootdir_link_name(link, name, sizeof(name)) == 0 && util_starts_with(name, "vmlinuz-") &&
	       !strcmp(name + strlen("vmlinuz-"), version);
}

static bool is_file_of(const char *file, const char *version)
{
	const char *base = strrchr(file, '/'), *package = package_of(version);

	base = base ? base + 1 : file;
	if (names_version(file, version))
		return true;
	if (package[0] && util_starts_with(base, "vmlinuz-"))
		return !strcmp(base + strlen("vmlinuz-"), package);
	if (UTIL_IS_ONE_OF(base, "vmlinuz", "vmlinuz.efi"))
		return is_linked("/boot/vmlinuz", version);
	return UTIL_IS_ONE_OF(base, "vmlinuz.old", "vmlinuz-previous.efi") &&
	       is_linked("/boot/vmlinuz.old", version);
}

const char *kernels_version_of(const char *file)
{
	const char *found = "";
	char **names;
	ssize_t count = rootdir_list(MODULES, &names);

	for (ssize_t i = 0; i < count; i++)
		if (is_file_of(file, names[i]) && strlen(names[i]) > strlen(found))
			found = util_text("%s", names[i]);
	rootdir_list_free(names, count);
	return found;
}

/* Has a loader with entries a folder of the machine's id? dracut writes there before any other place. */
static bool has_machine_folder(void)
{
	struct rootdir_text id, path;

	if (rootdir_read("/etc/machine-id", &id) < 0 || !id.text[0])
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(boot_folders); i++)
		if (rootdir_exists(rootdir_path(&path, "%s/loader/entries", boot_folders[i])) &&
		    rootdir_exists(rootdir_path(&path, "%s/%s", boot_folders[i], id.text)))
			return true;
	return false;
}

/*
 * The image of this kernel which "dracut --regenerate-all" would not write, "" where there is none. It takes the @machine
 * folder, then VERSION/initrd beside the modules (Gentoo has that as a link), and else the name with the version.
 */
static const char *find_beyond_dracut(const char *version, bool machine)
{
	const char *packaged = find_packaged(version);
	struct rootdir_text path;

	if (packaged[0])
		return packaged;
	return machine || rootdir_exists(rootdir_path(&path, MODULES "/%s/initrd", version)) ?
		       find_generated(version) :
		       "";
}

const char *kernels_beyond_dracut(const char *command)
{
	const char *commands = "";
	char **names;
	ssize_t count = rootdir_list(MODULES, &names);
	bool machine = has_machine_folder();

	for (ssize_t i = 0; i < count; i++) {
		const char *path = find_beyond_dracut(names[i], machine);

		if (path[0])
			commands = util_text_add(commands, "%s%s %s %s", commands[0] ? " && " : "", command,
						 path, names[i]);
	}
	rootdir_list_free(names, count);
	return commands;
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
	if (!path[0])
		path = kernels_find_unified(version);
	return path[0] ? path : find_beside_modules(version);
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

void kernels_set_next(struct kernel *kernels, size_t count, const char *version, const char *image)
{
	for (size_t i = 0; i < count; i++) {
		struct kernel *kernel = &kernels[i];

		if (strcmp(kernel->version, version) != 0)
			continue;
		kernel->next = true;
		if (!image[0] || !strcmp(image, kernel->path))
			continue;
		initramfs_clear(&kernel->initramfs);
		kernel->path = image;
		kernel->error = initramfs_read(image, &kernel->initramfs, &kernel->tool);
	}
}

const struct kernel *kernels_find_next(const struct kernel *kernels, size_t count)
{
	bool unified = kernels_read_layout() == KERNELS_UNIFIED;
	const struct kernel *next = NULL;

	for (size_t i = 0; i < count; i++)
		if (kernels[i].next)
			return &kernels[i];

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
		cleanup_free char *text = rootdir_read_text(places[i], CONFIG_LIMIT);

		if (text)
			found = find_switch(text, name);
	}
	return found;
}
