/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys and detached headers of LUKS: the boot needs what they are on, until the LUKS is open. */
#include <ctype.h>
#include <string.h>

#include "core/devspec.h"
#include "core/host-needs-add.h"

void host_needs_skip_uuid(const char **value, size_t *length)
{
	size_t digits = 0;

	while (digits < *length && (isxdigit((unsigned char)(*value)[digits]) || (*value)[digits] == '-'))
		digits++;
	if (!digits || digits == *length || (*value)[digits] != '=')
		return;
	*value += digits + 1;
	*length -= digits + 1;
}

/* Devices below /dev that no disk is behind: random numbers, terminals, TPMs. */
static bool is_no_disk(const char *spec)
{
	static const char *const names[] = {
		"urandom", "random", "hwrng",  "hw_random", "null",  "zero", "full", "console",
		"tty",     "tpm",    "hidraw", "fd/",       "stdin", "bsg/", "bus/",
	};

	for (size_t i = 0; util_starts_with(spec, "/dev/") && i < ARRAY_SIZE(names); i++)
		if (util_starts_with(spec + 5, names[i]))
			return true;
	return false;
}

/*
 * The next ":" with a device behind it, or NULL: paths, and udev's links by-path, have colons of their own.
 */
static char *find_device(char *text)
{
	char *colon = text;

	while ((colon = strchr(colon, ':')) && !devspec_is_device(colon + 1))
		colon++;
	return colon;
}

/* @text is a key or a header; the device that it is on is added, if it names one. */
static void add_holder(struct host_needs *needs, const struct host_needs_form *form, char *text)
{
	char *device = text, *end;

	if (!devspec_is_device(text)) {
		device = find_device(text);
		if (!device)
			return;
		end = find_device(++device);
	} else {
		end = strstr(text, ":/");
	}
	if (end)
		*end = '\0';
	if (!is_no_disk(device))
		host_needs_add_device(needs, form, device, strlen(device));
}

static void add_part(struct host_needs *needs, const char *purpose, const char *name, const char *value,
		     size_t length)
{
	char *copy = util_text_copy(value, length);
	const struct host_needs_form form = {
		.purpose = purpose,
		.name = util_text("%s: ", name),
		.key = true,
	};

	util_unquote(copy);
	util_unescape(copy, "\\", 8, 3);
	add_holder(needs, &form, copy);
}

void host_needs_add_key(struct host_needs *needs, const char *name, const char *value, size_t length)
{
	host_needs_skip_uuid(&value, &length);
	add_part(needs, "a LUKS key", name, value, length);
}

void host_needs_add_crypt_options(struct host_needs *needs, const char *name, const char *options,
				  size_t length)
{
	const struct host_needs_form source = {
		.purpose = name, .name = "cryptopts=source=", .opened = true
	};
	const char *item, *end = options + length;
	size_t size;

	while (util_next_item(&options, end, &item, &size)) {
		if (size > 7 && util_starts_with(item, "source="))
			host_needs_add_device(needs, &source, item + 7, size - 7);
		else if (size > 4 && util_starts_with(item, "key="))
			host_needs_add_key(needs, name, item + 4, size - 4);
		else if (size > 7 && util_starts_with(item, "header="))
			add_part(needs, "a LUKS header", name, item + 7, size - 7);
	}
}
