/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmdline.h"

#include <ctype.h>
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

/*
 * The words that systemd's PID 1 and sysvinit take (systemd(1), "Kernel Command Line"), and Ubuntu's own; and what
 * a crash kernel is started with, which saves memory to a disk or over the network
 * (Documentation/admin-guide/kdump/kdump.rst).
 */
static bool is_recovery_word(const struct cmdline_param *param)
{
	static const char *const words[] = {
		"single", "s", "S", "1", "rescue", "emergency", "recovery", "rd.rescue", "rd.emergency", "-s", "-b",
		"reset_devices",
	};

	for (size_t i = 0; !param->value && i < ARRAY_SIZE(words); i++)
		if (util_equal(param->name, param->name_length, words[i]))
			return true;
	return cmdline_is(param, "elfcorehdr");
}

bool cmdline_wants_recovery(const char *text)
{
	struct cmdline_param param;

	while (cmdline_next(&text, &param)) {
		if (is_recovery_word(&param))
			return true;
		if (!param.value || (!cmdline_is(&param, "systemd.unit") && !cmdline_is(&param, "rd.systemd.unit")))
			continue;
		if (util_equal(param.value, param.value_length, "rescue.target") ||
		    util_equal(param.value, param.value_length, "emergency.target") ||
		    util_equal(param.value, param.value_length, "rescue.service") ||
		    util_equal(param.value, param.value_length, "emergency.service"))
			return true;
	}
	return false;
}
