/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/next.h"

#include <stdlib.h>
#include <string.h>

#include "core/cmdline.h"
#include "host/root.h"

#define FILE_LIMIT (4 << 20)

static bool names_version(const char *file, size_t length, char *const *versions, size_t count)
{
	char name[512];

	util_format(name, sizeof(name), "%.*s", (int)length, file);
	for (size_t i = 0; i < count; i++)
		if (strstr(name, versions[i]))
			return true;
	return false;
}

/* Is it a command of GRUB that loads Linux? */
static bool loads_linux(const char *word, size_t length)
{
	return util_equal(word, length, "linux") || util_equal(word, length, "linuxefi") || util_equal(word, length, "linux16");
}

static char *copy_rest(const char *text, const char *end)
{
	while (text < end && (*text == ' ' || *text == '\t'))
		text++;
	return util_copy(text, (size_t)(end - text));
}

char *next_parse_grub(const char *text, char *const *versions, size_t count)
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

char *next_parse_entry(const char *text, char *const *versions, size_t count)
{
	char options[4096] = "";
	const char *line, *key, *file;
	size_t length, size, file_size;
	bool named = false;

	while (util_next_line(&text, &line, &length)) {
		const char *end = line + length;

		if (!util_next_word(&line, end, &key, &size))
			continue;
		if (util_equal(key, size, "linux"))
			named = util_next_word(&line, end, &file, &file_size) && names_version(file, file_size, versions, count);
		else if (util_equal(key, size, "options"))
			util_append(options, sizeof(options), "%s%.*s", options[0] ? " " : "", (int)(end - line), line);
	}
	if (!named || !options[0] || util_starts_with(options + strspn(options, " "), "$kernelopts") ||
	    cmdline_wants_recovery(options))
		return NULL;
	return copy_rest(options, options + strlen(options));
}

/* --- reading --- */

struct search {
	char **versions;
	size_t count;
	char *found;
	const char *path; /* of the folder or file */
};

static void read_entry(void *data, const char *path)
{
	struct search *search = data;
	cleanup_free char *text = NULL;
	char *found;
	size_t length;

	if (root_read_file(path, FILE_LIMIT, &text, &length) < 0)
		return;
	found = next_parse_entry(text, search->versions, search->count);
	if (!found)
		return;
	/* Entries come in the order of their names, and the loader boots the newest: the last one. */
	free(search->found);
	search->found = found;
}

static void read_grub(struct search *search)
{
	static const char *const files[] = { "/boot/grub/grub.cfg", "/boot/grub2/grub.cfg" };

	for (size_t i = 0; i < ARRAY_SIZE(files) && !search->found; i++) {
		cleanup_free char *text = NULL;
		size_t length;

		search->path = files[i];
		if (root_read_file(files[i], FILE_LIMIT, &text, &length) == 0)
			search->found = next_parse_grub(text, search->versions, search->count);
	}
}

static void read_kernel_cmdline(struct search *search)
{
	cleanup_free char *text = NULL;
	size_t length;

	search->path = "/etc/kernel/cmdline";
	if (root_read_file(search->path, FILE_LIMIT, &text, &length) == 0 && length)
		search->found = copy_rest(text, text + strcspn(text, "\n"));
}

static void find(struct search *search, const struct system *system)
{
	switch (system->loader) {
	case LOADER_GRUBBY:
	case LOADER_RPM_OSTREE:
	case LOADER_ENTRIES:
		search->path = system->entries;
		if (system->entries)
			root_each_file(system->entries, ".conf", read_entry, search);
		if (!search->found && system->loader == LOADER_GRUBBY)
			read_grub(search);
		break;
	case LOADER_UPDATE_GRUB:
	case LOADER_GRUB2:
	case LOADER_GRUB:
		read_grub(search);
		break;
	case LOADER_KERNEL_INSTALL:
		read_kernel_cmdline(search);
		break;
	default:
		/* proxmox-boot-tool has two loaders, and does not say here which one boots. */
		break;
	}
}

/* What the loader adds by itself, and variables of GRUB that are not known here. */
static bool is_the_loaders(const struct cmdline_param *param)
{
	return param->name[0] == '$' || cmdline_is(param, "BOOT_IMAGE") || cmdline_is(param, "initrd");
}

static bool same_param(const struct cmdline_param *a, const struct cmdline_param *b)
{
	return a->name_length == b->name_length && !memcmp(a->name, b->name, a->name_length) && !a->value == !b->value &&
	       (!a->value || (a->value_length == b->value_length && !memcmp(a->value, b->value, a->value_length)));
}

static bool has_all(const char *text, const char *of)
{
	struct cmdline_param param, other;

	while (cmdline_next(&of, &param)) {
		const char *cursor = text;
		bool found = is_the_loaders(&param);

		while (!found && cmdline_next(&cursor, &other))
			found = same_param(&param, &other);
		if (!found)
			return false;
	}
	return true;
}

bool next_is_same(const char *a, const char *b)
{
	return has_all(a, b) && has_all(b, a);
}

char *next_read(const char *cmdline, const struct system *system, const char **ret_path)
{
	struct search search = { 0 };
	ssize_t count = root_list("/lib/modules", &search.versions);

	search.count = count > 0 ? (size_t)count : 0;
	find(&search, system);
	root_list_free(search.versions, count);
	if (search.found && next_is_same(search.found, cmdline)) {
		free(search.found);
		search.found = NULL;
	}
	*ret_path = search.found ? search.path : NULL;
	return search.found;
}
