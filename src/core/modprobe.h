/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lines of modprobe.d(5), and the parameter ids= of modules such as vfio-pci, which takes every device
 * with an id. Pure.
 */
#pragma once

#include "util.h"

/*
 * Take the next line of a file of modprobe.d from *@cursor: a backslash at its end joins it with the next
 * one. @line must have room for all of the text. @number counts lines: it is 0 before the first call, and
 * that of the line's start after each one; @behind says how many lines the last one took. Returns false at
 * the end.
 */
struct modprobe_cursor {
	const char *text;
	unsigned int number, behind;
};
bool modprobe_next_line(struct modprobe_cursor *cursor, char *line);

/* The ids= of one module. */
struct module_ids {
	char *module; /* with "_" for "-", as the kernel has it */
	char *where;  /* "file:line", or "vfio-pci.ids" of the command line */
	char *ids;
};

struct modprobe_ids {
	struct module_ids *list;
	size_t count;
};

/* Add the ids= of "options" lines of a file of modprobe.d at @path. */
void modprobe_add_file(struct modprobe_ids *ids, const char *path, const char *text);
/* Add those of a list of modules with arguments, as initramfs-tools has it ("vfio_pci ids=10de:1c03"). */
void modprobe_add_modules(struct modprobe_ids *ids, const char *path, const char *text);
/* Add every MODULE.ids= of the kernel command line, which are stronger. Free with modprobe_clear(). */
void modprobe_add_cmdline(struct modprobe_ids *ids, const char *cmdline);
void modprobe_clear(struct modprobe_ids *ids);

/*
 * The ids= that count for @module: where it is given more than once the kernel takes the last one
 * (kernel/params.c, param_set_copystring()). Returns NULL where there is none.
 */
const struct module_ids *modprobe_find(const struct modprobe_ids *ids, const char *module);

/* The kernel's name of a module or driver, "vfio_pci" of "vfio-pci", which the caller frees. */
char *modprobe_module_name(const char *name, size_t length) must_check;

/*
 * Remove ids= from a module's options, in place. They are split as the kernel splits them (cmdline_next()).
 * Returns whether one was there.
 */
bool modprobe_strip_ids(char *options);
