/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/config.h"
#include "fuzz.h"

/* Any bytes as a file: a good line behind them counts, errors name a place, and they are bounded. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config config;
	char *text = malloc(size ? size : 1);
	size_t claims;

	memcpy(text, data, size);
	config_init(&config);
	config_add_file(&config, "/f", text, size);
	claims = config.claim_count;
	config_add_file(&config, "/g", "claim 10de:1c03\n", 16);
	require(config.claim_count == claims + 1);
	require(config.error_count <= CONFIG_ERRORS_MAX);
	for (size_t i = 0; i < config.error_count; i++)
		require(!strncmp(config.errors[i].where, "/f:", 3) && config.errors[i].what[0]);
	require(config.deadline >= 1 && config.deadline <= 60);
	config_clear(&config);
	config_add_cut_file(&config, "/f", text, size);
	require(config.claim_count <= claims);
	config_clear(&config);
	free(text);
	util_free_texts();
	return 0;
}
