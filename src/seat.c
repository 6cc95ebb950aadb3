/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seat.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmdline.h"
#include "root.h"
#include "sysfs.h"

#define CRYPTTAB_LIMIT (1 << 20)
#define KEYS 0xfffffffeUL /* bits 1 (Escape) to 31 (S) of linux/input-event-codes.h */

bool seat_is_keyboard(const char *key_bits)
{
	const char *last = strrchr(key_bits, ' ');

	/* Words of the machine's size, the lowest one last. */
	return (strtoull(last ? last : key_bits, NULL, 16) & KEYS) == KEYS;
}

static bool has_option(const char *options, const char *start)
{
	const char *item, *end = options + strlen(options);
	size_t length;

	while (util_next_item(&options, end, &item, &length))
		if (length >= strlen(start) && !strncmp(item, start, strlen(start)))
			return true;
	return false;
}

bool seat_asks(const char *crypttab)
{
	static const char *const otherwise[] = { "noauto", "tpm2-device=", "fido2-device=", "pkcs11-uri=", "keyscript=", "swap" };
	char name[256], device[512], key[512], options[1024];

	for (const char *line = crypttab; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		char text[2048];
		bool typed = true;
		int fields;

		util_format(text, sizeof(text), "%.*s", (int)strcspn(line, "\n"), line);
		key[0] = options[0] = '\0';
		fields = sscanf(text, "%255s %511s %511s %1023s", name, device, key, options);
		if (fields < 2 || name[0] == '#' || (key[0] && strcmp(key, "none") && strcmp(key, "-")))
			continue;
		for (size_t i = 0; i < ARRAY_SIZE(otherwise); i++)
			typed &= !has_option(options, otherwise[i]);
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

static bool has_entry(const char *crypttab)
{
	for (; *crypttab; crypttab += strcspn(crypttab, "\n"), crypttab += *crypttab == '\n')
		if (crypttab[strspn(crypttab, " \t")] != '#' && crypttab[strspn(crypttab, " \t")] != '\n')
			return true;
	return false;
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

void seat_read(const char *cmdline, struct seat *ret)
{
	cleanup_free char *crypttab = NULL;
	char **names, link[512], bits[512];
	ssize_t count = sysfs_input_list(&names);
	size_t length;

	*ret = (struct seat){ 0 };
	for (ssize_t i = 0; i < count; i++) {
		if (strncmp(names[i], "input", 5) || sysfs_input_link(names[i], link, sizeof(link)) < 0 ||
		    strstr(link, "/virtual/") || sysfs_input_read(names[i], "capabilities/key", bits, sizeof(bits)) < 0)
			continue;
		bits[strcspn(bits, "\n")] = '\0';
		if (seat_is_keyboard(bits))
			add_keyboard(ret, link);
	}
	root_list_free(names, count);
	if (root_read_file("/etc/crypttab", CRYPTTAB_LIMIT, &crypttab, &length) == 0 && has_entry(crypttab))
		ret->asked = seat_asks(crypttab);
	else
		ret->asked = seat_opens_luks(cmdline);
}

void seat_clear(struct seat *seat)
{
	free(seat->controllers);
	*seat = (struct seat){ 0 };
}
