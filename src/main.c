/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <blkid/blkid.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "host/deadline.h"
#include "host/rootdir.h"

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *arguments, *help;
} commands[] = {
	{ "list", cmd_list, "[--json] [--color=WHEN] [SELECTOR...]",
	  "Show IOMMU groups and devices; also without any command" },
	{ "check", cmd_check, "[--json] [--color=WHEN]",
	  "Say what the next boot would do, and whether it would work" },
	{ "status", cmd_status, "[--json] [--color=WHEN]",
	  "Say what the last boot did, beside the present state" },
	{ "facts", cmd_facts, "[--write]",
	  "Print what this host needs at boot, as its image has it; --write keeps it in /etc" },
	{ "boot", cmd_boot, "[--late [PARAMETER...]] [--dry-run] [--json]",
	  "Bind the configured devices; run by the initramfs" },
	{ "finish", cmd_finish, "", "Finish or give back what the initramfs has left; run by the boot" },
};

static void usage(FILE *out)
{
	fputs("Usage: vfio-early [--root DIR] [COMMAND [OPTION...]]\n\nCommands:\n", out);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(out, "  %s %s\n      %s\n", commands[i].name, commands[i].arguments,
			commands[i].help);
	fputs("\nOptions:\n"
	      "  --root DIR     work on the tree in DIR in place of /\n"
	      "  --json         print JSON, in the shape of the report\n"
	      "  --color=WHEN   auto (on a terminal, unless NO_COLOR is set), always or never\n"
	      "  --late         claim what waits until the root device is there: storage, USB\n"
	      "                 and card readers, of which what the host needs stays; a\n"
	      "                 PARAMETER (root=/dev/sda2) is stronger than those of the kernel\n"
	      "                 command line\n"
	      "  --dry-run      print the plan, write nothing\n"
	      "  --write        keep the facts in /etc/vfio-early.facts, for images that are made\n"
	      "                 where / is not the running host\n"
	      "  -h, --help     print this\n"
	      "  -V, --version  print the version\n"
	      "\nDevices are named by a selector: an id (10de:1c03), an address (01:00.0,\n"
	      "01:00.*), a pinned address (01:00.0@10de:1c03), a path (0000:00:01.0/00.0), a\n"
	      "class (class:0300) or boot-vga; in /etc/vfio-early.conf (claim 10de:1c03) and on\n"
	      "the kernel command line (rd.vfio.ids=10de:1c03). rd.vfio=0 claims nothing.\n"
	      "\nSee vfio-early(8), vfio-early.conf(5), vfio-early.cmdline(7).\n",
	      out);
}

static int usage_error(const char *what, const char *word)
{
	fprintf(stderr, "vfio-early: %s: '%s'; vfio-early --help lists what there is\n", what, word);
	return EXIT_USAGE;
}

static int print_version(void)
{
	const char *blkid;

	blkid_get_library_version(&blkid, NULL);
	printf("vfio-early %s (libblkid %s)\n", VFIO_EARLY_VERSION, blkid);
	return EXIT_DONE;
}

int main(int argc, char **argv)
{
	int i = 1, r;

	if (argc > 0 && argv[0][0])
		deadline_name(argv[0]);
	for (; i < argc && argv[i][0] == '-'; i++) {
		if (!strcmp(argv[i], "-h") || !strcmp(argv[i], "--help")) {
			usage(stdout);
			return EXIT_DONE;
		}
		if (!strcmp(argv[i], "-V") || !strcmp(argv[i], "--version"))
			return print_version();
		if (strcmp(argv[i], "--root") || i + 1 == argc)
			return usage_error("unknown option, or one without its value", argv[i]);
		r = rootdir_enter(argv[++i]);
		if (r < 0)
			return usage_error(r == -ENOSYS ? "Linux 5.6 or later is needed for --root" :
							  "no such folder for --root",
					   argv[i]);
	}
	if (i == argc)
		return cmd_list(1, (char *[]){ (char[]){ "list" }, NULL });
	for (int a = i + 1; a < argc; a++) {
		if (!strcmp(argv[a], "-h") || !strcmp(argv[a], "--help")) {
			usage(stdout);
			return EXIT_DONE;
		}
	}
	for (size_t c = 0; c < ARRAY_SIZE(commands); c++)
		if (!strcmp(argv[i], commands[c].name))
			return commands[c].run(argc - i, argv + i);
	return usage_error("unknown command", argv[i]);
}
