/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who can type a passphrase, and is one asked for? */
#pragma once

#include "core/pci.h"

struct keyboards {
	struct pci_address *controllers; /* of keyboards, one each */
	size_t count;
	bool elsewhere; /* a keyboard that hangs off no PCI function: PS/2, a laptop's own */
	bool asked;     /* a passphrase is asked for while the machine boots */
};

/*
 * Read keyboards and crypttab; where that has no entry the kernel command line @cmdline tells. Free with
 * keyboard_read_clear().
 */
void keyboard_read_all(const char *cmdline, struct keyboards *ret);
/* Read the keyboards alone. Free with keyboard_read_clear(). */
void keyboard_read(struct keyboards *ret);
void keyboard_read_clear(struct keyboards *keyboards);
