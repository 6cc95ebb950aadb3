/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "load.h"

#include <errno.h>
#include <string.h>

#include "root.h"

#define CONFIG_LIMIT (1 << 20)
#define CMDLINE_LIMIT (1 << 16)

static bool is_initrd(void)
{
	return root_exists("/etc/initrd-release") || root_exists("/usr/lib/initrd-release");
}

bool load_is_image(void)
{
	return is_initrd() || (root_exists("/conf/initramfs.conf") && root_exists("/scripts/init-top"));
}

/* --- what is asked for --- */

static void add_file(struct config *config, const char *path)
{
	cleanup_free char *text = NULL;
	size_t length;
	char what[128];
	int r = root_read_file(path, CONFIG_LIMIT, &text, &length);

	if (r == -ENOENT)
		return;
	if (r == -EFBIG)
		config_add_error(config, path, "the file is larger than 1 MiB; what is behind that is not read");
	else if (r < 0)
		config_add_error(config, path, util_format(what, sizeof(what), "cannot be read: %s", strerror(-r)));
	if (text)
		config_add_file(config, path, text, length);
}

static void add_drop_in(void *config, const char *path)
{
	add_file(config, path);
}

/*
 * Parameters that dracut keeps in its images, in the order in which it reads them (dracut-lib.sh, getcmdline()).
 * Elsewhere files of these names are another program's.
 */
static void for_each_parameter_file(void (*found)(void *data, const char *path), void *data)
{
	if (!is_initrd())
		return;
	root_each_file("/etc/cmdline.d", ".conf", found, data);
	if (root_exists("/etc/cmdline"))
		found(data, "/etc/cmdline");
}

static void add_parameters(void *config, const char *path)
{
	cleanup_free char *text = NULL;
	size_t length;

	if (root_read_file(path, CMDLINE_LIMIT, &text, &length) == 0)
		config_add_parameters(config, path, text);
}

int load_cmdline(char **ret_cmdline)
{
	size_t length;
	int r;

	*ret_cmdline = NULL;
	r = root_read_file("/proc/cmdline", CMDLINE_LIMIT, ret_cmdline, &length);
	if (*ret_cmdline)
		return 0;
	*ret_cmdline = util_copy("", 0);
	return r;
}

static char *read_cmdline(struct config *config)
{
	char *cmdline, what[128];
	int r = load_cmdline(&cmdline);

	if (r < 0)
		config_add_error(config, "/proc/cmdline",
				 util_format(what, sizeof(what), "cannot be read: %s; is /proc mounted?", strerror(-r)));
	return cmdline;
}

void load_config(const char *given, struct config *config, char **ret_cmdline)
{
	char *cmdline;

	config_init(config);
	cmdline = given ? util_copy(given, strlen(given)) : read_cmdline(config);
	if (config_wants_files(cmdline)) {
		add_file(config, LOAD_CONFIG_FILE);
		root_each_file(LOAD_CONFIG_FOLDER, ".conf", add_drop_in, config);
		for_each_parameter_file(add_parameters, config);
	}
	config_add_cmdline(config, cmdline);
	*ret_cmdline = cmdline;
}

/* --- what the host needs --- */

/* A growing text of parameters, a blank before each piece. */
struct parameters {
	char *text;
	size_t length;
};

static void append(struct parameters *parameters, const char *text, const char *quote)
{
	size_t room = parameters->length + strlen(text) + 4;
	char *longer = util_zeroed(room, 1);

	util_format(longer, room, "%s %s%s%s", parameters->text ? parameters->text : "", quote, text, quote);
	util_cleanup_free(&parameters->text);
	parameters->text = longer;
	parameters->length = strlen(longer);
}

static void append_file(void *parameters, const char *path)
{
	cleanup_free char *text = NULL;
	size_t length;

	if (root_read_file(path, CMDLINE_LIMIT, &text, &length) == 0)
		append(parameters, text, "");
}

/* A file that a generator leaves, or the host's own where the program runs there. */
static void add_needs_of(struct needs *needs, const char *path, void (*add)(struct needs *needs, const char *text))
{
	cleanup_free char *text = NULL;
	size_t length;

	if (root_read_file(path, CONFIG_LIMIT, &text, &length) == 0)
		add(needs, text);
}

static void add_conf(void *needs, const char *path)
{
	add_needs_of(needs, path, needs_add_conf);
}

void load_needs(const char *cmdline, char *const *arguments, size_t count, bool disks, struct needs *ret)
{
	struct parameters parameters = { 0 };

	*ret = (struct needs){ 0 };
	for_each_parameter_file(append_file, &parameters);
	append(&parameters, cmdline, "");
	for (size_t i = 0; i < count; i++)
		append(&parameters, arguments[i], "\"");
	needs_add_cmdline(ret, parameters.text);
	util_cleanup_free(&parameters.text);
	root_each_file("/conf/conf.d", "", add_conf, ret);
	root_each_file("/etc/initramfs-tools/conf.d", "", add_conf, ret);
	if (!disks)
		return;
	add_needs_of(ret, LOAD_FSTAB_COPY, needs_add_fstab);
	add_needs_of(ret, "/etc/fstab", needs_add_fstab);
	add_needs_of(ret, "/cryptroot/crypttab", needs_add_crypttab);
	add_needs_of(ret, "/etc/crypttab", needs_add_crypttab);
}
