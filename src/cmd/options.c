/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int parse_one(const char *command, char *word, struct options *ret, const char **colour)
{
	if (!strcmp(word, "--json")) {
		ret->json = true;
	} else if (!strcmp(word, "--color")) {
		*colour = "always";
	} else if (!strncmp(word, "--color=", 8)) {
		*colour = word + 8;
	} else if (word[0] != '-') {
		ret->words = util_grow(ret->words, ret->word_count, sizeof(*ret->words));
		ret->words[ret->word_count++] = word;
	} else {
		fprintf(stderr, "vfio-early: %s knows --json and --color=auto|always|never, not '%s'\n",
			command, word);
		return -EINVAL;
	}
	return 0;
}

int options_parse(int argc, char **argv, bool selectors, struct options *ret)
{
	const char *colour = "auto";

	*ret = (struct options){ 0 };
	for (int i = 1; i < argc; i++)
		if (parse_one(argv[0], argv[i], ret, &colour) < 0)
			return -EINVAL;
	if (ret->word_count && !selectors) {
		fprintf(stderr,
			"vfio-early: %s takes no selectors, as '%s'; it looks at all that is configured\n",
			argv[0], ret->words[0]);
		return -EINVAL;
	}
	if (term_start(&ret->term, stdout, colour) < 0) {
		fprintf(stderr, "vfio-early: --color= takes auto, always or never, not '%s'\n", colour);
		return -EINVAL;
	}
	return 0;
}

void options_clear(struct options *options)
{
	free(options->words);
	*options = (struct options){ 0 };
}
