/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/module-index.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "core/cmdline.h"
#include "core/modprobe.h"

/* --- blacklists --- */

static void add_blacklisted(struct module_index *index, const char *name, size_t length)
{
	index->blacklist = util_grow(index->blacklist, index->blacklist_count, sizeof(*index->blacklist));
	index->blacklist[index->blacklist_count++] = util_copy(name, length);
}

void module_index_add_modprobe(struct module_index *index, const char *text)
{
	struct modprobe_cursor cursor = { .text = text, .behind = 1 };
	cleanup_free char *line = util_zeroed(strlen(text) + 1, 1);

	while (modprobe_next_line(&cursor, line)) {
		const char *rest = line, *end = line + strlen(line), *word;
		size_t length;

		if (util_next_word(&rest, end, &word, &length) && util_equal(word, length, "blacklist") &&
		    util_next_word(&rest, end, &word, &length))
			add_blacklisted(index, word, length);
	}
}

void module_index_add_cmdline(struct module_index *index, const char *cmdline)
{
	struct cmdline_param param;

	while (cmdline_next(&cmdline, &param)) {
		const char *cursor = param.value, *item;
		size_t length;

		if (!param.value ||
		    !(cmdline_is(&param, "modprobe.blacklist") || cmdline_is(&param, "module_blacklist")))
			continue;
		while (util_next_item(&cursor, param.value + param.value_length, &item, &length))
			add_blacklisted(index, item, length);
	}
}

static bool is_blacklisted(const struct module_index *index, const char *name, size_t length)
{
	for (size_t i = 0; i < index->blacklist_count; i++)
		if (cmdline_same_name(name, length, index->blacklist[i]))
			return true;
	return false;
}

void module_index_clear(struct module_index *index)
{
	for (size_t i = 0; i < index->blacklist_count; i++)
		free(index->blacklist[i]);
	free(index->blacklist);
	free(index->aliases);
	free(index->files);
	free(index->builtin);
	free(index->builtin_info);
	*index = (struct module_index){ 0 };
}

/* --- names --- */

/* Does a list of files, one a line and perhaps with ":" behind it, have NAME.ko, also a compressed one? */
static bool has_file(const char *text, const char *name)
{
	const char *line;
	size_t length;

	while (util_next_line(&text, &line, &length)) {
		const char *colon = memchr(line, ':', length), *slash, *dot;

		length = colon ? (size_t)(colon - line) : length;
		slash = memrchr(line, '/', length);
		length -= slash ? (size_t)(slash + 1 - line) : 0;
		line = slash ? slash + 1 : line;
		dot = memmem(line, length, ".ko", 3);
		if (dot && cmdline_same_name(line, (size_t)(dot - line), name))
			return true;
	}
	return false;
}

bool module_index_has(const struct module_index *index, const char *name)
{
	if (!index->files)
		return true;
	return has_file(index->files, name) || (index->builtin && has_file(index->builtin, name));
}

/* --- aliases --- */

/* As the kernel makes it: drivers/pci/pci-sysfs.c, modalias_show(). */
static const char *modalias_of(const struct pci_function *function)
{
	return util_text("pci:v%08Xd%08Xsv%08Xsd%08Xbc%02Xsc%02Xi%02X", function->vendor, function->device,
			 function->subvendor, function->subdevice, function->class >> 16,
			 function->class >> 8 & 0xff, function->class & 0xff);
}

/* "nouveau.alias=pci:v000010DEd*" */
static const char *find_builtin(const struct module_index *index, const char *modalias)
{
	static const char mark[] = ".alias=";
	const char *field = index->builtin_info, *end = field ? field + index->builtin_info_length : NULL;

	for (; field < end; field += strlen(field) + 1) {
		const char *alias = strstr(field, mark);

		if (alias && util_starts_with(alias + strlen(mark), "pci:") &&
		    fnmatch(alias + strlen(mark), modalias, 0) == 0)
			return util_text("%.*s", (int)(alias - field), field);
	}
	return "";
}

/* "alias pci:v000010DEd*sv*sd*bc03sc*i* nouveau" */
static const char *find_module(const struct module_index *index, const char *modalias)
{
	const char *text = index->aliases ? index->aliases : "", *line, *pattern, *module;
	size_t length, size, module_length;

	while (util_next_line(&text, &line, &length)) {
		const char *end = line + length;

		if (!util_next_word(&line, end, &pattern, &size) || !util_equal(pattern, size, "alias") ||
		    !util_next_word(&line, end, &pattern, &size) || !util_starts_with(pattern, "pci:") ||
		    !util_next_word(&line, end, &module, &module_length) ||
		    is_blacklisted(index, module, module_length))
			continue;
		cleanup_free char *glob = util_copy(pattern, size);

		if (fnmatch(glob, modalias, 0) == 0)
			return util_text("%.*s", (int)module_length, module);
	}
	return "";
}

const char *module_index_driver(const struct module_index *index, const struct pci_function *function)
{
	const char *modalias = modalias_of(function), *builtin = find_builtin(index, modalias);

	return builtin[0] ? builtin : find_module(index, modalias);
}
