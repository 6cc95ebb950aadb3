/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/keyboard-read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/fields.h"
#include "core/keyboard.h"
#include "host/rootdir.h"
#include "host/sysfs.h"

#define CRYPTTAB_LIMIT (1 << 20)

static void add_keyboard(struct keyboards *keyboards, const char *link)
{
	struct pci_address address, last;
	bool found = false;

	while (pci_next_address(&link, &address)) {
		last = address;
		found = true;
	}
	if (!found) {
		keyboards->elsewhere = true;
		return;
	}
	keyboards->controllers =
		util_grow(keyboards->controllers, keyboards->count, sizeof(*keyboards->controllers));
	keyboards->controllers[keyboards->count++] = last;
}

static bool is_asked(const char *cmdline)
{
	cleanup_free char *crypttab = NULL;
	struct fields_line line;
	const char *entries;
	size_t length;

	if (rootdir_read_file("/etc/crypttab", CRYPTTAB_LIMIT, &crypttab, &length) < 0)
		return keyboard_cmdline_asks(cmdline);
	entries = crypttab;
	return fields_next(&entries, &line) ? keyboard_crypttab_asks(crypttab) :
					      keyboard_cmdline_asks(cmdline);
}

void keyboard_read(struct keyboards *ret)
{
	struct rootdir_text link, bits;
	char **names;
	ssize_t count = sysfs_input_list(&names);

	*ret = (struct keyboards){ 0 };
	for (ssize_t i = 0; i < count; i++) {
		if (util_starts_with(names[i], "input") && sysfs_input_link(names[i], &link) == 0 &&
		    !strstr(link.text, "/virtual/") &&
		    sysfs_input_read(names[i], "capabilities/key", &bits) == 0 &&
		    keyboard_has_keys(bits.text))
			add_keyboard(ret, link.text);
	}
	rootdir_list_free(names, count);
}

void keyboard_read_all(const char *cmdline, struct keyboards *ret)
{
	keyboard_read(ret);
	ret->asked = is_asked(cmdline);
}

void keyboard_read_clear(struct keyboards *keyboards)
{
	free(keyboards->controllers);
	*keyboards = (struct keyboards){ 0 };
}
