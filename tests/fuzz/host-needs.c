/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The command line, fstab, crypttab and conf.d; the hibernated image; LVM's places; the report. Whatever a
 * need is, it has all its texts.
 */
#include "fuzz.h"

#include "core/json-read.h"
#include "core/lvm.h"
#include "core/host-needs.h"
#include "core/devspec.h"

static void read_lvm(const uint8_t *data, size_t size, const char *text)
{
	static uint8_t block[LVM_LABEL_SIZE];
	char id[LVM_ID_SIZE];
	uint64_t start;

	memset(block, 0, sizeof(block));
	memcpy(block, data, size < sizeof(block) ? size : sizeof(block));
	(void)!lvm_find_metadata(block, &start);
	(void)!lvm_find_text(block, &start);
	require(lvm_parse_group(text, id) < 0 || strlen(id) == LVM_ID_SIZE - 1);
}

static void read_json(const char *text, size_t size)
{
	struct json_value whole, devices, device, value;
	size_t cursor = 0;

	if (!json_read(text, size, &whole) || !json_member(&whole, "devices", &devices))
		return;
	require(whole.start >= text && whole.start + whole.length <= text + size);
	while (json_element(&devices, &cursor, &device)) {
		require(device.start + device.length <= text + size);
		if (json_member(&device, "address", &value))
			(void)!json_text(&value);
	}
}

static void read_hibernation(const uint8_t *data, size_t size)
{
	struct host_needs needs = { 0 };

	host_needs_add_hibernation(&needs, (const char *)data, size);
	require(!needs.count || strlen(needs.list[0].value) == 36);
	host_needs_clear(&needs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const add[])(struct host_needs * needs, const char *text) = {
		host_needs_add_cmdline, host_needs_add_fstab,        host_needs_add_crypttab,
		host_needs_add_conf,    host_needs_add_fstab_remote, host_needs_add_crypttab_remote,
	};
	char *text = malloc(size + 1);

	memcpy(text, data, size);
	text[size] = '\0';
	for (size_t i = 0; i < sizeof(add) / sizeof(add[0]); i++) {
		struct host_needs needs = { 0 };

		add[i](&needs, text);
		for (size_t n = 0; n < needs.count; n++) {
			require(needs.list[n].purpose && needs.list[n].value && needs.list[n].text[0]);
			(void)!devspec_path(needs.list[n].kind, needs.list[n].value);
		}
		host_needs_clear(&needs);
	}
	read_hibernation(data, size);
	read_lvm(data, size, text);
	read_json(text, strlen(text));
	free(text);
	util_free_texts();
	return 0;
}
