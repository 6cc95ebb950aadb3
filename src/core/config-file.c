/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/config-parse.h"

#include <stdlib.h>
#include <string.h>

#include "core/settings.h"
#include "core/slips.h"

static size_t count_errors(const struct config *config)
{
	return config->error_count + config->errors_left_out;
}

/* "set keep=01:00.0": no setting, but it protects. */
static bool keep_setting(struct config *config, const struct config_place *place,
			 const struct cmdline_param *param)
{
	struct name name =
		config_find_name(config, param->name, param->name_length, NAME_DIRECTIVE | NAME_PARAMETER);
	const struct config_wish wish = { .source = util_text("%s:%zu", place->path, place->line),
					  .keep = true };
	const char *meant;

	if (!param->value ||
	    (strcmp(name.meant, "keep") != 0 && strcmp(name.meant, CONFIG_PREFIX "keep") != 0))
		return false;
	meant = slips_find_selectors(param->value, param->value_length, " ");
	if (!meant[0])
		return false;
	config_complain_of(config, place, param->name, param->name_length,
			   util_text("no setting; did you mean keep %s?%s", meant,
				     config_keep_meant(config, &wish, meant, strlen(meant))));
	return true;
}

static void set_option(struct config *config, const struct config_place *place,
		       const struct cmdline_param *param)
{
	cleanup_texts struct text *mark = util_texts_mark();

	for (size_t i = 0; i < setting_list.count; i++) {
		if (cmdline_is(param, setting_list.list[i].name)) {
			config_set_one(config, place, param, i);
			return;
		}
	}
	if (!keep_setting(config, place, param))
		config_complain_of(config, place, param->name, param->name_length,
				   config_describe_unknown(config, param));
}

/* Take the next word of a line; "#" at its start ends the line. */
static bool next_word(const char **cursor, const char *end, const char **ret_word, size_t *ret_length)
{
	return util_next_word(cursor, end, ret_word, ret_length) && **ret_word != '#';
}

/* NAME=VALUE of a file, as a parameter. */
static struct cmdline_param split_word(const char *word, size_t length)
{
	size_t name = config_before(word, length, '=');

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
	struct name name = config_find_name(config, word, param.name_length, NAME_OPTION | NAME_SETTING);
	const struct setting *option = setting_find(&claim_option_list, name.meant);

	if (option && option->kind == SETTING_WORD)
		return util_text("%s takes no value", name.meant);
	if (name.kind == NAME_SETTING)
		return util_text("no option of a claim but a setting; write it on a line of its own: set %s",
				 config_with_name(name.meant, &param));
	return util_text(
		"unknown option of a claim; options are %s%s", setting_names(&claim_option_list, "="),
		config_did_you_mean(name.kind              ? config_with_name(name.meant, &param) :
				    config_is_full(config) ? "" :
							     slips_find_selectors(word, length, " ")));
}

/* @seen has a bit for each option that the line has already. */
static void parse_option(struct config *config, const struct config_place *place, const char *word,
			 size_t length, unsigned int *seen, struct claim *ret)
{
	cleanup_texts struct text *mark = util_texts_mark();
	const char *equals = memchr(word, '=', length), *value = equals ? equals + 1 : word + length;
	size_t i = find_option(word, equals ? (size_t)(equals - word) : length, equals);
	size_t value_length = (size_t)(word + length - value);
	struct claim changed = *ret;

	if (i == claim_option_list.count) {
		config_complain_of(config, place, word, length,
				   describe_unknown_option(config, word, length));
	} else if (!setting_store(&claim_option_list.list[i], value, value_length, &changed)) {
		config_complain_of_value(config, place, &claim_option_list.list[i], value, value_length);
	} else if (config_is_again((unsigned int)i, seen)) {
		config_complain_of(config, place, word, length, "a second time on this line");
	} else {
		*ret = changed;
	}
}

/* "10de 1c03": returns the id, and moves *@cursor behind it; "" for anything else. */
static const char *join_halves(const char *word, size_t length, const char *end, const char **cursor)
{
	const char *next = *cursor, *device, *id;
	size_t device_length;

	/* A class, as lspci -n has it, starts with "0". */
	if (length != 4 || *word == '0' || !next_word(&next, end, &device, &device_length))
		return "";
	id = slips_join_id(word, length, device, device_length);
	if (id[0])
		*cursor = next;
	return id;
}

/* One word of a "claim" or "keep" line that is no option. Moves *@cursor behind what belongs to it. */
static void parse_selector(struct config *config, const struct config_place *place,
			   const struct config_wish *wish, const char *word, size_t length, const char *end,
			   const char **cursor)
{
	cleanup_texts struct text *mark = util_texts_mark();
	bool other = config_before(word, length, ':') + 1 >= length && !memchr(word, ',', length);
	struct name name = other ? config_find_name(config, word, length - (word[length - 1] == ':'),
						    NAME_DIRECTIVE | NAME_OPTION) :
				   (struct name){ NAME_NONE, "" };
	const struct setting *option =
		name.kind == NAME_OPTION ? setting_find(&claim_option_list, name.meant) : NULL;
	const char *joined = option ? join(&claim_option_list, NAME_OPTION, word, end, cursor) : "";
	const char *id = name.kind ? "" : join_halves(word, length, end, cursor);

	if (id[0])
		config_complain_of(
			config, place, word, (size_t)(*cursor - word),
			util_text("%s%s%s", selector_expected_id, config_did_you_mean(id),
				  wish->keep ? config_keep_meant(config, wish, id, strlen(id)) : ""));
	else if (name.kind == NAME_DIRECTIVE)
		config_complain_of(config, place, word, length,
				   util_text("expected a selector or an option; %s starts a line of its own",
					     name.meant));
	else if (name.kind && wish->keep)
		config_complain_of(config, place, word, length, "expected a selector; keep takes no options");
	else if (option && option->kind != SETTING_WORD && !joined[0] && util_equal(word, length, name.meant))
		config_complain_of(config, place, word, length,
				   util_text("an option is NAME=VALUE; %s", setting_expects(option)));
	else if (name.kind)
		config_complain_of(config, place, word, length,
				   util_text("expected a selector or an option%s",
					     config_did_you_mean(joined[0] ? joined : name.meant)));
	else
		config_add_selector(config, place, wish, word, length);
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
	if (config_is_full(config) || end - start > 4096)
		return "";
	while (next_word(&cursor, end, &word, &length))
		strange += *word != '=' && !selector_is(word, length, &selector) &&
			   !slips_selector(word, length)[0] &&
			   !names_find(word, config_before(word, length, '='), NAME_DIRECTIVE | NAME_OPTION)
				    .kind;
	return strange > 1 ? slips_find_selectors(start, (size_t)(end - start), " ") : "";
}

/*
 * "claim" and "keep": selectors, and of a claim options, which count for the whole line wherever they stand. A claim with
 * an error claims nothing; a keep keeps what can be read.
 */
static void parse_selectors(struct config *config, const struct config_place *place, bool keep,
			    const char *start, const char *end)
{
	struct config_wish wish = { .source = util_text("%s:%zu", place->path, place->line),
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
				config_complain_of(config, place, word, length,
						   keep ? "expected a selector" :
							  "expected a selector or an option");
		} else if (keep || !is_option(word, length)) {
			count++;
			parse_selector(config, place, &wish, word, length, end, &cursor);
		}
	}
	if (!count && count_errors(config) == errors)
		config_complain(
			config, place, cursor,
			"no selector on this line: expected an id such as 10de:1c03 or an address such as "
			"01:00.0");
	if (count_errors(config) == errors)
		return;
	if (pasted[0])
		say_more(config, first,
			 config_did_you_mean(util_text("%s %s", keep ? "keep" : "claim", pasted)));
	if (config->claim_count > claims)
		say_more(config, first,
			 ends_in_question(config, first) ? " This line claims nothing." :
							   "; this line claims nothing");
	drop_claims(config, claims);
}

static void parse_set(struct config *config, const struct config_place *place, const char *cursor,
		      const char *end)
{
	struct cmdline_param param = { 0 };
	const char *equals, *joined, *behind;
	size_t length, count = 0;

	for (; next_word(&cursor, end, &param.name, &length); count++) {
		equals = memchr(param.name, '=', length);
		joined = config_is_full(config) ||
					 (equals && equals > param.name && equals < param.name + length - 1) ?
				 "" :
				 join(&setting_list, NAME_SETTING, param.name, end, &behind);
		if (joined[0]) {
			config_complain_of(config, place, param.name, (size_t)(behind - param.name),
					   util_text("a setting is NAME=VALUE without blanks%s",
						     config_did_you_mean(util_text("set %s", joined))));
			cursor = behind;
			continue;
		}
		param = split_word(param.name, length);
		set_option(config, place, &param);
	}
	if (!count)
		config_complain(config, place, cursor, "set without NAME=VALUE, as in: set iommu=require");
}

/* Is each word of the text one of a claim line? */
static bool is_clean(const char *text, bool keep)
{
	const char *end = text + strlen(text), *word;
	size_t length;
	struct selector selector;

	while (next_word(&text, end, &word, &length))
		if (!selector_is(word, length, &selector) &&
		    (keep || find_option(word, config_before(word, length, '='), memchr(word, '=', length)) ==
				     claim_option_list.count))
			return false;
	return true;
}

/* The line that @line was meant to be, whose first word is a name of another kind. */
static const char *line_of(const struct name *name, const char *line)
{
	const char *selectors = slips_find_selectors(line, strlen(line), " "), *value = strchr(line, '='),
		   *behind;
	const char *setting = config_setting_of(name->meant);

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
static void parse_unknown(struct config *config, const struct config_place *place, const char *word,
			  size_t length, const char *end)
{
	const char *line = config_is_full(config) ? "" : plain_line(word, end), *meant = guess_line(line);
	const char *character = slips_character(word, length, &(size_t){ 0 });
	const char *what = "unknown directive: a line starts with claim, keep, set or #";
	bool keep = util_starts_with(meant, "keep ");
	struct config_place quiet = *place;

	if (slips_is_of_lspci(line))
		what = "a line of lspci -k, which is not needed here";
	else if (config_find_name(config, line, strcspn(line, "= \t\r"), NAME_PARAMETER).kind)
		what = "a kernel parameter, which has no effect in a file";
	config_complain_of(config, place, word, length,
			   util_text("%s%s%s", character[0] ? character : what, config_did_you_mean(meant),
				     keep ? " It is obeyed, because it only protects." : ""));
	quiet.line_start = meant;
	if (keep && is_clean(meant + strlen("keep "), true))
		parse_selectors(config, &quiet, true, meant + strlen("keep "), meant + strlen(meant));
}

static void parse_line(struct config *config, const struct config_place *place, const char *end)
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
static void parse_cut_line(struct config *config, const struct config_place *place, const char *end)
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
	config_complain(config, place, place->line_start,
			claims ?
				"the file ends within this line, so the claim is ignored: its options may be "
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
	struct config_place place = { .path = path, .line = 1, .seen = &seen, .is_file = true };
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
