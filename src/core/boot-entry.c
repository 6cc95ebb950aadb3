/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/boot-entry.h"

#include <stdlib.h>
#include <string.h>

#include "core/cmdline.h"

static bool names_version(const char *file, size_t length, char *const *versions, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (memmem(file, length, versions[i], strlen(versions[i])))
			return true;
	return false;
}

/* Is it a command of GRUB that loads Linux? */
static bool loads_linux(const char *word, size_t length)
{
	return util_equal(word, length, "linux") || util_equal(word, length, "linuxefi") ||
	       util_equal(word, length, "linux16");
}

static char *copy_rest(const char *text, const char *end)
{
	while (text < end && (*text == ' ' || *text == '\t'))
		text++;
	return util_copy(text, (size_t)(end - text));
}

char *boot_entry_parse_grub(const char *text, char *const *versions, size_t count)
{
	const char *line, *word;
	size_t length, size;

	while (util_next_line(&text, &line, &length)) {
		const char *end = line + length;
		char *parameters;

		if (!util_next_word(&line, end, &word, &size) || !loads_linux(word, size) ||
		    !util_next_word(&line, end, &word, &size) || !names_version(word, size, versions, count))
			continue;
		parameters = copy_rest(line, end);
		if (!cmdline_wants_recovery(parameters))
			return parameters;
		free(parameters);
	}
	return NULL;
}

char *boot_entry_parse_loader(const char *text, char *const *versions, size_t count)
{
	const char *line, *key, *file, *options = "";
	size_t length, size, file_size;
	bool named = false;

	while (util_next_line(&text, &line, &length)) {
		const char *end = line + length;

		if (!util_next_word(&line, end, &key, &size))
			continue;
		if (util_equal(key, size, "linux"))
			named = util_next_word(&line, end, &file, &file_size) &&
				names_version(file, file_size, versions, count);
		else if (util_equal(key, size, "options"))
			options = util_text_add(options, "%s%.*s", options[0] ? " " : "", (int)(end - line),
						line);
	}
	if (!named || !options[0] || util_starts_with(options + strspn(options, " "), "$kernelopts") ||
	    cmdline_wants_recovery(options))
		return NULL;
	return copy_rest(options, options + strlen(options));
}

/* What the loader or kernel-install adds by itself, and variables of GRUB that are not known here. */
static bool is_the_loaders(const struct cmdline_param *param)
{
	return param->name[0] == '$' || cmdline_is(param, "BOOT_IMAGE") || cmdline_is(param, "initrd") ||
	       cmdline_is(param, "systemd.machine_id");
}

static bool same_param(const struct cmdline_param *a, const struct cmdline_param *b)
{
	return a->name_length == b->name_length && !memcmp(a->name, b->name, a->name_length) &&
	       !a->value == !b->value &&
	       (!a->value ||
		(a->value_length == b->value_length && !memcmp(a->value, b->value, a->value_length)));
}

static bool has_param(const char *text, const struct cmdline_param *param)
{
	struct cmdline_param other;

	while (cmdline_next(&text, &other))
		if (same_param(param, &other))
			return true;
	return false;
}

static bool has_all(const char *text, const char *of)
{
	struct cmdline_param param;

	while (cmdline_next(&of, &param))
		if (!is_the_loaders(&param) && !has_param(text, &param))
			return false;
	return true;
}

static bool is_of_guests(const struct cmdline_param *param)
{
	static const char *const names[] = { "intel_iommu",        "amd_iommu",       "iommu",
					     "iommu.passthrough",  "intremap",        "pcie_acs_override",
					     "modprobe.blacklist", "module_blacklist" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (cmdline_is(param, names[i]))
			return true;
	return (param->name_length >= 7 && !memcmp(param->name, "rd.vfio", 7)) ||
	       (param->name_length >= 4 && !memcmp(param->name, "vfio", 4));
}

bool boot_entry_lacks(const char *other, const char *text, struct cmdline_param *ret)
{
	while (cmdline_next(&text, ret))
		if (is_of_guests(ret) && !has_param(other, ret))
			return true;
	return false;
}

/* "NAME=VALUE" of the shell: where the value has the variable itself, it is added to. */
static void add_default(const char **variable, const char *name, const char *line, size_t length)
{
	cleanup_free char *value = NULL;
	size_t skip = strlen(name) + 1;
	bool adds;

	if (length < skip || memcmp(line, name, skip - 1) != 0 || line[skip - 1] != '=')
		return;
	value = util_copy(line + skip, length - skip);
	util_unquote(value);
	adds = *variable &&
	       (strstr(value, util_text("$%s", name)) || strstr(value, util_text("${%s}", name)));
	*variable = util_text("%s %s", adds ? *variable : "", value);
}

void boot_entry_add_defaults(struct boot_entry_defaults *defaults, const char *text)
{
	const char *line;
	size_t length;

	while (util_next_line(&text, &line, &length)) {
		add_default(&defaults->all, "GRUB_CMDLINE_LINUX", line, length);
		add_default(&defaults->normal, "GRUB_CMDLINE_LINUX_DEFAULT", line, length);
	}
}

bool boot_entry_is_same(const char *a, const char *b)
{
	return has_all(a, b) && has_all(b, a);
}
