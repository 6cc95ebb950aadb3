/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int parse_one(const char *command, char *word, struct options *ret, const char **colour)
{
	if (!strcmp(word, "--json")) {
		ret->json = true;
	} else if (!strcmp(word, "--color")) {
		*colour = "always";
	} else if (!strncmp(word, "--color=", 8) || !strncmp(word, "--colour=", 9)) {
		*colour = strchr(word, '=') + 1;
	} else if (word[0] != '-') {
		ret->words = util_grow(ret->words, ret->word_count, sizeof(*ret->words));
		ret->words[ret->word_count++] = word;
	} else {
		fprintf(stderr, "vfio-early: %s knows --json and --color=auto|always|never, not '%s'\n", command, word);
		return -EINVAL;
	}
	return 0;
}

int options_parse(int argc, char **argv, struct options *ret)
{
	const char *colour = "auto";
	int r = 0;

	*ret = (struct options){ 0 };
	for (int i = 1; i < argc && r == 0; i++)
		r = parse_one(argv[0], argv[i], ret, &colour);
	if (r == 0 && page_start(&ret->page, stdout, colour) < 0) {
		fprintf(stderr, "vfio-early: --color= takes auto, always or never, not '%s'\n", colour);
		r = -EINVAL;
	}
	if (r < 0) {
		free(ret->words);
		ret->words = NULL;
	}
	return r;
}
