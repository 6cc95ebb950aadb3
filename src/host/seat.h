/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who can type a passphrase, and is one asked for? Pure but for seat_read(). */
#pragma once

#include "core/pci.h"

struct seat {
	struct pci_address *controllers; /* of keyboards, one each */
	size_t count;
	bool elsewhere;                  /* a keyboard that hangs off no PCI function: PS/2, a laptop's own */
	bool asked;                      /* a passphrase is asked for while the machine boots */
};

/*
 * Is it a keyboard, by its capabilities/key? One that has the keys from Escape to S, as udev tells them
 * (src/udev/udev-builtin-input_id.c).
 */
bool seat_is_keyboard(const char *key_bits);

/* Does a crypttab(5) ask for a passphrase: an entry without a key file, token or key script? */
bool seat_asks(const char *crypttab);

/* Does the command line open a LUKS without a key (rd.luks.uuid=, rd.luks.name= and their luks. forms; dracut.cmdline(7))? */
bool seat_opens_luks(const char *cmdline);

/* Read keyboards and crypttab; where that has no entry the kernel command line @cmdline tells. Free with seat_clear(). */
void seat_read(const char *cmdline, struct seat *ret);
/* Read the keyboards alone. Free with seat_clear(). */
void seat_read_keyboards(struct seat *ret);
void seat_clear(struct seat *seat);
