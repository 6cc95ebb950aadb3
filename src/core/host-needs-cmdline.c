/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/host-needs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/devspec.h"
#include "core/host-needs-add.h"

typedef void add_function(struct host_needs *needs, const char *name, const char *value, size_t length);

static void add_root_flags(struct host_needs *needs, const char *name, const char *value, size_t length)
{
	(void)name;
	host_needs_add_members(needs, &(struct host_needs_form){ .purpose = "root", .required = true }, value,
			       length);
}

static void add_usr_flags(struct host_needs *needs, const char *name, const char *value, size_t length)
{
	(void)name;
	host_needs_add_members(needs, &(struct host_needs_form){ .purpose = "/usr", .required = true }, value,
			       length);
}

/* Add what the parameter @name says by a name of its own kind; @prefix makes a path of it. */
static void add_named(struct host_needs *needs, enum need_kind kind, const char *name, const char *prefix,
		      const char *value, size_t length)
{
	host_needs_add(needs, &(struct host_needs_form){ .purpose = name, .opened = true }, kind,
		       util_text("%s%.*s", prefix, (int)length, value),
		       util_text("%s=%.*s", name, (int)length, value));
}

/*
 * "luks-UUID", "UUID", "UUID=name": the UUID may be cut short (dracut's parse-crypt.sh compares its start).
 */
static void add_luks(struct host_needs *needs, const char *name, const char *value, size_t length)
{
	const char *equals = memchr(value, '=', length);
	size_t skip = length > 5 && util_starts_with(value, "luks-") ? 5 : 0;

	length = equals ? (size_t)(equals - value) : length;
	if (length > skip)
		add_named(needs, NEED_LUKS, name, "", value + skip, length - skip);
}

/* The device that a detached header belongs to: UUID=DEVICE (systemd-cryptsetup-generator(8)). */
static void add_luks_data(struct host_needs *needs, const char *name, const char *value, size_t length)
{
	host_needs_skip_uuid(&value, &length);
	host_needs_add_device(
		needs,
		&(struct host_needs_form){ .purpose = name, .name = util_text("%s=", name), .opened = true },
		value, length);
}

static void add_luks_options(struct host_needs *needs, const char *name, const char *value, size_t length)
{
	host_needs_skip_uuid(&value, &length);
	host_needs_add_crypt_options(needs, name, value, length);
}

static void add_partuuid(struct host_needs *needs, const char *name, const char *value, size_t length)
{
	add_named(needs, NEED_PARTUUID, name, "", value, length);
}

static void add_volume(struct host_needs *needs, const char *name, const char *value, size_t length)
{
	add_named(needs, NEED_DEVICE, name, "/dev/", value, length);
}

static void add_group(struct host_needs *needs, const char *name, const char *value, size_t length)
{
	add_named(needs, NEED_GROUP, name, "", value, length);
}

static void add_array(struct host_needs *needs, const char *name, const char *value, size_t length)
{
	add_named(needs, NEED_MD, name, "", value, length);
}

/*
 * The writable layer of a live system, or the medium: DEVICE[:PATH], and no device in "none" or "removable".
 * What is not below /dev behind a colon is a path on it.
 */
static void add_layer(struct host_needs *needs, const char *name, const char *value, size_t length)
{
	char *copy = util_text_copy(value, length), *colon = copy;
	const struct host_needs_form form = {
		.purpose = name,
		.name = util_text("%s=", name),
		.required = true,
	};

	while ((colon = strchr(colon, ':')) && colon[1] != '/' && strcmp(colon + 1, "auto") != 0)
		colon++;
	if (colon && !util_starts_with(colon + 1, "/dev/"))
		*colon = '\0';
	util_unquote(copy);
	if (devspec_is_device(copy))
		host_needs_add_device(needs, &form, copy, strlen(copy));
}

/*
 * overlayroot=/dev/x, overlayroot=device:dev=/dev/x,OPTIONS, overlayroot=crypt:dev=/dev/x,OPTIONS
 * (overlayroot.conf).
 */
static void add_overlay_root(struct host_needs *needs, const char *name, const char *value, size_t length)
{
	const char *item, *end = value + length;
	size_t size;

	while (util_next_item(&value, end, &item, &size)) {
		static const char *const starts[] = { "device:dev=", "crypt:dev=", "dev=" };

		for (size_t i = 0; i < ARRAY_SIZE(starts); i++)
			if (size > strlen(starts[i]) && util_starts_with(item, starts[i])) {
				item += strlen(starts[i]);
				size -= strlen(starts[i]);
				break;
			}
		add_layer(needs, name, item, size);
	}
}

static const struct {
	const char *names[5];
	add_function *add;
} readers[] = {
	{ { "rd.live.overlay", "rd.overlay", "live-media", "bootfrom", "boot" }, add_layer },
	{ { "overlayroot" }, add_overlay_root },
	{ { "rootflags" }, add_root_flags },
	{ { "mount.usrflags" }, add_usr_flags },
	{ { "rd.luks.uuid", "rd.luks.name", "luks.uuid", "luks.name", "rd_LUKS_UUID" }, add_luks },
	{ { "rd.luks.key", "luks.key" }, host_needs_add_key },
	{ { "rd.luks.options", "luks.options" }, add_luks_options },
	{ { "rd.luks.data", "luks.data" }, add_luks_data },
	{ { "rd.luks.partuuid" }, add_partuuid },
	{ { "cryptopts" }, host_needs_add_crypt_options },
	{ { "rd.lvm.lv" }, add_volume },
	{ { "rd.lvm.vg" }, add_group },
	{ { "rd.md.uuid" }, add_array },
};

static bool is_param(const struct cmdline_param *param, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count && names[i]; i++)
		if (cmdline_is(param, names[i]))
			return true;
	return false;
}

/*
 * Parameters that put the root, or what a boot waits for, on the network, unless their value says otherwise.
 */
static bool is_network_param(const struct cmdline_param *param)
{
	static const char *const no[] = { "", "0", "no", "off", "none", "false" };
	static const char *const names[] = {
		"ip",
		"netroot",
		"nfsroot",
		"nbdroot",
		"cifsroot",
		"rd.neednet",
		"rd.iscsi.firmware",
		"iscsi_firmware",
		"rd.iscsi.initiator",
		"iscsi_initiator",
		"iscsi_target_name",
		"rd.iscsi.target.name",
		"iscsi_auto",
		"fcoe",
		"rd.fcoe",
		"rd.nvmf.discover",
		"rd.nvmf.hostnqn",
		"fetch",
		"httpfs",
		"ftpfs",
		"netboot",
		"rd.systemd.pull",
		"systemd.pull",
		"nfsaddrs",
		"url",
		"iso-url",
		"coreos.live.rootfs_url",
		"ignition.config.url",
	};

	if (cmdline_is(param, "boot"))
		return param->value && util_equal(param->value, param->value_length, "nfs");
	if (!is_param(param, names, ARRAY_SIZE(names)))
		return false;
	for (size_t i = 0; param->value && i < ARRAY_SIZE(no); i++)
		if (util_equal(param->value, param->value_length, no[i]))
			return false;
	return true;
}

/*
 * Those of them that say by themselves where the root is (live-boot(7), initramfs-tools(7),
 * dracut.cmdline(7)).
 */
static bool is_network_root(const struct cmdline_param *param)
{
	static const char *const names[] = { "netroot", "boot", "fetch", "httpfs", "ftpfs", "netboot" };

	return is_param(param, names, ARRAY_SIZE(names));
}

static void add_param(struct host_needs *needs, const struct cmdline_param *param)
{
	const char *name = util_text_shown(param->name, param->name_length);

	if (cmdline_is(param, "noresume"))
		needs->no_resume = true;
	if (is_network_param(param)) {
		host_needs_say_network(needs, name);
		needs->root |= is_network_root(param);
	}
	if (!param->value || !param->value_length)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(readers); i++)
		if (is_param(param, readers[i].names, ARRAY_SIZE(readers[i].names)))
			readers[i].add(needs, name, param->value, param->value_length);
}

/* The parameters that name a file system, and tell its type and options. */
struct mounted {
	struct host_needs_form form;
	const char *parameter, *type, *flags;
};

/* A folder that the host of a virtual machine shares, or a server of Plan 9's protocol. */
static void add_plan9(struct host_needs *needs, const struct mounted *mounted, const char *cmdline,
		      const char *tag, const char *text)
{
	host_needs_add(needs, &mounted->form, NEED_9P, tag, text);
	if (cmdline_has(cmdline, mounted->flags, "trans=tcp") ||
	    cmdline_has(cmdline, mounted->flags, "trans=rdma"))
		host_needs_say_network(needs, text);
}

/* The type tells what a file system is whose name is that of no device. */
static bool add_typed(struct host_needs *needs, const struct mounted *mounted, const char *cmdline,
		      const char *spec)
{
	const struct host_needs_form *form = &mounted->form;
	struct cmdline_param param;
	const char *value, *type = "", *text = util_text("%s%s", form->name, spec);
	enum need_kind kind = devspec_parse(spec, &value);

	if (cmdline_last(cmdline, mounted->type, &param))
		type = util_text_copy(param.value, param.value_length);
	if (kind == NEED_9P || !strcmp(type, "9p")) {
		add_plan9(needs, mounted, cmdline, value, text);
	} else if (!strcmp(type, "virtiofs")) {
		host_needs_add(needs, form, NEED_VIRTIOFS, value, text);
	} else if (host_needs_is_network_type(type) && !devspec_is_device(spec)) {
		host_needs_say_network(needs, text);
		host_needs_add(needs, form, NEED_NOTHING, value, text);
	} else if (!strcmp(type, "zfs") && kind != NEED_POOL && !devspec_is_device(spec)) {
		host_needs_add(needs, form, NEED_POOL, util_text_copy(value, strcspn(value, "/")), text);
	} else {
		return false;
	}
	return true;
}

/* Returns whether the parameter says what the file system is on. */
static bool add_mounted(struct host_needs *needs, const struct mounted *mounted, const char *cmdline)
{
	struct cmdline_param param;
	const char *value, *spec;
	char *copy;

	if (!cmdline_last(cmdline, mounted->parameter, &param) || !param.value_length)
		return false;
	spec = copy = util_text_copy(param.value, param.value_length);
	util_unquote(copy);
	/*
	 * systemd's words for what fstab names, or what some other unit mounts (systemd-fstab-generator(8)).
	 */
	if (!*spec || UTIL_IS_ONE_OF(spec, "fstab", "off"))
		return false;
	if (add_typed(needs, mounted, cmdline, spec))
		return true;
	if (!strcmp(mounted->form.purpose, "/usr") && devspec_parse(spec, &value) == NEED_DEVICE &&
	    !strcmp(value, DEVSPEC_FOUND_BY_TYPE))
		spec = "/dev/disk/by-designator/usr";
	host_needs_add_device(needs, &mounted->form, spec, strlen(spec));
	return true;
}

static void add_root_and_usr(struct host_needs *needs, const char *cmdline)
{
	static const struct mounted root = {
		{ .purpose = "root", .name = "root=", .required = true },
		"root",
		"rootfstype",
		"rootflags",
	};
	static const struct mounted usrs[] = {
		{ { .purpose = "/usr", .name = "mount.usr=", .required = true },
		  "mount.usr",
		  "mount.usrfstype",
		  "mount.usrflags" },
		{ { .purpose = "/usr", .name = "usr=", .required = true },
		  "usr",
		  "mount.usrfstype",
		  "mount.usrflags" },
	};

	needs->root |= add_mounted(needs, &root, cmdline);
	for (size_t i = 0; i < ARRAY_SIZE(usrs); i++)
		add_mounted(needs, &usrs[i], cmdline);
}

void host_needs_add_cmdline(struct host_needs *needs, const char *text)
{
	static const struct host_needs_form form = {
		.purpose = "resume", .name = "resume=", .required = true
	};
	struct cmdline_param param;
	const char *cursor = text;

	add_root_and_usr(needs, text);
	host_needs_add_systemd(needs, text);
	while (cmdline_next(&cursor, &param))
		add_param(needs, &param);
	if (cmdline_last(text, "boot", &param)) {
		needs->boot = true;
		host_needs_see_script(needs, "boot=", util_text_copy(param.value, param.value_length));
	}
	if (!needs->no_resume && cmdline_last(text, "resume", &param) &&
	    !util_equal(param.value, param.value_length, "none") &&
	    !util_equal(param.value, param.value_length, "auto"))
		host_needs_add_device(needs, &form, param.value, param.value_length);
}
