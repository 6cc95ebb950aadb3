/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "spec.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Tags, as mount(8) writes them and as udev names its links. */
static const struct tag {
	const char *name, *link;
	enum need_kind kind;
} tags[] = {
	{ "UUID=", "/dev/disk/by-uuid/", NEED_UUID },
	{ "LABEL=", "/dev/disk/by-label/", NEED_LABEL },
	{ "PARTUUID=", "/dev/disk/by-partuuid/", NEED_PARTUUID },
	{ "PARTLABEL=", "/dev/disk/by-partlabel/", NEED_PARTLABEL },
};

static bool parse_tag(const char *spec, enum need_kind *ret_kind, char *value)
{
	for (size_t i = 0; i < ARRAY_SIZE(tags); i++) {
		bool link = util_starts_with(spec, tags[i].link);

		if (!link && strncasecmp(spec, tags[i].name, strlen(tags[i].name)))
			continue;
		strcpy(value, spec + strlen(link ? tags[i].link : tags[i].name));
		util_unquote(value);
		if (link)
			util_unescape(value, "\\x", 16, 2);
		/* The kernel's PARTUUID=.../PARTNROFF=n is a partition of that same disk. */
		if (tags[i].kind == NEED_PARTUUID)
			value[strcspn(value, "/")] = '\0';
		*ret_kind = tags[i].kind;
		return true;
	}
	return false;
}

const char *spec_path(enum need_kind kind, const char *value, char *buffer, size_t size)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789#+-.:=@_";

	if (kind == NEED_DEVICE)
		return value[0] == '/' ? util_format(buffer, size, "%s", value) : NULL;
	for (size_t i = 0; i < ARRAY_SIZE(tags); i++)
		if (tags[i].kind == kind && strspn(value, plain) == strlen(value))
			return util_format(buffer, size, "%s%s", tags[i].link, value);
	return NULL;
}

/* "8:1", or the kernel's old hexadecimal "801" (init/do_mounts.c, name_to_dev_t(): new_decode_dev()). */
static bool parse_number(const char *spec, char *value)
{
	unsigned int major, minor;
	int end = 0;
	size_t length = strlen(spec);

	if (sscanf(spec, "%u:%u%n", &major, &minor, &end) == 2 && !spec[end]) {
		strcpy(value, spec);
		return true;
	}
	if (length < 3 || length > 8 || strspn(spec, "0123456789abcdefABCDEF") != length)
		return false;
	major = (unsigned int)strtoul(spec, NULL, 16);
	minor = (major & 0xff) | ((major >> 12) & 0xfff00);
	util_format(value, SPEC_SIZE, "%u:%u", (major & 0xfff00) >> 8, minor);
	return true;
}

/* Which pool: root=zfs:POOL/DATASET, root=ZFS=POOL/DATASET; "zfs", zfs:AUTO and zfs=bootfs leave it open. */
static bool parse_pool(const char *spec, char *value)
{
	if (strncasecmp(spec, "zfs", 3) || (spec[3] && spec[3] != ':' && spec[3] != '='))
		return false;
	spec += 3 + strspn(spec + 3, ":=");
	strcpy(value, spec);
	value[strcspn(value, "/")] = '\0';
	if (!strcasecmp(value, "auto") || !strcmp(value, "bootfs"))
		value[0] = '\0';
	return true;
}

/* "/dev/nbd0", and not a volume group whose name starts so. */
static bool is_numbered(const char *spec, const char *prefix)
{
	return util_starts_with(spec, prefix) && isdigit((unsigned char)spec[strlen(prefix)]);
}

bool spec_is_on_network(const char *spec)
{
	static const char *const schemes[] = {
		"nfs", "nfs4", "iscsi", "nbd", "fcoe", "cifs", "smb", "http", "https", "ftp", "nvmf", "aoe", "ceph",
	};

	for (size_t i = 0; i < ARRAY_SIZE(schemes); i++)
		if (util_starts_with(spec, schemes[i]) && spec[strlen(schemes[i])] == ':')
			return true;
	return UTIL_IS_ONE_OF(spec, "/dev/nfs", "/dev/cifs", "dhcp", "dhcp6") || is_numbered(spec, "/dev/nbd") ||
	       (spec[0] != '/' && strstr(spec, ":/"));
}

static bool is_no_disk(const char *spec)
{
	return UTIL_IS_ONE_OF(spec, "tmpfs", "ramfs", "rootfs", "overlay") || util_starts_with(spec, "virtiofs:") ||
	       util_starts_with(spec, "9p:") || is_numbered(spec, "/dev/ram") || util_starts_with(spec, "tmpfs:");
}

enum need_kind spec_parse(const char *spec, char value[static SPEC_SIZE])
{
	enum need_kind kind = NEED_DEVICE;

	while (util_starts_with(spec, "block:") || util_starts_with(spec, "live:"))
		spec += strcspn(spec, ":") + 1;
	/* Tags first: a label may look like anything. */
	if (parse_tag(spec, &kind, value))
		return kind;
	if (spec_is_on_network(spec) || is_no_disk(spec))
		kind = NEED_NOTHING;
	else if (parse_pool(spec, value))
		return NEED_POOL;
	else if (parse_number(spec, value))
		return NEED_NUMBER;
	else if (!strcmp(spec, "gpt-auto"))
		spec = "/dev/gpt-auto-root";
	util_format(value, SPEC_SIZE, "%s", spec);
	return kind;
}
