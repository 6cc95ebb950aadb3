/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/devspec.h"
#include "core/keyboard.h"
#include "host/config-read.h"
#include "host/deadline.h"
#include "host/generators.h"
#include "host/host-needs-read.h"
#include "host/rootdir.h"
#include "host/sysfs.h"

#define TABLE_LIMIT (1 << 20)
#define HIBERNATE_LOCATION "HibernateLocation-8cf2644b-4b0b-428f-9387-6d876050dc67"

/* --- files --- */

/* A growing text of parameters, a blank before each piece. */
struct parameters {
	char *text;
	size_t length;
};

static bool ends_in_quotes(const char *text)
{
	bool quoted = false;

	for (; (text = strchr(text, '"')); text++)
		quoted = !quoted;
	return quoted;
}

/* Quotes that a piece leaves open end with it. */
static void append(struct parameters *parameters, const char *text, const char *quote)
{
	size_t room = parameters->length + strlen(text) + 5;
	char *longer = util_zeroed(room, 1);

	util_format(longer, room, "%s %s%s%s%s", parameters->text ? parameters->text : "", quote, text,
		    ends_in_quotes(text) ? "\"" : "", quote);
	util_cleanup_free(&parameters->text);
	parameters->text = longer;
	parameters->length = strlen(longer);
}

static void append_file(void *parameters, const char *path)
{
	cleanup_free char *text = NULL;

	if (config_read_parameters(path, &text) != 0 && !text)
		return;
	append(parameters, text, "");
}

static int read_table(const struct initramfs *image, const char *path, char **ret_text, size_t *ret_length)
{
	const struct initramfs_file *file;

	if (!image)
		return rootdir_read_file(path, TABLE_LIMIT, ret_text, ret_length);
	file = initramfs_find(image, path);
	if (!file)
		return -ENOENT;
	*ret_text = util_copy(file->text, file->length);
	*ret_length = file->length;
	return file->length < TABLE_LIMIT ? 0 : -EFBIG;
}

/*
 * Add a file that a generator leaves, or the host's own where the program runs there; of @image where that is
 * not NULL. Returns its text, which the caller frees, or NULL.
 */
static char *add_table(struct host_needs *needs, const struct initramfs *image, const char *path,
		       void (*add)(struct host_needs *needs, const char *text))
{
	char *text = NULL;
	size_t length;
	int r = read_table(image, path, &text, &length);

	/* Other users than root are told that they see less (context_add_notes()). */
	if (r == -ENOENT || r == -ENOTDIR || r == -EACCES)
		return NULL;
	if (r < 0)
		host_needs_add_unread(needs, path);
	if (!text)
		return NULL;
	/* The line that the limit cuts might name another device. */
	if (r == -EFBIG)
		for (; length && text[length - 1] != '\n'; length--)
			text[length - 1] = '\0';
	for (size_t i = 0; i < length; i++)
		if (!text[i])
			text[i] = ' ';
	add(needs, text);
	return text;
}

static void add_needs_of(struct host_needs *needs, const struct initramfs *image, const char *path,
			 void (*add)(struct host_needs *needs, const char *text))
{
	free(add_table(needs, image, path, add));
}

/* A crypttab whose mappings the initramfs opens; of the host's own every one might be in there. */
static void add_opened(struct host_needs *needs, const struct initramfs *image, const char *path,
		       void (*add)(struct host_needs *needs, const char *text))
{
	cleanup_free char *text = add_table(needs, image, path, add);

	needs->passphrase |= text && keyboard_crypttab_opens(text);
}

static void add_conf(void *needs, const char *path)
{
	add_needs_of(needs, NULL, path, host_needs_add_conf);
}

/* The image's, and the host's own. */
static void add_confs(struct host_needs *needs)
{
	for (size_t i = 0; i < GENERATOR_COUNT; i++) {
		for (const char *const *folder = generators[i].conf_folders; *folder; folder++)
			rootdir_each_file(*folder, "", add_conf, needs);
		for (const char *const *file = generators[i].conf_files; *file; file++)
			add_conf(needs, *file);
	}
}

/* --- the network --- */

/* What the firmware has booted from, and what generators leave where the root is on iSCSI. */
static void find_network(struct host_needs *needs)
{
	/* On the host it is in a folder (open-iscsi's hook of initramfs-tools). */
	if (ROOTDIR_ANY_EXISTS("/etc/iscsi.initramfs", "/etc/iscsi/iscsi.initramfs"))
		host_needs_say_network(needs, "/etc/iscsi.initramfs");
	if (sysfs_acpi_table_exists("NBFT"))
		host_needs_say_network(needs, "the firmware's table NBFT");
	if (sysfs_acpi_table_exists("iBFT") || sysfs_acpi_table_exists("IBFT") ||
	    sysfs_firmware_exists("ibft"))
		host_needs_say_network(needs, "the firmware's table iBFT");
}

static const char *find_program(void)
{
	if (ROOTDIR_ANY_EXISTS("/usr/sbin/dropbear", "/sbin/dropbear", "/usr/bin/dropbear", "/bin/dropbear"))
		return "dropbear";
	if (ROOTDIR_ANY_EXISTS("/usr/sbin/sshd", "/sbin/sshd", "/usr/bin/sshd", "/usr/sbin/tinysshd"))
		return "sshd";
	if (ROOTDIR_ANY_EXISTS("/usr/bin/clevis", "/bin/clevis", "/usr/bin/clevis-decrypt-tang",
			       "/bin/clevis-decrypt-tang"))
		return "clevis";
	if (ROOTDIR_ANY_EXISTS("/lib/mandos/plugin-runner", "/usr/lib/mandos/plugin-runner"))
		return "mandos-client";
	return NULL;
}

/* The hooks that would put such a program into the image: these first, and any other of the table. */
static const char *find_hook(void)
{
	static const char *const names[] = { "dropbear", "sshd", "clevis", "mandos-client" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (generators_put(names[i]))
			return names[i];
	return generators_put(NULL);
}

static void find_network_use(struct host_needs *needs)
{
	const char *name = config_read_is_image() ? find_program() : find_hook();

	if (name)
		needs->network_use = util_text("%s in the initramfs", name);
}

/* --- what systemd finds by itself --- */

static void add_links(struct host_needs *needs, const char *purpose, const char *const *paths, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (rootdir_exists(paths[i]))
			host_needs_add_root_link(needs, purpose, paths[i]);
}

/*
 * Where root= is gpt-auto or missing, udev's links lead to the root and to what it is made of
 * (60-persistent-storage.rules, 99-systemd.rules).
 */
static void add_root_by_type(struct host_needs *needs)
{
	static const char *const roots[] = {
		"/dev/disk/by-designator/root",
		"/dev/disk/by-designator/root-luks",
		"/dev/disk/by-designator/root-verity",
		"/dev/gpt-auto-root-luks",
		DEVSPEC_FOUND_BY_TYPE,
	};
	static const char *const usrs[] = {
		"/dev/disk/by-designator/usr",
		"/dev/disk/by-designator/usr-luks",
		"/dev/disk/by-designator/usr-verity",
	};

	if (needs->root && !host_needs_root_by_type(needs))
		return;
	add_links(needs, "root", roots, ARRAY_SIZE(roots));
	add_links(needs, "/usr", usrs, ARRAY_SIZE(usrs));
}

struct variable {
	size_t length;
	char bytes[SYSFS_EFI_LIMIT];
};

static int read_hibernation(const void *argument, void *result)
{
	struct variable *variable = result;
	cleanup_free char *bytes = NULL;
	size_t length;
	int r = sysfs_efi_variable_read(HIBERNATE_LOCATION, &bytes, &length);

	(void)argument;
	if (r < 0)
		return r;
	variable->length = length;
	memcpy(variable->bytes, bytes, length);
	return 0;
}

/* The read calls the firmware, which may take its time. */
static void add_hibernation(struct host_needs *needs)
{
	cleanup_free struct variable *variable = NULL;
	int r;

	if (!sysfs_efi_variable_exists(HIBERNATE_LOCATION))
		return;
	variable = util_zeroed(1, sizeof(*variable));
	r = deadline_read(read_hibernation, NULL, variable, sizeof(*variable), util_now() + deadline_stall());
	if (r == 0)
		host_needs_add_hibernation(needs, variable->bytes, variable->length);
	else if (r != -ENOENT && r != -EACCES)
		host_needs_add_unread_hibernation(needs);
}

/* The initramfs' own ones name what the root stands on, that of the host what the booted system opens. */
static void add_crypttabs(struct host_needs *needs, const struct initramfs *image, enum needs_depth depth)
{
	void (*add)(struct host_needs * needs, const char *text) =
		depth == NEEDS_ALL ? host_needs_add_crypttab : host_needs_add_crypttab_remote;
	void (*add_host)(struct host_needs * needs, const char *text) =
		depth == NEEDS_OFF_DISKS ? host_needs_add_host_crypttab_remote : host_needs_add_host_crypttab;

	for (size_t i = 0; i < GENERATOR_COUNT; i++)
		if (generators[i].crypttab)
			add_opened(needs, NULL, generators[i].crypttab, add);
	if (image) {
		add_opened(needs, image, CONFIG_READ_CRYPTTAB_COPY, add_host);
	} else if (config_read_is_image()) {
		add_opened(needs, NULL, "/etc/crypttab", add);
		add_needs_of(needs, NULL, CONFIG_READ_CRYPTTAB_COPY, add_host);
	} else {
		add_opened(needs, NULL, "/etc/crypttab", add_host);
	}
}

/* --- all of it --- */

static void add_parameters(struct host_needs *needs, const char *cmdline, char *const *arguments,
			   size_t count)
{
	struct parameters parameters = { 0 };

	config_read_each_parameter_file(append_file, &parameters);
	append(&parameters, cmdline, "");
	for (size_t i = 0; i < count; i++)
		append(&parameters, arguments[i], "\"");
	host_needs_add_cmdline(needs, parameters.text);
	needs->passphrase = keyboard_may_be_needed(parameters.text);
	util_cleanup_free(&parameters.text);
}

void host_needs_read(const char *cmdline, char *const *arguments, size_t count, enum needs_depth depth,
		     const struct initramfs *image, struct host_needs *ret)
{
	void (*add)(struct host_needs * needs, const char *text) =
		depth == NEEDS_OFF_DISKS ? host_needs_add_fstab_remote : host_needs_add_fstab;

	*ret = (struct host_needs){ 0 };
	add_parameters(ret, cmdline, arguments, count);
	add_confs(ret);
	find_network(ret);
	find_network_use(ret);
	if (depth == NEEDS_ALL) {
		add_root_by_type(ret);
		add_hibernation(ret);
	}
	add_needs_of(ret, image, CONFIG_READ_FSTAB_COPY, add);
	if (!image)
		add_needs_of(ret, NULL, "/etc/fstab", add);
	add_crypttabs(ret, image, depth);
}

/* --- systemd's units --- */

static const char *const unit_folders[] = { "/etc/systemd/system", "/usr/lib/systemd/system",
					    "/lib/systemd/system" };

/* The file of the strongest folder counts, also where it is a link to /dev/null. */
static void add_unit(struct host_needs *needs, const char *name)
{
	struct rootdir_text path;

	for (size_t i = 0; i < ARRAY_SIZE(unit_folders); i++) {
		cleanup_free char *text = NULL;
		size_t length;
		int r = rootdir_read_file(rootdir_path(&path, "%s/%s", unit_folders[i], name), TABLE_LIMIT,
					  &text, &length);

		if (r == 0)
			host_needs_add_unit(needs, name, text);
		if (r != -ENOENT)
			return;
	}
}

/* A unit that a target wants: its own name, or that of what the automount mounts. */
static void add_wanted(void *needs, const char *name)
{
	static const char automount[] = ".automount";
	struct rootdir_text mount;

	if (util_ends_in(name, automount))
		add_unit(needs,
			 rootdir_path(&mount, "%.*s.mount", (int)(strlen(name) - strlen(automount)), name));
	else if (util_ends_in(name, ".mount") || util_ends_in(name, ".swap"))
		add_unit(needs, name);
}

void host_needs_read_units(struct host_needs *needs)
{
	struct rootdir_text path;
	char **names;

	for (size_t i = 0; i < ARRAY_SIZE(unit_folders); i++) {
		ssize_t count = rootdir_list(unit_folders[i], &names);

		for (ssize_t n = 0; n < count; n++)
			/* Of two folders with one name either may be missing. */
			if (util_ends_in(names[n], ".wants") || util_ends_in(names[n], ".requires"))
				(void)!rootdir_each_name(
					rootdir_path(&path, "%s/%s", unit_folders[i], names[n]), add_wanted,
					needs);
		rootdir_list_free(names, count);
	}
}
