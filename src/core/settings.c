/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/settings.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/nearest.h"
#include "core/pci.h"

/* --- values --- */

/* Take the next word of "none|slot|group". */
static bool next_value(const char **cursor, const char **ret_value, size_t *ret_length)
{
	if (!**cursor)
		return false;
	*ret_value = *cursor;
	*ret_length = strcspn(*cursor, "|");
	*cursor += *ret_length + ((*cursor)[*ret_length] == '|');
	return true;
}

/* Which of the values is it, counted from 1? 0 for none of them. */
static unsigned int choose(const char *values, const char *text, size_t length)
{
	unsigned int number = 1;
	const char *value;
	size_t value_length;

	for (; next_value(&values, &value, &value_length); number++)
		if (value_length == length && !memcmp(value, text, length))
			return number;
	return 0;
}

static bool parse_seconds(const char *range, const char *text, size_t length, unsigned int *ret)
{
	char *end;
	unsigned long least = strtoul(range, &end, 10), most = strtoul(end + strlen(" to "), NULL, 10),
		      value = 0;

	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9' || value > most)
			return false;
		value = value * 10 + (unsigned long)(text[i] - '0');
	}
	if (value < least || value > most)
		return false;
	*ret = (unsigned int)value;
	return true;
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

bool setting_store(const struct setting *setting, const char *value, size_t length, void *ret)
{
	unsigned int choice = choose(setting->values, value, length);
	char *field = (char *)ret + setting->field;

	switch (setting->kind) {
	case SETTING_SWITCH:
		if (choice)
			*(bool *)field = choice == 2;
		return choice;
	case SETTING_CHOICE:
		/* An enum without negative values is an unsigned int. */
		if (choice)
			*(unsigned int *)field = choice;
		return choice;
	case SETTING_SECONDS:
		return parse_seconds(setting->values, value, length, (unsigned int *)field);
	case SETTING_DRIVER:
		if (!is_driver_name(value, length))
			return false;
		if (!util_equal(value, length, setting->standard))
			util_format(field, PCI_DRIVER_SIZE, "%.*s", (int)length, value);
		return true;
	case SETTING_WORD:
		*(bool *)field = true;
	}
	return true;
}

/* The value of a bool, an enum or a number. */
static unsigned int value_of(const struct setting *setting, const void *object)
{
	const char *field = (const char *)object + setting->field;

	return setting->kind == SETTING_SWITCH ? *(const bool *)field : *(const unsigned int *)field;
}

bool setting_is_same(const struct setting *setting, const void *a, const void *b)
{
	return value_of(setting, a) == value_of(setting, b);
}

const char *setting_take_careful(const struct setting *setting, const void *other, void *ret)
{
	unsigned int a = value_of(setting, ret), b = value_of(setting, other), least = a < b ? a : b;
	const char *values = setting->values, *value = "";
	size_t length = 0;

	if (setting->kind == SETTING_SWITCH)
		*(bool *)((char *)ret + setting->field) = least;
	else
		*(unsigned int *)((char *)ret + setting->field) = least;
	if (setting->kind == SETTING_SECONDS)
		return util_text("%s=%u", setting->name, least);
	/* The values of a choice count from 1. */
	for (unsigned int i = setting->kind == SETTING_CHOICE;
	     i <= least && next_value(&values, &value, &length); i++)
		;
	return util_text("%s=%.*s", setting->name, (int)length, value);
}

/* --- messages --- */

/* What stands before item @i of @count: nothing, a comma, or @last. */
static const char *separator(size_t i, size_t count, const char *last)
{
	if (!i)
		return "";
	return i + 1 == count ? last : ", ";
}

static const char *add_values(const char *text, const char *values)
{
	const char *value;
	size_t length, count = 1;

	for (const char *bar = values; (bar = strchr(bar, '|')); bar++)
		count++;
	for (size_t i = 0; next_value(&values, &value, &length); i++)
		text = util_text_add(text, "%s%.*s", separator(i, count, " or "), (int)length, value);
	return text;
}

const char *setting_expects(const struct setting *setting)
{
	const char *text = util_text("%s takes ", setting->name);

	if (setting->kind == SETTING_SECONDS)
		return util_text_add(text, "%s seconds", setting->values);
	if (setting->kind == SETTING_DRIVER)
		return util_text_add(text, "%s or the name of a driver", setting->standard);
	return add_values(text, setting->values);
}

const char *setting_nearest(const struct setting *setting, const char *value, size_t length)
{
	const char *values = setting->values, *one;
	size_t one_length;

	if (setting->kind != SETTING_SWITCH && setting->kind != SETTING_CHOICE)
		return "";
	while (next_value(&values, &one, &one_length))
		if (length && nearest_distance(value, length, one, one_length) <= 1 + (one_length > 4))
			return util_text("%.*s", (int)one_length, one);
	return "";
}

const struct setting *setting_find(const struct setting_list *all, const char *name)
{
	for (size_t i = 0; i < all->count; i++)
		if (!strcmp(all->list[i].name, name))
			return &all->list[i];
	return NULL;
}

const char *setting_names(const struct setting_list *all, const char *suffix)
{
	const char *text = "";

	for (size_t i = 0; i < all->count; i++)
		text = util_text_add(text, "%s%s%s", separator(i, all->count, " and "), all->list[i].name,
				     all->list[i].kind == SETTING_WORD ? "" : suffix);
	return text;
}
