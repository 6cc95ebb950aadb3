/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "core/modprobe.h"

static void ids_are_stripped_as_the_kernel_splits_options(void **state)
{
	static const struct {
		const char *options, *rest;
		bool found;
	} rows[] = {
		{ "", "", false },
		{ "disable_vga=1", "disable_vga=1", false },
		{ "ids=10de:1c03", "", true },
		{ "ids=10de:1c03 disable_vga=1", " disable_vga=1", true },
		{ "disable_vga=1 ids=1:2\tnointxmask=1", "disable_vga=1\tnointxmask=1", true },
		{ "\"ids=144d:a808\" disable_vga=1", " disable_vga=1", true },
		{ "ids=\"1:2, 3:4\" a=1", " a=1", true },
		{ "a=\"x ids=1:2\" b=1", "a=\"x ids=1:2\" b=1", false },
		{ "ids=1:2\vids=3:4\fa=1", "\fa=1", true },
		{ "myids=1:2 ids_more=1", "myids=1:2 ids_more=1", false },
		{ "ids", "", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char options[128];

		strcpy(options, rows[i].options);
		assert_row(modprobe_strip_ids(options) == rows[i].found, rows[i].options);
		assert_row(!strcmp(options, rows[i].rest), rows[i].options);
	}
}

static void the_last_ids_of_a_module_count(void **state)
{
	struct modprobe_ids ids = { 0 };

	(void)state;
	modprobe_add_file(&ids, "/etc/modprobe.d/a.conf",
			  "# options vfio-pci ids=9:9\noptions vfio-pci \\\n ids=1:2 disable_vga=1\n"
			  "options vfio_pci \"ids=3:4\"\noptions pci-stub ids=5:6\noptions vfio "
			  "ids=7:8\nsoftdep vfio-pci ids=1:1\n");
	assert_int_equal(ids.count, 4);
	assert_string_equal(ids.list[0].where, "/etc/modprobe.d/a.conf:2");
	assert_string_equal(modprobe_find(&ids, "vfio_pci")->ids, "3:4");
	assert_string_equal(modprobe_find(&ids, "vfio_pci")->where, "/etc/modprobe.d/a.conf:4");
	assert_string_equal(modprobe_find(&ids, "pci_stub")->ids, "5:6");
	modprobe_add_cmdline(
		&ids, "quiet vfio-pci.ids=a:b rd.vfio.ids=c:d \"vfio_pci.ids=e:f\" vfio-pci.disable_vga=1");
	assert_string_equal(modprobe_find(&ids, "vfio_pci")->ids, "e:f");
	assert_string_equal(modprobe_find(&ids, "vfio_pci")->where, "vfio_pci.ids");
	assert_null(modprobe_find(&ids, "rd.vfio"));
	assert_null(modprobe_find(&ids, "mlx5_vfio_pci"));
	modprobe_clear(&ids);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_are_stripped_as_the_kernel_splits_options),
		cmocka_unit_test(the_last_ids_of_a_module_count),
	};

	return RUN(tests);
}
