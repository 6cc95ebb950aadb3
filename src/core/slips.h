/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a text that cannot be read was probably meant to be, for messages. Pure. */
#pragma once

#include "core/selector.h"

/*
 * Find the first character that is no ASCII: what keyboards of telephones and word processors put in place of another
 * one. Stores its offset, or @length. Returns "U+2013 EN DASH in place of '-'", or "" for none: a util_text().
 */
const char *slips_character(const char *text, size_t length, size_t *ret_offset) must_check;

/* The text with ASCII in place of such characters: a util_text(). */
const char *slips_plain(const char *text, size_t length) must_check;

/* selector_parse(), and what was probably meant is in @error too: several selectors with @separator between them. */
int slips_parse_selector(const char *text, size_t length, char separator, struct selector *ret,
			 struct selector_error *error) must_check;

/* "10de" and "1c03": the id that two words with a blank between them were meant to be, a util_text(); "" for none. */
const char *slips_join_id(const char *vendor, size_t vendor_length, const char *device,
			  size_t device_length) must_check;

/* The selector, or selectors with blanks between them, that one word was meant to be; "" where that is unknown. */
const char *slips_selector(const char *text, size_t length) must_check;

/*
 * The selectors in a line of another program, with @separator between them: addresses, or ids where there is none; an
 * address with an id behind it is pinned to that. It knows lspci, the kernel log, sysfs, driverctl, QEMU, libvirt,
 * Proxmox and modprobe.d. Returns "" where there are none.
 */
const char *slips_find_selectors(const char *text, size_t length, const char *separator) must_check;

/* Is it a line that lspci -k prints below that of a device? */
bool slips_is_of_lspci(const char *line);
