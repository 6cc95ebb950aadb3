/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cmdline.h"
#include "core/config.h"
#include "fuzz.h"

/* What is repaired is no longer than what was there and a value more, and without a loss nothing changes. */
static void check_repair(const char *text)
{
	const char *lost;
	char *repaired = cmdline_repair(text, strlen(text), &lost);
	struct config config;

	require(strlen(repaired) <= strlen(text) + 3);
	require(lost[0] || !strcmp(repaired, text));
	config_init(&config);
	config_add_cmdline(&config, repaired);
	config_clear(&config);
	free(repaired);
}

/* Any text: each parameter is a slice of it, in order, and what stands behind a closed quote counts. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	const char *cursor = text, *last = text;
	struct cmdline_param param;
	struct config config;

	memcpy(text, data, size);
	text[size] = '\0';
	while (cmdline_next(&cursor, &param)) {
		require(param.name >= last && param.name + param.name_length <= cursor);
		require(!param.value ||
			(param.value > param.name && param.value + param.value_length <= cursor));
		require(cursor > last || !*cursor);
		last = cursor;
	}
	require(!*cursor);
	check_repair(text);
	cmdline_wants_recovery(text);
	cmdline_has(text, "iommu", "off");
	config_init(&config);
	config_wants_files(text);
	config_add_cmdline(&config, text);
	require(config.error_count <= CONFIG_ERRORS_MAX);
	config_clear(&config);
	free(text);
	util_free_texts();
	return 0;
}
