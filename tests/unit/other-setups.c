/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "core/other-setups.h"

static void lines_of_modprobe(void **state)
{
	static const struct {
		const char *line;
		int kind; /* -1: nothing */
		const char *text;
	} rows[] = {
		{ "options vfio-pci ids=10de:1c03,10de:10f1 disable_vga=1", SETUP_IDS,
		  "10de:1c03,10de:10f1" },
		{ "options vfio_pci\tdisable_vga=1   ids=1:2", SETUP_IDS, "1:2" },
		{ "options vfio-pci disable_vga=1", -1, NULL },
		{ "options pci-stub ids=1:2", SETUP_STUB_IDS, "1:2" },
		{ "options vfio ids=1:2", -1, NULL },
		{ "options vfio_iommu_type1 allow_unsafe_interrupts=1", SETUP_UNSAFE,
		  "allow_unsafe_interrupts=1" },
		{ "options vfio_iommu_type1 allow_unsafe_interrupts=0", -1, NULL },
		{ "  softdep nouveau pre: vfio-pci", SETUP_SOFTDEP, "nouveau" },
		{ "softdep vfio-pci pre: nvidia", SETUP_SOFTDEP, "vfio-pci" },
		{ "softdep drm pre: vfio vfio_pci", SETUP_SOFTDEP, "drm" },
		{ "softdep nouveau post: drm", -1, NULL },
		{ "blacklist nouveau", SETUP_BLACKLIST, "nouveau" },
		{ "blacklist snd-hda-intel # audio", SETUP_BLACKLIST, "snd-hda-intel" },
		{ "blacklist pcspkr", -1, NULL },
		{ "install vfio-pci /sbin/vfio-pci-override.sh", SETUP_INSTALL, "vfio-pci" },
		{ "install nvidia /bin/true", -1, NULL },
		{ "# options vfio-pci ids=1:2", -1, NULL },
		{ "", -1, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct other_setups setups = { 0 };

		other_setups_add_modprobe(&setups, "/etc/modprobe.d/x.conf", rows[i].line);
		assert_row(setups.count == (rows[i].kind >= 0), rows[i].line);
		if (setups.count) {
			assert_row((int)setups.list[0].kind == rows[i].kind &&
					   !strcmp(setups.list[0].text, rows[i].text),
				   rows[i].line);
			assert_row(!strcmp(setups.list[0].where, "/etc/modprobe.d/x.conf:1"), rows[i].line);
		}
		other_setups_clear(&setups);
	}
}

static void joined_lines_keep_their_number(void **state)
{
	struct other_setups setups = { 0 };

	(void)state;
	other_setups_add_modprobe(&setups, "f", "\noptions vfio-pci \\\n ids=1:2 \\\n\nblacklist nouveau");
	assert_int_equal(setups.count, 2);
	assert_string_equal(setups.list[0].where, "f:2");
	assert_string_equal(setups.list[1].where, "f:5");
	other_setups_clear(&setups);
}

static void the_place_is_whole(void **state)
{
	struct other_setups setups = { 0 };
	const char *path = util_text("/etc/modprobe.d/%0240d.conf", 0);

	(void)state;
	other_setups_add_modprobe(&setups, path, "blacklist nouveau");
	assert_string_equal(setups.list[0].where, util_text("%s:1", path));
	other_setups_clear(&setups);
}

static void parameters(void **state)
{
	struct other_setups setups = { 0 };

	(void)state;
	other_setups_add_cmdline(
		&setups, "quiet vfio_pci.ids=1:2 pci-stub.ids=3:4 modprobe.blacklist=nouveau,floppy "
			 "vfio_iommu_type1.allow_unsafe_interrupts=1 vfio-pci.disable_vga=1 rd.vfio.ids=5:6");
	assert_int_equal(setups.count, 4);
	assert_string_equal(setups.list[0].text, "1:2");
	assert_string_equal(setups.list[0].parameter, "vfio_pci.ids=1:2");
	assert_int_equal(setups.list[1].kind, SETUP_STUB_IDS);
	assert_string_equal(setups.list[2].text, "nouveau");
	assert_string_equal(setups.list[2].parameter, "modprobe.blacklist=nouveau,floppy");
	assert_int_equal(setups.list[3].kind, SETUP_UNSAFE);
	other_setups_clear(&setups);
}

static void lists_of_modules(void **state)
{
	struct other_setups setups = { 0 };

	(void)state;
	other_setups_add_modules(&setups, "/etc/modules", "# comment\nloop\n");
	assert_int_equal(setups.count, 0);
	other_setups_add_modules(&setups, "/etc/modules", "loop\nvfio\nvfio_iommu_type1\nvfio-pci ids=1:2\n");
	assert_int_equal(setups.count, 2);
	assert_int_equal(setups.list[0].kind, SETUP_IDS);
	assert_string_equal(setups.list[0].where, "/etc/modules:4");
	assert_int_equal(setups.list[1].kind, SETUP_LOAD);
	assert_string_equal(setups.list[1].where, "/etc/modules:2");
	assert_string_equal(setups.list[1].text, "vfio, vfio_iommu_type1, vfio-pci");
	other_setups_clear(&setups);
}

static void configurations_of_generators(void **state)
{
	static const struct {
		const char *line;
		int kind; /* -1: nothing */
		const char *text;
	} rows[] = {
		{ "add_drivers+=\" vfio vfio-pci vfio_iommu_type1 \"", SETUP_LOAD,
		  "vfio, vfio-pci, vfio_iommu_type1" },
		{ "force_drivers+=\" vfio-pci \"", SETUP_LOAD, "vfio-pci" },
		{ "omit_drivers+=' nouveau vfio-pci '", SETUP_OMIT, "vfio-pci" },
		{ "omit_drivers+=\" nouveau \"", -1, "" },
		{ "MODULES=(vfio_pci vfio)", SETUP_LOAD, "vfio_pci, vfio" },
		{ "MODULES=()", -1, "" },
		{ "#add_drivers+=\" vfio-pci \"", -1, "" },
		{ "hostonly=vfio-pci", -1, "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct other_setups setups = { 0 };

		other_setups_add_generator(&setups, "f", rows[i].line);
		assert_row(setups.count == (rows[i].kind >= 0), rows[i].line);
		if (setups.count)
			assert_row((int)setups.list[0].kind == rows[i].kind &&
					   !strcmp(setups.list[0].text, rows[i].text),
				   rows[i].line);
		other_setups_clear(&setups);
	}
}

static void files_of_driverctl(void **state)
{
	struct other_setups setups = { 0 };

	(void)state;
	other_setups_add_driverctl(&setups, "/etc/driverctl.d/0000:01:00.0", "vfio-pci\n");
	other_setups_add_driverctl(&setups, "/etc/driverctl.d/pci-0000:02:00.1", "none");
	other_setups_add_driverctl(&setups, "/etc/driverctl.d/README", "vfio-pci\n");
	assert_int_equal(setups.count, 2);
	assert_string_equal(setups.list[0].text, "vfio-pci");
	assert_int_equal(setups.list[1].address.bus, 2);
	assert_int_equal(setups.list[1].address.function, 1);
	other_setups_clear(&setups);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_of_modprobe),  cmocka_unit_test(joined_lines_keep_their_number),
		cmocka_unit_test(the_place_is_whole), cmocka_unit_test(parameters),
		cmocka_unit_test(lists_of_modules),   cmocka_unit_test(configurations_of_generators),
		cmocka_unit_test(files_of_driverctl),
	};

	return RUN(tests);
}
