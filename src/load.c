/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "load.h"

#include <errno.h>
#include <string.h>

#include "root.h"

#define CONFIG_LIMIT (1 << 20)
#define CMDLINE_LIMIT (1 << 16)

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

/* The drop-ins, in name order. */
static void add_folder(struct config *config)
{
	char **names, path[512];
	ssize_t count = root_list(LOAD_CONFIG_FOLDER, &names);

	for (ssize_t i = 0; i < count; i++) {
		size_t length = strlen(names[i]);

		if (length > 5 && !strcmp(names[i] + length - 5, ".conf"))
			add_file(config, util_format(path, sizeof(path), LOAD_CONFIG_FOLDER "/%s", names[i]));
	}
	root_list_free(names, count);
}

void load_config(struct config *config, char **ret_cmdline)
{
	char *cmdline = NULL, what[128];
	size_t length;
	int r = root_read_file("/proc/cmdline", CMDLINE_LIMIT, &cmdline, &length);

	config_init(config);
	if (!cmdline) {
		cmdline = util_copy("", 0);
		config_add_error(config, "/proc/cmdline",
				 util_format(what, sizeof(what), "cannot be read: %s; is /proc mounted?", strerror(-r)));
	}
	if (config_wants_files(cmdline)) {
		add_file(config, LOAD_CONFIG_FILE);
		add_folder(config);
	}
	config_add_cmdline(config, cmdline);
	*ret_cmdline = cmdline;
}
