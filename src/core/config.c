/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/config.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

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

#define SHOWN 48

/* Where a piece of text stands: for messages. */
struct place {
	const char *path;
	size_t line;
	const char *line_start;
	unsigned int *seen; /* a bit for each setting that the file has set; NULL where the last one counts */
};

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

static void complain(struct config *config, const struct place *place, const char *at, const char *what)
{
	config_add_error(
		config,
		util_text("%s:%zu:%zu", place->path, place->line, (size_t)(at - place->line_start) + 1),
		what);
}

static void complain_of(struct config *config, const struct place *place, const char *text, size_t length,
			const char *expected)
{
	complain(config, place, text, util_text("'%s': %s", util_text_shown(text, length), expected));
}

/* What the selectors of one line become: claims with these options, or keeps. */
struct wish {
	const char *source; /* for the report */
	struct claim options;
	bool keep;
};

static void add_selector(struct config *config, const struct place *place, const struct wish *wish,
			 const char *text, size_t length)
{
	struct selector_error error;
	struct selector selector;
	struct claim *claim;

	if (selector_parse(text, length, &selector, &error) < 0) {
		complain(config, place, text + error.offset, error.what);
		return;
	}
	if (wish->keep) {
		config->keeps = util_grow(config->keeps, config->keep_count, sizeof(*config->keeps));
		config->keeps[config->keep_count++] =
			(struct keep){ selector, util_copy(wish->source, strlen(wish->source)) };
		return;
	}
	config->claims = util_grow(config->claims, config->claim_count, sizeof(*config->claims));
	claim = &config->claims[config->claim_count++];
	*claim = wish->options;
	claim->selector = selector;
	claim->text = util_copy(text, length);
	claim->wanted_by = util_copy(wish->source, strlen(wish->source));
}

/* Is what has the bit @bit there already? Then it is an error, and the first one counts. */
static bool is_again(struct config *config, const struct place *place, const char *text, size_t length,
		     unsigned int bit, unsigned int *seen, const char *where)
{
	if (seen && *seen & 1U << bit) {
		complain_of(config, place, text, length,
			    util_text("a second time %s; the first one counts", where));
		return true;
	}
	if (seen)
		*seen |= 1U << bit;
	return false;
}

static void set_one(struct config *config, const struct place *place, const struct cmdline_param *param,
		    size_t i)
{
	const struct setting *setting = &setting_list.list[i];
	struct config changed = *config;

	if (!param->value || !setting_store(setting, param->value, param->value_length, &changed))
		complain_of(config, place, param->value ? param->value : param->name, param->value_length,
			    setting_expects(setting));
	else if (!is_again(config, place, param->name, param->name_length, (unsigned int)i, place->seen,
			   "in this file"))
		*config = changed;
}

static void set_option(struct config *config, const struct place *place, const struct cmdline_param *param)
{
	for (size_t i = 0; i < setting_list.count; i++) {
		if (cmdline_is(param, setting_list.list[i].name)) {
			set_one(config, place, param, i);
			return;
		}
	}
	complain_of(config, place, param->name, param->name_length,
		    util_text("unknown setting; settings are %s", setting_names(&setting_list, "")));
}

/* Take the next word of a line; "#" at its start ends the line. */
static bool next_word(const char **cursor, const char *end, const char **ret_word, size_t *ret_length)
{
	return util_next_word(cursor, end, ret_word, ret_length) && **ret_word != '#';
}

/*
 * Find an option by its name, with a value behind it or without one. Returns its index, or the number of all.
 */
static size_t find_option(const char *name, size_t length, bool has_value)
{
	size_t i;

	for (i = 0; i < claim_option_list.count; i++)
		if (util_equal(name, length, claim_option_list.list[i].name) &&
		    has_value == (claim_option_list.list[i].kind != SETTING_WORD))
			break;
	return i;
}

static bool is_option(const char *word, size_t length)
{
	return memchr(word, '=', length) || find_option(word, length, false) < claim_option_list.count;
}

/* @seen has a bit for each option that the line has already. */
static void parse_option(struct config *config, const struct place *place, const char *word, size_t length,
			 unsigned int *seen, struct claim *ret)
{
	const char *equals = memchr(word, '=', length), *value = equals ? equals + 1 : word + length;
	size_t i = find_option(word, equals ? (size_t)(equals - word) : length, equals);
	size_t value_length = (size_t)(word + length - value);
	struct claim changed = *ret;

	if (i == claim_option_list.count) {
		complain_of(config, place, word, length,
			    util_text("unknown option of a claim; options are %s",
				      setting_names(&claim_option_list, "=")));
	} else if (!setting_store(&claim_option_list.list[i], value, value_length, &changed)) {
		complain_of(config, place, value, value_length, setting_expects(&claim_option_list.list[i]));
	} else if (!is_again(config, place, word, length, (unsigned int)i, seen, "on this line")) {
		*ret = changed;
	}
}

/*
 * "claim" and "keep": selectors, and of a claim options, which count for the whole line wherever they stand.
 */
static void parse_selectors(struct config *config, const struct place *place, bool keep, const char *start,
			    const char *end)
{
	struct wish wish = { .source = util_text("%s:%zu", place->path, place->line),
			     .keep = keep,
			     .options.rank = CLAIM_OF_FILE };
	const char *cursor, *word;
	size_t length, count = 0;
	unsigned int seen = 0;

	for (cursor = start; next_word(&cursor, end, &word, &length);)
		if (!keep && is_option(word, length))
			parse_option(config, place, word, length, &seen, &wish.options);
	for (cursor = start; next_word(&cursor, end, &word, &length);) {
		if (!keep && is_option(word, length))
			continue;
		count++;
		if (memchr(word, ',', length))
			complain_of(config, place, word, length,
				    "separate selectors with blanks here, not with commas");
		else
			add_selector(config, place, &wish, word, length);
	}
	if (!count)
		complain(config, place, cursor,
			 "no selector on this line: expected an id such as 10de:1c03 or an address such as "
			 "01:00.0");
}

static void parse_set(struct config *config, const struct place *place, const char *cursor, const char *end)
{
	struct cmdline_param param = { 0 };
	const char *equals;
	size_t length, count = 0;

	for (; next_word(&cursor, end, &param.name, &length); count++) {
		equals = memchr(param.name, '=', length);
		param.name_length = equals ? (size_t)(equals - param.name) : length;
		param.value = equals ? equals + 1 : NULL;
		param.value_length = equals ? length - param.name_length - 1 : 0;
		set_option(config, place, &param);
	}
	if (!count)
		complain(config, place, cursor, "set without NAME=VALUE, as in: set iommu=require");
}

static void parse_line(struct config *config, const struct place *place, const char *end)
{
	const char *cursor = place->line_start, *word;
	size_t length;

	if (!next_word(&cursor, end, &word, &length))
		return;
	if (util_equal(word, length, "claim") || util_equal(word, length, "keep"))
		parse_selectors(config, place, word[0] == 'k', cursor, end);
	else if (util_equal(word, length, "set"))
		parse_set(config, place, cursor, end);
	else
		complain_of(config, place, word, length,
			    "unknown directive: a line starts with claim, keep, set or #");
}

/* The line that lacks its end: its last word may be another one, and options of a claim may follow. */
static void parse_cut_line(struct config *config, const struct place *place, const char *end)
{
	const char *cursor = place->line_start, *word;
	size_t length;
	bool claims;

	if (!next_word(&cursor, end, &word, &length))
		return;
	claims = util_equal(word, length, "claim");
	while (util_next_word(&cursor, end, &word, &length) && *word != '#')
		;
	/* What is cut is a comment. */
	if (length && *word == '#') {
		parse_line(config, place, end);
		return;
	}
	complain(config, place, place->line_start,
		 claims ? "the file ends within this line, so the claim is ignored: its options may be "
			  "missing" :
			  "the file ends within this line, so its last word is ignored");
	while (end > place->line_start && !strchr(" \t", end[-1]))
		end--;
	if (!claims)
		parse_line(config, place, end);
}

static void add_lines(struct config *config, const char *path, const char *text, size_t length, bool cut)
{
	unsigned int seen = 0;
	struct place place = { .path = path, .line = 1, .seen = &seen };
	const char *end = text + length;

	/* A byte order mark is what some editors leave; it is no part of the first line. */
	if (length >= 3 && !memcmp(text, "\xef\xbb\xbf", 3))
		text += 3;
	for (; text < end; place.line++) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));

		place.line_start = text;
		if (!newline && cut)
			parse_cut_line(config, &place, end);
		else
			parse_line(config, &place, newline ? newline : end);
		text = newline ? newline + 1 : end;
	}
}

void config_add_file(struct config *config, const char *path, const char *text, size_t length)
{
	add_lines(config, path, text, length, false);
}

void config_add_cut_file(struct config *config, const char *path, const char *text, size_t length)
{
	add_lines(config, path, text, length, true);
}

/* rd.vfio.ids= and rd.vfio.keep=: selectors with commas between them. */
static void parse_list(struct config *config, const struct place *place, const struct wish *wish,
		       const struct cmdline_param *param)
{
	const char *cursor = param->value, *end = param->value + param->value_length, *item;
	size_t length, count = 0;

	/* The kernel skips empty items in vfio-pci.ids= too. */
	for (; util_next_item(&cursor, end, &item, &length); count++)
		add_selector(config, place, wish, item, length);
	if (!count)
		complain_of(config, place, param->name, param->name_length,
			    "no selector: expected ids or addresses with commas between them, as in "
			    "rd.vfio.ids=10de:1c03,01:00.0");
}

/* dracut's booleans (dracut-lib.sh, getargbool), and the words that people try, in either case. */
static int parse_bool(const struct cmdline_param *param)
{
	static const char *const words[2][7] = {
		{ "0", "no", "off", "false", "n", "none", "disable" },
		{ "1", "yes", "on", "true", "y", "always", "enable" },
	};

	if (!param->value)
		return 1;
	for (int truth = 0; truth < 2; truth++)
		for (size_t i = 0; i < ARRAY_SIZE(words[truth]); i++)
			if (strlen(words[truth][i]) == param->value_length &&
			    !strncasecmp(param->value, words[truth][i], param->value_length))
				return truth;
	return -EINVAL;
}

/* A flag whose value cannot be read becomes @unreadable, which is the careful one. */
static void parse_flag(struct config *config, const struct place *place, const struct cmdline_param *param,
		       bool unreadable, const char *expected, bool *ret)
{
	int truth = parse_bool(param);

	*ret = truth < 0 ? unreadable : truth;
	if (truth < 0 && param->value_length)
		complain_of(config, place, param->value, param->value_length, expected);
}

static void say_off(struct config *config, const struct cmdline_param *param)
{
	config->off_by = util_text("rd.vfio=%s", util_text_shown(param->value, param->value_length));
	config->off_reason = util_text("%s on the kernel command line", config->off_by);
}

static const char *const parameter_names[] = {
#define PARAMETER(constant, name, kind, values, help) name,
#include "core/settings.def"
};

enum parameter {
#define PARAMETER(constant, name, kind, values, help) PARAMETER_##constant,
#include "core/settings.def"
	PARAMETER_NONE
};

static enum parameter find_parameter(const struct cmdline_param *param)
{
	unsigned int i;

	for (i = 0; i < PARAMETER_NONE; i++)
		if (cmdline_is(param, parameter_names[i]))
			break;
	return (enum parameter)i;
}

static void parse_setting(struct config *config, const struct place *place, struct cmdline_param *param)
{
	static const char prefix[] = "rd.vfio.";

	if (param->name_length <= strlen(prefix) || memcmp(param->name, prefix, strlen(prefix)) != 0)
		return;
	param->name += strlen(prefix);
	param->name_length -= strlen(prefix);
	set_option(config, place, param);
}

static void parse_param(struct config *config, const struct place *place, struct cmdline_param *param)
{
	enum parameter parameter = find_parameter(param);
	struct wish wish = { .keep = parameter == PARAMETER_KEEP, .options.rank = CLAIM_OF_CMDLINE };
	bool on;

	switch (parameter) {
	case PARAMETER_ENABLE:
		parse_flag(config, place, param, false,
			   "expected 0 or 1; this boot claims nothing; rd.vfio.ids= names devices", &on);
		config->off = !on;
		if (!on)
			say_off(config, param);
		break;
	case PARAMETER_IDS:
	case PARAMETER_KEEP:
		wish.source = parameter_names[parameter];
		parse_list(config, place, &wish, param);
		break;
	case PARAMETER_DEBUG:
		parse_flag(config, place, param, config->debug, "expected 0 or 1", &config->debug);
		break;
	case PARAMETER_DRYRUN:
		parse_flag(config, place, param, true, "expected 0 or 1; this boot is a dry run",
			   &config->dryrun);
		break;
	case PARAMETER_CONFIG:
		parse_flag(config, place, param, true, "expected 0 or 1; the files are read", &on);
		break;
	case PARAMETER_NONE:
		parse_setting(config, place, param);
	}
}

void config_add_parameters(struct config *config, const char *path, const char *text)
{
	struct place place = { .path = path, .line = 1, .line_start = text };
	const char *cursor = text;
	struct cmdline_param param;

	while (cmdline_next(&cursor, &param))
		parse_param(config, &place, &param);
}

static void say_recovery(struct config *config, const struct cmdline_param *param)
{
	config->recovery_by = cmdline_param_text(param);
	config->recovery_reason = util_text(config->recovery == CMDLINE_CRASH ?
						    "this is a crash kernel, by %s on its command line "
						    "(rd.vfio.recovery=claim overrides this)" :
						    "%s on the kernel command line asks for a rescue shell "
						    "(rd.vfio.recovery=claim overrides this)",
					    config->recovery_by);
}

void config_add_cmdline(struct config *config, const char *text)
{
	struct cmdline_param param;

	config_add_parameters(config, CONFIG_CMDLINE, text);
	config->recovery = cmdline_recovery(text, &param);
	if (config->recovery != CMDLINE_NO_RECOVERY)
		say_recovery(config, &param);
}

void config_add_module_ids(struct config *config, const struct module_ids *ids, const char *driver)
{
	struct place place = { .path = ids->where, .line = 1, .line_start = ids->ids };
	struct wish wish = { .source = ids->where, .options.rank = CLAIM_OF_MODULE };
	const char *cursor = ids->ids, *end = ids->ids + strlen(ids->ids), *item;
	size_t length;

	util_format(wish.options.driver, sizeof(wish.options.driver), "%s", driver);
	while (util_next_item(&cursor, end, &item, &length))
		add_selector(config, &place, &wish, item, length);
}

bool config_wants_files(const char *cmdline)
{
	struct cmdline_param param;
	bool wants = true;

	while (cmdline_next(&cmdline, &param))
		if (find_parameter(&param) == PARAMETER_CONFIG && parse_bool(&param) >= 0)
			wants = parse_bool(&param);
	return wants;
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
