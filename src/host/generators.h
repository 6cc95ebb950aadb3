/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The programs that make initramfs images (generators.def): which is installed, and which has made an image.
 */
#pragma once

#include "util.h"

/* What puts a program that needs the network into the image. */
struct network_hook {
	const char *program;
	/* "??" at the start of its name: any two characters, as dracut numbers its modules */
	const char *path;
	bool needs_key; /* counts only where one of the keys is there: without one nobody logs in */
};

/* All lists end at the first NULL. A pair of paths needs both, of a list of pairs one is enough. */
struct generator {
	const char *installed[4][2];
	const char *regenerate;   /* the command that regenerates every image */
	const char *list_tool;    /* the command that lists what is in an image, or NULL */
	const char *images[4][2]; /* what stands before and behind the kernel's version in an image's path */
	const char *marks[3][2];  /* paths of an image, by which it is recognised */
	const char *parameter_folder; /* of an image: files with parameters as on the kernel command line */
	const char *parameter_file;
	const char *conf_folders[3]; /* files with variables, of an image and of the host */
	const char *conf_files[3];
	const char *modules_in_image; /* modules with arguments, one a line */
	const char *modules_on_host;
	const char *crypttab; /* of an image: what the root stands on */
	struct network_hook network_hooks[6];
	const char *keys[4];
};

enum generator_index {
#define GENERATOR(constant, ...) GENERATOR_##constant,
#include "host/generators.def"
	GENERATOR_COUNT
};

extern const struct generator generators[GENERATOR_COUNT];

/* The generator that is installed, or NULL. */
const struct generator *generators_find(void);

/* Is the tree an image of this generator? */
bool generators_has_made(const struct generator *generator);

/* The commands that list what is in an image, as in "lsinitrd or lsinitramfs". A util_text(). */
const char *generators_list_tools(void) must_check;

/*
 * The program that needs the network and that a hook on this host would put into an image: @name if that is
 * one, with NULL the first one of the table. NULL where there is none.
 */
const char *generators_put(const char *name);
