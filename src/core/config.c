/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/config.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/settings.h"

/* The kind of a row says how its field is written. */
#define FIELD_IS(object, field, type) __builtin_types_compatible_p(__typeof__(((object *)0)->field), type)
#define FITS_SWITCH(object, field) FIELD_IS(object, field, bool)
#define FITS_WORD(object, field) FIELD_IS(object, field, bool)
#define FITS_SECONDS(object, field) FIELD_IS(object, field, unsigned int)
/* An enum without negative values is an unsigned int. */
#define FITS_CHOICE(object, field) FIELD_IS(object, field, unsigned int)
#define FITS_DRIVER(object, field) FIELD_IS(object, field, char[PCI_DRIVER_SIZE])
#define SETTING(field, name, kind, values, standard, help) \
	_Static_assert(FITS_##kind(struct config, field), name " does not fit its field");
#define CLAIM_OPTION(field, name, kind, values, standard, help) \
	_Static_assert(FITS_##kind(struct claim, field), name " does not fit its field");
#include "core/settings.def"

static const struct setting settings[] = {
#define SETTING(field, name, kind, values, standard, help) \
	{ name, SETTING_##kind, values, standard, offsetof(struct config, field) },
#include "core/settings.def"
};

static const struct setting claim_options[] = {
#define CLAIM_OPTION(field, name, kind, values, standard, help) \
	{ name, SETTING_##kind, values, standard, offsetof(struct claim, field) },
#include "core/settings.def"
};

const struct setting_list setting_list = { settings, ARRAY_SIZE(settings) };
const struct setting_list claim_option_list = { claim_options, ARRAY_SIZE(claim_options) };

void config_init(struct config *config)
{
	*config = (struct config){ 0 };
	for (size_t i = 0; i < setting_list.count; i++) {
		const struct setting *setting = &setting_list.list[i];

		setting_store(setting, setting->standard, strlen(setting->standard), config);
	}
}

const char *config_text_left_out(const struct config *config)
{
	return config->errors_left_out ?
		       util_text("%zu more errors of this kind are not shown", config->errors_left_out) :
		       "";
}

void config_clear(struct config *config)
{
	for (size_t i = 0; i < config->claim_count; i++) {
		free(config->claims[i].text);
		free(config->claims[i].wanted_by);
	}
	for (size_t i = 0; i < config->keep_count; i++)
		free(config->keeps[i].where);
	for (size_t i = 0; i < config->error_count; i++) {
		free(config->errors[i].where);
		free(config->errors[i].what);
	}
	free(config->claims);
	free(config->keeps);
	free(config->errors);
	config_init(config);
}

void config_add_error(struct config *config, const char *where, const char *what)
{
	if (config->error_count == CONFIG_ERRORS_MAX) {
		config->errors_left_out++;
		return;
	}
	config->errors = util_grow(config->errors, config->error_count, sizeof(*config->errors));
	config->errors[config->error_count++] = (struct config_error){
		.where = util_copy(where, strlen(where)),
		.what = util_copy(what, strlen(what)),
	};
}

enum expand config_expand_of(const struct config *config, const struct claim *claim)
{
	return claim->expand == EXPAND_DEFAULT ? config->expand : claim->expand;
}

const char *config_off_reason(const struct config *config)
{
	if (config->off)
		return config->off_reason;
	if (config->recovery && !config->recovery_claims)
		return config->recovery_reason;
	return NULL;
}

const char *config_off_parameter(const struct config *config)
{
	return config->off ? config->off_by : config->recovery_by;
}
