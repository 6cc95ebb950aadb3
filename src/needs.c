/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "needs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spec.h"
#include "table.h"

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

bool needs_is_on_disk(const struct need *need)
{
	return need->kind != NEED_NOTHING && need->kind != NEED_VIRTIOFS && need->kind != NEED_9P;
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

static void add_network(struct needs *needs, const char *by)
{
	if (!needs->network[0])
		util_printable(needs->network, sizeof(needs->network), by, strlen(by));
}

/* Add the device that @spec of @length bytes names. @name stands before it in messages. */
static void add_device(struct needs *needs, const char *purpose, const char *spec, size_t length, const char *name,
		       bool required)
{
	char copy[SPEC_SIZE], value[SPEC_SIZE], text[SPEC_SIZE + 64];
	enum need_kind kind;

	util_format(copy, sizeof(copy), "%.*s", (int)length, spec);
	util_unquote(copy);
	if (!*copy)
		return;
	util_format(text, sizeof(text), "%s%s", name, copy);
	kind = spec_parse(copy, value);
	if (kind == NEED_NOTHING && spec_is_on_network(value))
		add_network(needs, text);
	add(needs, kind, purpose, value, text, required);
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
			if (size > strlen(names[i]) && util_starts_with(item, names[i]))
				add_device(needs, purpose, item + strlen(names[i]), size - strlen(names[i]), names[i], true);
}

static void add_crypt_options(struct needs *needs, const char *value, size_t length)
{
	const char *item, *end = value + length;
	size_t size;

	while (util_next_item(&value, end, &item, &size))
		if (size > 7 && util_starts_with(item, "source="))
			add_device(needs, "cryptopts", item + 7, size - 7, "cryptopts=source=", false);
}

/* Add what the parameter @name says by a name of its own kind; @prefix makes a path of it. */
static void add_named(struct needs *needs, enum need_kind kind, const char *name, const char *prefix, const char *value,
		      size_t length, bool required)
{
	char copy[SPEC_SIZE], text[SPEC_SIZE];

	util_format(copy, sizeof(copy), "%s%.*s", prefix, (int)length, value);
	util_format(text, sizeof(text), "%.64s=%.300s", name, copy + strlen(prefix));
	add(needs, kind, name, copy, text, required);
}

/* "luks-UUID", "UUID", "UUID=name": the UUID may be cut short (dracut's parse-crypt.sh compares its start). */
static void add_luks(struct needs *needs, const char *name, const char *value, size_t length)
{
	const char *equals = memchr(value, '=', length);
	size_t skip = length > 5 && util_starts_with(value, "luks-") ? 5 : 0;

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

static bool is_network_type(const char *type)
{
	return UTIL_IS_ONE_OF(type, "nfs", "nfs4", "cifs", "smb3", "ceph", "glusterfs", "9p", "virtiofs");
}

/* What a boot does without: it puts no root on the network, and says nothing of the root. */
static void add_spare(struct needs *needs, const char *purpose, const char *spec, const char *name)
{
	size_t count = needs->count;

	/* A label may look like anything. */
	if (spec[0] == '/' && spec_is_on_network(spec))
		return;
	add_device(needs, purpose, spec, strlen(spec), name, false);
	for (; count < needs->count; count++)
		needs->list[count].spare = true;
}

void needs_add_fstab(struct needs *needs, const char *text)
{
	struct table_line line;
	char name[SPEC_SIZE];

	while (table_next(&text, &line)) {
		char *spec = line.fields[0], *place = line.fields[1];
		const char *type = line.fields[2], *options = line.fields[3], *purpose;
		bool root, usr;

		if (line.count < 3 || is_network_type(type) || table_has_option(options, "_netdev"))
			continue;
		util_unescape(spec, "\\", 8, 3);
		util_unescape(place, "\\", 8, 3);
		if (spec[0] != '/' && !strchr(spec, '='))
			continue;
		root = !strcmp(place, "/");
		usr = !strcmp(place, "/usr");
		purpose = !strcmp(type, "swap") ? "swap" : place;
		util_format(name, sizeof(name), "fstab's %.400s: ", purpose);
		if (table_has_option(options, "noauto") || (table_has_option(options, "nofail") && !root && !usr)) {
			add_spare(needs, purpose, spec, name);
			continue;
		}
		add_device(needs, root ? "root" : purpose, spec, strlen(spec), name, usr || (root && !needs->root));
		if (usr || root)
			add_flags(needs, root ? "root" : "/usr", options, strlen(options));
		needs->root |= root;
	}
}

void needs_add_crypttab(struct needs *needs, const char *text)
{
	struct table_line line;
	char name[SPEC_SIZE];

	while (table_next(&text, &line)) {
		const char *target = line.fields[0], *source = line.fields[1], *options = line.fields[3];

		if (line.count < 2 || table_has_option(options, "noauto") || table_has_option(options, "nofail"))
			continue;
		util_format(name, sizeof(name), "crypttab's %.400s: ", target);
		add_device(needs, target, source, strlen(source), name, false);
	}
}

void needs_add_conf(struct needs *needs, const char *text)
{
	struct table_line line;

	while (table_next(&text, &line)) {
		bool resume = util_starts_with(line.fields[0], "RESUME=");
		const char *purpose = resume ? "resume" : "root", *value;

		if (!resume && !util_starts_with(line.fields[0], "ROOT="))
			continue;
		value = strchr(line.fields[0], '=') + 1;
		if (UTIL_IS_ONE_OF(value, "none", "auto", "probe") || has_purpose(needs, purpose) ||
		    (resume && needs->no_resume))
			continue;
		add_device(needs, purpose, value, strlen(value), resume ? "RESUME=" : "ROOT=", true);
		needs->root |= !resume;
	}
}
