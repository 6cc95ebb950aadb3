/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel command line, split as the kernel splits it. Pure: slices of the text, nothing copied. */
#pragma once

#include "util.h"

/* One parameter: slices of the command line. */
struct cmdline_param {
	const char *name, *value; /* value is NULL without "=" */
	size_t name_length, value_length;
};

/*
 * Take the next parameter from *@cursor, which starts at the command line and is moved on.
 * Double quotes keep blanks together and are dropped around a whole parameter or a whole value; there is no
 * escape, and single quotes mean nothing (lib/cmdline.c, next_arg(), Linux 5.10 to 7.2). What stands behind
 * "--" is init's for the kernel; it is read here all the same, as dracut and systemd do.
 * Returns false at the end.
 */
bool cmdline_next(const char **cursor, struct cmdline_param *ret);

/* Is the parameter's name @name? "-" and "_" are the same letter, as for the kernel. */
bool cmdline_is(const struct cmdline_param *param, const char *name);

/* Find the last parameter called @name that has a value. Returns false where there is none. */
bool cmdline_last(const char *text, const char *name, struct cmdline_param *ret);

/* Are these the same name? "-" and "_" are the same letter, as in the names of modules. */
bool cmdline_same_name(const char *text, size_t length, const char *name);

/*
 * Does the parameter switch something of the kernel's on (lib/kstrtox.c, kstrtobool(); a parameter without a
 * value does)?
 */
bool cmdline_is_on(const struct cmdline_param *param);
/* Does the last parameter called @name? */
bool cmdline_switches_on(const char *text, const char *name);

/*
 * Does any parameter called @name have @word as one item of its comma-separated value? The last one counts.
 */
bool cmdline_has(const char *text, const char *name, const char *word);

/*
 * Characters of the longest command line that this architecture's kernel takes (COMMAND_LINE_SIZE - 1). One
 * of that length may have been cut, by the kernel or by the boot loader, which knows the limit from the
 * kernel's header.
 */
extern const size_t cmdline_longest;

/*
 * What is certain of @length bytes of parameters whose end may be missing: the last one, unless a blank
 * follows it, has lost its end. It never becomes another parameter: of a list (rd.vfio.ids=) the last item
 * goes, rd.vfio= becomes rd.vfio=0, a value of any other parameter becomes "?", which names nothing, and a
 * word without a value goes, but for rd.vfio.dryrun. Stores what is uncertain, "" for nothing.
 * Returns a string that the caller frees.
 */
char *cmdline_repair(const char *text, size_t length, const char **ret_lost);

enum cmdline_recovery {
	CMDLINE_NO_RECOVERY,
	CMDLINE_SHELL, /* single, rescue, emergency or their systemd units, init= with the name of a shell */
	CMDLINE_CRASH, /* a crash kernel: elfcorehdr=, reset_devices */
};

/*
 * Does the command line ask for a rescue shell, or is it that of a crash kernel, which saves memory? Stores the
 * parameter that says so.
 */
enum cmdline_recovery cmdline_recovery(const char *text, struct cmdline_param *ret);
/* Is it either? */
bool cmdline_wants_recovery(const char *text);

/* The parameter as it is written, without quotes: a util_text(). */
const char *cmdline_param_text(const struct cmdline_param *param) must_check;
