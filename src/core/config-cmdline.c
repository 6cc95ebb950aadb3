/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/config-parse.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "core/settings.h"
#include "core/slips.h"

/* An item with blanks in it, which stands in quotes. */
static void parse_blanks(struct config *config, const struct config_place *place,
			 const struct config_wish *wish, const char *item, size_t length)
{
	const char *cursor = item, *word, *meant = slips_find_selectors(item, length, ",");
	size_t size;

	config_complain_of(config, place, item, length,
			   util_text("separate selectors with commas here, not with blanks%s",
				     config_did_you_mean(meant)));
	while (wish->keep && util_next_word(&cursor, item + length, &word, &size))
		config_keep_meant(config, wish, word, size);
}

/* The length of an item with what its braces have, "01:00.{0,1}", whose commas separate no items. */
static size_t length_with_braces(const char *item, size_t length, const char *end)
{
	size_t rest = (size_t)(end - item), closed;

	if (config_before(item, length, '{') == length)
		return length;
	closed = config_before(item, rest, '}');
	return closed < rest && closed >= length ? closed + 1 : length;
}

/* rd.vfio.ids= and rd.vfio.keep=: selectors with commas between them. */
static void parse_list(struct config *config, const struct config_place *place,
		       const struct config_wish *wish, const struct cmdline_param *param)
{
	const char *cursor = param->value ? param->value : "", *end = cursor + param->value_length, *item;
	size_t length, count = 0;

	/* The kernel skips empty items in vfio-pci.ids= too. */
	for (; util_next_item(&cursor, end, &item, &length); count++) {
		length = length_with_braces(item, length, end);
		cursor = item + length;
		if (config_before(item, length, ' ') == length)
			config_add_selector(config, place, wish, item, length);
		else
			parse_blanks(config, place, wish, item, length);
	}
	if (!count)
		config_complain_of(config, place, param->name, param->name_length,
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
static void parse_flag(struct config *config, const struct config_place *place,
		       const struct cmdline_param *param, bool unreadable, const char *expected, bool *ret)
{
	int truth = parse_bool(param);

	*ret = truth < 0 ? unreadable : truth;
	/* To end in "=" is a way to be careful: rd.vfio=, rd.vfio.dryrun=. */
	if (truth < 0 &&
	    (param->value_length || (!cmdline_is(param, "rd.vfio") && !cmdline_is(param, "rd.vfio.dryrun"))))
		config_complain_of(config, place, param->value, param->value_length, expected);
}

/* @written is how the command line has it. */
static void say_off(struct config *config, const char *written)
{
	config->off_by = util_text_shown(written, strlen(written));
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

/* The setting that the parameter sets, or NULL. */
static const struct setting *find_setting(const struct cmdline_param *param)
{
	if (param->name_length <= strlen(CONFIG_PREFIX) ||
	    memcmp(param->name, CONFIG_PREFIX, strlen(CONFIG_PREFIX)) != 0)
		return NULL;
	for (size_t i = 0; i < setting_list.count; i++)
		if (cmdline_same_name(param->name + strlen(CONFIG_PREFIX),
				      param->name_length - strlen(CONFIG_PREFIX), setting_list.list[i].name))
			return &setting_list.list[i];
	return NULL;
}

static void parse_setting(struct config *config, const struct config_place *place,
			  const struct cmdline_param *param)
{
	const struct setting *setting = find_setting(param);
	struct cmdline_param plain = *param;

	plain.name += strlen(CONFIG_PREFIX);
	plain.name_length -= strlen(CONFIG_PREFIX);
	if (setting)
		config_set_one(config, place, &plain, (size_t)(setting - setting_list.list));
}

/* The bit of struct config_place's seen for a parameter with this value, behind those of the settings. */
static unsigned int bit_of(enum parameter parameter, bool value)
{
	return (unsigned int)setting_list.count + 2 * parameter + value;
}

/*
 * A parameter that takes 0 or 1: does the text have it with the other value already? That is an error, and says what the
 * careful one does.
 */
static bool contradicts(struct config *config, const struct config_place *place,
			const struct cmdline_param *param, bool value, const char *so)
{
	enum parameter parameter = find_parameter(param);
	bool again = config_is_again(bit_of(parameter, value), place->seen);

	if (!(*place->seen & 1U << bit_of(parameter, !value)))
		return false;
	if (!again && !place->is_meant)
		config_complain_of(config, place, param->name, param->name_length,
				   util_text("a second time, with another value; %s", so));
	return true;
}

static void parse_param(struct config *config, const struct config_place *place,
			const struct cmdline_param *param)
{
	enum parameter parameter = find_parameter(param);
	struct config_wish wish = { .keep = parameter == PARAMETER_KEEP, .options.rank = CLAIM_OF_CMDLINE };
	bool on;

	switch (parameter) {
	case PARAMETER_ENABLE:
		parse_flag(config, place, param, false,
			   "expected 0 or 1; this boot claims nothing; rd.vfio.ids= names devices", &on);
		config->off = contradicts(config, place, param, on, "this boot claims nothing") || !on;
		if (!on)
			say_off(config, cmdline_param_text(param));
		break;
	case PARAMETER_IDS:
	case PARAMETER_KEEP:
		wish.source = parameter_names[parameter];
		parse_list(config, place, &wish, param);
		break;
	case PARAMETER_DEBUG:
		parse_flag(config, place, param, config->debug, "expected 0 or 1", &on);
		config->debug = contradicts(config, place, param, on, "every write is logged") || on;
		break;
	case PARAMETER_DRYRUN:
		parse_flag(config, place, param, true, "expected 0 or 1; this boot is a dry run", &on);
		config->dryrun = contradicts(config, place, param, on, "this boot is a dry run") || on;
		break;
	case PARAMETER_CONFIG:
		parse_flag(config, place, param, true, "expected 0 or 1; the files are read", &on);
		if (!contradicts(config, place, param, on, "this boot claims nothing"))
			break;
		/* Files claim, and they keep: neither is careful. Also where rd.vfio=1 follows. */
		*place->seen |= 1U << bit_of(PARAMETER_ENABLE, false);
		config->off = true;
		say_off(config, cmdline_param_text(param));
		break;
	case PARAMETER_NONE:
		parse_setting(config, place, param);
	}
}

/* --- slips on the kernel command line --- */

static bool is_ours(const struct cmdline_param *param)
{
	return find_parameter(param) != PARAMETER_NONE || find_setting(param);
}

/* Is it the ids= of a module that counts as claims, or of one that a claim names (config_read_module_ids())? */
static bool has_module_ids(const struct config *config, const struct cmdline_param *param)
{
	size_t module = config_before(param->name, param->name_length, '.');

	if (!module || !util_equal(param->name + module, param->name_length - module, ".ids"))
		return false;
	if (memmem(param->name, module, "vfio_pci", 8) || memmem(param->name, module, "vfio-pci", 8) ||
	    cmdline_is(param, "pci-stub.ids"))
		return true;
	for (size_t i = 0; i < config->claim_count; i++)
		if (cmdline_same_name(param->name, module, config->claims[i].driver))
			return true;
	return false;
}

/* Are these selectors with commas between them, and nothing else? A keyword alone is another program's. */
static bool are_selectors(const char *text, size_t length)
{
	const char *end = text + length, *item;
	struct selector selector;
	size_t size, count = 0;

	for (; util_next_item(&text, end, &item, &size); count++)
		if (!selector_is(item, size, &selector) || !memchr(item, ':', size))
			return false;
	return count;
}

/* "ids=" and "MODULE.ids=" */
static bool names_ids(const struct cmdline_param *param)
{
	size_t length = param->name_length;

	return length >= 3 && !memcmp(param->name + length - 3, "ids", 3) &&
	       (length == 3 || param->name[length - 4] == '.');
}

static const char *param_end(const struct cmdline_param *param)
{
	return param->value ? param->value + param->value_length : param->name + param->name_length;
}

/* Is it a piece of a selector? A digit alone is a runlevel. */
static bool is_piece(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!strchr("0123456789abcdefABCDEFxX:.*@/,", text[i]))
			return false;
	return length && !(length == 1 && *text >= '1' && *text <= '5');
}

static bool only_protects(const struct cmdline_param *param)
{
	enum parameter parameter = find_parameter(param);

	return parameter == PARAMETER_KEEP || (parameter == PARAMETER_DRYRUN && parse_bool(param)) ||
	       (parameter == PARAMETER_ENABLE && !parse_bool(param));
}

static const char *say_obeyed(const char *meant)
{
	struct cmdline_param param;

	return cmdline_next(&meant, &param) && only_protects(&param) ?
		       " It is obeyed, because it only protects." :
		       "";
}

/* A parameter as it was probably meant, and as it is written. One that only protects is obeyed. */
static void obey(struct config *config, const struct config_place *place, const char *meant,
		 const char *written)
{
	struct config_place quiet = *place;
	struct cmdline_param param;

	quiet.line_start = meant;
	quiet.is_meant = true;
	if (!cmdline_next(&meant, &param) || !only_protects(&param))
		return;
	parse_param(config, &quiet, &param);
	if (find_parameter(&param) == PARAMETER_ENABLE)
		say_off(config, written);
}

/* Does a list that ends here go on behind the blank? */
static bool ends_in_comma(const struct cmdline_param *param)
{
	return param->value_length && param->value[param->value_length - 1] == ',';
}

/*
 * A word behind @left that belongs to it, with only a blank in between: returns both in one, or "" for a word of its own.
 */
static const char *join_torn(const struct cmdline_param *left, const struct cmdline_param *param)
{
	const struct cmdline_param alone = { .value = param->name, .value_length = param->name_length };
	const char *text = cmdline_param_text(left), *word = cmdline_param_text(param), *cursor;
	bool enables = find_parameter(left) == PARAMETER_ENABLE, bare = enables && !left->value;
	bool off = enables && !parse_bool(&alone);
	struct cmdline_param joined;

	if (!param->name_length || *param->name == '.')
		return util_text("%s%s", text, word);
	cursor = util_text("%s.%s", text, word);
	if (bare && cmdline_next(&cursor, &joined) && is_ours(&joined))
		return joined.name;
	if (param->value || !(is_piece(param->name, param->name_length) || ends_in_comma(left) || off))
		return "";
	/* "rd.vfio=1 0" */
	if (!left->value || off)
		return util_text("%.*s=%s", (int)left->name_length, text, off ? "0" : word);
	return util_text(
		"%s%s%s", text,
		are_selectors(param->name, param->name_length) && !ends_in_comma(left) && *word != ',' ? "," :
													 "",
		word);
}

/* A blank may stand between a parameter of ours, @left, and what belongs to it. Then it is added to that. */
static bool parse_torn(struct config *config, const struct config_place *place,
		       const struct cmdline_param *param, struct cmdline_param *left)
{
	/* Each one makes the text longer that the next one is added to: of rubbish that would be all memory. */
	const char *meant = left->name && !config_is_full(config) ? join_torn(left, param) : "";

	if (!meant[0])
		return false;
	config_complain_of(config, place, param->name, (size_t)(param_end(param) - param->name),
			   util_text("the blank before it separates it from %s%s%s", cmdline_param_text(left),
				     config_did_you_mean(meant), say_obeyed(meant)));
	obey(config, place, meant, util_text("%s %s", cmdline_param_text(left), cmdline_param_text(param)));
	(void)cmdline_next(&meant, left);
	return true;
}

/* "rd. vfio=0", "rd .vfio=0", "rd. fio=0": a blank stands in the name, behind @before, or in place of a letter. */
static bool parse_split(struct config *config, const struct config_place *place,
			const struct cmdline_param *before, const struct cmdline_param *param)
{
	struct cmdline_param joined;
	const char *text, *meant;
	struct name found;

	if (!before->name_length || before->name_length > 3 || before->value ||
	    memcmp(before->name, CONFIG_PREFIX, before->name_length) != 0)
		return false;
	text = util_text("%s%s", cmdline_param_text(before), cmdline_param_text(param));
	if (!cmdline_next(&text, &joined))
		return false;
	found = config_find_name(config, joined.name, joined.name_length, NAME_PARAMETER);
	if (!found.kind || *found.meant != 'r')
		return false;
	meant = config_with_name(found.meant, &joined);
	config_complain_of(config, place, param->name, param->name_length,
			   util_text("the blank before it separates it from %s%s%s",
				     cmdline_param_text(before), config_did_you_mean(meant),
				     say_obeyed(meant)));
	obey(config, place, meant, util_text("%s %s", cmdline_param_text(before), cmdline_param_text(param)));
	return true;
}

/*
 * "rd.vfio.ids-10de:1c03", "rd=vfio.ids=10de:1c03". The module vfio-pci has other parameters too, which take no ids.
 */
static const char *find_start(const struct cmdline_param *param)
{
	const char *meant = names_find_start(param->name, param_end(param)), *value = strchr(meant, '=');

	if (!value || *meant != 'v' || slips_selector(value + 1, strlen(value + 1))[0])
		return meant;
	/* Another character may stand in place of "=". */
	return value[1] && slips_selector(value + 2, strlen(value + 2))[0] ?
		       util_text("%.*s%s", (int)(value + 1 - meant), meant, value + 2) :
		       "";
}

/* A parameter that is none of ours: one of ours that is misspelt, or another program's. */
static void parse_other(struct config *config, const struct config_place *place,
			const struct cmdline_param *param)
{
	const char *character = slips_character(param->name, param->name_length, &(size_t){ 0 }), *meant = "";
	const char *plain = slips_plain(param->name, param->name_length), *what = "unknown parameter";
	const char *word = strrchr(plain, ' ');
	struct cmdline_param named = *param;
	struct name found;

	named.name = word ? word + 1 : plain;
	named.name_length = strlen(named.name);
	/* "rd.vfio.ids:10de:1c03" */
	if (!param->value && strchr(named.name, ':')) {
		named.name_length = strcspn(named.name, ":");
		named.value = named.name + named.name_length + 1;
		named.value_length = strlen(named.value);
	}
	found = config_find_name(config, named.name, named.name_length, NAME_PARAMETER);
	if (found.kind) {
		meant = config_with_name(found.meant, &named);
	} else if (named.name_length > strlen(CONFIG_PREFIX) &&
		   util_starts_with(param->name, CONFIG_PREFIX)) {
		named = *param;
		named.name += strlen(CONFIG_PREFIX);
		named.name_length -= strlen(CONFIG_PREFIX);
		config_complain_of(config, place, named.name, named.name_length,
				   config_describe_unknown(config, &named));
		return;
	} else if ((meant = find_start(param))[0]) {
		what = "unknown parameter";
	} else if (!param->value && are_selectors(param->name, param->name_length)) {
		what = "a selector that stands alone";
		meant = util_text("rd.vfio.ids=%s", util_text_shown(param->name, param->name_length));
	} else if (param->value && names_ids(param) && are_selectors(param->value, param->value_length)) {
		meant = config_with_name("rd.vfio.ids", param);
	} else {
		return;
	}
	config_complain_of(config, place, param->name, param->name_length,
			   util_text("%s%s%s", character[0] ? character : what, config_did_you_mean(meant),
				     say_obeyed(meant)));
	obey(config, place, meant, cmdline_param_text(param));
}

void config_add_parameters(struct config *config, const char *path, const char *text)
{
	unsigned int seen = 0;
	struct config_place place = { .path = path, .line = 1, .line_start = text, .seen = &seen };
	struct cmdline_param param, left = { 0 }, before = { 0 };
	const char *cursor = text;

	while (cmdline_next(&cursor, &param)) {
		bool module = has_module_ids(config, &param);

		if (is_ours(&param)) {
			parse_param(config, &place, &param);
		} else if (module && (!param.value || !param.value_length)) {
			config_complain_of(config, &place, param.name, param.name_length,
					   "no ids: expected ids with commas between them");
		} else if (!module) {
			if (parse_torn(config, &place, &param, &left))
				continue;
			if (!parse_split(config, &place, &before, &param))
				parse_other(config, &place, &param);
			before = param;
			left.name = NULL;
			continue;
		}
		left = param;
	}
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
	struct config_place place = { .path = ids->where, .line = 1, .line_start = ids->ids };
	struct config_wish wish = { .source = ids->where, .options.rank = CLAIM_OF_MODULE };
	const char *cursor = ids->ids, *end = ids->ids + strlen(ids->ids), *item;
	size_t length;

	util_format(wish.options.driver, sizeof(wish.options.driver), "%s", driver);
	while (util_next_item(&cursor, end, &item, &length))
		config_add_selector(config, &place, &wish, item, length);
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
