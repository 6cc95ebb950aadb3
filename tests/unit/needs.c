/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "needs.h"

static const char *const kinds[] = {
	[NEED_DEVICE] = "device", [NEED_NUMBER] = "number", [NEED_UUID] = "uuid", [NEED_LABEL] = "label",
	[NEED_PARTUUID] = "partuuid", [NEED_PARTLABEL] = "partlabel", [NEED_LUKS] = "luks", [NEED_MD] = "md",
	[NEED_GROUP] = "group", [NEED_POOL] = "pool", [NEED_NOTHING] = "nothing",
};

/* The needs as "purpose kind value" words; "?" behind what is not required, "~" behind what is spare, "net" where the network carries the root. */
static const char *words_of(const struct needs *needs)
{
	static char text[2048];

	text[0] = '\0';
	for (size_t i = 0; i < needs->count; i++)
		util_append(text, sizeof(text), "%s%s %s %s%s", i ? ", " : "", needs->list[i].purpose,
			    kinds[needs->list[i].kind], needs->list[i].value, needs->list[i].spare ? "~" : needs->list[i].required ? "" : "?");
	util_append(text, sizeof(text), "%s%s", needs->network[0] ? " net" : "", needs->root ? "" : " rootless");
	return text;
}

struct row {
	const char *text, *words;
};

static void check(const struct row *rows, size_t count, void (*add)(struct needs *needs, const char *text))
{
	for (size_t i = 0; i < count; i++) {
		struct needs needs = { 0 };

		add(&needs, rows[i].text);
		if (strcmp(words_of(&needs), rows[i].words))
			print_error("got: %s\n", words_of(&needs));
		assert_row(!strcmp(words_of(&needs), rows[i].words), rows[i].text);
		needs_clear(&needs);
	}
}

static void the_command_line_names_devices(void **state)
{
	static const struct row rows[] = {
		{ "quiet", " rootless" },
		{ "root=/dev/nvme0n1p2", "root device /dev/nvme0n1p2" },
		{ "root=UUID=ab-12", "root uuid ab-12" },
		{ "root=\"UUID=ab-12\" ro", "root uuid ab-12" },
		{ "root=UUID=\"ab-12\"", "root uuid ab-12" },
		{ "\"root=LABEL=my root\" ro", "root label my root" },
		{ "root=LABEL=a=b", "root label a=b" },
		{ "root=PARTUUID=12-34/PARTNROFF=1", "root partuuid 12-34" },
		{ "root=PARTLABEL=linux", "root partlabel linux" },
		{ "root=/dev/disk/by-uuid/ab", "root uuid ab" },
		{ "root=/dev/disk/by-label/my\\x20root", "root label my root" },
		{ "root=/dev/disk/by-partuuid/12", "root partuuid 12" },
		{ "root=/dev/disk/by-partlabel/p", "root partlabel p" },
		{ "root=/dev/disk/by-id/nvme-x-part1", "root device /dev/disk/by-id/nvme-x-part1" },
		{ "root=/dev/disk/by-path/pci-0000:01:00.0-nvme-1", "root device /dev/disk/by-path/pci-0000:01:00.0-nvme-1" },
		{ "root=/dev/mapper/vg-root", "root device /dev/mapper/vg-root" },
		{ "root=block:/dev/vda", "root device /dev/vda" },
		{ "root=block:LABEL=x", "root label x" },
		{ "root=live:LABEL=x", "root label x" },
		{ "root=live:/dev/sr0", "root device /dev/sr0" },
		{ "root=8:1", "root number 8:1" },
		{ "root=0801", "root number 8:1" },
		{ "root=zfs:rpool/ROOT/debian", "root pool rpool" },
		{ "root=ZFS=rpool/ROOT/debian", "root pool rpool" },
		{ "root=zfs:AUTO", "root pool " },
		{ "root=zfs", "root pool " },
		{ "root=zfs=bootfs", "root pool " },
		{ "root=tmpfs", "root nothing tmpfs" },
		{ "root=myfs rootfstype=virtiofs", "root nothing myfs" },
		{ "root=/dev/root rootfstype=9p", "root nothing /dev/root" },
		/* what looks like the network, or like no disk, in a name of the user's own */
		{ "root=LABEL=a:/b", "root label a:/b" },
		{ "root=PARTLABEL=nfs:/x", "root partlabel nfs:/x" },
		{ "root=/dev/nbdvg/root", "root device /dev/nbdvg/root" },
		{ "root=/dev/ramvg/root", "root device /dev/ramvg/root" },
		{ "root=/dev/ram0", "root nothing /dev/ram0" },
		{ "root=gpt-auto", "root device /dev/gpt-auto-root" },
		{ "root=whatever", "root device whatever" },
		{ "root=/dev/sda1 root=/dev/sdb1", "root device /dev/sdb1" },
		{ "root=", " rootless" },
		{ "root=/dev/sda1 rootflags=subvol=@,device=/dev/sdb1,device=/dev/sdc1",
		  "root device /dev/sda1, root device /dev/sdb1, root device /dev/sdc1" },
		{ "root=/dev/sda1 rootflags=logdev=/dev/sdb1,ro", "root device /dev/sda1, root device /dev/sdb1" },
		{ "root=/dev/sda1 mount.usr=UUID=5", "root device /dev/sda1, /usr uuid 5" },
		{ "root=/dev/sda1 usr=/dev/sda2", "root device /dev/sda1, /usr device /dev/sda2" },
		{ "root=/dev/sda1 resume=UUID=77", "root device /dev/sda1, resume uuid 77" },
		{ "root=/dev/sda1 resume=none", "root device /dev/sda1" },
		{ "root=/dev/sda1 resume=UUID=77 noresume", "root device /dev/sda1" },
		{ "root=/dev/dm-0 rd.luks.uuid=luks-ab", "root device /dev/dm-0, rd.luks.uuid luks ab?" },
		{ "root=/dev/dm-0 rd.luks.name=ab=croot luks.uuid=cd",
		  "root device /dev/dm-0, rd.luks.name luks ab?, luks.uuid luks cd?" },
		{ "root=/dev/dm-0 cryptopts=target=x,source=UUID=9,key=none", "root device /dev/dm-0, cryptopts uuid 9?" },
		{ "root=/dev/vg/a rd.lvm.lv=vg/a rd.lvm.vg=vg2", "root device /dev/vg/a, rd.lvm.lv device /dev/vg/a, rd.lvm.vg group vg2" },
		{ "root=/dev/md0 rd.md.uuid=aa:bb", "root device /dev/md0, rd.md.uuid md aa:bb" },
	};

	(void)state;
	check(rows, ARRAY_SIZE(rows), needs_add_cmdline);
}

static void a_root_on_the_network_is_told(void **state)
{
	static const struct row rows[] = {
		{ "root=/dev/nfs nfsroot=1.2.3.4:/srv", "root nothing /dev/nfs net" },
		{ "root=nfs:1.2.3.4:/srv", "root nothing nfs:1.2.3.4:/srv net" },
		{ "root=nfs4:[fd00::1]:/srv", "root nothing nfs4:[fd00::1]:/srv net" },
		{ "root=1.2.3.4:/srv", "root nothing 1.2.3.4:/srv net" },
		{ "root=iscsi:@1.2.3.4::3260::iqn", "root nothing iscsi:@1.2.3.4::3260::iqn net" },
		{ "root=nbd:1.2.3.4:9", "root nothing nbd:1.2.3.4:9 net" },
		{ "root=/dev/nbd0 nbdroot=1.2.3.4,9", "root nothing /dev/nbd0 net" },
		{ "root=fcoe:eth0:nodcb", "root nothing fcoe:eth0:nodcb net" },
		{ "root=live:https://example.org/x.img", "root nothing https://example.org/x.img net" },
		{ "root=dhcp", "root nothing dhcp net" },
		{ "root=UUID=1 netroot=iscsi:x", "root uuid 1 net" },
		{ "root=UUID=1 rd.iscsi.firmware=1", "root uuid 1 net" },
		{ "root=UUID=1 ip=dhcp", "root uuid 1 net" },
		{ "root=UUID=1 ip=off", "root uuid 1" },
		{ "root=UUID=1 ip=none rd.neednet=0", "root uuid 1" },
		{ "netroot=nbd:1.2.3.4:9", " net" },
	};

	(void)state;
	check(rows, ARRAY_SIZE(rows), needs_add_cmdline);
}

static void fstab_names_what_the_boot_waits_for(void **state)
{
	static const struct row rows[] = {
		{ "# nothing\n\n", " rootless" },
		{ "UUID=1 / ext4 defaults 0 1\n", "root uuid 1" },
		{ "UUID=1\t/usr\text4\tro\n", "/usr uuid 1 rootless" },
		{ "/dev/sda3 none swap sw 0 0", "swap device /dev/sda3? rootless" },
		{ "UUID=2 /home ext4 defaults 0 2\nUUID=3 /data ext4 nofail\nUUID=4 /tmp2 ext4 noauto,ro\n", "/home uuid 2?, /data uuid 3~, /tmp2 uuid 4~ rootless" },
		{ "UUID=4 / ext4 nofail", "root uuid 4" },
		{ "/dev/nbd0 /x ext4 nofail\n/dev/sdb1 none swap noauto", "swap device /dev/sdb1~ rootless" },
		{ "LABEL=x:/y /x ext4 noauto\n", "/x label x:/y~ rootless" },
		{ "srv:/x /x nfs defaults\n//srv/x /y cifs defaults\nUUID=5 /z ext4 _netdev\n", " rootless" },
		{ "tmpfs /tmp tmpfs defaults 0 0\nproc /proc proc defaults\n", " rootless" },
		{ "LABEL=my\\040disk /srv xfs defaults", "/srv label my disk? rootless" },
		{ "UUID=6 / btrfs device=/dev/sdb,device=/dev/sdc", "root uuid 6, root device /dev/sdb, root device /dev/sdc" },
	};

	(void)state;
	check(rows, ARRAY_SIZE(rows), needs_add_fstab);
}

static void crypttab_names_sources(void **state)
{
	static const struct row rows[] = {
		{ "root UUID=1 none luks\n", "root uuid 1? rootless" },
		{ "swap /dev/sda3 /dev/urandom swap\n# x y\nlater UUID=2 none luks,noauto\nmaybe UUID=3 none nofail", "swap device /dev/sda3? rootless" },
	};

	(void)state;
	check(rows, ARRAY_SIZE(rows), needs_add_crypttab);
}

static void conf_d_has_a_resume_device(void **state)
{
	static const struct row rows[] = {
		{ "RESUME=UUID=8\n", "resume uuid 8 rootless" },
		{ "RESUME=auto", " rootless" },
		{ "RESUME=none", " rootless" },
		{ "# RESUME=UUID=8\nROOT=/dev/vda1\n", "root device /dev/vda1" },
		{ "RESUME=\"LABEL=swap\"", "resume label swap rootless" },
	};

	(void)state;
	check(rows, ARRAY_SIZE(rows), needs_add_conf);
}

static void the_command_line_is_stronger_than_files(void **state)
{
	struct needs needs = { 0 };

	(void)state;
	needs_add_cmdline(&needs, "root=UUID=1 resume=UUID=2");
	needs_add_conf(&needs, "RESUME=UUID=3\nROOT=UUID=4\n");
	needs_add_fstab(&needs, "UUID=5 / ext4 defaults\n");
	assert_string_equal(words_of(&needs), "root uuid 1, resume uuid 2, root uuid 5?");
	needs_clear(&needs);
	needs_add_cmdline(&needs, "root=UUID=1 noresume");
	needs_add_conf(&needs, "RESUME=UUID=3\n");
	assert_string_equal(words_of(&needs), "root uuid 1");
	needs_clear(&needs);
}

static void no_line_is_too_long(void **state)
{
	char text[2048] = "UUID=6 / btrfs ";
	struct needs needs = { 0 };

	(void)state;
	for (char name = 'b'; name <= 'z'; name++)
		util_append(text, sizeof(text), "device=/dev/disk/by-path/pci-0000:0%c:00.0,", name);
	needs_add_fstab(&needs, text);
	assert_int_equal(needs.count, 26);
	assert_string_equal(needs.list[25].value, "/dev/disk/by-path/pci-0000:0z:00.0");
	needs_clear(&needs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_command_line_names_devices),
		cmocka_unit_test(a_root_on_the_network_is_told),
		cmocka_unit_test(fstab_names_what_the_boot_waits_for),
		cmocka_unit_test(crypttab_names_sources),
		cmocka_unit_test(conf_d_has_a_resume_device),
		cmocka_unit_test(the_command_line_is_stronger_than_files),
		cmocka_unit_test(no_line_is_too_long),
	};

	return RUN(tests);
}
