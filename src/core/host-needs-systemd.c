/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * systemd's own ways to name a root, /usr, mounts and swap: systemd-veritysetup-generator(8),
 * systemd-fstab-generator(8), systemd-hibernate-resume-generator(8).
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/devspec.h"
#include "core/host-needs-add.h"
#include "core/json-read.h"

#define ID_DIGITS 32 /* of 128 bits */

/* "rd." before a parameter limits it to the initramfs, where we are. */
static bool is_param(const struct cmdline_param *param, const char *name)
{
	struct cmdline_param bare = *param;

	if (bare.name_length > 3 && util_starts_with(bare.name, "rd.")) {
		bare.name += 3;
		bare.name_length -= 3;
	}
	return cmdline_is(&bare, name);
}

static bool find_last(const char *cmdline, const char *name, struct cmdline_param *ret)
{
	struct cmdline_param param;
	bool found = false;

	while (cmdline_next(&cmdline, &param)) {
		if (!param.value || !param.value_length || !is_param(&param, name))
			continue;
		*ret = param;
		found = true;
	}
	return found;
}

/* 32 hexadecimal digits as a UUID, or NULL where they are none. */
static const char *format_id(const char *digits)
{
	for (size_t i = 0; i < ID_DIGITS; i++)
		if (!isxdigit((unsigned char)digits[i]))
			return NULL;
	return util_text("%.8s-%.4s-%.4s-%.4s-%.12s", digits, digits + 8, digits + 12, digits + 16,
			 digits + 20);
}

/* A file system whose blocks a tree of hashes checks: the parameters of its hash and of its two devices. */
struct verity {
	const char *purpose, *hash, *devices[2];
};

/*
 * The data partition has the first 128 bits of the root hash as its UUID, the partition of the hashes the
 * last. A hash that is none leaves a need that is never met.
 */
static void add_verity_partition(struct host_needs *needs, const struct host_needs_form *form,
				 const struct cmdline_param *hash, size_t first)
{
	const char *id = NULL;

	if (hash->value_length >= ID_DIGITS)
		id = format_id(first ? hash->value : hash->value + hash->value_length - ID_DIGITS);
	id = id ? id : "?";
	host_needs_add(needs, form, NEED_PARTUUID, id, util_text("%s (PARTUUID=%s)", form->name, id));
}

static void add_verity(struct host_needs *needs, const char *cmdline, const struct verity *verity)
{
	struct host_needs_form form = { .purpose = verity->purpose, .required = true };
	struct cmdline_param hash, device;

	if (!find_last(cmdline, verity->hash, &hash))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(verity->devices); i++) {
		form.name = util_text("%s=", verity->devices[i]);
		if (find_last(cmdline, verity->devices[i], &device)) {
			host_needs_add_device(needs, &form, device.value, device.value_length);
			continue;
		}
		form.name = util_text("%s=", verity->hash);
		add_verity_partition(needs, &form, &hash, i == 0);
	}
}

/*
 * Take the next field of what has colons between fields; one behind a backslash, or in quotes, is part of its
 * field. Returns NULL at the end.
 */
static const char *next_field(const char **cursor, const char *end)
{
	char *field, *out;
	char quote = '\0';
	const char *c = *cursor;

	if (c > end)
		return NULL;
	field = out = util_text_copy(c, (size_t)(end - c));
	for (; c < end && (quote || *c != ':'); c++) {
		if (quote ? *c == quote : *c == '"' || *c == '\'') {
			quote = quote ? '\0' : *c;
			continue;
		}
		if (*c == '\\' && c + 1 < end)
			c++;
		*out++ = *c;
	}
	*out = '\0';
	*cursor = c + 1;
	return field;
}

/* WHAT:WHERE[:TYPE[:OPTIONS]], of swap WHAT[:OPTIONS]. */
static void add_extra(struct host_needs *needs, const struct cmdline_param *param, bool swap)
{
	const char *fields[4] = { "", "", "", "" }, *field;
	const char *cursor = param->value, *end = cursor + param->value_length;
	struct host_needs_mount mount;

	for (size_t i = 0; i < ARRAY_SIZE(fields) && (field = next_field(&cursor, end)); i++)
		fields[i] = field;
	mount = (struct host_needs_mount){
		.spec = fields[0],
		.place = swap ? "none" : fields[1],
		.type = swap ? "swap" : fields[2],
		.options = swap ? fields[1] : fields[3],
		.source = swap ? "systemd.swap-extra" : "systemd.mount-extra",
	};

	host_needs_add_mount(needs, &mount, false);
}

void host_needs_add_systemd(struct host_needs *needs, const char *cmdline)
{
	static const struct verity verities[] = {
		{ "root", "roothash", { "systemd.verity_root_data", "systemd.verity_root_hash" } },
		{ "/usr", "usrhash", { "systemd.verity_usr_data", "systemd.verity_usr_hash" } },
	};
	struct cmdline_param param;

	for (size_t i = 0; i < ARRAY_SIZE(verities); i++)
		if (!find_last(cmdline, "systemd.verity", &param) || cmdline_is_on(&param))
			add_verity(needs, cmdline, &verities[i]);
	needs->root |= host_needs_has_purpose(needs, "root");
	while (cmdline_next(&cmdline, &param)) {
		if (!param.value)
			continue;
		if (is_param(&param, "systemd.mount-extra"))
			add_extra(needs, &param, false);
		else if (is_param(&param, "systemd.swap-extra"))
			add_extra(needs, &param, true);
	}
}

static bool is_by_type(const struct need *need)
{
	return !strcmp(need->purpose, "root") && !strcmp(need->value, DEVSPEC_FOUND_BY_TYPE);
}

bool host_needs_root_by_type(const struct host_needs *needs)
{
	for (size_t i = 0; i < needs->count; i++)
		if (is_by_type(&needs->list[i]))
			return true;
	return false;
}

void host_needs_add_root_link(struct host_needs *needs, const char *purpose, const char *path)
{
	const struct host_needs_form form = {
		.purpose = purpose, .name = "found by its type: ", .required = true
	};

	for (size_t i = 0; i < needs->count; i++) {
		struct need *need = &needs->list[i];

		if (strcmp(need->purpose, purpose) || !is_by_type(need))
			continue;
		free(need->value);
		need->value = util_copy(path, strlen(path));
		return;
	}
	for (size_t i = 0; i < needs->count; i++)
		if (!strcmp(needs->list[i].purpose, purpose) && !strcmp(needs->list[i].value, path))
			return;
	host_needs_add_device(needs, &form, path, strlen(path));
	needs->root |= !strcmp(purpose, "root");
}

/* Only what is ASCII counts: the identifier is. */
static const char *decode_utf16(const char *bytes, size_t length)
{
	char *text = util_text_copy(bytes, length / 2), *out = text;

	for (size_t i = 0; i + 1 < length && (bytes[i] || bytes[i + 1]); i += 2)
		*out++ = bytes[i + 1] || (bytes[i] & 0x80) ? '?' : bytes[i];
	*out = '\0';
	return text;
}

static const struct host_needs_form resume_form = { .purpose = "resume", .required = true };

void host_needs_add_unread_hibernation(struct host_needs *needs)
{
	if (!needs->no_resume && !host_needs_has_purpose(needs, resume_form.purpose))
		host_needs_add(needs, &resume_form, NEED_DEVICE, "HibernateLocation",
			       "what the EFI variable HibernateLocation names");
}

void host_needs_add_hibernation(struct host_needs *needs, const char *bytes, size_t length)
{
	const char *json, *digits = NULL, *id;
	struct json_value object, uuid;
	char *plain, *out;

	if (length < 4 || needs->no_resume || host_needs_has_purpose(needs, resume_form.purpose))
		return;
	json = decode_utf16(bytes + 4, length - 4);
	if (json_read(json, strlen(json), &object) && json_member(&object, "uuid", &uuid))
		digits = json_text(&uuid);
	if (!digits)
		return;
	plain = out = util_text_copy(digits, strlen(digits));
	for (; *digits; digits++)
		if (*digits != '-')
			*out++ = *digits;
	*out = '\0';
	id = out - plain == ID_DIGITS ? format_id(plain) : NULL;
	if (!id)
		return;
	host_needs_add(needs, &resume_form, NEED_UUID, id, util_text("HibernateLocation's UUID=%s", id));
}

static void skip_blanks(const char **cursor, const char *end)
{
	while (*cursor < end && (**cursor == ' ' || **cursor == '\t'))
		++*cursor;
}

/* Stores the value where the line assigns the setting; blanks around "=" do not count (systemd.syntax(7)). */
static void take_setting(const char *line, size_t length, const char *name, const char **ret_value)
{
	const char *end = line + length, *cursor;

	if (length < strlen(name) || strncmp(line, name, strlen(name)) != 0)
		return;
	cursor = line + strlen(name);
	skip_blanks(&cursor, end);
	if (cursor == end || *cursor++ != '=')
		return;
	skip_blanks(&cursor, end);
	while (end > cursor && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	*ret_value = util_text_copy(cursor, (size_t)(end - cursor));
}

void host_needs_add_unit(struct host_needs *needs, const char *name, const char *text)
{
	struct host_needs_mount mount = {
		.spec = "", .place = "", .type = "", .options = "", .source = name
	};
	const char *line;
	size_t length;

	while (util_next_line(&text, &line, &length)) {
		take_setting(line, length, "What", &mount.spec);
		take_setting(line, length, "Where", &mount.place);
		take_setting(line, length, "Type", &mount.type);
		take_setting(line, length, "Options", &mount.options);
	}
	if (util_ends_in(name, ".swap"))
		mount.type = "swap";
	if (mount.spec[0])
		host_needs_add_mount(needs, &mount, false);
}
