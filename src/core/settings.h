/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The settings and the options of a claim (settings.def): reads and stores their values. Pure. */
#pragma once

#include "util.h"

enum setting_kind {
	SETTING_SWITCH,  /* one of two words; a bool: is it the second one? */
	SETTING_CHOICE,  /* one of several words; an enum that counts them from 1 */
	SETTING_SECONDS, /* a number in the range; an unsigned int */
	SETTING_DRIVER,  /* "auto", or the name of a driver; a string, "" for auto */
	SETTING_WORD,    /* takes no value; a bool */
};

struct setting {
	const char *name;
	enum setting_kind kind;
	const char *values;   /* words with "|" between them, or "LEAST to MOST" */
	const char *standard; /* the default, "" for none */
	size_t field;         /* its offset in struct config, or in struct claim */
};

struct setting_list {
	const struct setting *list;
	size_t count;
};

/*
 * Read a value and store it in @ret, a struct config or a struct claim. Returns false, without a change,
 * where the setting has no such value.
 */
bool setting_store(const struct setting *setting, const char *value, size_t length, void *ret);

/* Do both objects have the same value? Like the next one only of the kinds that settings have. */
bool setting_is_same(const struct setting *setting, const void *a, const void *b);

/*
 * Take the careful value of the two that @other and @ret have, which is the lower one: it forbids or ends earlier what the
 * other allows. Returns it as "iommu=require": a util_text().
 */
const char *setting_take_careful(const struct setting *setting, const void *other, void *ret);

/* What the setting takes, as in "expand takes none, slot or group": a util_text(). */
const char *setting_expects(const struct setting *setting) must_check;

/* The value that @value was probably meant to be, "" where that is unknown. */
const char *setting_nearest(const struct setting *setting, const char *value, size_t length) must_check;

/* The one of this name, or NULL. */
const struct setting *setting_find(const struct setting_list *all, const char *name);

/* The names of all, as in "expand=, stage= and optional": @suffix follows those that take a value. */
const char *setting_names(const struct setting_list *all, const char *suffix) must_check;
