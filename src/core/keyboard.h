/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is it a keyboard, and does the boot ask for a passphrase? Pure. */
#pragma once

#include "util.h"

/*
 * Is it a keyboard, by its capabilities/key? One that has the keys from Escape to S, as udev tells them
 * (src/udev/udev-builtin-input_id.c).
 */
bool keyboard_has_keys(const char *key_bits);

/* Does a crypttab(5) ask for a passphrase: an entry without a key file, token or key script? */
bool keyboard_crypttab_asks(const char *crypttab);

/*
 * Does the command line open a LUKS without a key (rd.luks.uuid=, rd.luks.name= and their luks. forms;
 * dracut.cmdline(7))?
 */
bool keyboard_cmdline_asks(const char *cmdline);
