/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/seat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cmdline.h"
#include "host/root.h"
#include "host/sysfs.h"
#include "core/table.h"

#define CRYPTTAB_LIMIT (1 << 20)
#define KEYS 0xfffffffeUL /* bits 1 (Escape) to 31 (S) of linux/input-event-codes.h */

bool seat_is_keyboard(const char *key_bits)
{
	const char *last = strrchr(key_bits, ' ');

	/* Words of the machine's size, the lowest one last. */
	return (strtoull(last ? last : key_bits, NULL, 16) & KEYS) == KEYS;
}

bool seat_asks(const char *crypttab)
{
	static const char *const otherwise[] = { "noauto", "tpm2-device=", "fido2-device=", "pkcs11-uri=", "keyscript=", "swap" };
	struct table_line line;

	while (table_next(&crypttab, &line)) {
		bool typed = line.count > 1 && UTIL_IS_ONE_OF(line.fields[2], "", "none", "-");

		for (size_t i = 0; i < ARRAY_SIZE(otherwise); i++)
			typed &= !table_has_option(line.fields[3], otherwise[i]);
		if (typed)
			return true;
	}
	return false;
}

bool seat_opens_luks(const char *cmdline)
{
	static const char *const names[] = { "rd.luks.uuid", "rd.luks.name", "luks.uuid", "luks.name" };
	struct cmdline_param param;
	bool opens = false;

	while (cmdline_next(&cmdline, &param)) {
		for (size_t i = 0; i < ARRAY_SIZE(names); i++)
			opens |= param.value_length && cmdline_is(&param, names[i]);
		if (cmdline_is(&param, "rd.luks.key") || (cmdline_is(&param, "rd.luks") && util_equal(param.value, param.value_length, "0")))
			return false;
	}
	return opens;
}

static void add_keyboard(struct seat *seat, const char *link)
{
	struct pci_address address, last;
	bool found = false;

	while (pci_next_address(&link, &address)) {
		last = address;
		found = true;
	}
	if (!found) {
		seat->elsewhere = true;
		return;
	}
	seat->controllers = util_grow(seat->controllers, seat->count, sizeof(*seat->controllers));
	seat->controllers[seat->count++] = last;
}

static bool is_asked(const char *cmdline)
{
	cleanup_free char *crypttab = NULL;
	struct table_line line;
	const char *entries;
	size_t length;

	if (root_read_file("/etc/crypttab", CRYPTTAB_LIMIT, &crypttab, &length) < 0)
		return seat_opens_luks(cmdline);
	entries = crypttab;
	return table_next(&entries, &line) ? seat_asks(crypttab) : seat_opens_luks(cmdline);
}

void seat_read_keyboards(struct seat *ret)
{
	char **names, link[512], bits[512];
	ssize_t count = sysfs_input_list(&names);

	*ret = (struct seat){ 0 };
	for (ssize_t i = 0; i < count; i++) {
		if (!util_starts_with(names[i], "input") || sysfs_input_link(names[i], link, sizeof(link)) < 0 ||
		    strstr(link, "/virtual/") || sysfs_input_read(names[i], "capabilities/key", bits, sizeof(bits)) < 0)
			continue;
		bits[strcspn(bits, "\n")] = '\0';
		if (seat_is_keyboard(bits))
			add_keyboard(ret, link);
	}
	root_list_free(names, count);
}

void seat_read(const char *cmdline, struct seat *ret)
{
	seat_read_keyboards(ret);
	ret->asked = is_asked(cmdline);
}

void seat_clear(struct seat *seat)
{
	free(seat->controllers);
	*seat = (struct seat){ 0 };
}
