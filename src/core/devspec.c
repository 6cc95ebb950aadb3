/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/devspec.h"

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
	{ "CDLABEL=", "/dev/disk/by-label/", NEED_LABEL }, /* dracut's, of a live medium */
};

/* ID= is the only tag that no superblock and no partition table holds: the name of udev's link (mount(8)). */
#define ID_TAG "ID="
#define ID_FOLDER "/dev/disk/by-id/"

static bool parse_tag(const char *spec, enum need_kind *ret_kind, const char **ret_value)
{
	if (!strncasecmp(spec, ID_TAG, strlen(ID_TAG))) {
		*ret_value = util_text("%s%s", ID_FOLDER, util_text_unquoted(spec + strlen(ID_TAG)));
		*ret_kind = NEED_DEVICE;
		return true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(tags); i++) {
		bool link = util_starts_with(spec, tags[i].link);
		char *value;

		if (!link && strncasecmp(spec, tags[i].name, strlen(tags[i].name)))
			continue;
		value = util_text_unquoted(spec + strlen(link ? tags[i].link : tags[i].name));
		if (link)
			util_unescape(value, "\\x", 16, 2);
		/* The kernel's PARTUUID=.../PARTNROFF=n is a partition of that same disk. */
		if (tags[i].kind == NEED_PARTUUID)
			value[strcspn(value, "/")] = '\0';
		*ret_kind = tags[i].kind;
		*ret_value = value;
		return true;
	}
	return false;
}

/*
 * @folder with @value behind it as udev writes it in names of links: what is not in its list of characters, and no
 * UTF-8, becomes "\\x" and two digits (systemd, encode_devnode_name()).
 */
static const char *encoded_link(const char *folder, const char *value)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789#+-.:=@_",
			  hex[] = "0123456789abcdef";
	cleanup_free char *encoded = util_zeroed(4 * strlen(value) + 1, 1);
	char *end = encoded;

	for (; *value; value++) {
		unsigned char byte = (unsigned char)*value;

		if (strchr(plain, *value) || byte >= 0x80) {
			*end++ = *value;
			continue;
		}
		*end++ = '\\';
		*end++ = 'x';
		*end++ = hex[byte >> 4];
		*end++ = hex[byte & 15];
	}
	return util_text("%s%s", folder, encoded);
}

const char *devspec_path(enum need_kind kind, const char *value)
{
	if (kind == NEED_DEVICE)
		return value[0] == '/' ? value : NULL;
	for (size_t i = 0; i < ARRAY_SIZE(tags); i++)
		if (tags[i].kind == kind)
			return encoded_link(tags[i].link, value);
	return NULL;
}

const char *devspec_number(unsigned long number)
{
	return util_text("%lu:%lu", (number & 0xfff00) >> 8, (number & 0xff) | ((number >> 12) & 0xfff00));
}

/* "8:1", or the kernel's old hexadecimal "801" (init/do_mounts.c, name_to_dev_t()). */
static bool parse_number(const char *spec, const char **ret_value)
{
	unsigned int major, minor;
	int end = 0;
	size_t length = strlen(spec);

	if (sscanf(spec, "%u:%u%n", &major, &minor, &end) == 2 && !spec[end]) {
		*ret_value = spec;
		return true;
	}
	if (length < 3 || length > 8 || strspn(spec, "0123456789abcdefABCDEF") != length)
		return false;
	*ret_value = devspec_number(strtoul(spec, NULL, 16));
	return true;
}

/* Which pool: root=zfs:POOL/DATASET, root=ZFS=POOL/DATASET; "zfs", zfs:AUTO and zfs=bootfs leave it open. */
static bool parse_pool(const char *spec, const char **ret_value)
{
	const char *pool;

	if (strncasecmp(spec, "zfs", 3) || (spec[3] && spec[3] != ':' && spec[3] != '='))
		return false;
	spec += 3 + strspn(spec + 3, ":=");
	pool = util_text_copy(spec, strcspn(spec, "/"));
	*ret_value = !strcasecmp(pool, "auto") || !strcmp(pool, "bootfs") ? "" : pool;
	return true;
}

/* "/dev/nbd0", and not a volume group whose name starts so. */
static bool is_numbered(const char *spec, const char *prefix)
{
	return util_starts_with(spec, prefix) && isdigit((unsigned char)spec[strlen(prefix)]);
}

bool devspec_is_device(const char *spec)
{
	if (util_starts_with(spec, "/dev/") || !strncasecmp(spec, ID_TAG, strlen(ID_TAG)))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(tags); i++)
		if (!strncasecmp(spec, tags[i].name, strlen(tags[i].name)))
			return true;
	return false;
}

static bool is_no_disk(const char *spec)
{
	return UTIL_IS_ONE_OF(spec, "tmpfs", "ramfs", "rootfs", "overlay") ||
	       util_starts_with(spec, "tmpfs:") || util_starts_with(spec, "bind:") ||
	       is_numbered(spec, "/dev/ram") || is_numbered(spec, "/dev/zram");
}

bool devspec_is_on_network(const char *spec)
{
	static const char *const schemes[] = {
		"nfs",  "nfs4",  "iscsi", "nbd",  "fcoe", "cifs", "smb",
		"http", "https", "ftp",   "tftp", "nvmf", "aoe",  "ceph",
	};

	/* A label may look like anything, and bind:/PATH like a place on a server. */
	if (is_no_disk(spec) || (devspec_is_device(spec) && spec[0] != '/'))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(schemes); i++)
		if (util_starts_with(spec, schemes[i]) && spec[strlen(schemes[i])] == ':')
			return true;
	return UTIL_IS_ONE_OF(spec, "/dev/nfs", "/dev/cifs", "dhcp", "dhcp6") ||
	       is_numbered(spec, "/dev/nbd") || is_numbered(spec, "/dev/rbd") ||
	       util_starts_with(spec, "/dev/rbd/") || util_starts_with(spec, "/dev/etherd/") ||
	       util_starts_with(spec, "//") || (spec[0] != '/' && strstr(spec, ":/"));
}

/*
 * systemd finds the root by the type of its partition, on the disk of the loader
 * (systemd-gpt-auto-generator(8)).
 */
static bool is_found_by_type(const char *spec)
{
	return UTIL_IS_ONE_OF(spec, "gpt-auto", "gpt-auto-force", "dissect", "dissect-force");
}

/* A folder that a virtual machine's host shares: its tag (dracut.cmdline(7)). */
static enum need_kind parse_share(const char *spec, const char **ret_value)
{
	static const struct {
		const char *scheme;
		enum need_kind kind;
	} shares[] = { { "virtiofs:", NEED_VIRTIOFS }, { "9p:", NEED_9P } };

	for (size_t i = 0; i < ARRAY_SIZE(shares); i++)
		if (util_starts_with(spec, shares[i].scheme)) {
			*ret_value = spec + strlen(shares[i].scheme);
			return shares[i].kind;
		}
	return NEED_NOTHING;
}

enum need_kind devspec_parse(const char *spec, const char **ret_value)
{
	enum need_kind kind = NEED_DEVICE;

	while (util_starts_with(spec, "block:") || util_starts_with(spec, "live:"))
		spec += strcspn(spec, ":") + 1;
	/* Tags first: a label may look like anything. */
	if (parse_tag(spec, &kind, ret_value))
		return kind;
	if (parse_share(spec, ret_value) != NEED_NOTHING)
		return parse_share(spec, ret_value);
	if (is_no_disk(spec) || devspec_is_on_network(spec))
		kind = NEED_NOTHING;
	else if (parse_pool(spec, ret_value))
		return NEED_POOL;
	else if (parse_number(spec, ret_value))
		return NEED_NUMBER;
	else if (is_found_by_type(spec))
		spec = DEVSPEC_FOUND_BY_TYPE;
	*ret_value = spec;
	return kind;
}
