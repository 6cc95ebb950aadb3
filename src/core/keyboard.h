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

/*
 * Might somebody have to type while the initramfs runs: is a LUKS opened, with whatever key (where that fails,
 * a passphrase is asked for), a shell asked for, or the root on a file system with encryption of its own?
 * @parameters are those of the command line and of the generator's files (dracut.cmdline(7),
 * initramfs-tools(7)).
 */
bool keyboard_may_be_needed(const char *parameters);

/* Has a crypttab(5) any entry? */
bool keyboard_crypttab_opens(const char *crypttab);
