/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Who can type a passphrase, and is one asked for? */
#pragma once

#include "core/pci.h"

struct seat {
	struct pci_address *controllers; /* of keyboards, one each */
	size_t count;
	bool elsewhere;                  /* a keyboard that hangs off no PCI function: PS/2, a laptop's own */
	bool asked;                      /* a passphrase is asked for while the machine boots */
};

/* Read keyboards and crypttab; where that has no entry the kernel command line @cmdline tells. Free with seat_clear(). */
void seat_read(const char *cmdline, struct seat *ret);
/* Read the keyboards alone. Free with seat_clear(). */
void seat_read_keyboards(struct seat *ret);
void seat_clear(struct seat *seat);
