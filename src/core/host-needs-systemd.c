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
#define ID_SIZE (ID_DIGITS + 5)

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

/* Write 32 hexadecimal digits as a UUID. Returns false where they are none. */
static bool format_id(const char *digits, char id[static ID_SIZE])
{
	for (size_t i = 0; i < ID_DIGITS; i++)
		if (!isxdigit((unsigned char)digits[i]))
			return false;
	util_format(id, ID_SIZE, "%.8s-%.4s-%.4s-%.4s-%.12s", digits, digits + 8, digits + 12, digits + 16,
		    digits + 20);
	return true;
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
	char id[ID_SIZE] = "?", text[128];

	if (hash->value_length >= ID_DIGITS)
		format_id(first ? hash->value : hash->value + hash->value_length - ID_DIGITS, id);
	util_format(text, sizeof(text), "%s (PARTUUID=%s)", form->name, id);
	host_needs_add(needs, form, NEED_PARTUUID, id, text);
}

static void add_verity(struct host_needs *needs, const char *cmdline, const struct verity *verity)
{
	struct host_needs_form form = { .purpose = verity->purpose, .required = true };
	struct cmdline_param hash, device;
	char name[64];

	if (!find_last(cmdline, verity->hash, &hash))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(verity->devices); i++) {
		form.name = util_format(name, sizeof(name), "%s=", verity->devices[i]);
		if (find_last(cmdline, verity->devices[i], &device)) {
			host_needs_add_device(needs, &form, device.value, device.value_length);
			continue;
		}
		form.name = util_format(name, sizeof(name), "%s=", verity->hash);
		add_verity_partition(needs, &form, &hash, i == 0);
	}
}

/*
 * Take the next field of what has colons between fields; one behind a backslash, or in quotes, is part of its
 * field.
 */
static bool next_field(const char **cursor, const char *end, char *field, size_t size)
{
	size_t used = 0;
	char quote = '\0';
	const char *c = *cursor;

	if (c > end)
		return false;
	for (; c < end && (quote || *c != ':'); c++) {
		if (quote ? *c == quote : *c == '"' || *c == '\'') {
			quote = quote ? '\0' : *c;
			continue;
		}
		if (*c == '\\' && c + 1 < end)
			c++;
		if (used + 1 < size)
			field[used++] = *c;
	}
	field[used] = '\0';
	*cursor = c + 1;
	return true;
}

/* WHAT:WHERE[:TYPE[:OPTIONS]], of swap WHAT[:OPTIONS]. */
static void add_extra(struct host_needs *needs, const struct cmdline_param *param, bool swap)
{
	char fields[4][DEVSPEC_SIZE] = { "" };
	const char *cursor = param->value, *end = cursor + param->value_length;
	struct host_needs_mount mount = {
		.spec = fields[0],
		.place = swap ? "none" : fields[1],
		.type = swap ? "swap" : fields[2],
		.options = swap ? fields[1] : fields[3],
		.source = swap ? "systemd.swap-extra" : "systemd.mount-extra",
	};

	for (size_t i = 0; i < ARRAY_SIZE(fields) && next_field(&cursor, end, fields[i], DEVSPEC_SIZE); i++)
		;
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
static void decode_utf16(const char *bytes, size_t length, char *text, size_t size)
{
	size_t used = 0;

	for (size_t i = 0; i + 1 < length && used + 1 < size && (bytes[i] || bytes[i + 1]); i += 2)
		text[used++] = bytes[i + 1] || (bytes[i] & 0x80) ? '?' : bytes[i];
	text[used] = '\0';
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
	char json[2048], plain[64] = "", id[ID_SIZE];
	struct json_value object, uuid;
	const char *digits = NULL;
	size_t used = 0;

	if (length < 4 || needs->no_resume || host_needs_has_purpose(needs, resume_form.purpose))
		return;
	decode_utf16(bytes + 4, length - 4, json, sizeof(json));
	if (json_read(json, strlen(json), &object) && json_member(&object, "uuid", &uuid))
		digits = json_text(&uuid);
	for (const char *c = digits ? digits : ""; *c && used + 1 < sizeof(plain); c++)
		if (*c != '-')
			plain[used++] = *c;
	if (!format_id(plain, id) || used != ID_DIGITS)
		return;
	host_needs_add(needs, &resume_form, NEED_UUID, id, util_text("HibernateLocation's UUID=%s", id));
}

static void skip_blanks(const char **cursor, const char *end)
{
	while (*cursor < end && (**cursor == ' ' || **cursor == '\t'))
		++*cursor;
}

/* Stores the value where the line assigns the setting; blanks around "=" do not count (systemd.syntax(7)). */
static void take_setting(const char *line, size_t length, const char *name, char *value, size_t size)
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
	util_format(value, size, "%.*s", (int)(end - cursor), cursor);
}

void host_needs_add_unit(struct host_needs *needs, const char *name, const char *text)
{
	char what[DEVSPEC_SIZE] = "", where[512] = "", type[64] = "", options[512] = "";
	const struct host_needs_mount mount = {
		.spec = what,
		.place = where,
		.type = util_ends_in(name, ".swap") ? "swap" : type,
		.options = options,
		.source = name,
	};
	const char *line;
	size_t length;

	while (util_next_line(&text, &line, &length)) {
		take_setting(line, length, "What", what, sizeof(what));
		take_setting(line, length, "Where", where, sizeof(where));
		take_setting(line, length, "Type", type, sizeof(type));
		take_setting(line, length, "Options", options, sizeof(options));
	}
	if (what[0])
		host_needs_add_mount(needs, &mount, false);
}
