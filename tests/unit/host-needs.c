/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "core/host-needs.h"

static const char *const kinds[] = {
	[NEED_DEVICE] = "device",
	[NEED_NUMBER] = "number",
	[NEED_UUID] = "uuid",
	[NEED_LABEL] = "label",
	[NEED_PARTUUID] = "partuuid",
	[NEED_PARTLABEL] = "partlabel",
	[NEED_LUKS] = "luks",
	[NEED_MD] = "md",
	[NEED_GROUP] = "group",
	[NEED_POOL] = "pool",
	[NEED_NOTHING] = "nothing",
	[NEED_VIRTIOFS] = "virtiofs",
	[NEED_9P] = "9p",
};

/*
 * The needs as "purpose kind value" words; "?" behind what is not required, "~" behind what is spare, "!"
 * behind a key; "net" where the network carries the root.
 */
static const char *words_of(const struct host_needs *needs)
{
	static char text[2048];

	text[0] = '\0';
	for (size_t i = 0; i < needs->count; i++)
		util_append(text, sizeof(text), "%s%s %s %s%s%s", i ? ", " : "", needs->list[i].purpose,
			    kinds[needs->list[i].kind], needs->list[i].value,
			    needs->list[i].spare    ? "~" :
			    needs->list[i].required ? "" :
						      "?",
			    needs->list[i].key ? "!" : "");
	util_append(text, sizeof(text), "%s%s", needs->network ? " net" : "", needs->root ? "" : " rootless");
	if (needs->no_late)
		util_append(text, sizeof(text), " (%s)", needs->no_late);
	return text;
}

struct row {
	const char *text, *words;
};

static void check(const struct row *rows, size_t count,
		  void (*add)(struct host_needs *needs, const char *text))
{
	for (size_t i = 0; i < count; i++) {
		struct host_needs needs = { 0 };

		add(&needs, rows[i].text);
		if (strcmp(words_of(&needs), rows[i].words))
			print_error("got: %s\n", words_of(&needs));
		assert_row(!strcmp(words_of(&needs), rows[i].words), rows[i].text);
		host_needs_clear(&needs);
	}
}

static void the_command_line_names_devices(void **state)
{
	static const struct row rows[] = {
		{ "quiet", " rootless" },
		{ "root=/dev/nvme0n1p2", "root device /dev/nvme0n1p2" },
		{ "root=UUID=ab-12", "root uuid ab-12" },
		{ "root=\"UUID=ab-12\" ro", "root uuid ab-12" },
		{ "root=/dev/sda1 rd.live.overlay=UUID=5:/over/lay",
		  "root device /dev/sda1, rd.live.overlay uuid 5" },
		{ "root=/dev/sda1 rd.live.overlay=/dev/disk/by-path/pci-0000:01:00.0-nvme-1:auto",
		  "root device /dev/sda1, rd.live.overlay device /dev/disk/by-path/pci-0000:01:00.0-nvme-1" },
		{ "root=/dev/sda1 rd.live.overlay=none rd.overlay=1 overlayroot=tmpfs live-media=removable "
		  "boot=local",
		  "root device /dev/sda1" },
		{ "root=/dev/sda1 rd.overlay=LABEL=over", "root device /dev/sda1, rd.overlay label over" },
		{ "root=/dev/sda1 overlayroot=device:dev=/dev/sdb1,recurse=0",
		  "root device /dev/sda1, overlayroot device /dev/sdb1" },
		{ "root=/dev/sda1 overlayroot=crypt:dev=LABEL=x,mapname=y",
		  "root device /dev/sda1, overlayroot label x" },
		{ "root=/dev/sda1 overlayroot=/dev/sdb1",
		  "root device /dev/sda1, overlayroot device /dev/sdb1" },
		{ "live-media=/dev/sr0", "live-media device /dev/sr0 rootless" },
		{ "boot=casper quiet", " rootless (boot=casper)" },
		{ "root=/dev/sda1 fips=1 boot=UUID=6", "root device /dev/sda1, boot uuid 6" },
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
		{ "root=/dev/disk/by-path/pci-0000:01:00.0-nvme-1",
		  "root device /dev/disk/by-path/pci-0000:01:00.0-nvme-1" },
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
		{ "root=myfs rootfstype=virtiofs", "root virtiofs myfs" },
		{ "root=/dev/root rootfstype=9p", "root 9p /dev/root" },
		/* what looks like the network, or like no disk, in a name of the user's own */
		{ "root=LABEL=a:/b", "root label a:/b" },
		{ "root=PARTLABEL=nfs:/x", "root partlabel nfs:/x" },
		{ "root=/dev/nbdvg/root", "root device /dev/nbdvg/root" },
		{ "root=/dev/ramvg/root", "root device /dev/ramvg/root" },
		{ "root=/dev/ram0", "root nothing /dev/ram0" },
		{ "root=gpt-auto", "root device /dev/gpt-auto-root" },
		{ "root=gpt-auto-force", "root device /dev/gpt-auto-root" },
		{ "root=dissect", "root device /dev/gpt-auto-root" },
		{ "root=fstab", " rootless" },
		{ "root=off", " rootless" },
		{ "root=bind:/run/machines/x", "root nothing bind:/run/machines/x" },
		{ "root=ID=nvme-x-part1", "root device /dev/disk/by-id/nvme-x-part1" },
		{ "root=virtiofs:myfs", "root virtiofs myfs" },
		{ "root=9p:mine", "root 9p mine" },
		{ "root=rpool/ROOT rootfstype=zfs", "root pool rpool" },
		{ "root=/dev/sda1:/dev/sdb1 rootfstype=bcachefs",
		  "root device /dev/sda1, root device /dev/sdb1" },
		{ "root=live:CDLABEL=x", "root label x" },
		{ "root=?", "root device ?" },
		{ "root=/dev/sda1 rootflags=journal_dev=0x10302",
		  "root device /dev/sda1, root number 259:2" },
		{ "mount.usr=UUID=5 mount.usrflags=device=/dev/sdb1",
		  "/usr uuid 5, /usr device /dev/sdb1 rootless" },
		{ "root=whatever", "root device whatever" },
		{ "root=/dev/sda1 root=/dev/sdb1", "root device /dev/sdb1" },
		{ "root=", " rootless" },
		{ "root=/dev/sda1 rootflags=subvol=@,device=/dev/sdb1,device=/dev/sdc1",
		  "root device /dev/sda1, root device /dev/sdb1, root device /dev/sdc1" },
		{ "root=/dev/sda1 rootflags=logdev=/dev/sdb1,ro",
		  "root device /dev/sda1, root device /dev/sdb1" },
		{ "root=/dev/sda1 mount.usr=UUID=5", "root device /dev/sda1, /usr uuid 5" },
		{ "root=/dev/sda1 mount.usr=share mount.usrfstype=virtiofs",
		  "root device /dev/sda1, /usr virtiofs share" },
		{ "root=/dev/sda1 mount.usr=gpt-auto",
		  "root device /dev/sda1, /usr device /dev/disk/by-designator/usr" },
		{ "root=/dev/sda1 mount.usr=fstab", "root device /dev/sda1" },
		{ "root=/dev/sda1 usr=/dev/sda2", "root device /dev/sda1, /usr device /dev/sda2" },
		{ "root=/dev/sda1 resume=UUID=77", "root device /dev/sda1, resume uuid 77" },
		{ "root=/dev/sda1 resume=none", "root device /dev/sda1" },
		{ "root=/dev/sda1 resume=UUID=77 noresume", "root device /dev/sda1" },
		{ "root=/dev/dm-0 rd.luks.uuid=luks-ab", "root device /dev/dm-0, rd.luks.uuid luks ab?" },
		{ "root=/dev/dm-0 rd.luks.name=ab=croot luks.uuid=cd",
		  "root device /dev/dm-0, rd.luks.name luks ab?, luks.uuid luks cd?" },
		{ "root=/dev/dm-0 cryptopts=target=x,source=UUID=9,key=none",
		  "root device /dev/dm-0, cryptopts uuid 9?" },
		{ "root=/dev/vg/a rd.lvm.lv=vg/a rd.lvm.vg=vg2",
		  "root device /dev/vg/a, rd.lvm.lv device /dev/vg/a?, rd.lvm.vg group vg2?" },
		{ "root=/dev/md0 rd.md.uuid=aa:bb", "root device /dev/md0, rd.md.uuid md aa:bb?" },
	};

	(void)state;
	check(rows, ARRAY_SIZE(rows), host_needs_add_cmdline);
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
		{ "root=UUID=1 iscsi_auto", "root uuid 1 net" },
		{ "boot=nfs", " net" },
		{ "root=UUID=1 boot=local", "root uuid 1" },
		{ "root=/dev/etherd/e0.1", "root nothing /dev/etherd/e0.1 net" },
		{ "boot=live fetch=http://x/y", " net (boot=live)" },
		{ "boot=live httpfs=http://x/y", " net (boot=live)" },
		{ "boot=live ftpfs=ftp://x/y", " net (boot=live)" },
		{ "boot=live netboot", " net (boot=live)" },
		{ "root=UUID=1 rd.systemd.pull=raw,machine:x:https://y/z", "root uuid 1 net" },
		{ "root=x rootfstype=9p rootflags=trans=tcp", "root 9p x net" },
		{ "root=9p:x rootflags=trans=tcp", "root 9p x net" },
		{ "root=9p:x", "root 9p x" },
		{ "root=nas:x rootfstype=nfs", "root nothing nas:x net" },
		{ "root=srv rootfstype=cifs", "root nothing srv net" },
		{ "root=UUID=1 mount.usr=nas:usr mount.usrfstype=nfs4",
		  "root uuid 1, /usr nothing nas:usr net" },
	};

	(void)state;
	check(rows, ARRAY_SIZE(rows), host_needs_add_cmdline);
}

static void fstab_names_what_the_boot_waits_for(void **state)
{
	static const struct row rows[] = {
		{ "# nothing\n\n", " rootless" },
		{ "UUID=1 / ext4 defaults 0 1\n", "root uuid 1" },
		{ "UUID=1\t/usr\text4\tro\n", "/usr uuid 1 rootless" },
		{ "/dev/sda3 none swap sw 0 0", "swap device /dev/sda3? rootless" },
		{ "UUID=2 /home ext4 defaults 0 2\nUUID=3 /data ext4 nofail\nUUID=4 /tmp2 ext4 noauto,ro\n",
		  "/home uuid 2?, /data uuid 3~, /tmp2 uuid 4~ rootless" },
		{ "UUID=4 / ext4 nofail", "root uuid 4" },
		{ "/dev/nbd0 /x ext4 nofail\n/dev/sdb1 none swap noauto", "swap device /dev/sdb1~ rootless" },
		{ "LABEL=x:/y /x ext4 noauto\n", "/x label x:/y~ rootless" },
		{ "srv:/x /x nfs noauto\n//srv/x /y cifs nofail\nUUID=5 /z ext4 _netdev,nofail\n",
		  "/z uuid 5~ rootless" },
		{ "/swapfile none swap sw\n/srv/a /srv/b none bind\n/img /mnt ext4 loop\n/dev/zram0 none "
		  "swap sw",
		  " rootless" },
		{ "UUID=7 /data xfs logdev=/dev/sdb1,rtdev=/dev/sdb2",
		  "/data uuid 7?, /data device /dev/sdb1?, /data device /dev/sdb2? rootless" },
		{ "UUID=7 /data ext4 journal_path=/dev/disk/by-id/x",
		  "/data uuid 7?, /data device /dev/disk/by-id/x? rootless" },
		{ "UUID=7 /data ext4 journal_dev=0x811", "/data uuid 7?, /data number 8:17? rootless" },
		{ "UUID=7 /data btrfs nofail,device=/dev/sdb1",
		  "/data uuid 7~, /data device /dev/sdb1~ rootless" },
		{ "ID=nvme-x-part1 /data ext4 defaults",
		  "/data device /dev/disk/by-id/nvme-x-part1? rootless" },
		{ "/dev/sda1:/dev/sdb1 /data bcachefs defaults",
		  "/data device /dev/sda1?, /data device /dev/sdb1? rootless" },
		{ "/dev/disk/by-path/pci-0000:01:00.0-nvme-1 /data ext4",
		  "/data device /dev/disk/by-path/pci-0000:01:00.0-nvme-1? rootless" },
		{ "tank/data /data zfs defaults\nrpool/ROOT/x / zfs defaults",
		  "/data pool tank?, root pool rpool" },
		{ "tank/data /data zfs nofail", "/data pool tank~ rootless" },
		{ "share /srv virtiofs defaults\nmine /mine 9p trans=virtio",
		  "/srv virtiofs share?, /mine 9p mine? rootless" },
		{ "share / virtiofs defaults", "root virtiofs share" },
		{ "share /srv virtiofs nofail\nmine /mine 9p noauto", " rootless" },
		{ "tmpfs /tmp tmpfs defaults 0 0\nproc /proc proc defaults\n", " rootless" },
		{ "LABEL=my\\040disk /srv xfs defaults", "/srv label my disk? rootless" },
		{ "UUID=6 / btrfs device=/dev/sdb,device=/dev/sdc",
		  "root uuid 6, root device /dev/sdb, root device /dev/sdc" },
	};

	(void)state;
	check(rows, ARRAY_SIZE(rows), host_needs_add_fstab);
}

static void fstab_tells_of_the_network(void **state)
{
	static const struct row rows[] = {
		{ "srv:/x /x nfs defaults\n", " net rootless" },
		{ "//srv/x /y cifs defaults\n", " net rootless" },
		{ "10.0.0.1:/usr /usr nfs ro 0 0", " net rootless" },
		{ "10.0.0.1:/ / nfs4 ro", "root nothing 10.0.0.1:/ net" },
		{ "/dev/nfs / nfs defaults", "root nothing /dev/nfs net" },
		{ "user@srv:/x /x fuse.sshfs defaults", " net rootless" },
		{ "mine /mine 9p trans=tcp", "/mine 9p mine? net rootless" },
		/* a LUKS that clevis opens is a local disk */
		{ "/dev/mapper/data /z ext4 _netdev\n", "/z device /dev/mapper/data? net rootless" },
		{ "/dev/nbd0 /x ext4 defaults", " net rootless" },
		{ "/dev/etherd/e1.1 /x ext4 defaults", " net rootless" },
		{ "LABEL=a:/b /x ext4 defaults", "/x label a:/b? rootless" },
		/*
		 * the boot does not wait for what is mounted on demand; but a local disk is in use all the
		 * same
		 */
		{ "srv:/x /x nfs defaults,x-systemd.automount,_netdev", " rootless" },
		{ "srv:/x /usr nfs x-systemd.automount", " net rootless" },
		{ "/dev/mapper/data /z ext4 _netdev,x-systemd.automount",
		  "/z device /dev/mapper/data? rootless" },
	};
	static const struct row remote[] = {
		{ "UUID=1 / ext4 defaults\nsrv:/x /x nfs defaults", " net rootless" },
		{ "UUID=1 / ext4 defaults\nUUID=2 /usr ext4 defaults", " rootless" },
		{ "UUID=1 / ext4 logdev=/dev/sdb1\nshare /srv virtiofs defaults",
		  "/srv virtiofs share? rootless" },
	};

	(void)state;
	check(rows, ARRAY_SIZE(rows), host_needs_add_fstab);
	check(remote, ARRAY_SIZE(remote), host_needs_add_fstab_remote);
}

static void systemd_has_ways_of_its_own(void **state)
{
	static const struct row rows[] = {
		{ "roothash=0123456789abcdef0123456789abcdef00112233445566778899aabbccddeeff",
		  "root partuuid 01234567-89ab-cdef-0123-456789abcdef, root partuuid "
		  "00112233-4455-6677-8899-aabbccddeeff" },
		{ "root=tmpfs usrhash=0123456789abcdef0123456789abcdef00112233445566778899aabbccddeeff "
		  "systemd.verity_usr_hash=/dev/sdb1",
		  "root nothing tmpfs, /usr partuuid 01234567-89ab-cdef-0123-456789abcdef, /usr device "
		  "/dev/sdb1" },
		{ "rd.roothash=0123456789abcdef0123456789abcdef00112233445566778899aabbccddeeff "
		  "systemd.verity_root_data=LABEL=a "
		  "rd.systemd.verity_root_hash=LABEL=b",
		  "root label a, root label b" },
		{ "root=/dev/sda1 roothash=?", "root device /dev/sda1, root partuuid ?, root partuuid ?" },
		{ "root=/dev/sda1 roothash=0123456789abcdef0123456789abcdef systemd.verity=0",
		  "root device /dev/sda1" },
		{ "systemd.mount-extra=/dev/sdb1:/data:xfs:logdev=/dev/sdc1",
		  "/data device /dev/sdb1?, /data device /dev/sdc1? rootless" },
		{ "rd.systemd.mount-extra=UUID=1:/:ext4", "root uuid 1" },
		{ "rd.systemd.mount-extra=UUID=1:/sysroot:ext4 "
		  "rd.systemd.mount-extra=UUID=2:/sysusr/usr:ext4",
		  "root uuid 1, /usr uuid 2" },
		{ "rd.systemd.mount-extra=UUID=1:/sysroots:ext4", "/sysroots uuid 1? rootless" },
		{ "systemd.mount-extra=/dev/disk/by-path/pci-0000\\:01\\:00.0:/data",
		  "/data device /dev/disk/by-path/pci-0000:01:00.0? rootless" },
		{ "systemd.mount-extra=share:/data:virtiofs systemd.mount-extra=/dev/sdb1:/x:auto:nofail",
		  "/data virtiofs share?, /x device /dev/sdb1~ rootless" },
		{ "systemd.mount-extra=srv\\:/x:/data:nfs", " net rootless" },
		{ "systemd.swap-extra=LABEL=s rd.systemd.swap-extra=/dev/sdb1:nofail",
		  "swap label s?, swap device /dev/sdb1~ rootless" },
	};

	(void)state;
	check(rows, ARRAY_SIZE(rows), host_needs_add_cmdline);
}

static void a_root_is_found_by_its_type(void **state)
{
	struct host_needs needs = { 0 };

	(void)state;
	host_needs_add_cmdline(&needs, "root=gpt-auto");
	host_needs_add_root_link(&needs, "root", "/dev/disk/by-designator/root");
	assert_string_equal(words_of(&needs), "root device /dev/disk/by-designator/root");
	host_needs_add_root_link(&needs, "root", "/dev/disk/by-designator/root-luks");
	host_needs_add_root_link(&needs, "/usr", "/dev/disk/by-designator/usr");
	assert_string_equal(
		words_of(&needs),
		"root device /dev/disk/by-designator/root, "
		"root device /dev/disk/by-designator/root-luks, /usr device /dev/disk/by-designator/usr");
	host_needs_clear(&needs);
	host_needs_add_root_link(&needs, "root", "/dev/gpt-auto-root");
	assert_string_equal(words_of(&needs), "root device /dev/gpt-auto-root");
	host_needs_clear(&needs);
}

static void keys_are_on_devices(void **state)
{
	static const struct row rows[] = {
		{ "rd.luks.key=/k:UUID=8", "a LUKS key uuid 8?! rootless" },
		{ "rd.luks.key=/k:LABEL=keys:UUID=9", "a LUKS key label keys?! rootless" },
		{ "rd.luks.key=/k:/dev/disk/by-path/pci-0000:00:14.0-usb-0:1:1.0",
		  "a LUKS key device /dev/disk/by-path/pci-0000:00:14.0-usb-0:1:1.0?! rootless" },
		{ "rd.luks.key=2222-33=/k:LABEL=keys luks.key=44=/etc/k",
		  "a LUKS key label keys?! rootless" },
		{ "rd.luks.key=/etc/k rd.luks.key=/dev/urandom", " rootless" },
		{ "rd.luks.key=/dev/sdb1", "a LUKS key device /dev/sdb1?! rootless" },
		{ "rd.luks.options=22=discard,header=/h:UUID=8 luks.options=header=/dev/sdb1",
		  "a LUKS header uuid 8?!, a LUKS header device /dev/sdb1?! rootless" },
		{ "rd.luks.data=22=/dev/sdc", "rd.luks.data device /dev/sdc? rootless" },
		{ "cryptopts=target=x,source=UUID=9,key=/dev/disk/by-label/K:/k:5,keyscript=passdev,header=/"
		  "dev/sdb1",
		  "cryptopts uuid 9?, a LUKS key label K?!, a LUKS header device /dev/sdb1?! rootless" },
	};

	(void)state;
	check(rows, ARRAY_SIZE(rows), host_needs_add_cmdline);
}

static void a_hibernated_image_is_a_resume_device(void **state)
{
	static const char json[] = "{\"uuid\":\"0123456789abcdef0123456789abcdef\",\"offset\":0}";
	char bytes[4 + 2 * sizeof(json)] = "\x07";
	struct host_needs needs = { .root = true };

	(void)state;
	for (size_t i = 0; i < sizeof(json); i++)
		bytes[4 + 2 * i] = json[i];
	for (size_t cut = 0; cut < sizeof(bytes) - 6; cut++)
		host_needs_add_hibernation(&needs, bytes, cut);
	assert_string_equal(words_of(&needs), "");
	host_needs_add_hibernation(&needs, bytes, sizeof(bytes));
	host_needs_add_hibernation(&needs, bytes, sizeof(bytes));
	assert_string_equal(words_of(&needs), "resume uuid 01234567-89ab-cdef-0123-456789abcdef");
	host_needs_clear(&needs);
	needs = (struct host_needs){ .root = true, .no_resume = true };
	host_needs_add_hibernation(&needs, bytes, sizeof(bytes));
	assert_string_equal(words_of(&needs), "");
	host_needs_clear(&needs);
}

static void crypttab_names_sources(void **state)
{
	static const struct row rows[] = {
		{ "root UUID=1 none luks\n", "root uuid 1? rootless" },
		{ "swap /dev/sda3 /dev/urandom swap\n# x y\nlater UUID=2 none luks,noauto\nmaybe UUID=3 none "
		  "nofail",
		  "swap device /dev/sda3?, later uuid 2~, maybe uuid 3~ rootless" },
		{ "a UUID=1 /dev/sdb1 luks\nb UUID=2 /k:LABEL=usb luks,header=/h:UUID=3",
		  "a uuid 1?, a LUKS key device /dev/sdb1?!, b uuid 2?, a LUKS key label usb?!, a LUKS "
		  "header uuid 3?! rootless" },
		{ "a UUID=1 /dev/disk/by-label/usb:/k:5 luks,keyscript=passdev",
		  "a uuid 1?, a LUKS key label usb?! rootless" },
		{ "a UUID=1 none _netdev\nb UUID=2 none _netdev,nofail",
		  "a uuid 1?, b uuid 2~ net rootless" },
		{ "a UUID=1 /etc/keys/a.key luks\nb UUID=2 - tpm2-device=auto\nc /var/c.img none luks",
		  "a uuid 1?, b uuid 2? rootless" },
	};

	static const struct row remote[] = {
		{ "a UUID=1 /dev/sdb1 _netdev", " net rootless" },
		{ "a UUID=1 /dev/sdb1 luks", " rootless" },
	};

	(void)state;
	check(remote, ARRAY_SIZE(remote), host_needs_add_crypttab_remote);
	check(rows, ARRAY_SIZE(rows), host_needs_add_crypttab);
}

static void conf_d_has_a_resume_device(void **state)
{
	static const struct row rows[] = {
		{ "RESUME=UUID=8\n", "resume uuid 8 rootless" },
		{ "RESUME=auto", " rootless" },
		{ "BOOT=live\n", " rootless (BOOT=live)" },
		{ "BOOT=casper\nBOOT=local\n", " rootless" },
		{ "RESUME=none", " rootless" },
		{ "# RESUME=UUID=8\nROOT=/dev/vda1\n", "root device /dev/vda1" },
		{ "RESUME=\"LABEL=swap\"", "resume label swap rootless" },
		{ "export RESUME=UUID=8; x", "resume uuid 8 rootless" },
		{ "BOOT=nfs\n", " net" },
		{ "BOOT=local\nIP=\n", " rootless" },
		{ "IP=\"dhcp\"\n", " net rootless" },
		{ "IP=none\nIP=off\n# IP=dhcp\n", " rootless" },
	};

	(void)state;
	check(rows, ARRAY_SIZE(rows), host_needs_add_conf);
}

static void the_command_line_is_stronger_than_files(void **state)
{
	struct host_needs needs = { 0 };

	(void)state;
	host_needs_add_cmdline(&needs, "root=UUID=1 resume=UUID=2");
	host_needs_add_conf(&needs, "RESUME=UUID=3\nROOT=UUID=4\n");
	host_needs_add_fstab(&needs, "UUID=5 / ext4 defaults\n");
	assert_string_equal(words_of(&needs), "root uuid 1, resume uuid 2, root uuid 5?");
	host_needs_clear(&needs);
	host_needs_add_cmdline(&needs, "root=UUID=1 noresume");
	host_needs_add_conf(&needs, "RESUME=UUID=3\n");
	assert_string_equal(words_of(&needs), "root uuid 1");
	host_needs_clear(&needs);
}

static void a_root_without_a_device_has_its_text(void **state)
{
	struct host_needs needs = { 0 };

	(void)state;
	host_needs_add_fstab(&needs, "server:/root / nfs noauto\n");
	assert_int_equal(needs.count, 1);
	assert_string_equal(needs.list[0].text, "fstab's /: server:/root");
	host_needs_clear(&needs);
}

/* What is behind the first hundreds of letters counts like what is before. */
static void nothing_is_cut(void **state)
{
	static const char path[] =
		"/dev/disk/by-id/"
		"nvme-a-disk-with-a-name-that-is-as-long-as-those-of-real-disks-are-0123456789-";
	const char *devices = "", *options = util_text("%05000d", 0);
	char json[2 * 4000], *out = json;
	struct host_needs needs = { 0 };

	(void)state;
	/* a bcachefs on eight disks */
	for (int i = 0; i < 8; i++)
		devices = util_text_add(devices, "%s%s%d", i ? ":" : "", path, i);
	host_needs_add_cmdline(&needs, util_text("root=%s", devices));
	assert_int_equal(needs.count, 8);
	assert_string_equal(needs.list[7].value, util_text("%s7", path));
	host_needs_clear(&needs);
	/* an overlay with many layers */
	host_needs_add_fstab(&needs, util_text("/dev/sda1 /data overlay %s,nofail\n", options));
	assert_true(needs.list[0].spare);
	host_needs_clear(&needs);
	host_needs_add_unit(
		&needs, "data.mount",
		util_text("[Mount]\nWhat=/dev/sda1\nWhere=/data\nOptions=%s,device=/dev/sdb\nType=btrfs\n",
			  options));
	assert_int_equal(needs.count, 2);
	assert_string_equal(needs.list[1].value, "/dev/sdb");
	host_needs_clear(&needs);
	host_needs_add_cmdline(
		&needs, util_text("systemd.mount-extra=/dev/sda1:/data:btrfs:%s,device=/dev/sdb", options));
	assert_int_equal(needs.count, 2);
	host_needs_clear(&needs);
	/* attributes, then UTF-16 */
	memset(json, 0, sizeof(json));
	out += 4;
	for (const char *c = util_text(
		     "{\"kernel\":\"%02500d\",\"uuid\":\"00112233-4455-6677-8899-aabbccddeeff\"}", 0);
	     *c; c++, out += 2)
		*out = *c;
	host_needs_add_hibernation(&needs, json, (size_t)(out - json));
	assert_int_equal(needs.count, 1);
	assert_string_equal(needs.list[0].value, "00112233-4455-6677-8899-aabbccddeeff");
	host_needs_clear(&needs);
}

static void no_line_is_too_long(void **state)
{
	char text[2048] = "UUID=6 / btrfs ";
	struct host_needs needs = { 0 };

	(void)state;
	for (char name = 'b'; name <= 'z'; name++)
		util_append(text, sizeof(text), "device=/dev/disk/by-path/pci-0000:0%c:00.0,", name);
	host_needs_add_fstab(&needs, text);
	assert_int_equal(needs.count, 26);
	assert_string_equal(needs.list[25].value, "/dev/disk/by-path/pci-0000:0z:00.0");
	host_needs_clear(&needs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_command_line_names_devices),
		cmocka_unit_test(a_root_on_the_network_is_told),
		cmocka_unit_test(fstab_names_what_the_boot_waits_for),
		cmocka_unit_test(fstab_tells_of_the_network),
		cmocka_unit_test(systemd_has_ways_of_its_own),
		cmocka_unit_test(a_root_is_found_by_its_type),
		cmocka_unit_test(keys_are_on_devices),
		cmocka_unit_test(a_hibernated_image_is_a_resume_device),
		cmocka_unit_test(crypttab_names_sources),
		cmocka_unit_test(conf_d_has_a_resume_device),
		cmocka_unit_test(the_command_line_is_stronger_than_files),
		cmocka_unit_test(a_root_without_a_device_has_its_text),
		cmocka_unit_test(nothing_is_cut),
		cmocka_unit_test(no_line_is_too_long),
	};

	return RUN(tests);
}
