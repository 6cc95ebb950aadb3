/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/config.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define CMDLINE "/proc/cmdline"
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
	*config = (struct config){ .deadline = 10, .expand = EXPAND_NONE };
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
	char where[320];

	util_format(where, sizeof(where), "%.256s:%zu:%zu", place->path, place->line,
		    (size_t)(at - place->line_start) + 1);
	config_add_error(config, where, what);
}

static void complain_of(struct config *config, const struct place *place, const char *text, size_t length,
			const char *expected)
{
	char what[320], shown[SHOWN];

	util_format(what, sizeof(what), "'%s': %s", util_printable(shown, sizeof(shown), text, length), expected);
	complain(config, place, text, what);
}

/* What the selectors of one line become: claims with these options, or keeps. */
struct wish {
	const char *source;  /* for the report */
	struct claim options;
	bool keep;
};

static void add_selector(struct config *config, const struct place *place, const struct wish *wish, const char *text,
			 size_t length)
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
		config->keeps[config->keep_count++] = (struct keep){ selector, util_copy(wish->source, strlen(wish->source)) };
		return;
	}
	config->claims = util_grow(config->claims, config->claim_count, sizeof(*config->claims));
	claim = &config->claims[config->claim_count++];
	*claim = wish->options;
	claim->selector = selector;
	claim->text = util_copy(text, length);
	claim->wanted_by = util_copy(wish->source, strlen(wish->source));
}

static const char *const expand_names[] = { [EXPAND_NONE] = "none", [EXPAND_SLOT] = "slot", [EXPAND_GROUP] = "group" };
static const char *const stage_names[] = { [STAGE_EARLY] = "early", [STAGE_LATE] = "late" };

/* Which of the names is it? Returns its index, or 0. */
static size_t choose(const char *const *names, size_t count, const char *text, size_t length)
{
	for (size_t i = 1; i < count; i++)
		if (util_equal(text, length, names[i]))
			return i;
	return 0;
}

static bool is_driver_name(const char *text, size_t length)
{
	if (!length || length >= PCI_DRIVER_SIZE)
		return false;
	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)text[i]) && text[i] != '-' && text[i] != '_')
			return false;
	return true;
}

/* The settings that "set" and rd.vfio.NAME= know, with their values. */
static const struct setting {
	const char *name;
	const char *values[2]; /* the default first; the second one sets the flag */
	size_t flag;           /* offset of the bool in struct config */
} settings[] = {
	{ "iommu", { "require", "ignore" }, offsetof(struct config, iommu_ignored) },
	{ "last-display", { "keep", "claim" }, offsetof(struct config, last_display_claimed) },
	{ "recovery", { "skip", "claim" }, offsetof(struct config, recovery_claims) },
	{ "log", { "info", "debug" }, offsetof(struct config, debug) },
};

static bool parse_seconds(const char *text, size_t length, unsigned int *ret)
{
	unsigned int value = 0;

	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9' || value > 60)
			return false;
		value = value * 10 + (unsigned int)(text[i] - '0');
	}
	if (value < 1 || value > 60)
		return false;
	*ret = value;
	return true;
}

/* Is what has the bit @bit there already? Then it is an error, and the first one counts. */
static bool is_again(struct config *config, const struct place *place, const char *text, size_t length, unsigned int bit,
		     unsigned int *seen, const char *where)
{
	char what[96];

	if (seen && *seen & 1U << bit) {
		complain_of(config, place, text, length,
			    util_format(what, sizeof(what), "a second time %s; the first one counts", where));
		return true;
	}
	if (seen)
		*seen |= 1U << bit;
	return false;
}

static bool is_set_again(struct config *config, const struct place *place, const struct cmdline_param *param,
			 unsigned int bit)
{
	return is_again(config, place, param->name, param->name_length, bit, place->seen, "in this file");
}

static void set_deadline(struct config *config, const struct place *place, const struct cmdline_param *param)
{
	unsigned int seconds;

	if (!param->value || !parse_seconds(param->value, param->value_length, &seconds))
		complain_of(config, place, param->value ? param->value : param->name, param->value_length,
			    "deadline takes 1 to 60 seconds");
	else if (!is_set_again(config, place, param, ARRAY_SIZE(settings)))
		config->deadline = seconds;
}

static void set_expand(struct config *config, const struct place *place, const struct cmdline_param *param)
{
	size_t expand = 0;

	if (param->value)
		expand = choose(expand_names, ARRAY_SIZE(expand_names), param->value, param->value_length);
	if (!expand)
		complain_of(config, place, param->value ? param->value : param->name, param->value_length,
			    "expand takes none, slot or group");
	else if (!is_set_again(config, place, param, ARRAY_SIZE(settings) + 1))
		config->expand = (enum expand)expand;
}

static void set_option(struct config *config, const struct place *place, const struct cmdline_param *param)
{
	const char *value = param->value;
	char expected[128];

	if (cmdline_is(param, "deadline")) {
		set_deadline(config, place, param);
		return;
	}
	if (cmdline_is(param, "expand")) {
		set_expand(config, place, param);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {
		const struct setting *setting = &settings[i];

		if (!cmdline_is(param, setting->name))
			continue;
		for (size_t choice = 0; value && choice < ARRAY_SIZE(setting->values); choice++) {
			if (!util_equal(value, param->value_length, setting->values[choice]))
				continue;
			if (!is_set_again(config, place, param, (unsigned int)i))
				*(bool *)((char *)config + setting->flag) = choice;
			return;
		}
		util_format(expected, sizeof(expected), "%s takes %s or %s", setting->name, setting->values[0],
			    setting->values[1]);
		complain_of(config, place, value ? value : param->name, value ? param->value_length : 0, expected);
		return;
	}
	complain_of(config, place, param->name, param->name_length,
		    "no such setting; known are iommu, last-display, recovery, expand, deadline and log");
}

/* Take the next word of a line; "#" at its start ends the line. */
static bool next_word(const char **cursor, const char *end, const char **ret_word, size_t *ret_length)
{
	return util_next_word(cursor, end, ret_word, ret_length) && **ret_word != '#';
}

static bool is_option(const char *word, size_t length)
{
	return memchr(word, '=', length) || util_equal(word, length, "optional");
}

enum claim_option { OPTION_OPTIONAL, OPTION_EXPAND, OPTION_STAGE, OPTION_DRIVER };

/* Take the value of an option of a claim. Returns what it takes where this is no such value, or NULL. */
static const char *set_claim_option(enum claim_option option, const char *value, size_t length, struct claim *ret)
{
	size_t choice;

	switch (option) {
	case OPTION_OPTIONAL:
		ret->optional = true;
		return NULL;
	case OPTION_EXPAND:
		choice = choose(expand_names, ARRAY_SIZE(expand_names), value, length);
		ret->expand = (enum expand)choice;
		return choice ? NULL : "expand takes none, slot or group";
	case OPTION_STAGE:
		choice = choose(stage_names, ARRAY_SIZE(stage_names), value, length);
		ret->stage = (enum stage)choice;
		return choice ? NULL : "stage takes early or late";
	case OPTION_DRIVER:
		if (!is_driver_name(value, length))
			return "driver takes auto or the name of a driver";
		if (!util_equal(value, length, "auto"))
			util_format(ret->driver, sizeof(ret->driver), "%.*s", (int)length, value);
	}
	return NULL;
}

/* @seen has a bit for each option that the line has already. */
static void parse_option(struct config *config, const struct place *place, const char *word, size_t length,
			 unsigned int *seen, struct claim *ret)
{
	static const char *const names[] = {
		[OPTION_OPTIONAL] = "optional",
		[OPTION_EXPAND] = "expand",
		[OPTION_STAGE] = "stage",
		[OPTION_DRIVER] = "driver",
	};
	const char *equals = memchr(word, '=', length), *value = equals ? equals + 1 : NULL, *expected;
	size_t name_length = equals ? (size_t)(equals - word) : length;
	struct claim option = *ret;

	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++) {
		if (!util_equal(word, name_length, names[i]) || !equals != (i == OPTION_OPTIONAL))
			continue;
		expected = set_claim_option((enum claim_option)i, value, equals ? length - name_length - 1 : 0, &option);
		if (expected)
			complain_of(config, place, value, length - name_length - 1, expected);
		else if (!is_again(config, place, word, length, i, seen, "on this line"))
			*ret = option;
		return;
	}
	complain_of(config, place, word, length,
		    "no such option of a claim; known are expand=, driver=, stage= and optional");
}

/* "claim" and "keep": selectors, and of a claim options, which count for the whole line wherever they stand. */
static void parse_selectors(struct config *config, const struct place *place, bool keep, const char *start,
			    const char *end)
{
	char source[320];
	struct wish wish = { .source = source, .keep = keep, .options.rank = CLAIM_OF_FILE };
	const char *cursor, *word;
	size_t length, count = 0;
	unsigned int seen = 0;

	util_format(source, sizeof(source), "%.256s:%zu", place->path, place->line);
	for (cursor = start; next_word(&cursor, end, &word, &length);)
		if (!keep && is_option(word, length))
			parse_option(config, place, word, length, &seen, &wish.options);
	for (cursor = start; next_word(&cursor, end, &word, &length);) {
		if (!keep && is_option(word, length))
			continue;
		count++;
		if (memchr(word, ',', length))
			complain_of(config, place, word, length, "selectors stand apart with blanks here, not with commas");
		else
			add_selector(config, place, &wish, word, length);
	}
	if (!count)
		complain(config, place, cursor, "no selector on this line: expected an id such as 10de:1c03 or an address such as 01:00.0");
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
		complain_of(config, place, word, length, "no such directive: a line starts with claim, keep, set or #");
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
		 claims ? "the file is cut in this line, so it claims nothing: its options may be lost" :
			  "the file is cut in this line, so its last word does not count");
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
			    "no selector: expected ids or addresses with commas between them, as in rd.vfio.ids=10de:1c03,01:00.0");
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
	char value[24];

	util_printable(value, sizeof(value), param->value, param->value_length);
	util_format(config->off_by, sizeof(config->off_by), "rd.vfio=%s", value);
	util_format(config->off_reason, sizeof(config->off_reason), "%s on the kernel command line", config->off_by);
}

static void parse_param(struct config *config, const struct place *place, struct cmdline_param *param)
{
	static const char prefix[] = "rd.vfio.";
	bool on;

	if (cmdline_is(param, "rd.vfio")) {
		parse_flag(config, place, param, false,
			   "expected 0 or 1, so this boot claims nothing; devices are named with rd.vfio.ids=", &on);
		config->off = !on;
		if (!on)
			say_off(config, param);
	} else if (cmdline_is(param, "rd.vfio.ids") || cmdline_is(param, "rd.vfio.keep")) {
		bool keep = cmdline_is(param, "rd.vfio.keep");
		struct wish wish = { .source = keep ? "rd.vfio.keep" : "rd.vfio.ids", .keep = keep, .options.rank = CLAIM_OF_CMDLINE };

		parse_list(config, place, &wish, param);
	} else if (cmdline_is(param, "rd.vfio.debug")) {
		parse_flag(config, place, param, config->debug, "expected 0 or 1", &config->debug);
	} else if (cmdline_is(param, "rd.vfio.dryrun")) {
		parse_flag(config, place, param, true, "expected 0 or 1, so this boot is a dry run", &config->dryrun);
	} else if (cmdline_is(param, "rd.vfio.config")) {
		parse_flag(config, place, param, true, "expected 0 or 1, so the files count", &on);
	} else if (param->name_length > strlen(prefix) && !memcmp(param->name, prefix, strlen(prefix))) {
		param->name += strlen(prefix);
		param->name_length -= strlen(prefix);
		set_option(config, place, param);
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

void config_add_cmdline(struct config *config, const char *text)
{
	config_add_parameters(config, CMDLINE, text);
	config->recovery = cmdline_wants_recovery(text);
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
		if (cmdline_is(&param, "rd.vfio.config") && parse_bool(&param) >= 0)
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
		return "this is a recovery boot or a crash kernel's (rd.vfio.recovery=claim lifts that)";
	return NULL;
}
