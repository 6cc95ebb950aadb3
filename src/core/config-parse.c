/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/config-parse.h"

#include <string.h>

#include "core/settings.h"
#include "core/slips.h"

void config_complain(struct config *config, const struct config_place *place, const char *at,
		     const char *what)
{
	config_add_error(
		config,
		util_text("%s:%zu:%zu", place->path, place->line, (size_t)(at - place->line_start) + 1),
		what);
}

void config_complain_of(struct config *config, const struct config_place *place, const char *text,
			size_t length, const char *expected)
{
	config_complain(config, place, text, util_text("'%s': %s", util_text_shown(text, length), expected));
}

const char *config_did_you_mean(const char *meant)
{
	return meant[0] ? util_text("; did you mean %s?", meant) : "";
}

bool config_is_full(const struct config *config)
{
	return config->error_count == CONFIG_ERRORS_MAX;
}

struct name config_find_name(const struct config *config, const char *word, size_t length, unsigned int kinds)
{
	return config_is_full(config) ? (struct name){ NAME_NONE, "" } : names_find(word, length, kinds);
}

static void add_keep(struct config *config, const struct config_wish *wish, const struct selector *selector)
{
	config->keeps = util_grow(config->keeps, config->keep_count, sizeof(*config->keeps));
	config->keeps[config->keep_count++] =
		(struct keep){ *selector, util_copy(wish->source, strlen(wish->source)) };
}

const char *config_keep_meant(struct config *config, const struct config_wish *wish, const char *text,
			      size_t length)
{
	const char *comment = memchr(text, '#', length), *word;
	size_t before = config->keep_count, size;
	const char *meant = config_is_full(config) ?
				    "" :
				    slips_selector(text, comment ? (size_t)(comment - text) : length);
	const char *end = meant + strlen(meant);
	struct selector selector;

	while (util_next_word(&meant, end, &word, &size))
		if (selector_is(word, size, &selector))
			add_keep(config, wish, &selector);
	return config->keep_count == before     ? "" :
	       config->keep_count == before + 1 ? " It is kept." :
						  " They are kept.";
}

/*
 * "01:00.0,1": what the item is a part of stands in the one before it. Returns what was meant, which may be several
 * selectors; "" for anything else.
 */
static const char *find_member(const struct config_place *place, const char *text, size_t length)
{
	const char *end = text, *start, *meant;
	struct selector selector;

	while (end > place->line_start && strchr(" \t,", end[-1]))
		end--;
	for (start = end; start > place->line_start && !strchr(" \t,=\"", start[-1]);)
		start--;
	if (!selector_is(start, (size_t)(end - start), &selector))
		return "";
	start = util_text_copy(start, (size_t)(end - start));
	meant = util_text("%s%s%.*s", start, *text == '-' ? "" : ",", (int)length, text);
	meant = slips_selector(meant, strlen(meant));
	return util_starts_with(meant, util_text("%s ", start)) ? meant + strlen(start) + 1 : "";
}

void config_add_selector(struct config *config, const struct config_place *place,
			 const struct config_wish *wish, const char *text, size_t length)
{
	/* A line may have any number of words. */
	cleanup_texts struct text *mark = util_texts_mark();
	struct selector_error error;
	struct selector selector;
	struct claim *claim;

	if (slips_parse_selector(text, length, wish->options.rank == CLAIM_OF_FILE ? ' ' : ',', &selector,
				 &error) < 0) {
		const char *member = config_is_full(config) || util_ends_in(error.what, "?") ?
					     "" :
					     find_member(place, text, length);
		const char *kept = !wish->keep ? "" :
				   member[0]   ? config_keep_meant(config, wish, member, strlen(member)) :
						 config_keep_meant(config, wish, text, length);

		error.what = util_text_add(error.what, "%s", config_did_you_mean(member));
		if (kept[0])
			error.what = util_text_add(error.what, "%s%s",
						   util_ends_in(error.what, "?") ? "" : ".", kept);
		config_complain(config, place, text + error.offset, error.what);
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

bool config_is_again(unsigned int bit, unsigned int *seen)
{
	bool again = *seen & 1U << bit;

	*seen |= 1U << bit;
	return again;
}

void config_complain_of_value(struct config *config, const struct config_place *place,
			      const struct setting *setting, const char *value, size_t length)
{
	const char *character = slips_character(value, length, &(size_t){ 0 });

	config_complain_of(config, place, value, length,
			   util_text("%s%s%s%s", character, character[0] ? "; " : "",
				     setting_expects(setting),
				     config_did_you_mean(setting_nearest(setting, value, length))));
}

/* A setting whose value cannot be read: errors only protect, so a switch then has its careful value. */
static void complain_of_setting(struct config *config, const struct config_place *place,
				const struct setting *setting, const struct cmdline_param *param)
{
	struct config standard;

	config_complain_of_value(config, place, setting, param->value, param->value_length);
	if (setting->kind != SETTING_SWITCH)
		return;
	config_init(&standard);
	(void)setting_take_careful(setting, &standard, config);
}

void config_set_one(struct config *config, const struct config_place *place,
		    const struct cmdline_param *param, size_t i)
{
	const struct setting *setting = &setting_list.list[i];
	const struct config before = *config;
	const char *used;

	if (!param->value)
		config_complain(config, place, param->name, setting_expects(setting));
	else if (!setting_store(setting, param->value, param->value_length, config))
		complain_of_setting(config, place, setting, param);
	else if (config_is_again((unsigned int)i, place->seen)) {
		bool same = setting_is_same(setting, &before, config);

		used = setting_take_careful(setting, &before, config);
		if (place->is_file || !same)
			config_complain_of(
				config, place, param->name, param->name_length,
				util_text("a second time%s; %s is used",
					  place->is_file ? " in this file" : ", with another value", used));
	}
}

const char *config_setting_of(const char *name)
{
	return util_starts_with(name, CONFIG_PREFIX) &&
			       setting_find(&setting_list, name + strlen(CONFIG_PREFIX)) ?
		       name + strlen(CONFIG_PREFIX) :
		       name;
}

const char *config_with_name(const char *name, const struct cmdline_param *param)
{
	const char *value;

	if (!param->value || strchr(name, '='))
		return util_text("%s", name);
	value = slips_plain(param->value, param->value_length);
	return util_text("%s=%s", name, util_text_shown(value, strcspn(value, "\"\n")));
}

const char *config_describe_unknown(const struct config *config, const struct cmdline_param *param)
{
	struct name name = config_find_name(config, param->name, param->name_length,
					    NAME_SETTING | NAME_OPTION | NAME_PARAMETER);

	if (name.kind == NAME_OPTION)
		return util_text("no setting; %s is an option of a claim line in a file", name.meant);
	return util_text(
		"unknown setting; settings are %s%s", setting_names(&setting_list, ""),
		config_did_you_mean(name.kind ? config_with_name(config_setting_of(name.meant), param) : ""));
}

size_t config_before(const char *text, size_t length, char c)
{
	const char *at = memchr(text, c, length);

	return at ? (size_t)(at - text) : length;
}
