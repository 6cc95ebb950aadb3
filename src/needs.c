/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "needs.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VALUE_SIZE 512
#define FIELDS 4

static bool starts_with(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

static bool is_one_of(const char *text, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(text, words[i]))
			return true;
	return false;
}
#define IS_ONE_OF(text, ...) is_one_of(text, (const char *const[]){ __VA_ARGS__ }, \
	ARRAY_SIZE(((const char *const[]){ __VA_ARGS__ })))

static void add(struct needs *needs, enum need_kind kind, const char *purpose, const char *value, const char *text,
		bool required)
{
	needs->list = util_grow(needs->list, needs->count, sizeof(*needs->list));
	needs->list[needs->count++] = (struct need){
		.kind = kind,
		.purpose = util_copy(purpose, strlen(purpose)),
		.value = util_copy(value, strlen(value)),
		.text = util_copy(text, strlen(text)),
		.required = required,
	};
}

static bool has_purpose(const struct needs *needs, const char *purpose)
{
	for (size_t i = 0; i < needs->count; i++)
		if (!strcmp(needs->list[i].purpose, purpose))
			return true;
	return false;
}

void needs_clear(struct needs *needs)
{
	for (size_t i = 0; i < needs->count; i++) {
		free(needs->list[i].purpose);
		free(needs->list[i].value);
		free(needs->list[i].text);
	}
	free(needs->list);
	*needs = (struct needs){ 0 };
}

/* Replace in place what an escape stands for: \xHH in names that udev made, \OOO in fstab. */
static void unescape(char *text, char kind, int base, int digits)
{
	char *out = text;

	while (*text) {
		char number[4] = "", *end;

		if (text[0] == '\\' && (base == 8 || text[1] == kind)) {
			const char *start = text + (base == 8 ? 1 : 2);

			strncpy(number, start, (size_t)digits);
			number[digits] = '\0';
			*out = (char)strtol(number, &end, base);
			if (*number && end == number + digits && *out) {
				out++;
				text = (char *)start + digits;
				continue;
			}
		}
		*out++ = *text++;
	}
	*out = '\0';
}

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

static void strip_quotes(char *value)
{
	size_t length = strlen(value);

	if (length >= 2 && (value[0] == '"' || value[0] == '\'') && value[length - 1] == value[0]) {
		memmove(value, value + 1, length - 2);
		value[length - 2] = '\0';
	}
}

static bool parse_tag(char *spec, enum need_kind *ret_kind, char *value)
{
	for (size_t i = 0; i < ARRAY_SIZE(tags); i++) {
		bool link = starts_with(spec, tags[i].link);

		if (!link && strncasecmp(spec, tags[i].name, strlen(tags[i].name)))
			continue;
		strcpy(value, spec + strlen(link ? tags[i].link : tags[i].name));
		strip_quotes(value);
		if (link)
			unescape(value, 'x', 16, 2);
		/* The kernel's PARTUUID=.../PARTNROFF=n is a partition of that same disk. */
		if (tags[i].kind == NEED_PARTUUID)
			value[strcspn(value, "/")] = '\0';
		*ret_kind = tags[i].kind;
		return true;
	}
	return false;
}

const char *needs_path(const struct need *need, char *buffer, size_t size)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789#+-.:=@_";

	if (need->kind == NEED_DEVICE)
		return need->value[0] == '/' ? util_format(buffer, size, "%s", need->value) : NULL;
	for (size_t i = 0; i < ARRAY_SIZE(tags); i++)
		if (tags[i].kind == need->kind && strspn(need->value, plain) == strlen(need->value))
			return util_format(buffer, size, "%s%s", tags[i].link, need->value);
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
	util_format(value, VALUE_SIZE, "%u:%u", (major & 0xfff00) >> 8, minor);
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
	return starts_with(spec, prefix) && isdigit((unsigned char)spec[strlen(prefix)]);
}

static bool is_on_network(const char *spec)
{
	static const char *const schemes[] = {
		"nfs", "nfs4", "iscsi", "nbd", "fcoe", "cifs", "smb", "http", "https", "ftp", "nvmf", "aoe", "ceph",
	};

	for (size_t i = 0; i < ARRAY_SIZE(schemes); i++)
		if (starts_with(spec, schemes[i]) && spec[strlen(schemes[i])] == ':')
			return true;
	return IS_ONE_OF(spec, "/dev/nfs", "/dev/cifs", "dhcp", "dhcp6") || is_numbered(spec, "/dev/nbd") ||
	       (spec[0] != '/' && strstr(spec, ":/"));
}

static bool is_no_disk(const char *spec)
{
	return IS_ONE_OF(spec, "tmpfs", "ramfs", "rootfs", "overlay") || starts_with(spec, "virtiofs:") ||
	       starts_with(spec, "9p:") || is_numbered(spec, "/dev/ram") || starts_with(spec, "tmpfs:");
}

static void add_network(struct needs *needs, const char *by)
{
	if (!needs->network[0])
		util_printable(needs->network, sizeof(needs->network), by, strlen(by));
}

/* Add the device that @spec of @length bytes names. @name stands before it in messages. */
static void add_device(struct needs *needs, const char *purpose, const char *spec, size_t length, const char *name,
		       bool required)
{
	char copy[VALUE_SIZE], value[VALUE_SIZE], text[VALUE_SIZE + 64];
	enum need_kind kind = NEED_DEVICE;
	char *start = copy;

	if (length >= sizeof(copy))
		length = sizeof(copy) - 1;
	memcpy(copy, spec, length);
	copy[length] = '\0';
	strip_quotes(copy);
	if (!*copy)
		return;
	util_format(text, sizeof(text), "%s%s", name, copy);
	while (starts_with(start, "block:") || starts_with(start, "live:"))
		start += strcspn(start, ":") + 1;
	/* Tags first: a label may look like anything. */
	if (parse_tag(start, &kind, value)) {
		start = value;
	} else if (is_on_network(start)) {
		add_network(needs, text);
		kind = NEED_NOTHING;
	} else if (is_no_disk(start)) {
		kind = NEED_NOTHING;
	} else if (!strcmp(start, "gpt-auto")) {
		strcpy(value, "/dev/gpt-auto-root");
		start = value;
	} else if (parse_pool(start, value)) {
		kind = NEED_POOL;
		start = value;
	} else if (parse_number(start, value)) {
		kind = NEED_NUMBER;
		start = value;
	}
	add(needs, kind, purpose, start, text, required);
}

/* The last one of this name, as the generators take it. */
static bool find_last(const char *cmdline, const char *name, struct cmdline_param *ret)
{
	struct cmdline_param param;
	bool found = false;

	while (cmdline_next(&cmdline, &param)) {
		if (!param.value || !cmdline_is(&param, name))
			continue;
		*ret = param;
		found = true;
	}
	return found;
}

/* Members that a file system's own options name: btrfs device=, XFS logdev= and rtdev=, ext4 journal_path=. */
static void add_flags(struct needs *needs, const char *purpose, const char *flags, size_t length)
{
	static const char *const names[] = { "device=", "logdev=", "rtdev=", "journal_path=" };
	const char *item, *end = flags + length;
	size_t size;

	while (util_next_item(&flags, end, &item, &size))
		for (size_t i = 0; i < ARRAY_SIZE(names); i++)
			if (size > strlen(names[i]) && starts_with(item, names[i]))
				add_device(needs, purpose, item + strlen(names[i]), size - strlen(names[i]), names[i], true);
}

static void add_crypt_options(struct needs *needs, const char *value, size_t length)
{
	const char *item, *end = value + length;
	size_t size;

	while (util_next_item(&value, end, &item, &size))
		if (size > 7 && starts_with(item, "source="))
			add_device(needs, "cryptopts", item + 7, size - 7, "cryptopts=source=", false);
}

/* Add what the parameter @name says by a name of its own kind; @prefix makes a path of it. */
static void add_named(struct needs *needs, enum need_kind kind, const char *name, const char *prefix, const char *value,
		      size_t length, bool required)
{
	char copy[VALUE_SIZE], text[VALUE_SIZE];

	util_format(copy, sizeof(copy), "%s%.*s", prefix, (int)length, value);
	util_format(text, sizeof(text), "%.64s=%.300s", name, copy + strlen(prefix));
	add(needs, kind, name, copy, text, required);
}

/* "luks-UUID", "UUID", "UUID=name": the UUID may be cut short (dracut's parse-crypt.sh compares its start). */
static void add_luks(struct needs *needs, const char *name, const char *value, size_t length)
{
	const char *equals = memchr(value, '=', length);
	size_t skip = length > 5 && starts_with(value, "luks-") ? 5 : 0;

	length = equals ? (size_t)(equals - value) : length;
	if (length > skip)
		add_named(needs, NEED_LUKS, name, "", value + skip, length - skip, false);
}

static bool is_param(const struct cmdline_param *param, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (cmdline_is(param, names[i]))
			return true;
	return false;
}
#define IS_PARAM(param, ...) is_param(param, (const char *const[]){ __VA_ARGS__ }, \
	ARRAY_SIZE(((const char *const[]){ __VA_ARGS__ })))

/* Parameters that put the root on the network, unless their value says otherwise. */
static bool is_network_param(const struct cmdline_param *param)
{
	static const char *const no[] = { "", "0", "no", "off", "none", "false" };

	if (!IS_PARAM(param, "ip", "netroot", "nfsroot", "nbdroot", "rd.neednet", "rd.iscsi.firmware", "iscsi_firmware",
		      "rd.iscsi.initiator", "iscsi_initiator", "iscsi_target_name", "rd.iscsi.target.name", "fcoe",
		      "rd.fcoe", "rd.nvmf.discover", "rd.nvmf.hostnqn"))
		return false;
	for (size_t i = 0; param->value && i < ARRAY_SIZE(no); i++)
		if (util_equal(param->value, param->value_length, no[i]))
			return false;
	return true;
}

static void add_param(struct needs *needs, const struct cmdline_param *param)
{
	char name[64];

	util_printable(name, sizeof(name), param->name, param->name_length);
	if (cmdline_is(param, "noresume"))
		needs->no_resume = true;
	if (is_network_param(param))
		add_network(needs, name);
	if (!param->value || !param->value_length)
		return;
	if (IS_PARAM(param, "mount.usr", "usr"))
		add_device(needs, "/usr", param->value, param->value_length, "mount.usr=", true);
	else if (IS_PARAM(param, "rootflags", "mount.usrflags"))
		add_flags(needs, "root", param->value, param->value_length);
	else if (IS_PARAM(param, "rd.luks.uuid", "rd.luks.name", "luks.uuid", "luks.name", "rd_LUKS_UUID"))
		add_luks(needs, name, param->value, param->value_length);
	else if (cmdline_is(param, "rd.luks.partuuid"))
		add_named(needs, NEED_PARTUUID, name, "", param->value, param->value_length, true);
	else if (cmdline_is(param, "cryptopts"))
		add_crypt_options(needs, param->value, param->value_length);
	else if (cmdline_is(param, "rd.lvm.lv"))
		add_named(needs, NEED_DEVICE, name, "/dev/", param->value, param->value_length, true);
	else if (cmdline_is(param, "rd.lvm.vg"))
		add_named(needs, NEED_GROUP, name, "", param->value, param->value_length, true);
	else if (cmdline_is(param, "rd.md.uuid"))
		add_named(needs, NEED_MD, name, "", param->value, param->value_length, true);
	else if (cmdline_is(param, "netroot"))
		needs->root = true;
}

void needs_add_cmdline(struct needs *needs, const char *text)
{
	struct cmdline_param param;
	const char *cursor = text;

	if (find_last(text, "root", &param) && param.value_length) {
		add_device(needs, "root", param.value, param.value_length, "root=", true);
		needs->root = true;
	}
	/* root=... of a virtual machine that has its host's folder as root */
	if (find_last(text, "rootfstype", &param) && (util_equal(param.value, param.value_length, "virtiofs") ||
						      util_equal(param.value, param.value_length, "9p")))
		for (size_t i = 0; i < needs->count; i++)
			needs->list[i].kind = NEED_NOTHING;
	while (cmdline_next(&cursor, &param))
		add_param(needs, &param);
	if (!needs->no_resume && find_last(text, "resume", &param) &&
	    !util_equal(param.value, param.value_length, "none") && !util_equal(param.value, param.value_length, "auto"))
		add_device(needs, "resume", param.value, param.value_length, "resume=", true);
}

/* Split a line at blanks into at most FIELDS fields. Returns how many there are; 0 for a comment. */
static size_t split_line(const char **cursor, char line[static VALUE_SIZE], char *fields[static FIELDS])
{
	size_t length = strcspn(*cursor, "\n"), count = 0;

	util_format(line, VALUE_SIZE, "%.*s", (int)length, *cursor);
	*cursor += length + ((*cursor)[length] == '\n');
	for (char *c = line; count < FIELDS && *(c += strspn(c, " \t\r")) && (count || *c != '#');) {
		fields[count++] = c;
		c += strcspn(c, " \t\r");
		if (*c)
			*c++ = '\0';
	}
	return count;
}

static bool has_option(const char *options, const char *name)
{
	const char *item, *end = options + strlen(options);
	size_t length;

	while (util_next_item(&options, end, &item, &length))
		if (util_equal(item, length, name))
			return true;
	return false;
}

static bool is_network_type(const char *type)
{
	return IS_ONE_OF(type, "nfs", "nfs4", "cifs", "smb3", "ceph", "glusterfs", "9p", "virtiofs");
}

/* What a boot does without: it puts no root on the network, and says nothing of the root. */
static void add_spare(struct needs *needs, const char *purpose, const char *spec, const char *name)
{
	size_t count = needs->count;

	/* A label may look like anything. */
	if (spec[0] == '/' && is_on_network(spec))
		return;
	add_device(needs, purpose, spec, strlen(spec), name, false);
	for (; count < needs->count; count++)
		needs->list[count].spare = true;
}

void needs_add_fstab(struct needs *needs, const char *text)
{
	char line[VALUE_SIZE], name[VALUE_SIZE], *fields[FIELDS];

	while (*text) {
		size_t count = split_line(&text, line, fields);
		const char *options = count > 3 ? fields[3] : "";
		bool swap = count > 2 && !strcmp(fields[2], "swap"), root, usr;

		if (count < 3 || is_network_type(fields[2]) || has_option(options, "_netdev"))
			continue;
		unescape(fields[0], 0, 8, 3);
		unescape(fields[1], 0, 8, 3);
		root = !strcmp(fields[1], "/");
		usr = !strcmp(fields[1], "/usr");
		if (fields[0][0] != '/' && !strchr(fields[0], '='))
			continue;
		util_format(name, sizeof(name), "fstab's %.400s: ", swap ? "swap" : fields[1]);
		if (has_option(options, "noauto") || (has_option(options, "nofail") && !root && !usr)) {
			add_spare(needs, swap ? "swap" : fields[1], fields[0], name);
			continue;
		}
		add_device(needs, swap ? "swap" : root ? "root" : fields[1], fields[0], strlen(fields[0]), name,
			   usr || (root && !needs->root));
		if (usr || root)
			add_flags(needs, root ? "root" : "/usr", options, strlen(options));
		needs->root |= root;
	}
}

void needs_add_crypttab(struct needs *needs, const char *text)
{
	char line[VALUE_SIZE], name[VALUE_SIZE], *fields[FIELDS];

	while (*text) {
		size_t count = split_line(&text, line, fields);
		const char *options = count > 3 ? fields[3] : "";

		if (count < 2 || has_option(options, "noauto") || has_option(options, "nofail"))
			continue;
		util_format(name, sizeof(name), "crypttab's %.400s: ", fields[0]);
		add_device(needs, fields[0], fields[1], strlen(fields[1]), name, false);
	}
}

void needs_add_conf(struct needs *needs, const char *text)
{
	char line[VALUE_SIZE], *fields[FIELDS];

	while (*text) {
		const char *value;
		bool resume;

		if (!split_line(&text, line, fields))
			continue;
		resume = starts_with(fields[0], "RESUME=");
		if (!resume && !starts_with(fields[0], "ROOT="))
			continue;
		value = strchr(fields[0], '=') + 1;
		if (IS_ONE_OF(value, "none", "auto", "probe") || has_purpose(needs, resume ? "resume" : "root") ||
		    (resume && needs->no_resume))
			continue;
		add_device(needs, resume ? "resume" : "root", value, strlen(value), resume ? "RESUME=" : "ROOT=", true);
		needs->root |= !resume;
	}
}
