/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/bootloader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "core/boot-entry.h"
#include "host/rootdir.h"

#define MENU_LIMIT 32 /* entries of GRUB's first level that are looked at */

struct search {
	const struct distro *distro;
	struct boot_entry *entries; /* candidates */
	size_t count;
	struct bootloader_next next;
};

/* --- entries --- */

static void add_entry(struct search *search, const struct boot_entry *entry, const char *path)
{
	search->entries = util_grow(search->entries, search->count, sizeof(*search->entries));
	search->entries[search->count] = *entry;
	search->entries[search->count++].path = util_text("%s", path);
}

static void read_entry(void *data, const char *path)
{
	cleanup_free char *text = rootdir_read_text(path, BOOTLOADER_LIMIT);
	struct boot_entry entry;

	if (text && boot_entry_parse_loader(text, strrchr(path, '/') + 1, &entry))
		add_entry(data, &entry, path);
}

/* What the os-release in an image has. */
static const char *release_value(const char *text, const char *name, const char *otherwise)
{
	const char *value = boot_entry_grubenv(text, name);

	return value ? util_text_unquoted(value) : otherwise;
}

static void add_addon(void *options, const char *path)
{
	const char **text = options;
	cleanup_free char *more = initramfs_read_section(path, ".cmdline");

	if (more)
		*text = util_text_add(*text, " %s", more);
}

static void read_unified(void *data, const char *path)
{
	cleanup_free char *release = initramfs_read_section(path, ".osrel"),
			  *options = initramfs_read_section(path, ".cmdline"),
			  *version = initramfs_read_section(path, ".uname");
	struct boot_entry entry = { .kernel = util_text("%s", path),
				    .initrd = util_text("%s", path),
				    .title = "",
				    .machine = "",
				    .version = "",
				    .sort_key = "",
				    .options = options ? util_text("%s", options) : "" };

	boot_entry_set_id(&entry, strrchr(path, '/') + 1);
	if (release) {
		entry.sort_key = release_value(release, "IMAGE_ID", release_value(release, "ID", ""));
		entry.version =
			release_value(release, "IMAGE_VERSION", release_value(release, "VERSION_ID", ""));
	}
	if (version)
		entry.kernel = util_text("/%.*s", (int)strcspn(version, "\n"), version);
	if (entry.options[0])
		rootdir_each_file(util_text("%s.extra.d", path), ".addon.efi", add_addon, &entry.options);
	add_entry(data, &entry, path);
}

static int by_order(const void *a, const void *b)
{
	return boot_entry_compare(a, b);
}

/* GRUB sorts entries of the specification by the names of their files, the newest first. */
static int by_name(const void *a, const void *b)
{
	const struct boot_entry *one = a, *other = b;

	return strverscmp(other->id, one->id);
}

/* An image of the entry, by the names that it can have for a loader: below its own partition, or below a subvolume. */
static const char *find_image(const struct boot_entry *entry)
{
	static const char *const roots[] = { "/boot/efi", "/efi", "/boot", "" };
	const char *base = strrchr(entry->initrd, '/'), *found = "";
	struct rootdir_text path;

	if (!base)
		return "";
	/* What is below the entry's own partition counts first. */
	for (size_t i = 2 * ARRAY_SIZE(roots); i-- > 0 && !found[0];) {
		const char *root = roots[ARRAY_SIZE(roots) - 1 - i % ARRAY_SIZE(roots)];

		if ((i < ARRAY_SIZE(roots) || util_starts_with(entry->path, root)) &&
		    rootdir_exists(rootdir_path(&path, "%s%s", root, entry->initrd)))
			found = util_text("%s", path.text);
	}
	return !found[0] && rootdir_exists(rootdir_path(&path, "/boot%s", base)) ?
		       util_text("%s", path.text) :
		       found;
}

static void take(struct search *search, const struct boot_entry *entry, const char *version)
{
	search->next.version = version;
	search->next.image = find_image(entry);
	search->next.cmdline = entry->options;
	search->next.without_image = !entry->initrd[0] && !util_ends_in(entry->kernel, ".efi");
	if (!util_ends_in(entry->initrd, ".efi"))
		return;
	search->next.path = "the unified kernel image";
	search->next.without_cmdline = !entry->options[0];
	if (search->next.without_cmdline)
		search->next.cmdline = NULL;
}

/* The first one of this system that is meant to boot; where all of them recover, the first one. */
static void take_first(struct search *search)
{
	const struct boot_entry *found = NULL;

	for (size_t i = 0; i < search->count; i++) {
		const struct boot_entry *entry = &search->entries[i];
		bool recovers = cmdline_wants_recovery(entry->options);

		if (!kernels_version_of(entry->kernel)[0] || (recovers && found))
			continue;
		found = entry;
		if (!recovers)
			break;
	}
	if (found)
		take(search, found, kernels_version_of(found->kernel));
}

/* Take the entry that @wanted names in @where, else the first one. */
static void take_default(struct search *search, const struct boot_entry *entry, const char *wanted,
			 const char *where)
{
	const char *version = entry ? kernels_version_of(entry->kernel) : "";

	if (version[0]) {
		take(search, entry, version);
		return;
	}
	if (entry || util_starts_with(wanted, "auto-"))
		search->next.unknown = util_text(
			"the default entry %s (%s) boots no kernel that is installed here", wanted, where);
	take_first(search);
}

/* --- GRUB --- */

#define FIRST "0"

/* Where GRUB's variables are; the same folder has grub.cfg. */
static const char *read_environment(struct search *search, const char *folder, char **ret_text)
{
	struct rootdir_text path;
	size_t length;
	int r = rootdir_read_file(rootdir_path(&path, "%s/grubenv", folder), BOOTLOADER_LIMIT, ret_text,
				  &length);

	if (r < 0)
		*ret_text = NULL;
	if (r < 0 && r != -ENOENT)
		search->next.unknown = util_text("%s cannot be read: %s", path.text, strerror(-r));
	else if (*ret_text && boot_entry_grubenv(*ret_text, "env_block"))
		search->next.unknown = util_text("GRUB keeps its variables outside of %s", path.text);
	return util_text("%s", path.text);
}

/* What boots by default, and who says so. */
static const char *find_wanted(struct search *search, const char *text, const char *folder,
			       const char *config, const char **ret_where)
{
	const char *wanted = boot_entry_grub_variable(text, "default"), *environment, *value = NULL;
	cleanup_free char *variables = NULL;
	bool saved = wanted && UTIL_IS_ONE_OF(wanted, "${saved_entry}", "$saved_entry");

	*ret_where = config;
	if (!saved && !strstr(text, "next_entry"))
		return wanted ? wanted : FIRST;
	environment = read_environment(search, folder, &variables);
	if (variables)
		value = boot_entry_grubenv(variables, "next_entry");
	if (variables && saved && (!value || !value[0]))
		value = boot_entry_grubenv(variables, "saved_entry");
	if (!value || !value[0])
		return wanted && !saved ? wanted : FIRST;
	*ret_where = environment;
	return value;
}

/* On UEFI, RHEL 8 and those before it have GRUB's files in the folder of the distribution: "" for none. */
static const char *find_grub_on_esp(void)
{
	const char *found = "";
	struct rootdir_text path;
	char **names;
	ssize_t count = rootdir_list("/boot/efi/EFI", &names);

	for (ssize_t i = 0; i < count && !found[0]; i++)
		if (rootdir_exists(rootdir_path(&path, "/boot/efi/EFI/%s/grub.cfg", names[i])))
			found = util_text("/boot/efi/EFI/%s", names[i]);
	rootdir_list_free(names, count);
	return found;
}

static void read_grub(struct search *search)
{
	const char *const folders[] = { "/boot/grub", "/boot/grub2", find_grub_on_esp() };
	struct boot_entry entry;

	for (size_t i = 0; i < ARRAY_SIZE(folders) && folders[i][0]; i++) {
		const char *config = util_text("%s/grub.cfg", folders[i]), *where, *wanted, *version;
		cleanup_free char *text = rootdir_read_text(config, BOOTLOADER_LIMIT);

		if (!text)
			continue;
		wanted = find_wanted(search, text, folders[i], config, &where);
		search->next.path = config;
		version = boot_entry_parse_grub(text, wanted, &entry) ? kernels_version_of(entry.kernel) : "";
		entry.path = config;
		if (version[0]) {
			take(search, &entry, version);
			return;
		}
		/* Another system's, or none: the first one of this system is the next best. */
		search->count = 0;
		for (unsigned int n = 0; n < MENU_LIMIT; n++) {
			const char *id = util_text("%u", n);
			bool boots = boot_entry_parse_grub(text, id, &entry);

			if (strcmp(entry.id, id) != 0)
				break;
			if (boots)
				add_entry(search, &entry, config);
		}
		take_first(search);
		if (search->next.cmdline && !search->next.unknown[0])
			search->next.unknown =
				util_text("the default entry %s (%s) boots no kernel that is installed here",
					  wanted, where);
		if (search->next.cmdline)
			return;
	}
}

/* RHEL 8 keeps the parameters of all entries in a variable. */
struct variables {
	const char *environment, *config;
};

static const char *find_variable(const void *data, const char *name)
{
	const struct variables *variables = data;
	const char *value = variables->environment ? boot_entry_grubenv(variables->environment, name) : NULL;

	return value || !variables->config ? value : boot_entry_grub_variable(variables->config, name);
}

static const struct boot_entry *find_by_grub_name(const struct search *search, const char *wanted)
{
	const struct boot_entry *found = boot_entry_find(search->entries, search->count, wanted);
	char *end;
	unsigned long index = strtoul(wanted, &end, 10);

	for (size_t i = 0; i < search->count && !found; i++)
		if (!strcmp(search->entries[i].title, wanted))
			found = &search->entries[i];
	if (!found && end > wanted && !*end && index < search->count)
		found = &search->entries[index];
	return found;
}

/* Entries of the specification in GRUB's menu. */
static void read_grub_entries(struct search *search)
{
	const char *const folders[] = { "/boot/grub2", "/boot/grub", find_grub_on_esp() };
	cleanup_free char *config = NULL, *environment = NULL;
	const char *wanted = FIRST, *where = "", *folder = folders[0];

	search->next.path = search->distro->entries;
	if (!search->distro->entries)
		return;
	rootdir_each_file(search->distro->entries, ".conf", read_entry, search);
	for (size_t i = 0; i < ARRAY_SIZE(folders) && folders[i][0] && !config; i++) {
		config = rootdir_read_text(util_text("%s/grub.cfg", folders[i]), BOOTLOADER_LIMIT);
		folder = config ? folders[i] : folder;
	}
	read_environment(search, folder, &environment);
	for (size_t i = 0; i < search->count; i++) {
		const struct variables variables = { environment, config };
		struct boot_entry *entry = &search->entries[i];

		if (strchr(entry->options, '$'))
			entry->options = boot_entry_expand(entry->options, find_variable, &variables);
	}
	if (search->count)
		qsort(search->entries, search->count, sizeof(*search->entries), by_name);
	if (config)
		wanted = find_wanted(search, config, folder, util_text("%s/grub.cfg", folder), &where);
	if (search->distro->loader == LOADER_GRUBBY && where[0] && strcmp(wanted, FIRST) != 0)
		take_default(search, find_by_grub_name(search, wanted), wanted, where);
	else
		take_first(search);
	/* A variable that nobody sets has all of them. */
	if (search->next.cmdline && util_starts_with(search->next.cmdline, "$kernelopts"))
		search->next.cmdline = NULL;
}

/* --- systemd-boot --- */

#define LOADER_CONF "/loader/loader.conf"

/* Where its partitions are mounted. */
static const char *const boot_folders[] = { "/boot", "/efi", "/boot/efi" };

static void read_unified_folders(struct search *search)
{
	for (size_t i = 0; i < ARRAY_SIZE(boot_folders); i++) {
		size_t before = search->count;

		rootdir_each_file(util_text("%s/EFI/Linux", boot_folders[i]), ".efi", read_unified, search);
		for (size_t e = before; e < search->count; e++)
			if (search->entries[e].options[0])
				rootdir_each_file(util_text("%s/loader/addons", boot_folders[i]),
						  ".addon.efi", add_addon, &search->entries[e].options);
	}
}

const char *bootloader_read_setting(const char *key)
{
	const char *value = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(boot_folders) && !value; i++) {
		cleanup_free char *text =
			rootdir_read_text(util_text("%s" LOADER_CONF, boot_folders[i]), BOOTLOADER_LIMIT);

		value = text ? boot_entry_setting(text, key) : NULL;
	}
	return value ? value : "";
}

/* Of systemd-boot's own order: for the next boot alone, by bootctl, by loader.conf. */
static const char *find_pattern(const char **ret_where)
{
	static const char *const variables[] = { "LoaderEntryOneShot", "LoaderEntryDefault" };
	const char *pattern = "";

	for (size_t i = 0; i < ARRAY_SIZE(variables) && !pattern[0]; i++) {
		*ret_where = variables[i];
		pattern = kernels_read_variable(variables[i]);
	}
	if (!pattern[0]) {
		*ret_where = "loader.conf";
		pattern = bootloader_read_setting("default");
	}
	return strcmp(pattern, "@saved") ? pattern : kernels_read_variable("LoaderEntryLastBooted");
}

static void read_entries(struct search *search)
{
	bool unified = kernels_read_layout() == KERNELS_UNIFIED, unified_found;
	const char *where = "", *pattern;

	if (unified || search->distro->by_systemd_boot)
		read_unified_folders(search);
	unified_found = unified && search->count;
	search->next.path = search->distro->entries;
	/* The loader has entries of both partitions in one menu. */
	for (size_t i = 0; i < ARRAY_SIZE(boot_folders) && !unified_found; i++)
		rootdir_each_file(util_text("%s/loader/entries", boot_folders[i]), ".conf", read_entry,
				  search);
	if (search->count)
		qsort(search->entries, search->count, sizeof(*search->entries), by_order);
	pattern = find_pattern(&where);
	take_default(search, pattern[0] ? boot_entry_find(search->entries, search->count, pattern) : NULL,
		     pattern, where);
}

/* --- all of them --- */

/* However many lines it has. */
static const char *read_kernel_cmdline(void)
{
	cleanup_free char *text = rootdir_read_text(BOOTLOADER_CMDLINE, BOOTLOADER_LIMIT);
	char *line;

	if (!text || !text[0])
		return NULL;
	line = util_text_copy(text, strlen(text));
	for (char *c = line; *c; c++)
		if (strchr("\t\r\n", *c))
			*c = ' ';
	for (size_t length = strlen(line); length && line[length - 1] == ' ';)
		line[--length] = '\0';
	return line + strspn(line, " ");
}

static void read_refind(struct search *search)
{
	cleanup_free char *text = rootdir_read_text("/boot/refind_linux.conf", BOOTLOADER_LIMIT);

	search->next.path = "/boot/refind_linux.conf";
	search->next.cmdline = text ? boot_entry_parse_refind(text) : NULL;
}

/* proxmox-boot-tool kernel pin: for the next boot, or for all. */
static void read_pin(struct search *search)
{
	static const char *const files[] = { "/etc/kernel/next-boot-pin", "/etc/kernel/proxmox-boot-pin" };
	struct rootdir_text pin;

	for (size_t i = 0; i < ARRAY_SIZE(files) && !search->next.version[0]; i++)
		if (rootdir_read(files[i], &pin) == 0)
			search->next.version = kernels_version_of(util_text("/%s", pin.text));
}

static void find(struct search *search)
{
	const struct distro *distro = search->distro;

	if (kernels_read_layout() == KERNELS_UNIFIED) {
		read_entries(search);
		if (search->next.cmdline || search->next.without_cmdline)
			return;
	}
	switch (distro->loader) {
	case LOADER_GRUBBY:
	case LOADER_RPM_OSTREE:
	case LOADER_BOOTC:
		if (distro->by_systemd_boot)
			read_entries(search);
		else
			read_grub_entries(search);
		if (!search->next.cmdline && distro->loader == LOADER_GRUBBY)
			read_grub(search);
		break;
	case LOADER_UPDATE_GRUB:
	case LOADER_GRUB2:
	case LOADER_TRANSACTIONAL:
	case LOADER_GRUB:
		read_grub(search);
		break;
	case LOADER_ENTRIES:
	case LOADER_SDBOOTUTIL:
	case LOADER_KERNELSTUB:
	case LOADER_KERNEL_INSTALL:
		/* /etc/kernel/cmdline is what kernel-install makes the next entry of. */
		read_entries(search);
		if (search->next.cmdline || search->next.without_cmdline ||
		    distro->loader != LOADER_KERNEL_INSTALL)
			break;
		search->next.path = BOOTLOADER_CMDLINE;
		search->next.cmdline = read_kernel_cmdline();
		break;
	case LOADER_REFIND:
		read_refind(search);
		break;
	case LOADER_PROXMOX:
		/* It has two loaders, and their files are on partitions that are not mounted. */
		read_pin(search);
		break;
	case LOADER_DRACUT:
	case LOADER_U_BOOT:
	case LOADER_EXTLINUX:
	case LOADER_LIMINE_TOOL:
	case LOADER_LIMINE:
	case LOADER_UNKNOWN:
		break;
	}
}

void bootloader_read(const struct distro *distro, struct bootloader_next *ret)
{
	struct search search = { .distro = distro, .next = { .version = "", .image = "", .unknown = "" } };

	find(&search);
	free(search.entries);
	*ret = search.next;
}

const char *bootloader_choose(const struct distro *distro, const struct bootloader_next *next,
			      struct kernel *kernels, size_t count)
{
	if (next->version[0])
		kernels_set_next(kernels, count, next->version, next->image);
	if (next->unknown[0])
		return util_text("%s; these results are for the first entry of this system", next->unknown);
	return distro->staged ?
		       "a deployment is staged, and cannot be read before the reboot; these results are for "
		       "the present one" :
		       "";
}

bool bootloader_awaits_install(const struct distro *distro, const struct bootloader_next *next,
			       const char *cmdline)
{
	const char *text = distro->loader == LOADER_KERNEL_INSTALL ? read_kernel_cmdline() : NULL;

	return text && !boot_entry_is_same(text, cmdline) && !next->without_cmdline;
}
