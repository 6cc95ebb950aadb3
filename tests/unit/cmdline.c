/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdlib.h>

#include "core/cmdline.h"

/* Write the parameters as name[=value] in brackets. */
static const char *split(const char *text, char *buffer, size_t size)
{
	struct cmdline_param param;

	buffer[0] = '\0';
	while (cmdline_next(&text, &param)) {
		util_append(buffer, size, "[%.*s", (int)param.name_length, param.name);
		if (param.value)
			util_append(buffer, size, "|%.*s", (int)param.value_length, param.value);
		util_append(buffer, size, "]");
	}
	return buffer;
}

static void the_kernels_quoting(void **state)
{
	static const struct {
		const char *text, *split;
	} rows[] = {
		{ "", "" },
		{ " \t\n", "" },
		{ "quiet\n", "[quiet]" },
		{ "a=b  c", "[a|b][c]" },
		{ "a=", "[a|]" },
		{ "=b", "[|b]" },
		{ "a=b=c", "[a|b=c]" },
		{ "a=\"b c\" d", "[a|b c][d]" },
		{ "\"a=b c\" d", "[a|b c][d]" },
		{ "\"a b\"", "[a b]" },
		{ "a=b\"c d\"e", "[a|b\"c d\"e]" },
		{ "a='b c'", "[a|'b][c']" },
		{ "a=\"b", "[a|b]" },
		{ "\"a=b", "[a|b]" },
		{ "\"", "[]" },
		{ "\"\"", "[]" },
		{ "a=\"\"", "[a|]" },
		{ "a -- b=c", "[a][--][b|c]" },
		{ "rd.vfio.ids=1002:5159,01:00.0", "[rd.vfio.ids|1002:5159,01:00.0]" },
	};
	char buffer[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *got = split(rows[i].text, buffer, sizeof(buffer));

		if (strcmp(got, rows[i].split))
			print_error("got %s\n", got);
		assert_row(!strcmp(got, rows[i].split), rows[i].text);
	}
}

static void dashes_are_underscores(void **state)
{
	const char *text = "rd.vfio.last_display=x";
	struct cmdline_param param;

	(void)state;
	assert_true(cmdline_next(&text, &param));
	assert_true(cmdline_is(&param, "rd.vfio.last-display"));
	assert_false(cmdline_is(&param, "rd.vfio.last"));
}

static void what_switches_on(void **state)
{
	static const struct {
		const char *text;
		bool on;
	} rows[] = {
		{ "x", true },    { "x=1", true },    { "x=y", true },  { "x=Yes", true }, { "x=on", true },
		{ "x=ON", true }, { "x=true", true }, { "x=0", false }, { "x=n", false },  { "x=off", false },
		{ "x=", false },  { "x=o", false },   { "x=2", false },
	};
	struct cmdline_param param;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *text = rows[i].text;

		assert_true(cmdline_next(&text, &param));
		assert_row(cmdline_is_on(&param) == rows[i].on, rows[i].text);
	}
}

static void the_last_list_counts(void **state)
{
	(void)state;
	assert_true(cmdline_has("intel_iommu=off", "intel_iommu", "off"));
	assert_true(cmdline_has("intel_iommu=sp_off,off", "intel_iommu", "off"));
	assert_false(cmdline_has("intel_iommu=off intel_iommu=on,igfx_off", "intel_iommu", "off"));
	assert_false(cmdline_has("iommu=pt", "iommu", "off"));
	assert_false(cmdline_has("iommu", "iommu", "off"));
}

static void recovery_is_seen(void **state)
{
	static const char *const yes[] = {
		"quiet single",
		"1",
		"S",
		"emergency",
		"systemd.unit=rescue.target",
		"rd.systemd.unit=emergency.target",
		"ro recovery nomodeset",
		"root=/dev/sda1 irqpoll reset_devices",
		"quiet elfcorehdr=0x9f000000",
		"init=/bin/bash",
		"init=sh",
		"rw init=/usr/bin/busybox",
		"init=/bin/bash-static",
		"init=/sbin/init init=/bin/sh",
		"init=/sbin/sulogin",
		"init=/usr/lib/systemd/systemd-sulogin-shell",
		"init=/opt/rescue",
		"\"init=/bin/zsh\"",
	};
	static const char *const no[] = {
		"",
		"quiet",
		"singleton",
		"single=1",
		"systemd.unit=graphical.target",
		"x=rescue",
		"root=/dev/rescue",
		"crashkernel=256M",
		"reset_devices_not",
		"init=/sbin/init",
		"init=/usr/lib/systemd/systemd",
		"init=/bin/sh init=/sbin/init",
		"init=",
		"init",
		"rdinit=/init",
		"init=/sbin/shutdown",
		"init=/nix/store/x-bash-init/init",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(yes); i++)
		assert_row(cmdline_wants_recovery(yes[i]), yes[i]);
	for (size_t i = 0; i < ARRAY_SIZE(no); i++)
		assert_row(!cmdline_wants_recovery(no[i]), no[i]);
}

static void recovery_and_crash_are_told_apart(void **state)
{
	static const struct {
		const char *text;
		enum cmdline_recovery recovery;
		const char *by;
	} rows[] = {
		{ "quiet", CMDLINE_NO_RECOVERY, "" },
		{ "quiet single", CMDLINE_SHELL, "single" },
		{ "init=/sbin/init systemd.unit=rescue.target s", CMDLINE_SHELL,
		  "systemd.unit=rescue.target" },
		{ "init=/sbin/init init=/bin/sh", CMDLINE_SHELL, "init=/bin/sh" },
		{ "single elfcorehdr=0x1000", CMDLINE_CRASH, "elfcorehdr=0x1000" },
		{ "reset_devices", CMDLINE_CRASH, "reset_devices" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct cmdline_param param;

		assert_row(cmdline_recovery(rows[i].text, &param) == rows[i].recovery, rows[i].text);
		if (rows[i].recovery)
			assert_string_equal(cmdline_param_text(&param), rows[i].by);
	}
}

static void what_is_cut_names_nothing_else(void **state)
{
	static const struct {
		const char *text, *repaired, *lost;
	} rows[] = {
		{ "", "", "" },
		{ "quiet ", "quiet ", "" },
		{ "quiet splash", "quiet ", "splash" },
		{ "root=/dev/sda1 s", "root=/dev/sda1 ", "s" },
		{ "root=/dev/sda1 root=/dev/sda", "root=/dev/sda1 root=?", "root=/dev/sda" },
		{ "root=/dev/sda1\n", "root=/dev/sda1\n", "" },
		{ "rd.vfio.ids=10de:1c03,10de:10f", "rd.vfio.ids=10de:1c03",
		  "rd.vfio.ids=10de:1c03,10de:10f" },
		{ "rd.vfio.ids=10de:1c03,", "rd.vfio.ids=10de:1c03", "rd.vfio.ids=10de:1c03," },
		{ "a rd.vfio.ids=10de:1c0", "a ", "rd.vfio.ids=10de:1c0" },
		{ "a rd.vfio-ids", "a ", "rd.vfio-ids" },
		{ "\"rd.vfio.keep=01:00.0,02:00", "rd.vfio.keep=01:00.0", "\"rd.vfio.keep=01:00.0,02:00" },
		{ "rd.vfio=1", "rd.vfio=0", "rd.vfio=1" },
		{ "rd.vfio", "rd.vfio=0", "rd.vfio" },
		{ "rd.vfio.dryrun", "rd.vfio.dryrun", "rd.vfio.dryrun" },
		{ "rd.vfio.dryrun=", "rd.vfio.dryrun=?", "rd.vfio.dryrun=" },
		{ "resume=\"UUID=a b ", "resume=?", "resume=\"UUID=a b " },
		{ "init=/bin/sh", "init=?", "init=/bin/sh" },
	};
	const char *lost;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char *repaired = cmdline_repair(rows[i].text, strlen(rows[i].text), &lost);

		if (strcmp(repaired, rows[i].repaired) != 0)
			print_error("got %s\n", repaired);
		assert_row(!strcmp(repaired, rows[i].repaired) && !strcmp(lost, rows[i].lost), rows[i].text);
		free(repaired);
	}
}

static void the_last_parameter_counts(void **state)
{
	struct cmdline_param param;

	(void)state;
	assert_true(cmdline_last("root=a x root=b root", "root", &param));
	assert_true(util_equal(param.value, param.value_length, "b"));
	assert_false(cmdline_last("root x", "root", &param));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_kernels_quoting),
		cmocka_unit_test(dashes_are_underscores),
		cmocka_unit_test(what_switches_on),
		cmocka_unit_test(the_last_list_counts),
		cmocka_unit_test(recovery_is_seen),
		cmocka_unit_test(what_is_cut_names_nothing_else),
		cmocka_unit_test(recovery_and_crash_are_told_apart),
		cmocka_unit_test(the_last_parameter_counts),
	};

	return RUN(tests);
}
