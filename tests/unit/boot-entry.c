/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdlib.h>

#include "core/boot-entry.h"

static char *versions[] = { "6.1.0-1-amd64", "6.1.0-2-amd64" };

static void entries_of_grub(void **state)
{
	static const struct {
		const char *text, *parameters;
	} rows[] = {
		{ "menuentry 'Debian' {\n\tlinux\t/boot/vmlinuz-6.1.0-2-amd64 root=/dev/sda1 ro  "
		  "quiet\n\tinitrd x\n}\n",
		  "root=/dev/sda1 ro  quiet" },
		{ "linux /vmlinuz-5.10 a\n  linuxefi /vmlinuz-6.1.0-1-amd64 b\n", "b" },
		{ "linux /vmlinuz-6.1.0-1-amd64 root=/dev/sda1 ro single\nlinux /vmlinuz-6.1.0-1-amd64 "
		  "root=/dev/sda1\n",
		  "root=/dev/sda1" },
		{ "# linux /vmlinuz-6.1.0-1-amd64 a\n", NULL },
		{ "linux /vmlinuz-6.1.0-1-amd64", "" },
		{ "linux", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char *parameters = boot_entry_parse_grub(rows[i].text, versions, 2);

		assert_row(rows[i].parameters ? parameters && !strcmp(parameters, rows[i].parameters) :
						!parameters,
			   rows[i].text);
		free(parameters);
	}
}

static void entries_of_the_specification(void **state)
{
	static const struct {
		const char *text, *parameters;
	} rows[] = {
		{ "title x\nversion 6.1.0-1-amd64\nlinux /vmlinuz-6.1.0-1-amd64\noptions root=/dev/sda1 "
		  "ro\noptions quiet\n",
		  "root=/dev/sda1 ro  quiet" },
		{ "linux /vmlinuz-5.10\noptions root=/dev/sda1\n", NULL },
		{ "linux /vmlinuz-6.1.0-1-amd64\noptions $kernelopts $tuned_params\n", NULL },
		{ "linux /vmlinuz-6.1.0-1-amd64\noptions root=/dev/sda1 rescue\n", NULL },
		{ "options a\n", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char *parameters = boot_entry_parse_loader(rows[i].text, versions, 2);

		assert_row(rows[i].parameters ? parameters && !strcmp(parameters, rows[i].parameters) :
						!parameters,
			   rows[i].text);
		free(parameters);
	}
}

/* Kernel-install writes one line for what /etc/kernel/cmdline has, however much that is. */
static void long_lines_are_whole(void **state)
{
	static char text[20000];
	char *parameters;

	(void)state;
	util_format(text, sizeof(text),
		    "linux /%0600d/6.1.0-1-amd64/linux\noptions %09000d\noptions root=/dev/sda1\n", 0, 0);
	parameters = boot_entry_parse_loader(text, versions, 2);
	assert_non_null(parameters);
	assert_int_equal(strlen(parameters), 9000 + strlen("  root=/dev/sda1"));
	assert_string_equal(parameters + 9000, "  root=/dev/sda1");
	free(parameters);
}

static void the_same_parameters(void **state)
{
	static const struct {
		const char *a, *b;
		bool same;
	} rows[] = {
		{ "root=/dev/sda1 ro quiet", "quiet ro root=/dev/sda1\n", true },
		{ "BOOT_IMAGE=/vmlinuz root=/dev/sda1", "root=/dev/sda1 $vt_handoff", true },
		{ "root=/dev/sda1 systemd.machine_id=12", "root=/dev/sda1", true },
		{ "root=/dev/sda1", "root=/dev/sda1 rd.vfio=0", false },
		{ "rd.vfio.ids=1:2", "rd.vfio.ids=1:3", false },
		{ "quiet", "quiet=", false },
		{ "", "", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_row(boot_entry_is_same(rows[i].a, rows[i].b) == rows[i].same, rows[i].a);
		assert_row(boot_entry_is_same(rows[i].b, rows[i].a) == rows[i].same, rows[i].a);
	}
}

static void defaults_of_grub(void **state)
{
	static const struct {
		const char *first, *second, *cmdline, *lacks, *extra;
	} rows[] = {
		{ "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet iommu=pt\"\nGRUB_CMDLINE_LINUX=rd.vfio.ids=01:00.0\n",
		  "", "quiet iommu=pt rd.vfio.ids=01:00.0", "", "" },
		{ "GRUB_CMDLINE_LINUX_DEFAULT='iommu=pt'\n", "", "quiet", "iommu=pt", "" },
		{ "GRUB_CMDLINE_LINUX_DEFAULT=quiet\n", "", "intel_iommu=on", "", "intel_iommu=on" },
		{ "GRUB_CMDLINE_LINUX=iommu=pt\n", "GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX vfio.x=1\"\n",
		  "", "iommu=pt", "" },
		{ "GRUB_CMDLINE_LINUX=iommu=pt\n", "GRUB_CMDLINE_LINUX=\"\"\n", "", "", "" },
		{ "#GRUB_CMDLINE_LINUX=iommu=pt\nGRUB_CMDLINE_LINUX_RECOVERY=iommu=pt\n", "", "", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct boot_entry_defaults defaults = { NULL, NULL };
		struct cmdline_param param;
		const char *wanted;

		boot_entry_add_defaults(&defaults, rows[i].first);
		boot_entry_add_defaults(&defaults, rows[i].second);
		wanted = util_text("%s %s", defaults.all ? defaults.all : "",
				   defaults.normal ? defaults.normal : "");
		assert_string_equal(
			boot_entry_lacks(rows[i].cmdline, wanted, &param) ? cmdline_param_text(&param) : "",
			rows[i].lacks);
		assert_string_equal(
			boot_entry_lacks(wanted, rows[i].cmdline, &param) ? cmdline_param_text(&param) : "",
			rows[i].extra);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_of_grub),      cmocka_unit_test(entries_of_the_specification),
		cmocka_unit_test(long_lines_are_whole), cmocka_unit_test(the_same_parameters),
		cmocka_unit_test(defaults_of_grub),
	};

	return RUN(tests);
}
