/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/config-read.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/nearest.h"
#include "host/generators.h"
#include "host/rootdir.h"

#define CONFIG_LIMIT (1 << 20)
#define CMDLINE_LIMIT (1 << 16)

bool config_read_is_image(void)
{
	for (size_t i = 0; i < GENERATOR_COUNT; i++)
		if (generators_has_made(&generators[i]))
			return true;
	return false;
}

/* --- what is asked for --- */

static void add_file(struct config *config, const char *path)
{
	cleanup_free char *text = NULL;
	size_t length;
	int r = rootdir_read_file(path, CONFIG_LIMIT, &text, &length);

	if (r == -ENOENT)
		return;
	if (r == -EFBIG) {
		config_add_error(config, path, "the file is larger than 1 MiB; the rest is ignored");
		config_add_cut_file(config, path, text, length);
	} else if (r < 0) {
		config_add_error(config, path, util_text("cannot be read: %s", rootdir_error(r)));
	} else {
		config_add_file(config, path, text, length);
	}
}

static void add_drop_in(void *config, const char *path)
{
	add_file(config, path);
}

/* Does the file at @path claim or keep anything, as a file of ours would? */
static bool has_lines(const char *path)
{
	cleanup_free char *text = NULL;
	struct config config;
	size_t length;
	bool has;

	if (rootdir_read_file(path, CONFIG_LIMIT, &text, &length) < 0)
		return false;
	config_init(&config);
	config_add_file(&config, path, text, length);
	has = config.claim_count || config.keep_count;
	config_clear(&config);
	return has;
}

/* A file that is meant to be one of ours, at a place where nothing reads it. */
static void say_unread(struct config *config, const char *path, const char *name)
{
	if (has_lines(path))
		config_add_error(config, path,
				 util_text("no file of vfio-early; did you mean " CONFIG_READ_FOLDER "/%s%s?",
					   name, util_ends_in(name, ".conf") ? "" : ".conf"));
}

/*
 * What @folder has that is no drop-in; with @all, whatever it has. A name with more behind ".conf", such as gpu.conf.bak, is
 * meant to be none.
 */
static void find_unread(struct config *config, const char *folder, bool all)
{
	struct rootdir_text path;
	char **names;
	ssize_t listed = rootdir_list(folder, &names);

	for (ssize_t i = 0; i < listed; i++)
		if (names[i][0] != '.' &&
		    (!strstr(names[i], ".conf") || (all && util_ends_in(names[i], ".conf"))))
			say_unread(config, rootdir_path(&path, "%s/%s", folder, names[i]), names[i]);
	rootdir_list_free(names, listed);
}

/* Is it a name in /etc that is almost one of ours, as vfio-early.d, vfio-early, or vfio_early.conf? */
static bool is_misnamed(const char *name)
{
	static const char program[] = "vfio-early";
	static const char *const ours[] = { "vfio-early.conf", "vfio-early.conf.d", "vfio-early.facts",
					    "vfio-early.fstab", "vfio-early.crypttab" };

	return strlen(name) >= strlen(program) - 1 && !strstr(name, ".conf.") && !util_ends_in(name, "~") &&
	       nearest_distance(name, strnlen(name, strlen(program)), program, strlen(program)) <= 2 &&
	       !util_is_one_of(name, ours, ARRAY_SIZE(ours));
}

static void find_misnamed(struct config *config)
{
	struct rootdir_text path;
	char **names;
	ssize_t listed = rootdir_list("/etc", &names);

	for (ssize_t i = 0; i < listed; i++) {
		if (!is_misnamed(names[i]))
			continue;
		rootdir_path(&path, "/etc/%s", names[i]);
		if (has_lines(path.text))
			config_add_error(config, path.text,
					 "no file of vfio-early; did you mean " CONFIG_READ_FILE "?");
		find_unread(config, path.text, true);
	}
	rootdir_list_free(names, listed);
	find_unread(config, CONFIG_READ_FOLDER, false);
	find_unread(config, CONFIG_READ_VENDOR_FOLDER, false);
	if (has_lines(CONFIG_READ_FOLDER))
		config_add_error(config, CONFIG_READ_FOLDER,
				 "a file, where a folder belongs; did you mean " CONFIG_READ_FILE "?");
}

/* A drop-in that was found in one of the folders. */
struct drop_in {
	char *name;
	size_t folder;
};

static int by_name(const void *a, const void *b)
{
	const struct drop_in *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	return order ? order : (x->folder > y->folder) - (x->folder < y->folder);
}

void config_read_each_drop_in(const char *const *folders, size_t count,
			      void (*found)(void *data, const char *path), void *data)
{
	cleanup_free struct drop_in *drop_ins = NULL;
	struct rootdir_text path;
	size_t found_count = 0;
	char **names;

	for (size_t folder = 0; folder < count; folder++) {
		ssize_t listed = rootdir_list(folders[folder], &names);

		for (ssize_t i = 0; i < listed; i++) {
			if (!util_ends_in(names[i], ".conf"))
				continue;
			drop_ins = util_grow(drop_ins, found_count, sizeof(*drop_ins));
			drop_ins[found_count++] =
				(struct drop_in){ util_copy(names[i], strlen(names[i])), folder };
		}
		rootdir_list_free(names, listed);
	}
	if (found_count)
		qsort(drop_ins, found_count, sizeof(*drop_ins), by_name);
	for (size_t i = 0; i < found_count; i++)
		if (!i || strcmp(drop_ins[i].name, drop_ins[i - 1].name) != 0)
			found(data,
			      rootdir_path(&path, "%s/%s", folders[drop_ins[i].folder], drop_ins[i].name));
	for (size_t i = 0; i < found_count; i++)
		free(drop_ins[i].name);
}

void config_read_each_parameter_file(void (*found)(void *data, const char *path), void *data)
{
	for (size_t i = 0; i < GENERATOR_COUNT; i++) {
		const struct generator *generator = &generators[i];

		if (!generator->parameter_folder || !generators_has_made(generator))
			continue;
		rootdir_each_file(generator->parameter_folder, ".conf", found, data);
		if (rootdir_exists(generator->parameter_file))
			found(data, generator->parameter_file);
	}
}

/*
 * Repair what may lack its end. Takes *@text and stores another one in its place. Stores what is
 * uncertain, "" for nothing.
 */
static void repair(char **text, size_t length, const char **ret_lost)
{
	char *repaired = cmdline_repair(*text, length, ret_lost);

	free(*text);
	*text = repaired;
}

int config_read_parameters(const char *path, char **ret_text)
{
	const char *lost;
	size_t length;
	int r;

	*ret_text = NULL;
	r = rootdir_read_file(path, CMDLINE_LIMIT, ret_text, &length);
	if (r < 0 && r != -EFBIG)
		return r;
	if (r == 0 && strlen(*ret_text) == length)
		return 0;
	repair(ret_text, length, &lost);
	return -EFBIG;
}

static void add_parameters(void *config, const char *path)
{
	cleanup_free char *text = NULL;
	int r = config_read_parameters(path, &text);

	if (r == -EFBIG)
		config_add_error(config, path,
				 "the file is larger than 64 KiB or has a NUL byte; the rest is ignored from "
				 "the last complete parameter on");
	else if (r < 0)
		config_add_error(config, path, util_text("cannot be read: %s", rootdir_error(r)));
	if (text)
		config_add_parameters(config, path, text);
}

/*
 * Read the command line of this boot, repaired where it is as long as the kernel takes. Stores what
 * is uncertain, "" for nothing.
 */
static int read_cmdline(char **ret_cmdline, const char **ret_lost)
{
	size_t length;
	int r;

	*ret_cmdline = NULL;
	*ret_lost = "";
	r = rootdir_read_file("/proc/cmdline", CMDLINE_LIMIT, ret_cmdline, &length);
	if (!*ret_cmdline) {
		*ret_cmdline = util_copy("", 0);
		return r;
	}
	/* The kernel ends the file with a newline of its own. */
	if (r == 0 && length && (*ret_cmdline)[length - 1] == '\n')
		length--;
	if (r == -EFBIG || length == cmdline_longest || strlen(*ret_cmdline) < length)
		repair(ret_cmdline, length, ret_lost);
	return 0;
}

int config_read_cmdline(char **ret_cmdline)
{
	const char *lost;

	return read_cmdline(ret_cmdline, &lost);
}

/* The kernel takes no more of what the boot loader gives it. */
static char *cut_cmdline(const char *given, const char **ret_lost)
{
	*ret_lost = "";
	if (strlen(given) < cmdline_longest)
		return util_copy(given, strlen(given));
	return cmdline_repair(given, cmdline_longest, ret_lost);
}

static char *find_cmdline(const char *given, struct config *config)
{
	const char *lost;
	char *cmdline;
	int r = 0;

	if (given)
		cmdline = cut_cmdline(given, &lost);
	else
		r = read_cmdline(&cmdline, &lost);
	if (r < 0)
		config_add_error(config, "/proc/cmdline",
				 util_text("cannot be read: %s; is /proc mounted?", strerror(-r)));
	if (lost[0])
		config_add_error(
			config, "/proc/cmdline",
			util_text("the kernel command line has the maximum length (%zu characters), so its "
				  "last parameter '%s' may be truncated and is ignored; shorten it",
				  cmdline_longest, lost));
	return cmdline;
}

/* --- what other methods ask for --- */

static void add_ids_of(struct modprobe_ids *ids, const char *path,
		       void (*add)(struct modprobe_ids *ids, const char *path, const char *text))
{
	cleanup_free char *text = rootdir_read_text(path, CONFIG_LIMIT);

	if (text)
		add(ids, path, text);
}

static void add_module_file(void *ids, const char *path)
{
	add_ids_of(ids, path, modprobe_add_file);
}

void config_read_module_ids(const char *cmdline, struct modprobe_ids *ret)
{
	/* libkmod's own folders and their order (libkmod/libkmod.c, default_config_paths). */
	static const char *const folders[] = {
		"/etc/modprobe.d",     "/run/modprobe.d", "/usr/local/lib/modprobe.d",
		"/usr/lib/modprobe.d", "/lib/modprobe.d",
	};
	bool image = config_read_is_image();

	*ret = (struct modprobe_ids){ 0 };
	config_read_each_drop_in(folders, ARRAY_SIZE(folders), add_module_file, ret);
	modprobe_add_cmdline(ret, cmdline);
	/* What modprobe(8) is given as arguments comes behind that. */
	for (size_t i = 0; i < GENERATOR_COUNT; i++)
		if (generators[i].modules_in_image)
			add_ids_of(ret,
				   image ? generators[i].modules_in_image : generators[i].modules_on_host,
				   modprobe_add_modules);
}

/*
 * For which driver a module's ids= count: vfio-pci and its variants, and what a claim names. NULL for others.
 */
static const char *driver_of_ids(const struct config *config, const char *module)
{
	if (strstr(module, "vfio_pci"))
		return "";
	for (size_t c = 0; c < config->claim_count; c++)
		if (config->claims[c].driver[0] &&
		    cmdline_same_name(config->claims[c].driver, strlen(config->claims[c].driver), module))
			return config->claims[c].driver;
	return NULL;
}

/* Where nothing is claimed on this boot, what the kernel makes of these ids is not ours. */
static void add_module_ids(struct config *config, const char *cmdline)
{
	struct modprobe_ids ids;

	config_read_module_ids(cmdline, &ids);
	for (size_t i = 0; i < ids.count && !config_off_reason(config); i++) {
		const char *driver = driver_of_ids(config, ids.list[i].module);

		if (driver && modprobe_find(&ids, ids.list[i].module) == &ids.list[i])
			config_add_module_ids(config, &ids.list[i], driver);
	}
	modprobe_clear(&ids);
}

void config_read(const char *given, bool next_boot, struct config *config, char **ret_cmdline)
{
	static const char *const folders[] = { CONFIG_READ_FOLDER, CONFIG_READ_RUNTIME_FOLDER,
					       CONFIG_READ_VENDOR_FOLDER };
	static const char *const lasting[] = { CONFIG_READ_FOLDER, CONFIG_READ_VENDOR_FOLDER };
	char *cmdline;

	config_init(config);
	cmdline = find_cmdline(given, config);
	if (config_wants_files(cmdline)) {
		add_file(config, CONFIG_READ_FILE);
		config_read_each_drop_in(next_boot ? lasting : folders,
					 next_boot ? ARRAY_SIZE(lasting) : ARRAY_SIZE(folders), add_drop_in,
					 config);
		config_read_each_parameter_file(add_parameters, config);
		find_misnamed(config);
	}
	config_add_cmdline(config, cmdline);
	add_module_ids(config, cmdline);
	*ret_cmdline = cmdline;
}
