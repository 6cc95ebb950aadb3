/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/config.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/names.h"
#include "core/settings.h"
#include "core/slips.h"

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

/* Before the name of a setting on the kernel command line. */
#define PREFIX "rd.vfio."

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

/* What a message ends in where it is known what was meant, or "". */
static const char *did_you_mean(const char *meant)
{
	return meant[0] ? util_text("; did you mean %s?", meant) : "";
}

/* Rubbish has many errors, of which most are not listed: no time goes into those. */
static bool is_full(const struct config *config)
{
	return config->error_count == CONFIG_ERRORS_MAX;
}

static struct name find_name(const struct config *config, const char *word, size_t length, unsigned int kinds)
{
	return is_full(config) ? (struct name){ NAME_NONE, "" } : names_find(word, length, kinds);
}

static size_t count_errors(const struct config *config)
{
	return config->error_count + config->errors_left_out;
}

/* What the selectors of one line become: claims with these options, or keeps. */
struct wish {
	const char *source; /* for the report */
	struct claim options;
	bool keep;
};

static void add_keep(struct config *config, const struct wish *wish, const struct selector *selector)
{
	config->keeps = util_grow(config->keeps, config->keep_count, sizeof(*config->keeps));
	config->keeps[config->keep_count++] =
		(struct keep){ *selector, util_copy(wish->source, strlen(wish->source)) };
}

/*
 * Errors only protect: keep what a word was probably meant to be, which may be several selectors. Returns what is said
 * of it, "" where nothing is kept.
 */
static const char *keep_meant(struct config *config, const struct wish *wish, const char *text, size_t length)
{
	const char *comment = memchr(text, '#', length), *word;
	size_t before = config->keep_count, size;
	const char *meant =
		is_full(config) ? "" : slips_selector(text, comment ? (size_t)(comment - text) : length);
	const char *end = meant + strlen(meant);
	struct selector selector;

	while (util_next_word(&meant, end, &word, &size))
		if (selector_is(word, size, &selector))
			add_keep(config, wish, &selector);
	return config->keep_count == before     ? "" :
	       config->keep_count == before + 1 ? " It is kept." :
						  " They are kept.";
}

static void add_selector(struct config *config, const struct place *place, const struct wish *wish,
			 const char *text, size_t length)
{
	/* A line may have any number of words. */
	cleanup_texts struct text *mark = util_texts_mark();
	struct selector_error error;
	struct selector selector;
	struct claim *claim;

	if (slips_parse_selector(text, length, &selector, &error) < 0) {
		const char *kept = wish->keep ? keep_meant(config, wish, text, length) : "";

		if (kept[0])
			error.what = util_text_add(error.what, "%s%s",
						   util_ends_in(error.what, "?") ? "" : ".", kept);
		complain(config, place, text + error.offset, error.what);
		return;
	}
	if (wish->keep) {
		add_keep(config, wish, &selector);
		return;
	}
	config->claims = util_grow(config->claims, config->claim_count, sizeof(*config->claims));
	claim = &config->claims[config->claim_count++];
	*claim = wish->options;
	claim->selector = selector;
	claim->text = util_copy(text, length);
	claim->wanted_by = util_copy(wish->source, strlen(wish->source));
}

/* Is what has the bit @bit there already? Then it is an error. */
static bool is_again(struct config *config, const struct place *place, const char *text, size_t length,
		     unsigned int bit, unsigned int *seen, const char *where)
{
	if (seen && *seen & 1U << bit) {
		complain_of(config, place, text, length, util_text("a second time %s", where));
		return true;
	}
	if (seen)
		*seen |= 1U << bit;
	return false;
}

static void complain_of_value(struct config *config, const struct place *place, const struct setting *setting,
			      const char *value, size_t length)
{
	const char *character = slips_character(value, length, &(size_t){ 0 });

	complain_of(config, place, value, length,
		    util_text("%s%s%s%s", character, character[0] ? "; " : "", setting_expects(setting),
			      did_you_mean(setting_nearest(setting, value, length))));
}

static void set_one(struct config *config, const struct place *place, const struct cmdline_param *param,
		    size_t i)
{
	const struct setting *setting = &setting_list.list[i];
	struct config changed = *config;

	if (!param->value)
		complain(config, place, param->name, setting_expects(setting));
	else if (!setting_store(setting, param->value, param->value_length, &changed))
		complain_of_value(config, place, setting, param->value, param->value_length);
	else if (!is_again(config, place, param->name, param->name_length, (unsigned int)i, place->seen,
			   "in this file; the first value is used"))
		*config = changed;
}

/* "iommu" of "rd.vfio.iommu", or @name itself where it is no parameter for a setting. */
static const char *setting_of(const char *name)
{
	return util_starts_with(name, PREFIX) && setting_find(&setting_list, name + strlen(PREFIX)) ?
		       name + strlen(PREFIX) :
		       name;
}

/* The parameter with its name as it should be, and its value without what surrounds it. */
static const char *with_name(const char *name, const struct cmdline_param *param)
{
	const char *value;

	if (!param->value || strchr(name, '='))
		return util_text("%s", name);
	value = slips_plain(param->value, param->value_length);
	return util_text("%s=%s", name, util_text_shown(value, strcspn(value, "\"\n")));
}

/* What an unknown setting is: a misspelt one, or a name of something else. */
static const char *describe_unknown(const struct config *config, const struct cmdline_param *param)
{
	struct name name = find_name(config, param->name, param->name_length,
				     NAME_SETTING | NAME_OPTION | NAME_PARAMETER);

	if (name.kind == NAME_OPTION)
		return util_text("no setting; %s is an option of a claim line in a file", name.meant);
	return util_text("unknown setting; settings are %s%s", setting_names(&setting_list, ""),
			 did_you_mean(name.kind ? with_name(setting_of(name.meant), param) : ""));
}

/* "set keep=01:00.0": no setting, but it protects. */
static bool keep_setting(struct config *config, const struct place *place, const struct cmdline_param *param)
{
	struct name name =
		find_name(config, param->name, param->name_length, NAME_DIRECTIVE | NAME_PARAMETER);
	const struct wish wish = { .source = util_text("%s:%zu", place->path, place->line), .keep = true };
	const char *meant;

	if (!param->value || (strcmp(name.meant, "keep") != 0 && strcmp(name.meant, PREFIX "keep") != 0))
		return false;
	meant = slips_find_selectors(param->value, param->value_length, " ");
	if (!meant[0])
		return false;
	complain_of(config, place, param->name, param->name_length,
		    util_text("no setting; did you mean keep %s?%s", meant,
			      keep_meant(config, &wish, meant, strlen(meant))));
	return true;
}

static void set_option(struct config *config, const struct place *place, const struct cmdline_param *param)
{
	cleanup_texts struct text *mark = util_texts_mark();

	for (size_t i = 0; i < setting_list.count; i++) {
		if (cmdline_is(param, setting_list.list[i].name)) {
			set_one(config, place, param, i);
			return;
		}
	}
	if (!keep_setting(config, place, param))
		complain_of(config, place, param->name, param->name_length, describe_unknown(config, param));
}

/* Take the next word of a line; "#" at its start ends the line. */
static bool next_word(const char **cursor, const char *end, const char **ret_word, size_t *ret_length)
{
	return util_next_word(cursor, end, ret_word, ret_length) && **ret_word != '#';
}

/* How much of the text stands before the character. */
static size_t before(const char *text, size_t length, char c)
{
	const char *at = memchr(text, c, length);

	return at ? (size_t)(at - text) : length;
}

/* NAME=VALUE of a file, as a parameter. */
static struct cmdline_param split_word(const char *word, size_t length)
{
	size_t name = before(word, length, '=');

	return (struct cmdline_param){
		.name = word,
		.name_length = name,
		.value = name < length ? word + name + 1 : NULL,
		.value_length = name < length ? length - name - 1 : 0,
	};
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
	/* "group=13" and "class=0300" are meant to be selectors. */
	return (*word != '=' && memchr(word, '=', length) && !util_starts_with(word, "group=") &&
		!util_starts_with(word, "class=")) ||
	       find_option(word, length, false) < claim_option_list.count;
}

/*
 * "iommu = ignore": a name of the list with a value behind it, with blanks or a colon where "=" belongs. Returns it as it
 * should be, and stores where it ends; "" for anything else.
 */
static const char *join(const struct setting_list *list, unsigned int kind, const char *start,
			const char *end, const char **ret_end)
{
	const char *value, *c = start;
	const struct setting *setting;
	struct name name;
	/* Room for a field of either. */
	cleanup_free void *room = util_zeroed(1, sizeof(struct config) + sizeof(struct claim));
	size_t length;

	while (c < end && !strchr(" \t\r=:", *c))
		c++;
	name = names_find(start, (size_t)(c - start), kind);
	while (c < end && strchr(" \t\r=:", *c))
		c++;
	setting = setting_find(list, name.meant);
	if (!setting || !util_next_word(&c, end, &value, &length) || *value == '#')
		return "";
	*ret_end = c;
	if (setting_store(setting, value, length, room))
		return util_text("%s=%.*s", setting->name, (int)length, value);
	value = setting_nearest(setting, value, length);
	return value[0] ? util_text("%s=%s", setting->name, value) : "";
}

static const char *describe_unknown_option(const struct config *config, const char *word, size_t length)
{
	const struct cmdline_param param = split_word(word, length);
	struct name name = find_name(config, word, param.name_length, NAME_OPTION | NAME_SETTING);
	const struct setting *option = setting_find(&claim_option_list, name.meant);

	if (option && option->kind == SETTING_WORD)
		return util_text("%s takes no value", name.meant);
	if (name.kind == NAME_SETTING)
		return util_text("no option of a claim but a setting; write it on a line of its own: set %s",
				 with_name(name.meant, &param));
	return util_text("unknown option of a claim; options are %s%s",
			 setting_names(&claim_option_list, "="),
			 did_you_mean(name.kind       ? with_name(name.meant, &param) :
				      is_full(config) ? "" :
							slips_find_selectors(word, length, " ")));
}

/* @seen has a bit for each option that the line has already. */
static void parse_option(struct config *config, const struct place *place, const char *word, size_t length,
			 unsigned int *seen, struct claim *ret)
{
	cleanup_texts struct text *mark = util_texts_mark();
	const char *equals = memchr(word, '=', length), *value = equals ? equals + 1 : word + length;
	size_t i = find_option(word, equals ? (size_t)(equals - word) : length, equals);
	size_t value_length = (size_t)(word + length - value);
	struct claim changed = *ret;

	if (i == claim_option_list.count) {
		complain_of(config, place, word, length, describe_unknown_option(config, word, length));
	} else if (!setting_store(&claim_option_list.list[i], value, value_length, &changed)) {
		complain_of_value(config, place, &claim_option_list.list[i], value, value_length);
	} else if (!is_again(config, place, word, length, (unsigned int)i, seen, "on this line")) {
		*ret = changed;
	}
}

/* One word of a "claim" or "keep" line that is no option. Moves *@cursor behind what belongs to it. */
static void parse_selector(struct config *config, const struct place *place, const struct wish *wish,
			   const char *word, size_t length, const char *end, const char **cursor)
{
	cleanup_texts struct text *mark = util_texts_mark();
	bool other = before(word, length, ':') + 1 >= length;
	struct name name = other ? find_name(config, word, length - (word[length - 1] == ':'),
					     NAME_DIRECTIVE | NAME_OPTION) :
				   (struct name){ NAME_NONE, "" };
	const struct setting *option =
		name.kind == NAME_OPTION ? setting_find(&claim_option_list, name.meant) : NULL;
	const char *joined = option ? join(&claim_option_list, NAME_OPTION, word, end, cursor) : "";

	if (memchr(word, ',', length))
		complain_of(config, place, word, length,
			    util_text("separate selectors with blanks here, not with commas%s%s",
				      did_you_mean(slips_find_selectors(word, length, " ")),
				      wish->keep ? keep_meant(config, wish, word, length) : ""));
	else if (name.kind == NAME_DIRECTIVE)
		complain_of(config, place, word, length,
			    util_text("expected a selector or an option; %s starts a line of its own",
				      name.meant));
	else if (name.kind && wish->keep)
		complain_of(config, place, word, length, "expected a selector; keep takes no options");
	else if (option && option->kind != SETTING_WORD && !joined[0] && util_equal(word, length, name.meant))
		complain_of(config, place, word, length,
			    util_text("an option is NAME=VALUE; %s", setting_expects(option)));
	else if (name.kind)
		complain_of(config, place, word, length,
			    util_text("expected a selector or an option%s",
				      did_you_mean(joined[0] ? joined : name.meant)));
	else
		add_selector(config, place, wish, word, length);
}

/* What was added to the claims of a line that has an error. */
static void drop_claims(struct config *config, size_t count)
{
	while (config->claim_count > count) {
		struct claim *claim = &config->claims[--config->claim_count];

		free(claim->text);
		free(claim->wanted_by);
	}
}

/* Add to what error @i says, if it is listed. */
static void say_more(struct config *config, size_t i, const char *more)
{
	char *what;

	if (i >= config->error_count)
		return;
	what = config->errors[i].what;
	more = util_text("%s%s", what, more);
	config->errors[i].what = util_copy(more, strlen(more));
	free(what);
}

static bool ends_in_question(const struct config *config, size_t i)
{
	return i < config->error_count && util_ends_in(config->errors[i].what, "?");
}

/*
 * Is it a line of another program? Then more than one of its words says nothing here. Returns the selectors in it, "" for
 * none.
 */
static const char *find_pasted(const struct config *config, const char *start, const char *end)
{
	const char *cursor = start, *word;
	size_t length, strange = 0;
	struct selector selector;

	/* No other program prints lines of this length. */
	if (is_full(config) || end - start > 4096)
		return "";
	while (next_word(&cursor, end, &word, &length))
		strange += *word != '=' && !selector_is(word, length, &selector) &&
			   !slips_selector(word, length)[0] &&
			   !names_find(word, before(word, length, '='), NAME_DIRECTIVE | NAME_OPTION).kind;
	return strange > 1 ? slips_find_selectors(start, (size_t)(end - start), " ") : "";
}

/*
 * "claim" and "keep": selectors, and of a claim options, which count for the whole line wherever they stand. A claim with
 * an error claims nothing; a keep keeps what can be read.
 */
static void parse_selectors(struct config *config, const struct place *place, bool keep, const char *start,
			    const char *end)
{
	struct wish wish = { .source = util_text("%s:%zu", place->path, place->line),
			     .keep = keep,
			     .options.rank = CLAIM_OF_FILE };
	size_t claims = config->claim_count, errors = count_errors(config), first = config->error_count;
	const char *cursor, *word, *pasted = find_pasted(config, start, end);
	size_t length, count = 0;
	unsigned int seen = 0;

	for (cursor = start; !pasted[0] && next_word(&cursor, end, &word, &length);)
		if (!keep && is_option(word, length))
			parse_option(config, place, word, length, &seen, &wish.options);
	for (cursor = start; next_word(&cursor, end, &word, &length);) {
		if (pasted[0] && !selector_is(word, length, &(struct selector){ 0 })) {
			/* Of a line of another program one word is enough. */
			if (count_errors(config) == errors)
				complain_of(config, place, word, length,
					    keep ? "expected a selector" :
						   "expected a selector or an option");
		} else if (keep || !is_option(word, length)) {
			count++;
			parse_selector(config, place, &wish, word, length, end, &cursor);
		}
	}
	if (!count && count_errors(config) == errors)
		complain(config, place, cursor,
			 "no selector on this line: expected an id such as 10de:1c03 or an address such as "
			 "01:00.0");
	if (count_errors(config) == errors)
		return;
	if (pasted[0])
		say_more(config, first, did_you_mean(util_text("%s %s", keep ? "keep" : "claim", pasted)));
	if (config->claim_count > claims)
		say_more(config, first,
			 ends_in_question(config, first) ? " This line claims nothing." :
							   "; this line claims nothing");
	drop_claims(config, claims);
}

static void parse_set(struct config *config, const struct place *place, const char *cursor, const char *end)
{
	struct cmdline_param param = { 0 };
	const char *equals, *joined, *behind;
	size_t length, count = 0;

	for (; next_word(&cursor, end, &param.name, &length); count++) {
		equals = memchr(param.name, '=', length);
		joined = is_full(config) ||
					 (equals && equals > param.name && equals < param.name + length - 1) ?
				 "" :
				 join(&setting_list, NAME_SETTING, param.name, end, &behind);
		if (joined[0]) {
			complain_of(config, place, param.name, (size_t)(behind - param.name),
				    util_text("a setting is NAME=VALUE without blanks%s",
					      did_you_mean(util_text("set %s", joined))));
			cursor = behind;
			continue;
		}
		param = split_word(param.name, length);
		set_option(config, place, &param);
	}
	if (!count)
		complain(config, place, cursor, "set without NAME=VALUE, as in: set iommu=require");
}

/* Is each word of the text one of a claim line? */
static bool is_clean(const char *text, bool keep)
{
	const char *end = text + strlen(text), *word;
	size_t length;
	struct selector selector;

	while (next_word(&text, end, &word, &length))
		if (!selector_is(word, length, &selector) &&
		    (keep || find_option(word, before(word, length, '='), memchr(word, '=', length)) ==
				     claim_option_list.count))
			return false;
	return true;
}

/* The line that @line was meant to be, whose first word is a name of another kind. */
static const char *line_of(const struct name *name, const char *line)
{
	const char *selectors = slips_find_selectors(line, strlen(line), " "), *value = strchr(line, '='),
		   *behind;
	const char *setting = setting_of(name->meant);

	if (name->kind == NAME_PARAMETER && selectors[0])
		return util_text("%s %s", strstr(name->meant, "keep") ? "keep" : "claim", selectors);
	if (selectors[0] && value)
		return util_text("claim %s %.*s", selectors, (int)strcspn(line, " \t"), line);
	if (name->kind == NAME_SETTING)
		return util_text("set %s",
				 join(&setting_list, NAME_SETTING, line, line + strlen(line), &behind));
	return setting != name->meant && value ?
		       util_text("set %s%.*s", setting, (int)strcspn(value, " \t"), value) :
		       "";
}

/* "- keep 01:00.0": nothing that has this word is to be claimed. */
static bool has_keep(const char *line)
{
	const char *end = line + strlen(line), *word;
	size_t length;

	while (util_next_word(&line, end, &word, &length))
		if (util_equal(word, length, "keep"))
			return true;
	return false;
}

/* The line that @line was meant to be, which starts with no directive; "" where that is unknown. */
static const char *guess_line(const char *line)
{
	size_t length = strcspn(line, " \t\r"), first = strcspn(line, "= \t\r");
	struct name name = names_find(line, length - (length && line[length - 1] == ':'), NAME_DIRECTIVE);
	const char *rest = line + length, *selectors, *joined, *behind;

	/* "keep=01:00.0" */
	if (!name.kind && line[first] == '=') {
		name = names_find(line, first, NAME_DIRECTIVE);
		rest = line + first + 1;
	}
	rest += strspn(rest, " \t\r");
	if (!strcmp(name.meant, "set"))
		return util_text("set %s", rest);
	if (name.kind && *rest && is_clean(rest, name.meant[0] == 'k'))
		return util_text("%s %s", name.meant, rest);
	if (util_starts_with(line, "claim") && is_clean(line + strlen("claim"), false))
		return util_text("claim %s", line + strlen("claim"));
	if (util_starts_with(line, "keep") && is_clean(line + strlen("keep"), true))
		return util_text("keep %s", line + strlen("keep"));
	selectors = slips_find_selectors(line, strlen(line), " ");
	if (name.kind)
		return selectors[0] ? util_text("%s %s", name.meant, selectors) : "";
	name = names_find(line, first, NAME_SETTING | NAME_OPTION | NAME_PARAMETER);
	if ((name.kind && line[first + strspn(line + first, " \t")] == '=') ||
	    (name.kind == NAME_PARAMETER && selectors[0]))
		return line_of(&name, line);
	joined = join(&setting_list, NAME_SETTING, line, line + strlen(line), &behind);
	if (joined[0])
		return util_text("set %s", joined);
	return selectors[0] ? util_text("%s %s", has_keep(line) ? "keep" : "claim", selectors) : "";
}

/* A line without its comment, its quotes, and what stands for another character. */
static const char *plain_line(const char *start, const char *end)
{
	const char *cursor = start, *word;
	char *plain, *out;
	size_t length;

	while (next_word(&cursor, end, &word, &length))
		;
	plain = util_text_copy(slips_plain(start, (size_t)((length ? word : cursor) - start)),
			       (size_t)((length ? word : cursor) - start));
	out = plain;
	for (const char *c = plain + strspn(plain, " \t\r"); *c; c++)
		if (!strchr("\"'`", *c))
			*out++ = *c;
	while (out > plain && strchr(" \t\r", out[-1]))
		out--;
	*out = '\0';
	return plain;
}

/* A line that starts with no directive: what it was meant to be. If that is "keep", its devices are kept. */
static void parse_unknown(struct config *config, const struct place *place, const char *word, size_t length,
			  const char *end)
{
	const char *line = is_full(config) ? "" : plain_line(word, end), *meant = guess_line(line);
	const char *character = slips_character(word, length, &(size_t){ 0 });
	const char *what = "unknown directive: a line starts with claim, keep, set or #";
	bool keep = util_starts_with(meant, "keep ");
	struct place quiet = *place;

	if (slips_is_of_lspci(line))
		what = "a line of lspci -k, which is not needed here";
	else if (find_name(config, line, strcspn(line, "= \t\r"), NAME_PARAMETER).kind)
		what = "a kernel parameter, which has no effect in a file";
	complain_of(config, place, word, length,
		    util_text("%s%s%s", character[0] ? character : what, did_you_mean(meant),
			      keep ? " It is obeyed, because it only protects." : ""));
	quiet.line_start = meant;
	if (keep && is_clean(meant + strlen("keep "), true))
		parse_selectors(config, &quiet, true, meant + strlen("keep "), meant + strlen(meant));
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
		parse_unknown(config, place, word, length, end);
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

/* An item with blanks in it, which stands in quotes. */
static void parse_blanks(struct config *config, const struct place *place, const struct wish *wish,
			 const char *item, size_t length)
{
	const char *cursor = item, *word, *meant = slips_find_selectors(item, length, ",");
	size_t size;

	complain_of(config, place, item, length,
		    util_text("separate selectors with commas here, not with blanks%s", did_you_mean(meant)));
	while (wish->keep && util_next_word(&cursor, item + length, &word, &size))
		keep_meant(config, wish, word, size);
}

/* rd.vfio.ids= and rd.vfio.keep=: selectors with commas between them. */
static void parse_list(struct config *config, const struct place *place, const struct wish *wish,
		       const struct cmdline_param *param)
{
	const char *cursor = param->value ? param->value : "", *end = cursor + param->value_length, *item;
	size_t length, count = 0;

	/* The kernel skips empty items in vfio-pci.ids= too. */
	for (; util_next_item(&cursor, end, &item, &length); count++)
		if (before(item, length, ' ') == length)
			add_selector(config, place, wish, item, length);
		else
			parse_blanks(config, place, wish, item, length);
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
	/* To end in "=" is a way to be careful: rd.vfio=, rd.vfio.dryrun=. */
	if (truth < 0 &&
	    (param->value_length || (!cmdline_is(param, "rd.vfio") && !cmdline_is(param, "rd.vfio.dryrun"))))
		complain_of(config, place, param->value, param->value_length, expected);
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
	if (param->name_length <= strlen(PREFIX) || memcmp(param->name, PREFIX, strlen(PREFIX)) != 0)
		return NULL;
	for (size_t i = 0; i < setting_list.count; i++)
		if (cmdline_same_name(param->name + strlen(PREFIX), param->name_length - strlen(PREFIX),
				      setting_list.list[i].name))
			return &setting_list.list[i];
	return NULL;
}

static void parse_setting(struct config *config, const struct place *place, const struct cmdline_param *param)
{
	const struct setting *setting = find_setting(param);
	struct cmdline_param plain = *param;

	plain.name += strlen(PREFIX);
	plain.name_length -= strlen(PREFIX);
	if (setting)
		set_one(config, place, &plain, (size_t)(setting - setting_list.list));
}

static void parse_param(struct config *config, const struct place *place, const struct cmdline_param *param)
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
			say_off(config, cmdline_param_text(param));
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

/* --- slips on the kernel command line --- */

static bool is_ours(const struct cmdline_param *param)
{
	return find_parameter(param) != PARAMETER_NONE || find_setting(param);
}

/* Is it the ids= of a module that counts as claims, or of one that a claim names (config_read_module_ids())? */
static bool has_module_ids(const struct config *config, const struct cmdline_param *param)
{
	size_t module = before(param->name, param->name_length, '.');

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
static void obey(struct config *config, const struct place *place, const char *meant, const char *written)
{
	struct place quiet = *place;
	struct cmdline_param param;

	quiet.line_start = meant;
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
	bool bare = !left->value && find_parameter(left) == PARAMETER_ENABLE;
	struct cmdline_param joined;

	if (!param->name_length || *param->name == '.')
		return util_text("%s%s", text, word);
	cursor = util_text("%s.%s", text, word);
	if (bare && cmdline_next(&cursor, &joined) && is_ours(&joined))
		return joined.name;
	if (param->value || !(is_piece(param->name, param->name_length) || ends_in_comma(left) ||
			      (bare && !parse_bool(&alone))))
		return "";
	if (!left->value)
		return util_text("%s=%s", text, word);
	return util_text(
		"%s%s%s", text,
		are_selectors(param->name, param->name_length) && !ends_in_comma(left) && *word != ',' ? "," :
													 "",
		word);
}

/* A blank may stand between a parameter of ours, @left, and what belongs to it. Then it is added to that. */
static bool parse_torn(struct config *config, const struct place *place, const struct cmdline_param *param,
		       struct cmdline_param *left)
{
	/* Each one makes the text longer that the next one is added to: of rubbish that would be all memory. */
	const char *meant = left->name && !is_full(config) ? join_torn(left, param) : "";

	if (!meant[0])
		return false;
	complain_of(config, place, param->name, (size_t)(param_end(param) - param->name),
		    util_text("the blank before it separates it from %s%s%s", cmdline_param_text(left),
			      did_you_mean(meant), say_obeyed(meant)));
	obey(config, place, meant, util_text("%s %s", cmdline_param_text(left), cmdline_param_text(param)));
	(void)cmdline_next(&meant, left);
	return true;
}

/*
 * "rd.vfio.ids-10de:1c03", "rd=vfio.ids=10de:1c03". The module vfio-pci has other parameters too, which take no ids.
 */
static const char *find_start(const struct cmdline_param *param)
{
	const char *meant = names_find_start(param->name, param_end(param)), *value = strchr(meant, '=');

	return value && *meant == 'v' && !slips_selector(value + 1, strlen(value + 1))[0] ? "" : meant;
}

/* A parameter that is none of ours: one of ours that is misspelt, or another program's. */
static void parse_other(struct config *config, const struct place *place, const struct cmdline_param *param)
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
	found = find_name(config, named.name, named.name_length, NAME_PARAMETER);
	if (found.kind) {
		meant = with_name(found.meant, &named);
	} else if (named.name_length > strlen(PREFIX) && util_starts_with(param->name, PREFIX)) {
		named = *param;
		named.name += strlen(PREFIX);
		named.name_length -= strlen(PREFIX);
		complain_of(config, place, named.name, named.name_length, describe_unknown(config, &named));
		return;
	} else if ((meant = find_start(param))[0]) {
		what = "unknown parameter";
	} else if (!param->value && are_selectors(param->name, param->name_length)) {
		what = "a selector that stands alone";
		meant = util_text("rd.vfio.ids=%s", util_text_shown(param->name, param->name_length));
	} else if (param->value && names_ids(param) && are_selectors(param->value, param->value_length)) {
		meant = with_name("rd.vfio.ids", param);
	} else {
		return;
	}
	complain_of(
		config, place, param->name, param->name_length,
		util_text("%s%s%s", character[0] ? character : what, did_you_mean(meant), say_obeyed(meant)));
	obey(config, place, meant, cmdline_param_text(param));
}

void config_add_parameters(struct config *config, const char *path, const char *text)
{
	struct place place = { .path = path, .line = 1, .line_start = text };
	struct cmdline_param param, left = { 0 };
	const char *cursor = text;

	while (cmdline_next(&cursor, &param)) {
		bool module = has_module_ids(config, &param);

		if (is_ours(&param)) {
			parse_param(config, &place, &param);
		} else if (module && (!param.value || !param.value_length)) {
			complain_of(config, &place, param.name, param.name_length,
				    "no ids: expected ids with commas between them");
		} else if (!module) {
			if (parse_torn(config, &place, &param, &left))
				continue;
			parse_other(config, &place, &param);
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
