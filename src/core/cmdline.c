/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cmdline.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool cmdline_next(const char **cursor, struct cmdline_param *ret)
{
	const char *c = *cursor, *start, *end, *equals = NULL;
	bool quoted = false, whole;

	while (isspace((unsigned char)*c))
		c++;
	if (!*c) {
		*cursor = c;
		return false;
	}
	whole = *c == '"';
	if (whole) {
		quoted = true;
		c++;
	}
	for (start = c; *c && (quoted || !isspace((unsigned char)*c)); c++) {
		if (*c == '=' && !equals)
			equals = c;
		if (*c == '"')
			quoted = !quoted;
	}
	*cursor = end = c;

	*ret = (struct cmdline_param){ .name = start };
	if (whole && end > start && end[-1] == '"')
		end--;
	if (!equals) {
		ret->name_length = (size_t)(end - start);
		return true;
	}
	ret->name_length = (size_t)(equals - start);
	ret->value = equals + 1;
	if (ret->value < end && *ret->value == '"') {
		ret->value++;
		if (end > ret->value && end[-1] == '"')
			end--;
	}
	ret->value_length = (size_t)(end - ret->value);
	return true;
}

bool cmdline_same_name(const char *text, size_t length, const char *name)
{
	if (strlen(name) != length)
		return false;
	for (size_t i = 0; i < length; i++)
		if ((text[i] == '-' ? '_' : text[i]) != (name[i] == '-' ? '_' : name[i]))
			return false;
	return true;
}

bool cmdline_is(const struct cmdline_param *param, const char *name)
{
	return cmdline_same_name(param->name, param->name_length, name);
}

bool cmdline_last(const char *text, const char *name, struct cmdline_param *ret)
{
	struct cmdline_param param;
	bool found = false;

	while (cmdline_next(&text, &param)) {
		if (!param.value || !cmdline_is(&param, name))
			continue;
		*ret = param;
		found = true;
	}
	return found;
}

bool cmdline_is_on(const struct cmdline_param *param)
{
	if (!param->value)
		return true;
	if (!param->value_length)
		return false;
	return memchr("1yYtT", param->value[0], 5) ||
	       (param->value_length > 1 && !strncasecmp(param->value, "on", 2));
}

bool cmdline_switches_on(const char *text, const char *name)
{
	struct cmdline_param param;
	bool on = false;

	while (cmdline_next(&text, &param))
		if (cmdline_is(&param, name))
			on = cmdline_is_on(&param);
	return on;
}

bool cmdline_has(const char *text, const char *name, const char *word)
{
	struct cmdline_param param;
	bool has = false;

	while (cmdline_next(&text, &param))
		if (cmdline_is(&param, name) && param.value)
			has = util_list_has(param.value, param.value_length, word);
	return has;
}

/* The words that systemd's PID 1 and sysvinit take (systemd(1), "Kernel Command Line"), and Ubuntu's own. */
static bool is_recovery_word(const struct cmdline_param *param)
{
	static const char *const words[] = {
		"single",       "s",  "S",  "1", "rescue", "emergency", "recovery", "rd.rescue",
		"rd.emergency", "-s", "-b",
	};

	for (size_t i = 0; !param->value && i < ARRAY_SIZE(words); i++)
		if (util_equal(param->name, param->name_length, words[i]))
			return true;
	return false;
}

/*
 * What a crash kernel is started with, which saves memory to a disk or over the network
 * (Documentation/admin-guide/kdump/kdump.rst).
 */
static bool is_of_crash_kernel(const struct cmdline_param *param)
{
	return cmdline_is(param, "elfcorehdr") ||
	       (!param->value && util_equal(param->name, param->name_length, "reset_devices"));
}

/* Is it the path of a shell, or of what only starts one? "bash-static" and "ksh93" are shells too. */
static bool is_shell(const struct cmdline_param *param)
{
	static const char *const names[] = {
		"sh",
		"bash",
		"rbash",
		"dash",
		"ash",
		"ksh",
		"mksh",
		"pdksh",
		"lksh",
		"zsh",
		"fish",
		"csh",
		"tcsh",
		"sash",
		"yash",
		"busybox",
		"toybox",
		"sulogin",
		"systemd-sulogin-shell",
		"rescue",
		"emergency",
		"recovery",
		"single",
	};
	const char *start = param->value, *end = start + param->value_length;
	const char *slash = memrchr(start, '/', param->value_length);
	size_t length, plain;

	start = slash ? slash + 1 : start;
	length = (size_t)(end - start);
	for (plain = 0; plain < length && islower((unsigned char)start[plain]);)
		plain++;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (util_equal(start, length, names[i]) || util_equal(start, plain, names[i]))
			return true;
	return false;
}

static bool is_recovery_unit(const struct cmdline_param *param)
{
	static const char *const units[] = { "rescue.target", "emergency.target", "rescue.service",
					     "emergency.service" };

	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (util_equal(param->value, param->value_length, units[i]))
			return true;
	return false;
}

/* The rescue entry of Fedora and RHEL differs by its kernel's name only (51-dracut-rescue.install). */
static bool is_rescue_image(const struct cmdline_param *param)
{
	return param->value && cmdline_is(param, "BOOT_IMAGE") &&
	       memmem(param->value, param->value_length, "vmlinuz-0-rescue", 16);
}

static bool asks_for_shell(const struct cmdline_param *param)
{
	return is_rescue_image(param) || is_recovery_word(param) ||
	       (param->value && (cmdline_is(param, "systemd.unit") || cmdline_is(param, "rd.systemd.unit")) &&
		is_recovery_unit(param));
}

enum cmdline_recovery cmdline_recovery(const char *text, struct cmdline_param *ret)
{
	struct cmdline_param param, init = { 0 };
	bool found = false;

	while (cmdline_next(&text, &param)) {
		if (is_of_crash_kernel(&param)) {
			*ret = param;
			return CMDLINE_CRASH;
		}
		if (!found && asks_for_shell(&param)) {
			*ret = param;
			found = true;
		}
		/* The kernel starts the last one. */
		if (param.value && cmdline_is(&param, "init"))
			init = param;
	}
	if (!found && init.value && is_shell(&init)) {
		*ret = init;
		found = true;
	}
	return found ? CMDLINE_SHELL : CMDLINE_NO_RECOVERY;
}

bool cmdline_wants_recovery(const char *text)
{
	struct cmdline_param param;

	return cmdline_recovery(text, &param) != CMDLINE_NO_RECOVERY;
}

const char *cmdline_param_text(const struct cmdline_param *param)
{
	return param->value ? util_text("%.*s=%.*s", (int)param->name_length, param->name,
					(int)param->value_length, param->value) :
			      util_text("%.*s", (int)param->name_length, param->name);
}

/* --- what is cut --- */

/* COMMAND_LINE_SIZE in asm/setup.h, Linux 5.10 to 7.2. */
#if defined(__x86_64__) || defined(__i386__) || defined(__aarch64__) || defined(__powerpc__)
const size_t cmdline_longest = 2048 - 1;
#elif defined(__riscv) || defined(__arm__)
const size_t cmdline_longest = 1024 - 1;
#elif defined(__s390__) || defined(__loongarch__) || defined(__mips__)
const size_t cmdline_longest = 4096 - 1;
#else
const size_t cmdline_longest = 512 - 1;
#endif

/* Our own parameters that take a list of selectors. */
static bool takes_selectors(const struct cmdline_param *param)
{
	static const char *const names[] = {
#define NAME_OF_SELECTORS(name) name,
#define NAME_OF_BOOL(name)
#define PARAMETER(constant, name, kind, values, help) NAME_OF_##kind(name)
#include "core/settings.def"
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (cmdline_is(param, names[i]))
			return true;
	return false;
}

/* How much of a value is certain where its end is missing: of a list all but the last item. */
static size_t certain_length(const struct cmdline_param *param)
{
	static const char *const lists[] = { "vfio-pci.ids", "pci-stub.ids", "module_blacklist",
					     "modprobe.blacklist" };
	const char *comma = memrchr(param->value, ',', param->value_length);
	bool list = takes_selectors(param);

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		list |= cmdline_is(param, lists[i]);
	return comma && list ? (size_t)(comma - param->value) : 0;
}

/* Write to @token what stands in place of a parameter without its end; "" for nothing. */
static void replace_cut(const struct cmdline_param *param, char *token, size_t size)
{
	size_t certain = param->value ? certain_length(param) : 0;
	const char *name = param->name;
	int length = (int)param->name_length;

	if (cmdline_is(param, "rd.vfio"))
		util_format(token, size, "rd.vfio=0");
	else if (certain)
		util_format(token, size, "%.*s=%.*s", length, name, (int)certain, param->value);
	else if (param->value && !takes_selectors(param))
		util_format(token, size, "%.*s=?", length, name);
	else if (cmdline_is(param, "rd.vfio.dryrun"))
		util_format(token, size, "%.*s", length, name);
	else
		token[0] = '\0';
}

char *cmdline_repair(const char *text, size_t length, const char **ret_lost)
{
	char *copy = util_copy(text, length), *token;
	const char *cursor = copy, *start = copy, *end = copy;
	struct cmdline_param param, last = { 0 };

	while (cmdline_next(&cursor, &param)) {
		last = param;
		start = param.name - (param.name > copy && param.name[-1] == '"');
		end = cursor;
	}
	*ret_lost = "";
	if (!last.name || *end)
		return copy;
	*ret_lost = util_text_shown(start, strlen(start));
	token = util_zeroed(strlen(copy) + 4, 1);
	util_format(token, strlen(copy) + 4, "%.*s", (int)(start - copy), copy);
	replace_cut(&last, token + (start - copy), strlen(start) + 4);
	free(copy);
	return token;
}
