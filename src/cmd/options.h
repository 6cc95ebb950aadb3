/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line of the program: options in any place, one command, and its words. */
#pragma once

#include "cmd/term.h"

/* In the order of their rows. */
enum options_filter { FILTER_GPU, FILTER_USB, FILTER_NET, FILTER_STORAGE, FILTER_WANTED, FILTERS };

struct options {
	bool json, late, dry_run, write, help, version;
	/* what list shows, and in which form */
	unsigned int filters; /* a bit for each enum options_filter */
	bool tree, lines;
	const char *driver; /* of --driver, several with commas between them, or NULL */
	const char *root;   /* of --root, or NULL */
	const char *colour; /* of --color */
	struct term term;
	char **words; /* what is no option, argv's own strings; behind the command once that is known */
	size_t word_count;
	unsigned int given;  /* a bit for each option that was given */
	const char *unknown; /* the first option that there is none of, and one without its value */
	const char *valueless;
	int valueless_index; /* its row */
};

/* Parse @argv, whose words move behind its options. What is wrong is said by options_accept(). */
void options_parse(int argc, char **argv, struct options *ret);

/* "gpu" for --gpu. */
const char *options_filter_name(enum options_filter filter) must_check;

/* Are these options of @command? Returns 0, or -EINVAL after a message on stderr that names the option. */
int options_accept(struct options *options, const char *command) must_check;

/* Print the options of @command with their help, or every option with the commands that take it for NULL. */
void options_print(FILE *out, const char *command);

/* The options of @command for its usage, as " [--json] [--color[=WHEN]]". */
const char *options_usage(const char *command);

/* The option that was probably meant by @word, as "did you mean --json? ", or "". */
const char *options_hint(const char *word);
