/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The entries of boot loaders: what they boot, with which kernel command line, and which of them by default. Pure. */
#pragma once

#include <stddef.h>

#include "core/cmdline.h"

/* Texts of util_text(), "" for what an entry does not have. */
struct boot_entry {
	const char *path; /* the file that it stands in; the caller's */
	/* of systemd-boot the file's name without the count of tries, of GRUB the number: "1>2" */
	const char *id;
	const char *title, *version, *sort_key, *machine;
	const char *kernel,
		*initrd; /* as the entry has them; of several images the last one, the others are microcode */
	const char *options;
	int tries; /* that are left, -1 where they are not counted (Automatic Boot Assessment) */
};

/*
 * Parse an entry of the Boot Loader Specification, whose file is called @name. Returns false where it boots no Linux.
 */
bool boot_entry_parse_loader(const char *text, const char *name, struct boot_entry *ret);
/* Take the count of tries off the name of an entry or of a unified kernel image, "ID+3-0.conf": store both. */
void boot_entry_set_id(struct boot_entry *entry, const char *name);

/* The order of systemd-boot's menu (src/boot/boot.c, boot_entry_compare()): negative where @a stands first. */
int boot_entry_compare(const struct boot_entry *a, const struct boot_entry *b);

/* The first of the entries, which are in their order, whose id is @pattern, a glob. NULL where there is none. */
const struct boot_entry *boot_entry_find(const struct boot_entry *entries, size_t count, const char *pattern);

/* The last value of "KEY VALUE" in loader.conf: a util_text(), or NULL. */
const char *boot_entry_setting(const char *text, const char *key);

/* --- GRUB --- */

/* The value of a variable in grubenv: a util_text(), or NULL. */
const char *boot_entry_grubenv(const char *text, const char *name);

/*
 * What the last "set NAME=VALUE" of a grub.cfg gives, but for the menu's own "${next_entry}": a util_text(), or NULL.
 */
const char *boot_entry_grub_variable(const char *text, const char *name);

/*
 * Find the entry that GRUB boots for its variable "default": a number, a title or an id of --id, one for each level of
 * menus, with ">" between them. GRUB takes the first entry where there is no such one. Returns false where that
 * boots no Linux, or where there is no entry.
 */
bool boot_entry_parse_grub(const char *text, const char *wanted, struct boot_entry *ret);

/* @options with the values of the words "$NAME" that @find knows: a util_text(). What it does not know stays. */
const char *boot_entry_expand(const char *options, const char *(*find)(const void *data, const char *name),
			      const void *data) must_check;

/* --- parameters --- */

/* Has the text this parameter, with this value? */
bool boot_entry_has(const char *text, const struct cmdline_param *param);

/*
 * The first parameter of @text that has to do with devices of guests and that @other lacks: rd.vfio*, vfio*, those of
 * IOMMUs, blacklists of modules. Stores it and returns true, or returns false where there is none.
 */
bool boot_entry_lacks(const char *other, const char *text, struct cmdline_param *ret);

/* Are these the same parameters, in any order, apart from those that loaders add by themselves? */
bool boot_entry_is_same(const char *a, const char *b);

/* The parameters of the first line of a refind_linux.conf: a util_text(), or NULL. */
const char *boot_entry_parse_refind(const char *text);
