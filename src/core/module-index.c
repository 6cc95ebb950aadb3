/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/module-index.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "core/cmdline.h"
#include "core/modaliases.h"
#include "core/modprobe.h"
#include "core/selector.h"

/* --- what is not loaded --- */

static const char in_modprobe[] = "blacklist", in_install[] = "install line";

static void add_rule(struct module_index *index, const char *name, size_t length, const char *where,
		     const char *what)
{
	index->rules = util_grow(index->rules, index->rule_count, sizeof(*index->rules));
	index->rules[index->rule_count++] = (struct module_rule){
		.name = util_copy(name, length),
		.where = util_copy(where, strlen(where)),
		.what = what,
	};
}

/* "/bin/false", "/usr/bin/true; exit": what loads nothing. Any other command may load the module after all. */
static bool loads_nothing(const char *command, const char *end)
{
	static const char *const names[] = { "false", "true", ":" };
	const char *word, *slash;
	size_t length;

	if (!util_next_word(&command, end, &word, &length))
		return false;
	length = strcspn(word, " \t;&|\n");
	slash = memrchr(word, '/', length);
	length -= slash ? (size_t)(slash + 1 - word) : 0;
	word = slash ? slash + 1 : word;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (util_equal(word, length, names[i]))
			return !memmem(command, (size_t)(end - command), "modprobe", 8);
	return false;
}

static void add_alias(struct module_index *index, const char *pattern, size_t length, const char *rest,
		      const char *end, const char *where)
{
	const char *module;
	size_t module_length;

	if (!util_starts_with(pattern, "pci:") || !util_next_word(&rest, end, &module, &module_length))
		return;
	index->own_aliases =
		util_grow(index->own_aliases, index->own_alias_count, sizeof(*index->own_aliases));
	index->own_aliases[index->own_alias_count++] = (struct module_alias){
		.pattern = util_copy(pattern, length),
		.module = modprobe_module_name(module, module_length),
		.where = util_copy(where, strlen(where)),
	};
}

void module_index_add_modprobe(struct module_index *index, const char *path, const char *text)
{
	struct modprobe_cursor cursor = { .text = text, .behind = 1 };
	cleanup_free char *line = util_zeroed(strlen(text) + 1, 1);

	while (modprobe_next_line(&cursor, line)) {
		const char *rest = line, *end = line + strlen(line), *what, *word;
		const char *where = util_text("%s:%u", path, cursor.number);
		size_t size, length;

		if (!util_next_word(&rest, end, &what, &size) || !util_next_word(&rest, end, &word, &length))
			continue;
		cleanup_free char *name = modprobe_module_name(word, length);

		if (util_equal(what, size, "blacklist"))
			add_rule(index, name, length, where, in_modprobe);
		else if (util_equal(what, size, "install") && loads_nothing(rest, end))
			add_rule(index, name, length, where, in_install);
		else if (util_equal(what, size, "alias"))
			add_alias(index, word, length, rest, end, where);
	}
}

static void add_list(struct module_index *index, const struct cmdline_param *param, const char *what)
{
	const char *cursor = param->value, *item;
	size_t length;

	while (util_next_item(&cursor, param->value + param->value_length, &item, &length))
		add_rule(index, item, length, cmdline_param_text(param), what);
}

/*
 * modprobe.blacklist= is libkmod's, which takes every one, module_blacklist= the kernel's, which takes the
 * last one. Both have names with underscores only. What the initramfs alone goes by (rd.driver.blacklist=,
 * blacklist=) is loaded when udev starts again on the root.
 */
void module_index_add_cmdline(struct module_index *index, const char *cmdline)
{
	struct cmdline_param param;
	const char *cursor = cmdline;

	while (cmdline_next(&cursor, &param))
		if (param.value && cmdline_is(&param, "modprobe.blacklist"))
			add_list(index, &param, in_modprobe);
	if (cmdline_last(cmdline, "module_blacklist", &param))
		add_list(index, &param, in_modprobe);
}

static const struct module_rule *find_rule(const struct module_index *index, const char *name)
{
	for (size_t i = 0; i < index->rule_count; i++)
		if (!strcmp(name, index->rules[i].name))
			return &index->rules[i];
	return NULL;
}

void module_index_clear(struct module_index *index)
{
	for (size_t i = 0; i < index->rule_count; i++) {
		free(index->rules[i].name);
		free(index->rules[i].where);
	}
	for (size_t i = 0; i < index->own_alias_count; i++) {
		free(index->own_aliases[i].pattern);
		free(index->own_aliases[i].module);
		free(index->own_aliases[i].where);
	}
	free(index->rules);
	free(index->own_aliases);
	free(index->aliases);
	free(index->files);
	free(index->builtin);
	free(index->builtin_info);
	free(index->stub_ids);
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

/* Add a name to "a or b", once. */
static const char *add_name(const char *names, const char *name)
{
	const char *found = strstr(names, name);

	/* A name that only begins with it is another one. */
	if (found && (found == names || found[-1] == ' ') && strcspn(found, " ") == strlen(name))
		return names;
	return util_text_add(names, "%s%s", names[0] ? " or " : "", name);
}

/* "nouveau.alias=pci:v000010DEd*" */
static const char *find_builtin(const struct module_index *index, const char *modalias)
{
	const char *cursor = index->builtin_info, *end = cursor ? cursor + index->builtin_info_length : NULL;
	const char *names = "";
	struct modalias_line line;

	while (modaliases_next_builtin(&cursor, end, &line))
		if (fnmatch(line.pattern, modalias, 0) == 0)
			names = add_name(names, util_text("%.*s", (int)line.module_length, line.module));
	return names;
}

/* A module that matches: udev loads it, or something forbids that. */
static void add_module(const struct module_index *index, const char *name, struct module_drivers *ret)
{
	const struct module_rule *rule = find_rule(index, name);

	if (!rule)
		ret->names = add_name(ret->names, name);
	else if (!strstr(ret->forbidden, util_text("%s (", name)))
		ret->forbidden = util_text_add(ret->forbidden, "%s%s (%s, %s)", ret->forbidden[0] ? ", " : "",
					       name, rule->what, rule->where);
}

/* The alias lines of modprobe.d come first, and "off" is no module. Is there one? */
static bool find_own(const struct module_index *index, const char *modalias, struct module_drivers *ret)
{
	bool found = false;

	for (size_t i = 0; i < index->own_alias_count; i++) {
		const struct module_alias *alias = &index->own_aliases[i];

		if (fnmatch(alias->pattern, modalias, 0) != 0)
			continue;
		found = true;
		if (module_index_has(index, alias->module))
			add_module(index, alias->module, ret);
		else
			ret->forbidden = util_text("any driver (alias %s, %s)", alias->module, alias->where);
	}
	return found;
}

/* "pci:v000010DE" of a pattern names one vendor, unless there is a wildcard in it. */
static bool is_of_other_vendor(const char *pattern, size_t size, const char *modalias)
{
	size_t length = strlen("pci:v000010DE");

	return size >= length && strspn(pattern + 5, "0123456789ABCDEF") >= length - 5 &&
	       memcmp(pattern, modalias, length) != 0;
}

/* "alias pci:v000010DEd*sv*sd*bc03sc*i* nouveau" */
static void find_modules(const struct module_index *index, const char *modalias, struct module_drivers *ret)
{
	const char *cursor = index->aliases ? index->aliases : "";
	struct modalias_line line;

	while (modaliases_next(&cursor, &line)) {
		/* Most are of another vendor. */
		if (is_of_other_vendor(line.pattern, line.pattern_length, modalias))
			continue;
		cleanup_free char *glob = util_copy(line.pattern, line.pattern_length);

		if (fnmatch(glob, modalias, 0) == 0)
			add_module(index, util_text("%.*s", (int)line.module_length, line.module), ret);
	}
}

struct module_drivers module_index_find(const struct module_index *index, const struct pci_function *function)
{
	const char *modalias = modalias_of(function);
	struct module_drivers found = { find_builtin(index, modalias), "" };

	/* What is built in is there before udev is. */
	if (!found.names[0] && !find_own(index, modalias, &found))
		find_modules(index, modalias, &found);
	return found;
}

/* pci-stub comes first where it is built in; as a module it has to be loaded by somebody, who does so now. */
static bool is_stubs(const struct module_index *index, const struct pci_function *function)
{
	const char *cursor = index->stub_ids ? index->stub_ids : "", *end = cursor + strlen(cursor), *item;
	struct selector_error error;
	struct selector selector;
	size_t length;

	if (index->builtin && !has_file(index->builtin, "pci-stub") &&
	    strcmp(function->driver, "pci-stub") != 0)
		return false;
	while (util_next_item(&cursor, end, &item, &length))
		if (selector_parse(item, length, &selector, &error) == 0 && selector.kind == SELECTOR_ID &&
		    selector_match(&selector, function) == SELECTOR_YES)
			return true;
	return false;
}

const char *module_index_spared(const struct module_index *index, const struct pci_function *function)
{
	struct module_drivers drivers;

	if (is_stubs(index, function))
		return "pci-stub";
	drivers = module_index_find(index, function);
	if (drivers.names[0])
		return NULL;
	/* A driver without an alias for the device was given it by hand, and may be given it again. */
	return drivers.forbidden[0] || (function->driver[0] && !pci_is_guest_driver(function->driver) &&
					index->aliases && index->files && index->builtin &&
					index->builtin_info && !module_index_has(index, function->driver)) ?
		       "" :
		       NULL;
}
