/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/rivals.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cmdline.h"
#include "core/modprobe.h"

#define CMDLINE "the kernel command line"

static struct rival *add(struct rivals *rivals, enum rival_kind kind, const char *where, const char *text, size_t length)
{
	struct rival *rival;

	rivals->list = util_grow(rivals->list, rivals->count, sizeof(*rivals->list));
	rival = &rivals->list[rivals->count++];
	*rival = (struct rival){ .kind = kind, .text = util_copy(text, length) };
	util_format(rival->where, sizeof(rival->where), "%s", where);
	return rival;
}

/* Drivers that guides blacklist so that vfio-pci may win. */
static bool is_guests_driver(const char *text, size_t length)
{
	static const char *const names[] = {
		"nouveau", "nvidia", "nvidia_drm", "nvidia_modeset", "nvidia_uvm", "nvidiafb", "rivafb", "amdgpu", "radeon", "i915",
		"xe", "snd_hda_intel", "snd_hda_codec_hdmi", "xhci_hcd", "xhci_pci", "nvme", "ahci", "i2c_nvidia_gpu",
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

	return cmdline_next(&option, &param) && cmdline_is(&param, "allow_unsafe_interrupts") && cmdline_is_on(&param);
}

/* "options vfio-pci ids=10de:1c03,10de:10f1 disable_vga=1" */
static void add_options(struct rivals *rivals, const char *where, const char *rest, const char *end)
{
	const char *module, *word;
	size_t length, size;
	bool vfio, stub, type1;

	if (!util_next_word(&rest, end, &module, &length))
		return;
	vfio = cmdline_same_name(module, length, "vfio_pci");
	stub = cmdline_same_name(module, length, "pci_stub");
	type1 = cmdline_same_name(module, length, "vfio_iommu_type1");
	while (util_next_word(&rest, end, &word, &size)) {
		if (type1 && is_unsafe(word))
			add(rivals, RIVAL_UNSAFE, where, word, size);
		else if ((vfio || stub) && !strncmp(word, "ids=", 4))
			add(rivals, vfio ? RIVAL_IDS : RIVAL_STUB_IDS, where, word + 4, size - 4);
	}
}

/* "softdep nouveau pre: vfio-pci" */
static void add_softdep(struct rivals *rivals, const char *where, const char *rest, const char *end)
{
	const char *module = rest, *word;
	size_t length = 0, size;
	bool has = util_next_word(&rest, end, &module, &length) && cmdline_same_name(module, length, "vfio_pci");

	while (util_next_word(&rest, end, &word, &size))
		has |= cmdline_same_name(word, size, "vfio_pci") || cmdline_same_name(word, size, "vfio");
	if (has)
		add(rivals, RIVAL_SOFTDEP, where, module, length);
}

static void add_line(struct rivals *rivals, const char *where, const char *line)
{
	const char *end = line + strlen(line), *what, *rest, *module;
	size_t size, length;

	if (!util_next_word(&line, end, &what, &size))
		return;
	rest = line;
	if (util_equal(what, size, "options"))
		add_options(rivals, where, rest, end);
	else if (util_equal(what, size, "softdep"))
		add_softdep(rivals, where, rest, end);
	else if (!util_next_word(&line, end, &module, &length))
		return;
	else if (util_equal(what, size, "blacklist") && is_guests_driver(module, length))
		add(rivals, RIVAL_BLACKLIST, where, module, length);
	else if (util_equal(what, size, "install") && strstr(rest, "vfio"))
		add(rivals, RIVAL_INSTALL, where, module, length);
}

void rivals_add_modprobe(struct rivals *rivals, const char *path, const char *text)
{
	struct modprobe_cursor cursor = { .text = text, .behind = 1 };
	cleanup_free char *line = util_zeroed(strlen(text) + 1, 1);
	char where[256];

	while (modprobe_next_line(&cursor, line))
		add_line(rivals, util_format(where, sizeof(where), "%.200s:%u", path, cursor.number), line);
}

static void add_parameter(struct rivals *rivals, enum rival_kind kind, const struct cmdline_param *param,
			  const char *text, size_t length)
{
	size_t whole = (size_t)(param->value - param->name) + param->value_length;

	add(rivals, kind, CMDLINE, text, length)->parameter = util_copy(param->name, whole);
}

static void add_blacklist(struct rivals *rivals, const struct cmdline_param *param)
{
	const char *cursor = param->value, *end = param->value + param->value_length, *item;
	size_t length;

	while (util_next_item(&cursor, end, &item, &length))
		if (is_guests_driver(item, length))
			add_parameter(rivals, RIVAL_BLACKLIST, param, item, length);
}

void rivals_add_cmdline(struct rivals *rivals, const char *cmdline)
{
	struct cmdline_param param;

	while (cmdline_next(&cmdline, &param)) {
		if (!param.value)
			continue;
		if (cmdline_is(&param, "vfio-pci.ids"))
			add_parameter(rivals, RIVAL_IDS, &param, param.value, param.value_length);
		else if (cmdline_is(&param, "pci-stub.ids"))
			add_parameter(rivals, RIVAL_STUB_IDS, &param, param.value, param.value_length);
		else if (cmdline_is(&param, "vfio_iommu_type1.allow_unsafe_interrupts") && cmdline_is_on(&param))
			add_parameter(rivals, RIVAL_UNSAFE, &param, param.value, param.value_length);
		else if (cmdline_is(&param, "modprobe.blacklist") || cmdline_is(&param, "rd.driver.blacklist") ||
			 cmdline_is(&param, "module_blacklist"))
			add_blacklist(rivals, &param);
	}
}

void rivals_add_driverctl(struct rivals *rivals, const char *path, const char *text)
{
	const char *name = strrchr(path, '/');
	struct pci_address address;
	struct rival *rival;

	name = name ? name + 1 : path;
	if (!strncmp(name, "pci-", 4))
		name += 4;
	if (pci_address_parse(name, strlen(name), &address) < 0)
		return;
	rival = add(rivals, RIVAL_DRIVERCTL, path, text, strcspn(text, " \t\n"));
	rival->address = address;
}

void rivals_clear(struct rivals *rivals)
{
	for (size_t i = 0; i < rivals->count; i++) {
		free(rivals->list[i].text);
		free(rivals->list[i].parameter);
	}
	free(rivals->list);
	*rivals = (struct rivals){ 0 };
}
