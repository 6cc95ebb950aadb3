/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/options.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>

#include "core/nearest.h"

enum {
	OPTION_JSON,
	OPTION_COLOR,
	OPTION_GPU,
	OPTION_USB,
	OPTION_NET,
	OPTION_STORAGE,
	OPTION_WANTED,
	OPTION_DRIVER,
	OPTION_TREE,
	OPTION_LINES,
	OPTION_LATE,
	OPTION_DRY_RUN,
	OPTION_WRITE,
	OPTION_ROOT,
	OPTION_HELP,
	OPTION_VERSION
};

static const struct row {
	const char *name;
	char letter;          /* 0: it has a long name only */
	int value;            /* no_argument, required_argument or optional_argument */
	const char *shown;    /* how the value is written, with what stands before it */
	const char *commands; /* which take it, "" for each */
	const char *help;
} rows[] = {
	[OPTION_JSON] = { "json", 0, no_argument, "", "list check status boot", "Print JSON." },
	[OPTION_COLOR] = { "color", 0, optional_argument, "[=WHEN]", "list check status",
			   "Use colours: always, never, or auto (the default: on a terminal,\n"
			   "unless NO_COLOR is set). Without WHEN: always." },
	[OPTION_GPU] = { "gpu", 0, no_argument, "", "list", "Only graphics cards and accelerators." },
	[OPTION_USB] = { "usb", 0, no_argument, "", "list", "Only USB controllers." },
	[OPTION_NET] = { "net", 0, no_argument, "", "list", "Only network cards." },
	[OPTION_STORAGE] = { "storage", 0, no_argument, "", "list", "Only storage controllers." },
	[OPTION_WANTED] = { "wanted", 0, no_argument, "", "list", "Only claimed devices." },
	[OPTION_DRIVER] = { "driver", 0, required_argument, "=NAME", "list",
			    "Only devices bound to the driver NAME; none: to no driver." },
	[OPTION_TREE] = { "tree", 0, no_argument, "", "list",
			  "Print a tree of IOMMU groups, also in a pipe and with filters." },
	[OPTION_LINES] = { "lines", 0, no_argument, "", "list",
			   "Print one line per device, also on a terminal." },
	[OPTION_WRITE] = { "write", 0, no_argument, "", "facts",
			   "Write the facts to /etc/vfio-early.facts, for images built in\n"
			   "a chroot or a container." },
	[OPTION_LATE] = { "late", 0, no_argument, "", "boot",
			  "Run the late stage: storage, USB controllers and card readers." },
	[OPTION_DRY_RUN] = { "dry-run", 0, no_argument, "", "boot", "Print the plan and write nothing." },
	[OPTION_ROOT] = { "root", 0, required_argument, "=DIR", "", "Use DIR as the root directory." },
	[OPTION_HELP] = { "help", 'h', no_argument, "", "",
			  "Print help. COMMAND --help describes one command." },
	[OPTION_VERSION] = { "version", 'V', no_argument, "", "", "Print the version." },
};

const char *options_filter_name(enum options_filter filter)
{
	return rows[OPTION_GPU + filter].name;
}

/* getopt_long() returns this and the index of the row. */
#define KEY 256

static int index_of(int key)
{
	for (int i = 0; i < (int)ARRAY_SIZE(rows); i++)
		if (key == KEY + i || (rows[i].letter && key == rows[i].letter))
			return i;
	return -1;
}

static void take(struct options *options, int index)
{
	options->given |= 1U << index;
	if (index == OPTION_COLOR)
		options->colour = optarg ? optarg : "always";
	else if (index == OPTION_ROOT)
		options->root = optarg;
	else if (index == OPTION_DRIVER)
		options->driver = options->driver ? util_text("%s,%s", options->driver, optarg) : optarg;
}

/* "--driver=", and "--driver --gpu", where the next option is no value. */
static bool lacks_value(int index)
{
	return rows[index].value == required_argument && (!*optarg || util_starts_with(optarg, "--"));
}

static bool is_given(const struct options *options, int index)
{
	return options->given & 1U << index;
}

void options_parse(int argc, char **argv, struct options *ret)
{
	struct option longs[ARRAY_SIZE(rows) + 1] = { 0 };
	int key;

	*ret = (struct options){ .colour = "auto" };
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		longs[i] = (struct option){ rows[i].name, rows[i].value, NULL, KEY + (int)i };
	opterr = 0;
	while ((key = getopt_long(argc, argv, ":hV", longs, NULL)) != -1) {
		if (key == ':') {
			ret->valueless = argv[optind - 1];
			ret->valueless_index = index_of(optopt);
		} else if (key != '?' && lacks_value(index_of(key))) {
			ret->valueless = util_text("--%s%s", rows[index_of(key)].name, *optarg ? "" : "=");
			ret->valueless_index = index_of(key);
		} else if (key != '?') {
			take(ret, index_of(key));
		} else if (!ret->unknown) {
			/* A bundle of letters is still at its place. */
			ret->unknown =
				optopt > 0 && optopt < KEY ? util_text("-%c", optopt) : argv[optind - 1];
		}
	}
	ret->json = is_given(ret, OPTION_JSON);
	ret->write = is_given(ret, OPTION_WRITE);
	ret->filters = ret->given >> OPTION_GPU & ((1U << FILTERS) - 1);
	ret->tree = is_given(ret, OPTION_TREE);
	ret->lines = is_given(ret, OPTION_LINES);
	ret->late = is_given(ret, OPTION_LATE);
	ret->dry_run = is_given(ret, OPTION_DRY_RUN);
	ret->help = is_given(ret, OPTION_HELP);
	ret->version = is_given(ret, OPTION_VERSION);
	ret->words = argv + optind;
	ret->word_count = (size_t)(argc - optind);
}

static bool is_taken_by(const struct row *row, const char *command)
{
	const char *cursor = row->commands, *end = cursor + strlen(cursor), *word;
	size_t length;

	while (util_next_word(&cursor, end, &word, &length))
		if (util_equal(word, length, command))
			return true;
	return !row->commands[0];
}

static bool is_command(const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].commands[0] && is_taken_by(&rows[i], word))
			return true;
	return false;
}

const char *options_hint(const char *word)
{
	const char *names[ARRAY_SIZE(rows)], *name;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		names[i] = rows[i].name;
	while (*word == '-')
		word++;
	if (is_command(word))
		return util_text("did you mean %s? ", word);
	name = nearest_name(word, strcspn(word, "="), names, ARRAY_SIZE(names));
	return name ? util_text("did you mean --%s? ", name) : "";
}

int options_accept(struct options *options, const char *command)
{
	if (options->unknown) {
		fprintf(stderr, "vfio-early: unknown option '%s': %svfio-early %s --help lists the options\n",
			options->unknown, options_hint(options->unknown), command);
		return -EINVAL;
	}
	if (options->valueless) {
		fprintf(stderr, "vfio-early: '%s' needs a value: --%s%s\n", options->valueless,
			rows[options->valueless_index].name, rows[options->valueless_index].shown);
		return -EINVAL;
	}
	if (options->tree && options->lines) {
		fprintf(stderr, "vfio-early: --tree and --lines exclude each other\n");
		return -EINVAL;
	}
	for (int i = 0; i < (int)ARRAY_SIZE(rows); i++) {
		if (!is_given(options, i) || is_taken_by(&rows[i], command))
			continue;
		fprintf(stderr, "vfio-early: %s does not take --%s: vfio-early %s --help lists the options\n",
			command, rows[i].name, command);
		return -EINVAL;
	}
	if (term_start(&options->term, stdout, options->colour) < 0) {
		fprintf(stderr, "vfio-early: --color=%s: the value is auto, always or never\n",
			options->colour);
		return -EINVAL;
	}
	return 0;
}

void options_print(FILE *out, const char *command)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *line = rows[i].help;
		size_t length;

		if (command && !is_taken_by(&rows[i], command))
			continue;
		fprintf(out, "  %c%c%s--%s%s", rows[i].letter ? '-' : ' ',
			rows[i].letter ? rows[i].letter : ' ', rows[i].letter ? ", " : "  ", rows[i].name,
			rows[i].shown);
		fprintf(out, "%s%s%s\n", !command && rows[i].commands[0] ? "  (" : "",
			command ? "" : rows[i].commands, !command && rows[i].commands[0] ? ")" : "");
		for (; *line; line += length + (line[length] == '\n')) {
			length = strcspn(line, "\n");
			fprintf(out, "          %.*s\n", (int)length, line);
		}
	}
}

const char *options_usage(const char *command)
{
	const char *text = "", *break_line = "";

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (!rows[i].commands[0] || !is_taken_by(&rows[i], command))
			continue;
		text = util_text_add(text, "%s [--%s%s]", break_line, rows[i].name, rows[i].shown);
		break_line = i == OPTION_COLOR || i == OPTION_WANTED ? "\n            " : "";
	}
	return text;
}
