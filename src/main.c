/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <blkid/blkid.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "cmd/options.h"
#include "core/nearest.h"
#include "core/selector.h"
#include "core/slips.h"
#include "host/deadline.h"
#include "host/rootdir.h"

static int cmd_help(const struct options *options);

static const struct command {
	const char *name;
	int (*run)(const struct options *options);
	const char *words; /* what it takes besides options */
	const char *summary, *more;
} commands[] = {
	{ "list", cmd_list, " [SELECTOR...]", "Show IOMMU groups and devices. This is the default command.",
	  "With selectors or filters, show the devices that match and, marked, the others of\n"
	  "their groups. Several filters add up; with selectors, both must match. For example\n"
	  "vfio-early list --gpu --usb --net --storage\n"
	  "vfio-early list class:03 10de:1c03 01:00.0 group:13\n" },
	{ "check", cmd_check, "", "Predict the next boot.",
	  "Report which devices the next boot binds to vfio-pci, why it does not bind the\n"
	  "others, and the fix. The exit status is 1 if a finding is FAIL.\n" },
	{ "status", cmd_status, "", "Report the last boot and the present state.",
	  "Compare the last boot with the configuration and with the present drivers. The\n"
	  "exit status is 1 if a claimed device is not bound.\n" },
	{ "facts", cmd_facts, "", "Print the host facts.",
	  "Host facts are the disks, keyboards and network cards that the host needs at boot.\n"
	  "The generators write them into every image.\n" },
	{ "boot", cmd_boot, " [PARAMETER...]", "Bind the claimed devices. The initramfs runs this.",
	  "With --late, a PARAMETER such as root=/dev/sda2 overrides the kernel command line.\n" },
	{ "finish", cmd_finish, "", "Complete unfinished devices. The system runs this.",
	  "Bind or return the devices that the initramfs left unfinished.\n" },
	{ "help", cmd_help, " [COMMAND]", "Describe a command.", "" },
};

static const struct command *find_command(const char *name)
{
	for (size_t c = 0; c < ARRAY_SIZE(commands); c++)
		if (!strcmp(name, commands[c].name))
			return &commands[c];
	return NULL;
}

static void print_help(void)
{
	printf("Usage: vfio-early [OPTION...] [COMMAND] [ARGUMENT...]\n"
	       "Bind PCI devices to vfio-pci before the drivers of the host load.\n\nCommands:\n");
	for (size_t c = 0; c < ARRAY_SIZE(commands); c++)
		printf("  %-21s %s\n", util_text("%s%s", commands[c].name, commands[c].words),
		       commands[c].summary);
	printf("\nOptions, and the commands that take them:\n");
	options_print(stdout, NULL);
	fputs("\nA selector names devices: by id (10de:1c03), address (01:00.0, 01:00.*), pinned\n"
	      "address (01:00.0@10de:1c03), path (0000:00:01.0/00.0), class (class:0300), or\n"
	      "boot-vga. To claim a device, add \"claim SELECTOR\" to /etc/vfio-early.conf or\n"
	      "rd.vfio.ids=SELECTOR to the kernel command line. rd.vfio=0 claims nothing.\n"
	      "\nSee vfio-early(8), vfio-early.conf(5) and vfio-early.cmdline(7).\n",
	      stdout);
}

static int print_help_of(const struct command *command)
{
	printf("Usage: vfio-early %s%s%s\n%s\n\n%s%sOptions:\n", command->name, options_usage(command->name),
	       command->words, command->summary, command->more, command->more[0] ? "\n" : "");
	options_print(stdout, command->name);
	return EXIT_DONE;
}

/* Words of other programs for what a line of the configuration does here. From "keep" on they leave a device to the host. */
static const char *const line_words[] = {
	"claim",   "bind",   "add",    "assign", "detach",  "set-override",   "nodedev-detach",
	"keep",    "unbind", "remove", "attach", "release", "unset-override", "nodedev-reattach",
	"unclaim",
};

/* Which line does what the command is meant to do? */
static int explain_lines(const struct options *options, bool keeps)
{
	const char *text = "", *line;

	for (size_t i = 1; i < options->word_count; i++)
		text = util_text_add(text, " %s", options->words[i]);
	line = slips_find_selectors(text, strlen(text), " ");
	text = slips_find_selectors(text, strlen(text), ",");
	fprintf(stderr,
		"vfio-early: unknown command '%s': to %s, %sadd \"%s %s\" to /etc/vfio-early.conf, or "
		"rd.vfio.%s=%s to the kernel command line; vfio-early check says what is left to do\n",
		options->words[0], keeps ? "leave devices to the host" : "claim devices",
		keeps ? "remove the claim that vfio-early list --wanted names, or " : "",
		keeps ? "keep" : "claim", line[0] ? line : "SELECTOR", keeps ? "keep" : "ids",
		text[0] ? text : "SELECTOR");
	return EXIT_USAGE;
}

static int fail_to_find(const struct options *options)
{
	const char *names[ARRAY_SIZE(commands)], *word = options->words[0];
	const char *name, *line = nearest_name(word, strlen(word), line_words, ARRAY_SIZE(line_words));
	bool keeps = false;

	for (size_t c = 0; c < ARRAY_SIZE(commands); c++)
		names[c] = commands[c].name;
	name = nearest_name(word, strlen(word), names, ARRAY_SIZE(names));
	for (size_t i = 0; line && (!name || !strcmp(line, word)) && i < ARRAY_SIZE(line_words); i++) {
		keeps |= !strcmp(line_words[i], "keep");
		if (line == line_words[i])
			return explain_lines(options, keeps);
	}
	fprintf(stderr, "vfio-early: unknown command '%s': %svfio-early --help lists the commands\n", word,
		name ? util_text("did you mean %s? ", name) : options_hint(word));
	return EXIT_USAGE;
}

static int cmd_help(const struct options *options)
{
	const struct command *command = options->word_count ? find_command(options->words[0]) : NULL;

	if (options->word_count > 1) {
		fprintf(stderr, "vfio-early: help describes one command, not '%s' too\n", options->words[1]);
		return EXIT_USAGE;
	}
	if (command)
		return print_help_of(command);
	if (options->word_count)
		return fail_to_find(options);
	print_help();
	return EXIT_DONE;
}

static int print_version(void)
{
	const char *blkid;

	blkid_get_library_version(&blkid, NULL);
	printf("vfio-early %s (libblkid %s)\n", VFIO_EARLY_VERSION, blkid);
	return EXIT_DONE;
}

static bool is_selector(const char *word)
{
	struct selector selector;
	struct selector_error error;

	return selector_parse(word, strlen(word), &selector, &error) == 0 || word[strcspn(word, ":")];
}

/*
 * Take the command's name from the words. Without one, and with a selector in its place, it is list. What stands behind
 * an option that is not known may be its value: the option is what is wrong.
 */
static const struct command *take_command(struct options *options)
{
	const struct command *command = options->word_count ? find_command(options->words[0]) : NULL;

	if (command) {
		options->words++;
		options->word_count--;
	} else if (!options->word_count || options->unknown || is_selector(options->words[0])) {
		command = &commands[0];
	}
	return command;
}

/* What was printed and has not arrived is no success. Returns the exit status. */
static int end_output(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	/* Each write that the buffer asks for fails anew: it is errno of the last one. */
	fprintf(stderr, "vfio-early: the output cannot be written: %s\n", strerror(errno));
	return status == EXIT_DONE ? EXIT_FAILED : status;
}

int main(int argc, char **argv)
{
	const struct command *command;
	struct options options;
	int r;

	if (argc > 0 && argv[0][0])
		deadline_name(argv[0]);
	options_parse(argc, argv, &options);
	if (options.version)
		return end_output(print_version());
	if (options.help && !options.word_count)
		return end_output(cmd_help(&options));
	command = take_command(&options);
	if (!command)
		return fail_to_find(&options);
	if (options.help)
		return end_output(print_help_of(command));
	if (options_accept(&options, command->name) < 0)
		return EXIT_USAGE;
	if (options.word_count && !command->words[0]) {
		fprintf(stderr,
			"vfio-early: %s takes no arguments: '%s'; vfio-early %s --help describes it\n",
			command->name, options.words[0], command->name);
		return EXIT_USAGE;
	}
	r = options.root ? rootdir_enter(options.root) : 0;
	if (r < 0) {
		fprintf(stderr, "vfio-early: --root=%s: %s\n", options.root,
			r == -ENOSYS ? "needs Linux 5.6 or later" : strerror(-r));
		return EXIT_USAGE;
	}
	return end_output(command->run(&options));
}
