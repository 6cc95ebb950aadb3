/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "core/keyboard.h"

static void keyboards(void **state)
{
	static const struct {
		const char *bits;
		bool keyboard;
	} rows[] = {
		{ "402000000 3803078f800d001 feffffdfffefffff fffffffffffffffe", true },
		{ "fffffffe", true },
		{ "ffffffff", true },
		{ "10000000000000 0", false },                        /* a power button */
		{ "1f0000 0 0 0 0", false },                          /* a mouse */
		{ "3e000b00000000 0 0 0 0 10000 0 fffffffc", false }, /* no Escape */
		{ "", false },
		{ "rubbish", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_row(keyboard_has_keys(rows[i].bits) == rows[i].keyboard, rows[i].bits);
}

static void passphrases(void **state)
{
	static const struct {
		const char *crypttab;
		bool asks;
	} rows[] = {
		{ "", false },
		{ "# data UUID=1 none luks\n", false },
		{ "data UUID=1 none luks\n", true },
		{ "data UUID=1\n", true },
		{ "data UUID=1 -", true },
		{ "data UUID=1 /etc/key luks", false },
		{ "data UUID=1 none luks,noauto", false },
		{ "data UUID=1 none luks,tpm2-device=auto", false },
		{ "data UUID=1 none luks,discard,fido2-device=auto", false },
		{ "data UUID=1 none keyscript=/lib/x", false },
		{ "swap /dev/sda2 /dev/urandom swap", false },
		{ "data UUID=1 /etc/key luks\nroot UUID=2 none x-initrd.attach\n", true },
		{ "one-word\n", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_row(keyboard_crypttab_asks(rows[i].crypttab) == rows[i].asks, rows[i].crypttab);
}

static void luks_on_the_command_line(void **state)
{
	static const struct {
		const char *cmdline;
		bool opens;
	} rows[] = {
		{ "root=/dev/sda1 ro", false },
		{ "rd.luks.uuid=luks-1b7f", true },
		{ "rd.luks.name=1b7f=root ro", true },
		{ "luks.uuid=1b7f", true },
		{ "rd.luks.uuid=", false },
		{ "rd.luks.uuid=1b7f rd.luks.key=/key", false },
		{ "rd.luks.uuid=1b7f rd.luks=0", false },
		{ "rd.luks=1", false },
		{ "rd.luks", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_row(keyboard_cmdline_asks(rows[i].cmdline) == rows[i].opens, rows[i].cmdline);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keyboards),
		cmocka_unit_test(passphrases),
		cmocka_unit_test(luks_on_the_command_line),
	};

	return RUN(tests);
}
