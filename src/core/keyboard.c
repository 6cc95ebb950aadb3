/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/keyboard.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/cmdline.h"
#include "core/fields.h"

#define KEYS 0xfffffffeUL /* bits 1 (Escape) to 31 (S) of linux/input-event-codes.h */

bool keyboard_has_keys(const char *key_bits)
{
	const char *last = strrchr(key_bits, ' ');

	/* Words of the machine's size, the lowest one last. */
	return (strtoull(last ? last : key_bits, NULL, 16) & KEYS) == KEYS;
}

bool keyboard_crypttab_asks(const char *crypttab)
{
	static const char *const otherwise[] = { "noauto",      "tpm2-device=", "fido2-device=",
						 "pkcs11-uri=", "keyscript=",   "swap" };
	struct fields_line line;

	while (fields_next(&crypttab, &line)) {
		bool typed = line.count > 1 && UTIL_IS_ONE_OF(line.fields[2], "", "none", "-");

		for (size_t i = 0; i < ARRAY_SIZE(otherwise); i++)
			typed &= !fields_has_option(line.fields[3], otherwise[i]);
		if (typed)
			return true;
	}
	return false;
}

bool keyboard_cmdline_asks(const char *cmdline)
{
	static const char *const names[] = { "rd.luks.uuid", "rd.luks.name", "luks.uuid", "luks.name" };
	struct cmdline_param param;
	bool opens = false;

	while (cmdline_next(&cmdline, &param)) {
		for (size_t i = 0; i < ARRAY_SIZE(names); i++)
			opens |= param.value_length && cmdline_is(&param, names[i]);
		if (cmdline_is(&param, "rd.luks.key") ||
		    (cmdline_is(&param, "rd.luks") && util_equal(param.value, param.value_length, "0")))
			return false;
	}
	return opens;
}

bool keyboard_may_be_needed(const char *parameters)
{
	static const char *const names[] = { "rd.luks.uuid", "rd.luks.name", "rd.luks.key", "luks.uuid",
					     "luks.name",    "luks.key",     "cryptopts",   "rd.auto",
					     "rd.break",     "break",        "rd.shell",    "rd_LUKS_UUID" };
	static const char *const encrypted[] = { "zfs", "bcachefs" };
	struct cmdline_param param;

	while (cmdline_next(&parameters, &param)) {
		for (size_t i = 0; i < ARRAY_SIZE(names); i++)
			if (cmdline_is(&param, names[i]))
				return true;
		for (size_t i = 0; i < ARRAY_SIZE(encrypted) && param.value; i++)
			if ((cmdline_is(&param, "root") || cmdline_is(&param, "rootfstype")) &&
			    param.value_length >= strlen(encrypted[i]) &&
			    !strncasecmp(param.value, encrypted[i], strlen(encrypted[i])))
				return true;
	}
	return false;
}

bool keyboard_crypttab_opens(const char *crypttab)
{
	struct fields_line line;

	return fields_next(&crypttab, &line);
}
