/* SPDX-License-Identifier: GPL-2.0-or-later */
/* facts: what the running host needs at boot, as its image has it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "cmd/options.h"
#include "host/deadline.h"
#include "host/facts-read.h"
#include "host/rootdir.h"

/*
 * No boot waits for it, and a disk that is not read has no UUID in the facts: a disk that spins up first gets
 * its quarter of this. The hooks wait for 60 seconds.
 */
#define SECONDS_TO_MAKE 48

static int write_file(const char *text)
{
	int r = rootdir_replace(FACTS_FILE, text, strlen(text));

	if (r == 0) {
		puts("wrote " FACTS_FILE "; images that are made in a chroot or a container contain it");
		return EXIT_DONE;
	}
	fprintf(stderr, "vfio-early: " FACTS_FILE ": cannot be written: %s\n", strerror(-r));
	return EXIT_FAILED;
}

int cmd_facts(const struct options *options)
{
	cleanup_free char *text = NULL;
	const char *reason, *unseen;

	deadline_begin(SECONDS_TO_MAKE);
	reason = facts_read_prevents();
	if (reason[0]) {
		fprintf(stderr,
			"vfio-early: no host facts: %s; run it on the system that boots from the image\n",
			reason);
		return EXIT_FAILED;
	}
	facts_read_collect(&text, &unseen);
	if (unseen[0])
		fprintf(stderr, "vfio-early: %s; run it with sudo\n", unseen);
	if (options->write)
		return write_file(text);
	fputs(text, stdout);
	return EXIT_DONE;
}
