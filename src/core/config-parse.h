/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What config-file.c and config-cmdline.c have in common: how a piece of text becomes a claim, a keep, a setting or an
 * error. Only for these. Pure.
 */
#pragma once

#include "core/cmdline.h"
#include "core/config.h"
#include "core/names.h"

struct setting;

/* Before the name of a setting on the kernel command line. */
#define CONFIG_PREFIX "rd.vfio."

/* Where a piece of text stands: for messages. */
struct config_place {
	const char *path;
	size_t line;
	const char *line_start;
	unsigned int *
		seen; /* a bit for each setting and parameter that the text has already; NULL where it has none */
	bool is_file;  /* what stands there twice is an error; elsewhere only another value is */
	bool is_meant; /* no text of the user but what it was meant to be */
};

/* What the selectors of one line become: claims with these options, or keeps. */
struct config_wish {
	const char *source; /* for the report */
	struct claim options;
	bool keep;
};

/* Add the error @what, which is found at @at of the line of @place. */
void config_complain(struct config *config, const struct config_place *place, const char *at,
		     const char *what);
/* The same, with the text in front of what was @expected. */
void config_complain_of(struct config *config, const struct config_place *place, const char *text,
			size_t length, const char *expected);
/* The setting or option cannot have this value: say which values it has, and the nearest. */
void config_complain_of_value(struct config *config, const struct config_place *place,
			      const struct setting *setting, const char *value, size_t length);

/* What a message ends in where it is known what was meant, or "". */
const char *config_did_you_mean(const char *meant) must_check;

/* Rubbish has many errors, of which most are not listed: no time goes into those. */
bool config_is_full(const struct config *config) must_check;

/* names_find(), or none where the error would not be listed. */
struct name config_find_name(const struct config *config, const char *word, size_t length,
			     unsigned int kinds) must_check;

/* Add a selector to the claims or keeps; one that cannot be read is an error, and a keep keeps what was meant. */
void config_add_selector(struct config *config, const struct config_place *place,
			 const struct config_wish *wish, const char *text, size_t length);

/*
 * Errors only protect: keep what a word was probably meant to be, which may be several selectors. Returns what is said
 * of it, "" where nothing is kept.
 */
const char *config_keep_meant(struct config *config, const struct config_wish *wish, const char *text,
			      size_t length);

/* Is the bit @bit set in *@seen already? Sets it. */
bool config_is_again(unsigned int bit, unsigned int *seen) must_check;

/* Set setting_list.list[@i] to the value of the parameter, or add an error. */
void config_set_one(struct config *config, const struct config_place *place,
		    const struct cmdline_param *param, size_t i);

/* "iommu" of "rd.vfio.iommu", or @name itself where it is no parameter for a setting. */
const char *config_setting_of(const char *name) must_check;

/* The parameter with its name as it should be, and its value without what surrounds it: a util_text(). */
const char *config_with_name(const char *name, const struct cmdline_param *param) must_check;

/* What an unknown setting is: a misspelt one, or a name of something else. */
const char *config_describe_unknown(const struct config *config,
				    const struct cmdline_param *param) must_check;

/* How much of the text stands before the character: @length where it is not there. */
size_t config_before(const char *text, size_t length, char c) must_check;
