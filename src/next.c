/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "next.h"

#include <stdlib.h>
#include <string.h>

#include "cmdline.h"
#include "root.h"

#define FILE_LIMIT (4 << 20)

/* A word of a line: where it starts, and its length. */
struct word {
	const char *text;
	size_t length;
};

static struct word next_word(const char **cursor)
{
	struct word word = { *cursor + strspn(*cursor, " \t"), 0 };

	word.length = strcspn(word.text, " \t\n");
	*cursor = word.text + word.length;
	return word;
}

static bool names_version(struct word file, char *const *versions, size_t count)
{
	char name[512];

	util_format(name, sizeof(name), "%.*s", (int)file.length, file.text);
	for (size_t i = 0; i < count; i++)
		if (strstr(name, versions[i]))
			return true;
	return false;
}

static char *copy_line(const char *text)
{
	text += strspn(text, " \t");
	return util_copy(text, strcspn(text, "\n"));
}

static const char *next_line(const char *line)
{
	line += strcspn(line, "\n");
	return line + (*line == '\n');
}

char *next_parse_grub(const char *text, char *const *versions, size_t count)
{
	for (const char *line = text; *line; line = next_line(line)) {
		const char *cursor = line;
		struct word command = next_word(&cursor), file;
		char *parameters;

		if (!util_equal(command.text, command.length, "linux") && !util_equal(command.text, command.length, "linuxefi") &&
		    !util_equal(command.text, command.length, "linux16"))
			continue;
		file = next_word(&cursor);
		if (!names_version(file, versions, count))
			continue;
		parameters = copy_line(cursor);
		if (!cmdline_wants_recovery(parameters))
			return parameters;
		free(parameters);
	}
	return NULL;
}

char *next_parse_entry(const char *text, char *const *versions, size_t count)
{
	char options[4096] = "";
	bool named = false;

	for (const char *line = text; *line; line = next_line(line)) {
		const char *cursor = line;
		struct word key = next_word(&cursor);

		if (util_equal(key.text, key.length, "linux"))
			named = names_version(next_word(&cursor), versions, count);
		else if (util_equal(key.text, key.length, "options"))
			util_append(options, sizeof(options), "%s%.*s", options[0] ? " " : "", (int)strcspn(cursor, "\n"), cursor);
	}
	if (!named || !options[0] || !strncmp(options + strspn(options, " "), "$kernelopts", strlen("$kernelopts")) ||
	    cmdline_wants_recovery(options))
		return NULL;
	return copy_line(options);
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
		search->found = copy_line(text);
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
	*ret_path = search.path;
	if (search.found && next_is_same(search.found, cmdline)) {
		free(search.found);
		search.found = NULL;
	}
	return search.found;
}
