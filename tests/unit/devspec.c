/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "core/devspec.h"

static void each_way_to_write_a_device(void **state)
{
	static const struct {
		const char *spec;
		enum need_kind kind;
		const char *value;
	} rows[] = {
		{ "/dev/sda1", NEED_DEVICE, "/dev/sda1" },
		{ "UUID=ab-12", NEED_UUID, "ab-12" },
		{ "uuid=\"ab-12\"", NEED_UUID, "ab-12" },
		{ "/dev/disk/by-label/my\\x20disk", NEED_LABEL, "my disk" },
		{ "LABEL=my\\x20disk", NEED_LABEL, "my\\x20disk" },
		{ "LABEL=nfs:/x", NEED_LABEL, "nfs:/x" },
		{ "PARTUUID=12-34/PARTNROFF=1", NEED_PARTUUID, "12-34" },
		{ "block:live:PARTLABEL=root", NEED_PARTLABEL, "root" },
		{ "8:1", NEED_NUMBER, "8:1" },
		{ "801", NEED_NUMBER, "8:1" },
		{ "10302", NEED_NUMBER, "259:2" },
		{ "zfs:tank/root", NEED_POOL, "tank" },
		{ "ZFS=AUTO", NEED_POOL, "" },
		{ "gpt-auto", NEED_DEVICE, "/dev/gpt-auto-root" },
		{ "nfs:srv:/x", NEED_NOTHING, "nfs:srv:/x" },
		{ "virtiofs:host", NEED_VIRTIOFS, "host" },
		{ "9p:host", NEED_9P, "host" },
		{ "ID=\"nvme-x\"", NEED_DEVICE, "/dev/disk/by-id/nvme-x" },
		{ "bind:/x", NEED_NOTHING, "bind:/x" },
		{ "gpt-auto-force", NEED_DEVICE, "/dev/gpt-auto-root" },
		{ "CDLABEL=live", NEED_LABEL, "live" },
		{ "/dev/etherd/e0.1", NEED_NOTHING, "/dev/etherd/e0.1" },
		{ "/dev/zram0", NEED_NOTHING, "/dev/zram0" },
		{ "/dev/ram0", NEED_NOTHING, "/dev/ram0" },
		{ "/dev/nbd-vg/root", NEED_DEVICE, "/dev/nbd-vg/root" },
	};
	const char *value;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_row(devspec_parse(rows[i].spec, &value) == rows[i].kind, rows[i].spec);
		assert_string_equal(value, rows[i].value);
	}
}

static void the_network_is_told(void **state)
{
	(void)state;
	assert_true(devspec_is_on_network("srv:/x"));
	assert_true(devspec_is_on_network("/dev/nbd0"));
	assert_true(devspec_is_on_network("iscsi:@srv"));
	assert_true(devspec_is_on_network("/dev/etherd/e0.1"));
	assert_true(devspec_is_on_network("//srv/share"));
	assert_false(devspec_is_on_network("LABEL=nfs:/x"));
	assert_false(devspec_is_on_network("/dev/nbd-vg/root"));
	assert_false(devspec_is_on_network("virtiofs:host"));
}

static void the_path_of_a_tag_is_udevs_link(void **state)
{
	char label[256];
	const char *path;

	(void)state;
	assert_string_equal(devspec_path(NEED_UUID, "ab-12"), "/dev/disk/by-uuid/ab-12");
	assert_string_equal(devspec_path(NEED_LABEL, "with blank/\\&"),
			    "/dev/disk/by-label/with\\x20blank\\x2f\\x5c\\x26");
	assert_string_equal(devspec_path(NEED_PARTLABEL, "gr\xc3\xbc"), "/dev/disk/by-partlabel/gr\xc3\xbc");
	/* The longest label of a btrfs, of blanks: four letters each. */
	memset(label, ' ', 255);
	label[255] = '\0';
	path = devspec_path(NEED_LABEL, label);
	assert_int_equal(strlen(path), strlen("/dev/disk/by-label/") + 255 * 4);
	assert_string_equal(path + strlen(path) - 4, "\\x20");
	assert_string_equal(devspec_path(NEED_DEVICE, "/dev/sda1"), "/dev/sda1");
	assert_null(devspec_path(NEED_DEVICE, "whatever"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_way_to_write_a_device),
		cmocka_unit_test(the_network_is_told),
		cmocka_unit_test(the_path_of_a_tag_is_udevs_link),
	};

	return RUN(tests);
}
