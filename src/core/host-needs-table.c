/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fstab(5), crypttab(5), and the files in which initramfs-tools keeps variables. */
#include <string.h>

#include "core/devspec.h"
#include "core/fields.h"
#include "core/host-needs-add.h"

bool host_needs_is_network_type(const char *type)
{
	if (util_starts_with(type, "fuse."))
		type += strlen("fuse.");
	return UTIL_IS_ONE_OF(type, "nfs", "nfs4", "cifs", "smb3", "smbfs", "ceph", "glusterfs", "afs",
			      "sshfs", "davfs", "davfs2", "lustre", "gfs", "gfs2", "ocfs2", "ncp", "ncpfs",
			      "orangefs", "pvfs2", "beegfs", "rclone", "mfs", "moosefs", "s3fs");
}

static enum need_kind kind_of_type(const struct host_needs_mount *mount)
{
	if (!strcmp(mount->type, "virtiofs"))
		return NEED_VIRTIOFS;
	if (!strcmp(mount->type, "zfs"))
		return NEED_POOL;
	return !strcmp(mount->type, "9p") ? NEED_9P : NEED_NOTHING;
}

static bool is_remote(const struct host_needs_mount *mount)
{
	return host_needs_is_network_type(mount->type) || fields_has_option(mount->options, "_netdev") ||
	       devspec_is_on_network(mount->spec) ||
	       (!strcmp(mount->type, "9p") && (fields_has_option(mount->options, "trans=tcp") ||
					       fields_has_option(mount->options, "trans=rdma")));
}

/* What the type alone tells of: a pool by its dataset, a shared folder by its tag. */
static void add_typed(struct host_needs *needs, const struct host_needs_form *form,
		      const struct host_needs_mount *mount)
{
	enum need_kind kind = kind_of_type(mount);
	size_t length = kind == NEED_POOL ? strcspn(mount->spec, "/") : strlen(mount->spec);

	host_needs_add(needs, form, kind, util_text_copy(mount->spec, length),
		       util_text("%s%s", form->name, mount->spec));
}

static void add_mount_device(struct host_needs *needs, const struct host_needs_form *form,
			     const struct host_needs_mount *mount)
{
	struct host_needs_form itself = *form;

	itself.repeated = !strcmp(form->purpose, "root") && !form->required;
	/* A swap file, a bind mount, and what is no device at all. */
	if (devspec_is_device(mount->spec))
		host_needs_add_device(needs, &itself, mount->spec, strlen(mount->spec));
	if (mount->type[0])
		host_needs_add_members(needs, form, mount->options, strlen(mount->options));
}

/* An image's own fstab, and rd.systemd.mount-extra=, name places as the initramfs has them. */
static const char *place_of(const struct host_needs_mount *mount)
{
	static const char *const folders[] = { "/sysroot", "/sysusr" };

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		const char *rest;

		if (!util_starts_with(mount->place, folders[i]))
			continue;
		rest = mount->place + strlen(folders[i]);
		if (!*rest || *rest == '/')
			return *rest ? rest : "/";
	}
	return mount->place;
}

void host_needs_add_mount(struct host_needs *needs, const struct host_needs_mount *mount, bool remote_only)
{
	const char *place = place_of(mount);
	bool root = !strcmp(place, "/"), usr = !strcmp(place, "/usr");
	const char *purpose = !strcmp(mount->type, "swap") ? "swap" : root ? "root" : place;
	enum need_kind kind = kind_of_type(mount);
	const char *name = util_text("%s's %s: ", mount->source, root ? place : purpose);
	const char *text = util_text("%s%s", name, mount->spec);
	/* Mounted when somebody looks there: the boot does not wait for the server. */
	bool on_demand =
		is_remote(mount) && fields_has_option(mount->options, "x-systemd.automount") && !root && !usr;
	struct host_needs_form form = {
		.purpose = purpose,
		.name = name,
		.required = usr || (root && !needs->root),
		.spare = fields_has_option(mount->options, "noauto") ||
			 (fields_has_option(mount->options, "nofail") && !root && !usr) ||
			 (on_demand && !devspec_is_device(mount->spec)),
	};

	if (is_remote(mount) && !form.spare && !on_demand)
		host_needs_say_network_for(needs, purpose, text);
	if (remote_only && kind != NEED_VIRTIOFS && kind != NEED_9P)
		return;
	if (kind != NEED_NOTHING && (kind == NEED_POOL || !form.spare))
		add_typed(needs, &form, mount);
	else if (is_remote(mount) && !devspec_is_device(mount->spec) && root)
		host_needs_add(needs, &form, NEED_NOTHING, mount->spec, text);
	else if (!form.spare || !devspec_is_on_network(mount->spec))
		add_mount_device(needs, &form, mount);
	needs->root |= root && !form.spare && !remote_only;
}

static void add_fstab(struct host_needs *needs, const char *text, bool remote_only)
{
	struct fields_line line;

	while (fields_next(&text, &line)) {
		struct host_needs_mount mount = {
			.spec = line.fields[0],
			.place = line.fields[1],
			.type = line.fields[2],
			.options = line.fields[3],
			.source = "fstab",
		};

		if (line.count < 3)
			continue;
		util_unescape(line.fields[0], "\\", 8, 3);
		util_unescape(line.fields[1], "\\", 8, 3);
		host_needs_add_mount(needs, &mount, remote_only);
	}
}

void host_needs_add_fstab(struct host_needs *needs, const char *text)
{
	add_fstab(needs, text, false);
}

void host_needs_add_fstab_remote(struct host_needs *needs, const char *text)
{
	add_fstab(needs, text, true);
}

static void add_mapping(struct host_needs *needs, const struct fields_line *line, bool spare)
{
	const char *target = line->fields[0], *source = line->fields[1], *key = line->fields[2],
		   *options = line->fields[3];
	const char *name = util_text("crypttab's %s", target);
	const struct host_needs_form form = {
		.purpose = target, .name = util_text("%s: ", name), .spare = spare, .source = true
	};

	host_needs_add_device(needs, &form, source, strlen(source));
	if (spare)
		return;
	host_needs_add_key(needs, name, key, strlen(key));
	host_needs_add_crypt_options(needs, name, options, strlen(options));
}

/* @say_network is called for a mapping whose key comes from a server. */
static void add_crypttab(struct host_needs *needs, const char *text,
			 void (*say_network)(struct host_needs *needs, const char *by), bool remote_only)
{
	struct fields_line line;

	while (fields_next(&text, &line)) {
		const char *options = line.fields[3];
		bool spare = fields_has_option(options, "noauto") || fields_has_option(options, "nofail");

		if (line.count < 2)
			continue;
		if (fields_has_option(options, "_netdev") && !spare)
			say_network(needs, util_text("crypttab's %s", line.fields[0]));
		if (!remote_only)
			add_mapping(needs, &line, spare);
	}
}

void host_needs_add_crypttab(struct host_needs *needs, const char *text)
{
	add_crypttab(needs, text, host_needs_say_network, false);
}

void host_needs_add_crypttab_remote(struct host_needs *needs, const char *text)
{
	add_crypttab(needs, text, host_needs_say_network, true);
}

void host_needs_add_host_crypttab(struct host_needs *needs, const char *text)
{
	add_crypttab(needs, text, host_needs_say_network_later, false);
}

void host_needs_add_host_crypttab_remote(struct host_needs *needs, const char *text)
{
	add_crypttab(needs, text, host_needs_say_network_later, true);
}

static void add_conf_device(struct host_needs *needs, const char *purpose, const char *name,
			    const char *value)
{
	const struct host_needs_form form = { .purpose = purpose, .name = name, .required = true };

	if (*value && !UTIL_IS_ONE_OF(value, "none", "auto", "probe") &&
	    !host_needs_has_purpose(needs, purpose))
		host_needs_add_device(needs, &form, value, strlen(value));
}

/* A variable of initramfs-tools (initramfs.conf(5), initramfs-tools(7)). */
static void add_variable(struct host_needs *needs, const char *name, const char *value)
{
	const char *text = util_text("%s=%s", name, value);

	if (!strcmp(name, "BOOT") && !needs->boot)
		host_needs_see_script(needs, "BOOT=", value);
	if (!strcmp(name, "ROOT")) {
		add_conf_device(needs, "root", "ROOT=", value);
		needs->root |= host_needs_has_purpose(needs, "root");
	} else if (!strcmp(name, "RESUME")) {
		if (!needs->no_resume)
			add_conf_device(needs, "resume", "RESUME=", value);
	} else if (!strcmp(name, "BOOT") && !strcmp(value, "nfs")) {
		host_needs_say_network(needs, text);
		needs->root = true;
	} else if (!strcmp(name, "IP") && *value && !UTIL_IS_ONE_OF(value, "none", "off")) {
		host_needs_say_network(needs, text);
	}
}

void host_needs_add_conf(struct host_needs *needs, const char *text)
{
	struct fields_line line;

	while (fields_next(&text, &line)) {
		bool exported = !strcmp(line.fields[0], "export");
		char *name = line.fields[exported], *value = strchr(name, '=');

		if (!value)
			continue;
		*value++ = '\0';
		value[strcspn(value, ";")] = '\0';
		util_unquote(value);
		add_variable(needs, name, value);
	}
}
