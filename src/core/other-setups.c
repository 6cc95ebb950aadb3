/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/other-setups.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cmdline.h"
#include "core/modprobe.h"

#define CMDLINE "the kernel command line"

static struct other_setup *add(struct other_setups *setups, enum other_setup_kind kind, const char *where,
			       const char *text, size_t length)
{
	struct other_setup *setup;

	setups->list = util_grow(setups->list, setups->count, sizeof(*setups->list));
	setup = &setups->list[setups->count++];
	*setup = (struct other_setup){
		.kind = kind,
		.where = util_copy(where, strlen(where)),
		.text = util_copy(text, length),
	};
	return setup;
}

/* Drivers that guides blacklist so that vfio-pci may win. */
static bool is_guests_driver(const char *text, size_t length)
{
	static const char *const names[] = {
		"nouveau",
		"nvidia",
		"nvidia_drm",
		"nvidia_modeset",
		"nvidia_uvm",
		"nvidiafb",
		"rivafb",
		"amdgpu",
		"radeon",
		"i915",
		"xe",
		"snd_hda_intel",
		"snd_hda_codec_hdmi",
		"xhci_hcd",
		"xhci_pci",
		"nvme",
		"ahci",
		"i2c_nvidia_gpu",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (cmdline_same_name(text, length, names[i]))
			return true;
	return false;
}

/* The options of a module are written as parameters are. */
static bool is_unsafe(const char *option)
{
	struct cmdline_param param;

	return cmdline_next(&option, &param) && cmdline_is(&param, "allow_unsafe_interrupts") &&
	       cmdline_is_on(&param);
}

/* "options vfio-pci ids=10de:1c03,10de:10f1 disable_vga=1" */
static void add_options(struct other_setups *setups, const char *where, const char *rest, const char *end)
{
	const char *module, *word;
	size_t length, size, options = 0, before = setups->count;
	bool vfio, stub, type1;

	if (!util_next_word(&rest, end, &module, &length))
		return;
	vfio = cmdline_same_name(module, length, "vfio_pci");
	stub = cmdline_same_name(module, length, "pci_stub");
	type1 = cmdline_same_name(module, length, "vfio_iommu_type1");
	for (; util_next_word(&rest, end, &word, &size); options++) {
		if (type1 && is_unsafe(word))
			add(setups, SETUP_UNSAFE, where, word, size);
		else if ((vfio || stub) && !strncmp(word, "ids=", 4))
			add(setups, vfio ? SETUP_IDS : SETUP_STUB_IDS, where, word + 4, size - 4);
	}
	for (size_t i = before; i < setups->count; i++)
		setups->list[i].among_options = setups->list[i].kind == SETUP_IDS && options > 1;
}

/* "softdep nouveau pre: vfio-pci" */
static void add_softdep(struct other_setups *setups, const char *where, const char *rest, const char *end)
{
	const char *module = rest, *word;
	size_t length = 0, size;
	bool has =
		util_next_word(&rest, end, &module, &length) && cmdline_same_name(module, length, "vfio_pci");

	while (util_next_word(&rest, end, &word, &size))
		has |= cmdline_same_name(word, size, "vfio_pci") || cmdline_same_name(word, size, "vfio");
	if (has)
		add(setups, SETUP_SOFTDEP, where, module, length);
}

static void add_line(struct other_setups *setups, const char *where, const char *line)
{
	const char *end = line + strlen(line), *what, *rest, *module;
	size_t size, length;

	if (!util_next_word(&line, end, &what, &size))
		return;
	rest = line;
	if (util_equal(what, size, "options"))
		add_options(setups, where, rest, end);
	else if (util_equal(what, size, "softdep"))
		add_softdep(setups, where, rest, end);
	else if (!util_next_word(&line, end, &module, &length))
		return;
	else if (util_equal(what, size, "blacklist") && is_guests_driver(module, length))
		add(setups, SETUP_BLACKLIST, where, module, length);
	else if (util_equal(what, size, "install") && strstr(rest, "vfio"))
		add(setups, SETUP_INSTALL, where, module, length);
}

void other_setups_add_modprobe(struct other_setups *setups, const char *path, const char *text)
{
	struct modprobe_cursor cursor = { .text = text, .behind = 1 };
	cleanup_free char *line = util_zeroed(strlen(text) + 1, 1);

	while (modprobe_next_line(&cursor, line))
		add_line(setups, util_text("%s:%u", path, cursor.number), line);
}

/* vfio-pci and what goes with it: guides list three or four of them. */
static bool is_vfio(const char *name, size_t length)
{
	static const char *const names[] = { "vfio", "vfio_pci", "vfio_pci_core", "vfio_iommu_type1",
					     "vfio_virqfd" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (cmdline_same_name(name, length, names[i]))
			return true;
	return false;
}

void other_setups_add_modules(struct other_setups *setups, const char *path, const char *text)
{
	const char *line, *list = "", *where = "";
	size_t length, size;

	for (unsigned int number = 1; util_next_line(&text, &line, &length); number++) {
		const char *rest = line, *end = line + length, *name;

		if (!util_next_word(&rest, end, &name, &size) || !is_vfio(name, size))
			continue;
		if (!where[0])
			where = util_text("%s:%u", path, number);
		list = util_text_add(list, "%s%.*s", list[0] ? ", " : "", (int)size, name);
		add_options(setups, util_text("%s:%u", path, number), name, end);
	}
	if (where[0])
		add(setups, SETUP_LOAD, where, list, strlen(list));
}

/* One assignment: its words stand in quotes or brackets. */
static void add_assignment(struct other_setups *setups, const char *where, const char *line)
{
	const char *equals = strchr(line, '='), *list = "", *word;
	bool omit = util_starts_with(line, "omit_drivers");
	size_t length;

	if (!equals || (!omit && !util_starts_with(line, "add_drivers") &&
			!util_starts_with(line, "force_drivers") && !util_starts_with(line, "MODULES")))
		return;
	for (word = equals + 1; *word; word += length) {
		word += strspn(word, " \t\"'()");
		if (*word == '#')
			break;
		length = strcspn(word, " \t\"'()");
		if (is_vfio(word, length))
			list = util_text_add(list, "%s%.*s", list[0] ? ", " : "", (int)length, word);
	}
	if (list[0])
		add(setups, omit ? SETUP_OMIT : SETUP_LOAD, where, list, strlen(list));
}

void other_setups_add_generator(struct other_setups *setups, const char *path, const char *text)
{
	struct modprobe_cursor cursor = { .text = text, .behind = 1 };
	cleanup_free char *line = util_zeroed(strlen(text) + 1, 1);

	while (modprobe_next_line(&cursor, line))
		add_assignment(setups, util_text("%s:%u", path, cursor.number), line + strspn(line, " \t"));
}

static void add_parameter(struct other_setups *setups, enum other_setup_kind kind,
			  const struct cmdline_param *param, const char *text, size_t length)
{
	size_t whole = (size_t)(param->value - param->name) + param->value_length;

	add(setups, kind, CMDLINE, text, length)->parameter = util_copy(param->name, whole);
}

static void add_blacklist(struct other_setups *setups, const struct cmdline_param *param)
{
	const char *cursor = param->value, *end = param->value + param->value_length, *item;
	size_t length;

	while (util_next_item(&cursor, end, &item, &length))
		if (is_guests_driver(item, length))
			add_parameter(setups, SETUP_BLACKLIST, param, item, length);
}

void other_setups_add_cmdline(struct other_setups *setups, const char *cmdline)
{
	struct cmdline_param param;

	while (cmdline_next(&cmdline, &param)) {
		if (!param.value)
			continue;
		if (cmdline_is(&param, "vfio-pci.ids"))
			add_parameter(setups, SETUP_IDS, &param, param.value, param.value_length);
		else if (cmdline_is(&param, "pci-stub.ids"))
			add_parameter(setups, SETUP_STUB_IDS, &param, param.value, param.value_length);
		else if (cmdline_is(&param, "vfio_iommu_type1.allow_unsafe_interrupts") &&
			 cmdline_is_on(&param))
			add_parameter(setups, SETUP_UNSAFE, &param, param.value, param.value_length);
		else if (cmdline_is(&param, "modprobe.blacklist") ||
			 cmdline_is(&param, "rd.driver.blacklist") || cmdline_is(&param, "module_blacklist"))
			add_blacklist(setups, &param);
	}
}

void other_setups_add_driverctl(struct other_setups *setups, const char *path, const char *text)
{
	const char *name = strrchr(path, '/');
	struct pci_address address;
	struct other_setup *setup;

	name = name ? name + 1 : path;
	if (!strncmp(name, "pci-", 4))
		name += 4;
	if (pci_address_parse(name, strlen(name), &address) < 0)
		return;
	setup = add(setups, SETUP_DRIVERCTL, path, text, strcspn(text, " \t\n"));
	setup->address = address;
}

const char *other_setups_driver(const struct other_setups *setups, const struct pci_function *function)
{
	for (size_t i = 0; i < setups->count; i++) {
		const struct other_setup *setup = &setups->list[i];

		if (setup->kind != SETUP_DRIVERCTL ||
		    pci_address_compare(&setup->address, &function->address))
			continue;
		if (!strcmp(setup->text, "none"))
			return "";
		return pci_is_guest_driver(setup->text) ? setup->text : NULL;
	}
	return NULL;
}

void other_setups_clear(struct other_setups *setups)
{
	for (size_t i = 0; i < setups->count; i++) {
		free(setups->list[i].where);
		free(setups->list[i].text);
		free(setups->list[i].parameter);
	}
	free(setups->list);
	*setups = (struct other_setups){ 0 };
}
