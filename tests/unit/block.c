/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdlib.h>

#include "core/carry.h"

/*
 * Machines in text: one device a line, the words behind its name are
 *   /N/...      what its link points to: functions of bus N, a partition behind its disk
 *   on=NAME     it stands on that one        TYPE:UUID   its content         has=LABEL  its label
 *   vg=UUID     a physical volume of it      dm=NAME:UUID                    members=N
 *   group=NAME  of that volume group         set=UUID    of the cache set of a bcache
 *   state words: ambiguous, unreadable, late (timed out), spoilt, unread, blank, held, locked, degraded
 */
static void add_word(struct block_devices *storage, const char *word)
{
	struct block *block = &storage->blocks[storage->count - 1];
	struct block_content *content = &block->content;
	char left[160] = "", right[160] = "";

	if (sscanf(word, "on=%159s", left) == 1) {
		storage->edges = util_grow(storage->edges, storage->edge_count, sizeof(*storage->edges));
		storage->edges[storage->edge_count++] =
			(struct block_edge){ storage->count - 1, (size_t)block_by_name(storage, left) };
	} else if (sscanf(word, "dm=%127[^:]:%159s", left, right) >= 1) {
		strcpy(block->dm_name, left);
		strcpy(block->dm_uuid, right);
	} else if (sscanf(word, "vg=%39s", content->volume_group) == 1 ||
		   sscanf(word, "group=%127s", content->group_name) == 1 ||
		   sscanf(word, "has=%159s", content->label) == 1 ||
		   sscanf(word, "part=%63s", content->part_uuid) == 1 ||
		   sscanf(word, "name=%127s", content->part_label) == 1 ||
		   sscanf(word, "members=%u", &content->members) == 1 ||
		   sscanf(word, "journal=%63s", content->journal) == 1 ||
		   sscanf(word, "set=%63s", content->cache_set) == 1 ||
		   sscanf(word, "num=%u:%u", &block->major, &block->minor) == 2) {
	} else if (!strcmp(word, "held")) {
		block->held = true;
	} else if (!strcmp(word, "locked")) {
		block->locked = true;
	} else if (!strcmp(word, "degraded")) {
		block->degraded = true;
	} else if (!strcmp(word, "ambiguous") || !strcmp(word, "spoilt") || !strcmp(word, "unread")) {
		block->state = word[0] == 'a' ? BLOCK_AMBIGUOUS :
			       word[0] == 's' ? BLOCK_SPOILT :
						BLOCK_NOT_READ;
	} else if (!strcmp(word, "unreadable") || !strcmp(word, "late")) {
		block->state = BLOCK_UNREADABLE;
		block->error = word[0] == 'l' ? -110 : -5;
	} else if (sscanf(word, "%31[^:]:%71s", left, content->uuid) >= 1) {
		util_format(content->type, sizeof(content->type), "%s", left);
		strcpy(content->usage, strstr(left, "_member")      ? "raid" :
				       !strcmp(left, "crypto_LUKS") ? "crypto" :
								      "filesystem");
	}
}

static void build(struct block_devices *storage, const char *text)
{
	char line[512];

	*storage = (struct block_devices){ 0 };
	while (*text) {
		char *word, whole[BLOCK_NAME_SIZE], link[300];

		util_format(line, sizeof(line), "%.*s", (int)strcspn(text, "\n"), text);
		text += strcspn(text, "\n");
		text += *text == '\n';
		word = strtok(line, " ");
		storage->blocks = util_grow(storage->blocks, storage->count, sizeof(*storage->blocks));
		storage->blocks[storage->count] = (struct block){ .state = BLOCK_READ };
		util_format(link, sizeof(link), "../../devices/%s", word);
		assert_int_equal(block_parse_link(link, &storage->blocks[storage->count], whole), 0);
		storage->count++;
		storage->blocks[storage->count - 1].whole = block_by_name(storage, whole);
		while ((word = strtok(NULL, " ")))
			add_word(storage, word);
	}
}

#define N1 "pci0000:00/0000:00:10.0/0000:01:00.0/nvme/nvme0/nvme0n1"
#define N2 "pci0000:00/0000:00:11.0/0000:02:00.0/nvme/nvme1/nvme1n1"
#define N3 "pci0000:00/0000:00:12.0/0000:03:00.0/nvme/nvme2/nvme2n1"
#define VG "abcdefghijklmnopqrstuvwxyz012345"
#define OTHER_VG "zzzzefghijklmnopqrstuvwxyz012345"
#define V "virtual/block/"

/* What each of 01:00.0, 02:00.0, 03:00.0 is kept for: "-" where it may go. */
struct row {
	const char *machine, *cmdline, *reasons[3];
};

/* Ask as the late stage does of a storage controller. */
static bool keeps_it(const struct block_devices *storage, const struct pci_address *function,
		     struct explanation *why)
{
	const struct carry_question question = { .function = function, .may_carry = true };

	return carry_keeps(storage, &question, why);
}

static void check_row(const struct row *row, const char *mounts, const char *swaps, const char *fstab)
{
	struct block_devices storage;
	struct host_needs needs = { 0 };

	build(&storage, row->machine);
	block_add_mounts(&storage, mounts);
	block_add_swaps(&storage, swaps);
	host_needs_add_cmdline(&needs, row->cmdline);
	host_needs_add_fstab(&needs, fstab);
	carry_mark(&storage, &needs);
	for (uint8_t bus = 1; bus <= 3; bus++) {
		struct pci_address function = { .bus = bus };
		struct explanation why;
		const char *reason = keeps_it(&storage, &function, &why) ? why.reason : "-";

		if (strcmp(reason, row->reasons[bus - 1]))
			print_error("%s: of bus %d: %s\n", row->cmdline, bus, reason);
		assert_string_equal(reason, row->reasons[bus - 1]);
	}
	host_needs_clear(&needs);
	block_clear(&storage);
}

static void check(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check_row(&rows[i], "", "", "");
}

#define TWINS \
	N1 "\n" N1 "/nvme0n1p1 ext4:aa-11 has=root part=12-AB num=259:1\n" N2 "\n" N2 "/nvme1n1p1 " \
	   "ntfs:7777\n"
#define CARRIES_ROOT "it carries root: nvme0n1p1"
#define UNMET(what) what " is not found"
#define NOT_FOUND(what) what " is not found, so its disk is unknown"

static void every_way_to_name_the_root_finds_it(void **state)
{
	static const struct row rows[] = {
		{ TWINS, "root=/dev/nvme0n1p1", { CARRIES_ROOT, "-", "-" } },
		{ TWINS, "root=UUID=AA-11", { CARRIES_ROOT, "-", "-" } },
		{ TWINS, "root=LABEL=root", { CARRIES_ROOT, "-", "-" } },
		{ TWINS, "root=PARTUUID=12-ab", { CARRIES_ROOT, "-", "-" } },
		{ N1 " ext4:r\n" N2 " ext4:s name=linux\n",
		  "root=PARTLABEL=linux",
		  { "-", "it carries root: nvme1n1", "-" } },
		{ TWINS, "root=259:1", { CARRIES_ROOT, "-", "-" } },
		{ TWINS, "root=/dev/nvme0n1", { "it carries root: nvme0n1", "-", "-" } },
		{ TWINS, "root=UUID=7777", { "-", "it carries root: nvme1n1p1", "-" } },
		/* both have it: one is a copy */
		{ N1 " ext4:5\n" N2 " ext4:5\n",
		  "root=UUID=5",
		  { "it carries root: nvme0n1", "it carries root: nvme1n1", "-" } },
		{ N1 " ext4:5\n" N2 " ext4:5\n",
		  "root=/dev/nvme0n1",
		  { "it carries root: nvme0n1", "it carries root: nvme1n1, of one ext4 with nvme0n1", "-" } },
	};

	(void)state;
	check(rows, ARRAY_SIZE(rows));
}

static void what_cannot_be_decided_stays(void **state)
{
	static const struct row rows[] = {
		{ TWINS,
		  "root=UUID=gone",
		  { NOT_FOUND("root=UUID=gone"), NOT_FOUND("root=UUID=gone"), NOT_FOUND("root=UUID=gone") } },
		{ TWINS,
		  "root=/dev/nvme0n1p1 resume=UUID=gone",
		  { CARRIES_ROOT, NOT_FOUND("resume=UUID=gone"), NOT_FOUND("resume=UUID=gone") } },
		{ TWINS,
		  "quiet",
		  { "the kernel command line has no root=, so the disk of the root is unknown",
		    "the kernel command line has no root=, so the disk of the root is unknown",
		    "the kernel command line has no root=, so the disk of the root is unknown" } },
		{ TWINS,
		  "root=whatever",
		  { NOT_FOUND("root=whatever"), NOT_FOUND("root=whatever"), NOT_FOUND("root=whatever") } },
		{ N1 " ext4:1\n" N2 " ambiguous\n" N3 " unreadable\n",
		  "root=UUID=1",
		  { "it carries root: nvme0n1",
		    "nvme1n1 has superblocks of more than one kind, so its content is unknown",
		    "nvme2n1 cannot be read: Input/output error; its content is unknown" } },
		{ N1 " ext4:1\n" N2 " late\n" N3 " spoilt btrfs:9\n",
		  "root=UUID=1",
		  { "it carries root: nvme0n1",
		    "reading nvme1n1 did not return in time, so its content is unknown",
		    "the btrfs superblock of nvme2n1 has a wrong checksum, so its content is unknown" } },
		/* the root's own superblock says what else belongs to it */
		{ N1 " unreadable\n" N2 " ext4:2\n",
		  "root=/dev/nvme0n1",
		  { "it carries root: nvme0n1",
		    "nvme0n1, which carries root, cannot be read, so its other devices are unknown",
		    "nvme0n1, which carries root, cannot be read, so its other devices are unknown" } },
		/* a ZFS volume shows nothing below it */
		{ V "zd0 ext4:1\n" N2 " ext4:2\n",
		  "root=UUID=1",
		  { "the kernel does not report the devices below zd0",
		    "the kernel does not report the devices below zd0",
		    "the kernel does not report the devices below zd0" } },
		{ V "nbd0 ext4:1\n" N2 " ext4:2\n", "root=UUID=1", { "-", "-", "-" } },
	};

	(void)state;
	check(rows, ARRAY_SIZE(rows));
}

static void what_the_root_stands_on_stays(void **state)
{
	static const struct row rows[] = {
		{ N1 "\n" N1 "/nvme0n1p2 crypto_LUKS:c1\n" N2 " crypto_LUKS:c2\n" V
		     "dm-0 LVM2_member:p dm=luks-c1:CRYPT-LUKS2-c1 on=nvme0n1p2 vg=" VG "\n" V
		     "dm-1 ext4:r dm=vg-root:LVM-" VG "0123 on=dm-0\n",
		  "root=/dev/vg/root",
		  { "it carries root: nvme0n1p2, luks-c1, vg/root", "-", "-" } },
		/* rd.lvm.vg= is every open volume of that group, and of no group whose name only starts so */
		{ N1 " ext4:r\n" N2 "\n" N3 "\n" V "dm-0 dm=vg-data:LVM-" VG "x on=nvme1n1\n" V
		     "dm-1 dm=vg--b-data:LVM-" OTHER_VG "x on=nvme2n1\n",
		  "root=UUID=r rd.lvm.vg=vg",
		  { "it carries root: nvme0n1", "it carries rd.lvm.vg: nvme1n1, vg/data",
		    "it carries an open device mapping: nvme2n1, vg-b/data" } },
		{ N1 " ext4:r\n" N2 "\n",
		  "root=UUID=r rd.lvm.vg=none",
		  { "it carries root: nvme0n1",
		    UNMET("rd.lvm.vg=none") ", and it may be on nvme1n1 (no superblock)",
		    UNMET("rd.lvm.vg=none") ", and this controller has no disk yet" } },
		/* two dashes in a name are one of the group's or the volume's own */
		{ N1 " LVM2_member:p vg=" VG "\n" V "dm-0 ext4:r dm=my--vg-the--root:LVM-" VG
		     "x on=nvme0n1\n",
		  "root=/dev/my-vg/the-root",
		  { "it carries root: nvme0n1, my-vg/the-root", "-", "-" } },
		{ N1 " LVM2_member:p vg=" VG "\n" V "dm-0 ext4:r dm=my--vg-the--root:LVM-" VG
		     "x on=nvme0n1\n",
		  "root=/dev/mapper/my--vg-the--root",
		  { "it carries root: nvme0n1, my-vg/the-root", "-", "-" } },
		/* another physical volume of the group goes with it, one of another group does not */
		{ N1 " LVM2_member:p vg=" VG "\n" N2 " LVM2_member:q vg=" VG "\n" N3
		     " LVM2_member:s vg=" OTHER_VG "\n" V "dm-0 ext4:r dm=vg-root:LVM-" VG "x on=nvme0n1\n",
		  "root=/dev/mapper/vg-root",
		  { "it carries root: nvme0n1, vg/root",
		    "it carries root: nvme1n1, of one volume group with vg/root", "-" } },
		{ N1 "\n" N1 "/nvme0n1p1 linux_raid_member:m\n" N2 "\n" N2
		     "/nvme1n1p1 linux_raid_member:m\n" N3 "\n" V "md0 ext4:r on=nvme0n1p1 on=nvme1n1p1\n",
		  "root=/dev/md0",
		  { "it carries root: nvme0n1p1, md0", "it carries root: nvme1n1p1, md0", "-" } },
		/* a member that the array does not have yet */
		{ N1 " linux_raid_member:m\n" N2 " linux_raid_member:m\n" N3 " ext4:e\n" V
		     "md0 ext4:r on=nvme0n1 degraded\n",
		  "root=/dev/md0",
		  { "it carries root: nvme0n1, md0",
		    "it carries root: nvme1n1, of one linux_raid_member with nvme0n1", "-" } },
		/* a partition of an array */
		{ N1 " linux_raid_member:m\n" V "md0 on=nvme0n1\n" V "md0/md0p1 ext4:r\n",
		  "root=/dev/md0p1",
		  { "it carries root: nvme0n1, md0, md0p1", "-", "-" } },
		{ N1 " btrfs:b members=2\n" N2 " btrfs:b members=2\n" N3 " btrfs:c members=1\n",
		  "root=/dev/nvme0n1",
		  { "it carries root: nvme0n1", "it carries root: nvme1n1, of one btrfs with nvme0n1",
		    "-" } },
		{ N1 " zfs_member:9 has=rpool\n" N2 " zfs_member:9 has=rpool\n" N3 " zfs_member:8 has=tank\n",
		  "root=zfs:rpool/ROOT",
		  { "it carries root: nvme0n1", "it carries root: nvme1n1", "-" } },
		/* the cache and what it caches */
		{ N1 " bcache:b set=s\n" N2 " bcache:c set=s\n" N3 " bcache:d set=t\n" V
		     "bcache0 ext4:r on=nvme0n1\n",
		  "root=UUID=r",
		  { "it carries root: nvme0n1, bcache0",
		    "it carries root: nvme1n1, of one bcache with nvme0n1", "-" } },
		{ N1 " ext4:r journal=jj\n" N2 " jbd:jj\n" N3 " jbd:kk\n",
		  "root=UUID=r",
		  { "it carries root: nvme0n1", "it carries root: nvme1n1, of one ext4 with nvme0n1", "-" } },
		{ N1 " ext4:r\n" N2 " crypto_LUKS:12-34\n" N3 " linux_raid_member:ab:cd\n",
		  "root=UUID=r rd.luks.uuid=luks-12 rd.md.uuid=ab-cd",
		  { "it carries root: nvme0n1", "it carries rd.luks.uuid: nvme1n1",
		    "it carries rd.md.uuid: nvme2n1" } },
	};

	(void)state;
	check(rows, ARRAY_SIZE(rows));
}

static void a_missing_member_may_be_on_a_blank_disk(void **state)
{
#define MISSING "the btrfs of nvme0n1 has 2 devices (found: 1); this device may be the missing one"
#define LACKS "md0 lacks a device; this device may be the missing one"
	static const struct row rows[] = {
		{ N1 " btrfs:b members=2\n" N2 "\n" N3 " ntfs:1\n",
		  "root=/dev/nvme0n1",
		  { "it carries root: nvme0n1", MISSING, "-" } },
		/* with another UUID it may be the same one, damaged */
		{ N1 " btrfs:b members=2\n" N2 " btrfs:c members=2\n" N3 " ext4:1\n",
		  "root=/dev/nvme0n1",
		  { "it carries root: nvme0n1", MISSING, "-" } },
		/* a partition table alone says nothing; a disk that has not come up yet says less */
		{ N1 " btrfs:b members=2\n" N2 "\n" N2 "/nvme1n1p1 ntfs:1\n",
		  "root=/dev/nvme0n1",
		  { "it carries root: nvme0n1", "-", MISSING } },
		{ N1 " linux_raid_member:m\n" N2 "\n" N3 " ext4:e\n" V "md0 ext4:r on=nvme0n1 degraded\n",
		  "root=/dev/md0",
		  { "it carries root: nvme0n1, md0", LACKS, "-" } },
	};

	(void)state;
	check(rows, ARRAY_SIZE(rows));
}

static void what_is_in_use_stays_though_nothing_names_it(void **state)
{
	static const struct row rows[] = {
		{ N1 " ext4:r\n" N2 " ext4:h num=259:7\n" N3 " swap:s\n",
		  "root=UUID=r",
		  { "it carries root: nvme0n1", "it carries the mounted /home: nvme1n1",
		    "it carries swap: nvme2n1" } },
	};
	static const struct row open[] = {
		{ N1 " ext4:r\n" N2 " crypto_LUKS:x\n" N3 " held\n" V
		     "dm-0 ext4:y dm=data:CRYPT on=nvme1n1\n",
		  "root=UUID=r",
		  { "it carries root: nvme0n1", "it carries an open device mapping: nvme1n1, data",
		    "it carries what is in use: nvme2n1" } },
		{ N1 " ext4:r\n" N2 " ext4:s\n" N3 " ext4:t locked\n",
		  "root=UUID=r",
		  { "it carries root: nvme0n1", "-",
		    "it carries a block device that a program has locked: nvme2n1" } },
		{ N1 " ext4:r\n" N2 " linux_raid_member:m\n" N3 " zfs_member:9 has=tank\n" V
		     "md5 on=nvme1n1\n",
		  "root=UUID=r",
		  { "it carries root: nvme0n1", "it carries a running array: nvme1n1, md5", "-" } },
	};

	(void)state;
	check_row(&rows[0],
		  "36 35 259:7 / /home rw,noatime - ext4 /dev/nvme1n1 rw\n1 2 0:25 / /x rw shared:1 - btrfs "
		  "/dev/none rw\n",
		  "Filename Type Size Used Priority\n/dev/nvme2n1 partition 1 0 -2\n", "");
	check(open, ARRAY_SIZE(open));
	check_row(&(struct row){ N1 " ext4:r\n" N3 " zfs_member:9 has=tank\n",
				 "root=UUID=r",
				 { "it carries root: nvme0n1", "-",
				   "it carries an imported ZFS pool: nvme2n1" } },
		  "40 35 0:44 / /tank rw - zfs tank/data rw\n", "", "");
	check_row(&(struct row){ N1 " ext4:r\n" N2 " btrfs:h members=1\n",
				 "root=UUID=r",
				 { "it carries root: nvme0n1", "it carries the mounted /h: nvme1n1", "-" } },
		  "40 35 0:44 / /h rw - btrfs /dev/nvme1n1 rw\n", "", "");
}

/*
 * What the boot waits for is kept where it is found; where it is not, it may be inside a container, or on a
 * disk to come.
 */
static void what_fstab_names_and_is_not_found_may_be_hidden(void **state)
{
#define HOME "fstab's /home: /dev/mapper/home is not found"
	static const char fstab[] =
		"UUID=d /data ext4 defaults 0 2\n/dev/mapper/home /home ext4 defaults 0 2\n"
		"UUID=e /extra ext4 nofail 0 2\n/swapfile none swap sw 0 0\n";
	static const struct row rows[] = {
		{ N1 " ext4:r\n" N2 " ext4:d\n" N3 " ext4:x\n",
		  "root=UUID=r",
		  { "it carries root: nvme0n1", "it carries /data: nvme1n1", "-" } },
		{ N1 " ext4:r\n" N1 "/nvme0n1p1 ext4:d\n" N2 " crypto_LUKS:c\n" N3 " zfs_member:z\n",
		  "root=UUID=r",
		  { "it carries root: nvme0n1", HOME ", and it may be on nvme1n1 (crypto_LUKS)",
		    HOME ", and it may be on nvme2n1 (zfs_member)" } },
		{ N1 " ext4:r\n" N1 "/nvme0n1p1 ext4:d\n" N2 "\n",
		  "root=UUID=r",
		  { "it carries root: nvme0n1", HOME ", and it may be on nvme1n1 (no superblock)",
		    HOME ", and this controller has no disk yet" } },
	};
	/*
	 * root= is found: what fstab calls the root, "/dev/root" or an old label, keeps nothing; its log
	 * device does
	 */
	static const struct row root_entry = { N1 " xfs:r\n" N2 "\n" N3 " ext4:x\n",
					       "root=UUID=r",
					       { "it carries root: nvme0n1", "-", "-" } };
	static const struct row root_log = {
		N1 " xfs:r\n" N2 "\n" N3 " ext4:x\n",
		"root=UUID=r",
		{ "it carries root: nvme0n1",
		  UNMET("logdev=/dev/log") ", and it may be on nvme1n1 (no superblock)", "-" }
	};
	static const struct row no_entry = { N1 " ext4:r\n" N2 " crypto_LUKS:c\n",
					     "root=UUID=r",
					     { "it carries root: nvme0n1", "-", "-" } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check_row(&rows[i], "", "", fstab);
	check_row(&root_entry, "", "", "/dev/root / xfs defaults 0 1\nLABEL=old / xfs defaults 0 1\n");
	check_row(&root_log, "", "", "/dev/root / xfs logdev=/dev/log 0 1\n");
	check_row(&no_entry, "", "", "/swapfile none swap sw 0 0\nUUID=e /extra ext4 nofail 0 2\n");
}

/* Seen from the running host, a LUKS that only the host opens is not open in the initramfs. */
static void a_mapping_of_the_host_is_not_there_in_the_image(void **state)
{
	static const char machine[] =
		N1 " ext4:r\n" N2 " crypto_LUKS:c\n" N3 "\n" V "dm-0 ext4:h dm=home:CRYPT on=nvme1n1\n";
	struct block_devices storage;
	struct host_needs needs = { 0 };
	struct pci_address second = { .bus = 2 }, third = { .bus = 3 };
	struct explanation why;

	(void)state;
	build(&storage, machine);
	storage.view = BLOCK_VIEW_NEXT_BOOT;
	host_needs_add_cmdline(&needs, "root=UUID=r");
	host_needs_add_fstab(&needs, "/dev/mapper/home /home ext4 defaults 0 2\n");
	carry_mark(&storage, &needs);
	assert_true(keeps_it(&storage, &second, &why));
	assert_string_equal(why.reason, "it carries /home: nvme1n1, home");
	assert_true(keeps_it(&storage, &third, &why));
	assert_string_equal(why.reason, HOME ", and it may be on nvme2n1 (no superblock)");
	host_needs_clear(&needs);
	/* crypttab tells what the mapping is made of, so it is on no other disk */
	host_needs_add_cmdline(&needs, "root=UUID=r");
	host_needs_add_fstab(&needs, "/dev/mapper/home /home ext4 defaults 0 2\n");
	host_needs_add_host_crypttab(&needs, "home UUID=c /etc/key luks,nofail\n");
	carry_mark(&storage, &needs);
	assert_true(keeps_it(&storage, &second, &why));
	assert_false(keeps_it(&storage, &third, &why));
	host_needs_clear(&needs);
	host_needs_add_cmdline(&needs, "root=/dev/mapper/home");
	host_needs_add_fstab(&needs, "/dev/mapper/home / ext4 defaults 0 1\n");
	carry_mark(&storage, &needs);
	assert_false(keeps_it(&storage, &third, &why));
	host_needs_clear(&needs);
	block_clear(&storage);
}

/* What is only known of disks says nothing of a display; what is known to be on it does. */
static void a_function_without_disks_is_not_kept_by_what_is_unknown(void **state)
{
	struct block_devices storage;
	struct host_needs needs = { 0 };
	struct pci_address first = { .bus = 1 }, third = { .bus = 3 };
	struct carry_question question = { .function = &third };
	struct explanation why;

	(void)state;
	build(&storage, N1 " ext4:r\n");
	host_needs_add_cmdline(&needs, "root=UUID=gone");
	carry_mark(&storage, &needs);
	assert_false(carry_keeps(&storage, &question, &why));
	question.function = &first;
	assert_true(carry_keeps(&storage, &question, &why));
	host_needs_clear(&needs);
	block_clear(&storage);
}

/* A key is needed until the LUKS is open: stage=late says that its controller may go then. */
static void a_key_stays_until_it_was_read(void **state)
{
	struct need key = { .kind = NEED_UUID,
			    .purpose = (char[]){ "rd.luks.key" },
			    .value = (char[]){ "k" },
			    .text = (char[]){ "rd.luks.key=UUID=k" },
			    .key = true };
	struct host_needs needs = { .list = &key, .count = 1, .root = true };
	struct block_devices storage;
	struct pci_address first = { .bus = 1 };
	struct carry_question question = { .function = &first, .may_carry = true };
	struct explanation why;

	(void)state;
	build(&storage, N1 " ext4:k\n");
	carry_mark(&storage, &needs);
	assert_true(carry_keeps(&storage, &question, &why));
	assert_string_equal(why.reason, "it carries rd.luks.key: nvme0n1");
	assert_string_equal(why.hint, "to claim it after the key was read, add stage=late");
	question.without_keys = true;
	assert_false(carry_keeps(&storage, &question, &why));
	/* a mount on the same disk stays whatever the claim says */
	storage.uses = util_grow(NULL, 0, sizeof(*storage.uses));
	storage.uses[0] = (struct block_use){ 0, strdup("/k") };
	storage.use_count = 1;
	carry_mark(&storage, &needs);
	assert_true(carry_keeps(&storage, &question, &why));
	block_clear(&storage);
}

static void a_volume_that_is_not_open_yet_is_on_the_disks_of_its_group(void **state)
{
	static const char *const paths[] = { "/dev/my-vg/home", "/dev/mapper/my--vg-home",
					     "/dev/disk/by-id/dm-name-my--vg-home",
					     "/dev/disk/by-id/dm-uuid-LVM-" VG "y" };
	static const struct row rows[] = {
		{ N1 " LVM2_member:p\n" N2 "\n" N3 " ext4:s\n" V "dm-0 ext4:r dm=my--vg-root:LVM-" VG
		     "x on=nvme0n1\n",
		  "root=/dev/my-vg/root",
		  { "it carries root: nvme0n1, my-vg/root", "-", "-" } },
		{ N1 " ext4:r\n" N2 " LVM2_member:p group=my-vg vg=" VG "\n" N3 "\n",
		  "root=UUID=r",
		  { "it carries root: nvme0n1", "it carries /home: nvme1n1", "-" } },
	};
	char fstab[160];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		for (size_t n = 0; n < ARRAY_SIZE(rows); n++)
			check_row(
				&rows[n], "", "",
				util_format(fstab, sizeof(fstab), "%s /home ext4 defaults 0 2\n", paths[i]));
}

static void what_the_command_line_names_is_open_in_the_image(void **state)
{
	static const char luks[] =
		N1 " crypto_LUKS:a1\n" N2 " crypto_LUKS:b2\n" N3 "\n" V
		   "dm-0 ext4:r dm=root:CRYPT-1 on=nvme0n1\n" V "dm-1 ext4:h dm=home:CRYPT-2 on=nvme1n1\n";
	static const char volumes[] =
		N1 " LVM2_member:p\n" N2 " ext4:s\n" N3 "\n" V "dm-0 ext4:r dm=vg-root:LVM-" VG
		   "x on=nvme0n1\n" V "dm-1 ext4:h dm=vg-home:LVM-" VG "y on=nvme0n1\n";
	static const struct {
		const char *machine, *cmdline;
		bool kept;
	} rows[] = {
		{ luks, "root=/dev/mapper/root rd.luks.uuid=a1 rd.luks.uuid=b2", false },
		{ luks, "root=/dev/mapper/root rd.luks.uuid=a1", true },
		{ volumes, "root=/dev/vg/root rd.lvm.lv=vg/root", false },
		{ volumes, "root=/dev/vg/root", false },
	};
	const struct pci_address third = { .bus = 3 };
	struct explanation why;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct block_devices storage;
		struct host_needs needs = { 0 };

		build(&storage, rows[i].machine);
		storage.view = BLOCK_VIEW_NEXT_BOOT;
		host_needs_add_cmdline(&needs, rows[i].cmdline);
		host_needs_add_fstab(&needs, "UUID=h /home ext4 defaults 0 2\n");
		carry_mark(&storage, &needs);
		assert_row(keeps_it(&storage, &third, &why) == rows[i].kept, rows[i].cmdline);
		host_needs_clear(&needs);
		block_clear(&storage);
	}
}

/* The running host shows more than the initramfs of the next boot will. */
static void what_is_inside_a_mapping_counts_where_the_image_opens_it(void **state)
{
	static const char home[] = "/dev/mapper/home /home ext4 defaults 0 2\n", none[] = "";
	static const char inside[] = N1 " ext4:r\n" N2 " crypto_LUKS:b2\n" N3 " btrfs:x\n" V
					"dm-0 btrfs:x dm=b:CRYPT-2 on=nvme1n1\n";
	static const char array[] =
		N1 " ext4:r\n" N2 " crypto_LUKS:c\n" N3 "\n" V
		   "dm-0 linux_raid_member:m dm=c:CRYPT on=nvme1n1\n" V "md0 ext4:a on=dm-0\n";
	static const char old_member[] =
		N1 " ext4:r\n" N2 " linux_raid_member:m\n" N3 " crypto_LUKS:c\n" V "md0 ext4:a on=nvme1n1\n" V
		   "dm-0 linux_raid_member:m dm=c:CRYPT on=nvme2n1\n";
	static const char missing[] = N1 " ext4:r\n" N2 " crypto_LUKS:c\n" N3 "\n" V
					 "dm-0 btrfs:h members=2 dm=home:CRYPT on=nvme1n1\n";
	static const char half[] = N1 " ext4:r\n" N2 " btrfs:h members=2\n" N3 " crypto_LUKS:c\n" V
				      "dm-0 btrfs:h members=2 dm=c:CRYPT on=nvme2n1\n";
	static const char unclear[] =
		N1 " ext4:r\n" N2 " crypto_LUKS:c\n" N3 "\n" V "dm-0 ambiguous dm=home:CRYPT on=nvme1n1\n";
	static const struct {
		const char *machine, *cmdline, *fstab, *reasons[2];
	} rows[] = {
		{ inside,
		  "rd.luks.uuid=b2",
		  none,
		  { "it carries rd.luks.uuid: nvme1n1",
		    "it carries an open device mapping: nvme2n1, of one btrfs with b" } },
		{ inside, "", none, { "-", "-" } },
		{ array, "", none, { "-", "-" } },
		{ array,
		  "",
		  "UUID=a /data ext4 defaults 0 2\n",
		  { "it carries /data: nvme1n1, c, md0",
		    "fstab's /data: UUID=a is not found, and it may be on nvme2n1 (no superblock)" } },
		{ old_member, "", none, { "it carries a running array: nvme1n1, md0", "-" } },
		{ missing, "", home, { "it carries /home: nvme1n1, home", "-" } },
		{ half,
		  "",
		  "UUID=h /data btrfs defaults 0 2\n",
		  { "it carries /data: nvme1n1", "it carries /data: nvme2n1, c" } },
		{ unclear, "", home, { "it carries /home: nvme1n1, home", "-" } },
	};
	struct explanation why;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct block_devices storage;
		struct host_needs needs = { 0 };

		build(&storage, rows[i].machine);
		storage.view = BLOCK_VIEW_NEXT_BOOT;
		host_needs_add_cmdline(&needs, util_text("root=UUID=r %s", rows[i].cmdline));
		host_needs_add_fstab(&needs, rows[i].fstab);
		host_needs_add_host_crypttab(&needs,
					     rows[i].fstab == home ? "home UUID=c none nofail\n" : "");
		carry_mark(&storage, &needs);
		for (uint8_t bus = 2; bus < 4; bus++) {
			struct pci_address function = { .bus = bus };

			assert_string_equal(keeps_it(&storage, &function, &why) ? why.reason : "-",
					    rows[i].reasons[bus - 2]);
		}
		host_needs_clear(&needs);
		block_clear(&storage);
	}
}

static void a_disk_that_is_yet_to_appear_is_awaited(void **state)
{
	struct block_devices storage;
	struct host_needs needs = { 0 };
	struct pci_address both[] = { { .bus = 1 }, { .bus = 2 } };

	(void)state;
	build(&storage, N1 " ext4:r\n");
	host_needs_add_cmdline(&needs, "root=UUID=r");
	carry_mark(&storage, &needs);
	assert_false(carry_awaits_disk(&storage, both, 2));
	host_needs_add_fstab(&needs, "UUID=gone /data ext4 defaults 0 2\n");
	carry_mark(&storage, &needs);
	assert_true(carry_awaits_disk(&storage, both, 2));
	/* every controller has its disk */
	assert_false(carry_awaits_disk(&storage, both, 1));
	host_needs_clear(&needs);
	/* what the initramfs never opens is kept, and not awaited */
	host_needs_add_cmdline(&needs, "root=UUID=r");
	host_needs_add_fstab(
		&needs, "/dev/mapper/data /data ext4 defaults 0 2\n/dev/vg/home /home ext4 defaults 0 2\n");
	carry_mark(&storage, &needs);
	assert_false(carry_awaits_disk(&storage, both, 2));
	host_needs_add_cmdline(&needs, "rd.lvm.lv=vg/home");
	carry_mark(&storage, &needs);
	assert_true(carry_awaits_disk(&storage, both, 2));
	host_needs_clear(&needs);
	/* a root that is not there yet, as where a pool is imported behind us */
	host_needs_add_cmdline(&needs, "root=ZFS=rpool/ROOT");
	carry_mark(&storage, &needs);
	assert_true(carry_awaits_disk(&storage, both, 1));
	host_needs_clear(&needs);
	block_clear(&storage);
}

/*
 * A pool does not say how many members it has: until it is imported, a storage controller without a disk may
 * have one.
 */
static void a_pool_that_is_not_imported_may_have_another_member(void **state)
{
	struct block_devices storage;
	struct host_needs needs = { 0 };
	struct pci_address first = { .bus = 1 }, second = { .bus = 2 }, third = { .bus = 3 };
	struct carry_question question = { .function = &third, .may_carry = true, .is_storage = true };
	struct explanation why;

	(void)state;
	build(&storage, N1 " zfs_member:9 has=rpool\n" N2 " ext4:s\n");
	host_needs_add_cmdline(&needs, "root=ZFS=rpool/ROOT/pve-1 boot=zfs");
	carry_mark(&storage, &needs);
	assert_true(carry_keeps(&storage, &question, &why));
	assert_string_equal(
		why.reason,
		"the ZFS pool of root is not imported in the initramfs, and this controller has no disk yet");
	/*
	 * no boot waits for that; a disk that is there is none of the pool's, and USB is not where pools are
	 */
	assert_false(carry_awaits_disk(&storage, (const struct pci_address[]){ first, third }, 2));
	question.function = &second;
	assert_false(carry_keeps(&storage, &question, &why));
	assert_false(keeps_it(&storage, &third, &why));
	block_add_pool(&storage, "rpool", 5);
	carry_mark(&storage, &needs);
	question.function = &third;
	assert_false(carry_keeps(&storage, &question, &why));
	host_needs_clear(&needs);
	block_clear(&storage);
}

static void locks_are_read(void **state)
{
	static const char locks[] = "1: FLOCK  ADVISORY  WRITE 318 00:06:324 0 EOF\n2: POSIX  ADVISORY  "
				    "WRITE 99 00:06:325 0 EOF\n"
				    "3: FLOCK  ADVISORY  READ 318 00:06:326 0 EOF\n";

	(void)state;
	assert_true(block_is_locked(locks, 0, 6, 324));
	assert_false(block_is_locked(locks, 0, 6, 325));
	/* udevd itself locks so, while it reads */
	assert_false(block_is_locked(locks, 0, 6, 326));
	assert_false(block_is_locked(locks, 8, 6, 324));
}

/*
 * udev's link finds a device whose content was not read; a required tag without a device asks for more
 * reading.
 */
static void a_link_is_as_good_as_a_superblock(void **state)
{
	struct block_devices storage;
	struct host_needs needs = { 0 };
	struct pci_address first = { .bus = 1 }, second = { .bus = 2 };
	bool chosen[2];
	struct explanation why;

	(void)state;
	build(&storage, N1 " unread\n" N2 " unread\n");
	host_needs_add_cmdline(&needs, "root=UUID=aa");
	assert_true(carry_choose(&storage, &needs, &first, 1, true, chosen) && chosen[0] && !chosen[1]);
	assert_true(carry_choose(&storage, &needs, &first, 1, false, chosen) && chosen[0] && chosen[1]);
	assert_true(keeps_it(&storage, &second, &why));
	assert_string_equal(why.hint, "correct it: blkid lists the devices");
	storage.links = util_grow(NULL, 0, sizeof(*storage.links));
	storage.links[0] = (struct block_link){ util_copy("/dev/disk/by-uuid/aa", 20), 0 };
	storage.link_count = 1;
	assert_true(carry_choose(&storage, &needs, &first, 1, false, chosen) && chosen[0] && !chosen[1]);
	assert_true(keeps_it(&storage, &first, &why));
	assert_string_equal(why.reason, "it carries root: nvme0n1");
	assert_false(keeps_it(&storage, &second, &why));
	storage.blocks[0].state = BLOCK_READ;
	assert_false(carry_choose(&storage, &needs, &first, 1, false, chosen));
	assert_false(carry_choose(&storage, &needs, NULL, 0, true, chosen));
	host_needs_clear(&needs);
	block_clear(&storage);
}

static void links_are_read(void **state)
{
	struct block block = { 0 };
	char whole[BLOCK_NAME_SIZE];

	(void)state;
	assert_int_equal(block_parse_link("../../devices/pci0000:00/0000:00:0e.0/pci10000:e0/10000:e0:06.0/"
					  "10000:e1:00.0/nvme/nvme0/nvme0n1",
					  &block, whole),
			 0);
	/* behind a VMD each of these carries it */
	assert_int_equal(block.function_count, 3);
	assert_true(block_is_on(&block, &(struct pci_address){ 0, 0, 0x0e, 0 }));
	assert_true(block_is_on(&block, &(struct pci_address){ 0x10000, 0xe1, 0, 0 }));
	assert_int_equal(block_parse_link("nvme0n1", &block, whole), -22);
	free(block.functions);
	block = (struct block){ 0 };
	assert_int_equal(block_parse_link("../../devices/virtual/block/dm-0", &block, whole), 0);
	assert_true(block.virtual);
	/* a controller's link in the folder of an NVMe subsystem */
	block_add_functions(&block, "../../../pci0000:10/0000:10:01.0/0000:11:00.0/nvme/nvme0");
	block_add_functions(&block, "../../../pci0000:40/0000:40:01.0/0000:41:00.0/nvme/nvme1");
	assert_int_equal(block.function_count, 4);
	assert_true(block_is_on(&block, &(struct pci_address){ 0, 0x41, 0, 0 }));
	free(block.functions);
}

/* Names of the mapper and paths of mounts may be long, and /proc writes their blanks in octal digits. */
static void tables_of_the_kernel_are_whole(void **state)
{
	const char *link = util_text("/dev/disk/by-label/%0300d", 0),
		   *place = util_text("/%0150d/my\\040disk", 0);
	struct block_devices storage;

	(void)state;
	build(&storage, "virtual/block/dm-0\nvirtual/block/dm-1\n");
	for (size_t i = 0; i < 2; i++) {
		storage.links = util_grow(storage.links, storage.link_count, sizeof(*storage.links));
		storage.links[storage.link_count++] = (struct block_link){ i ? util_copy("/dev/my disk", 12) :
									       util_copy(link, strlen(link)),
									   i };
	}
	block_add_swaps(&storage, util_text("Filename Type\n%s partition 1 0 -2\n", link));
	block_add_mounts(&storage, util_text("36 35 0:40 / %s rw - btrfs /dev/my\\040disk rw\n", place));
	assert_int_equal(storage.use_count, 2);
	assert_int_equal(storage.uses[0].block, 0);
	assert_int_equal(storage.uses[1].block, 1);
	assert_string_equal(storage.uses[1].place, util_text("/%0150d/my disk", 0));
	block_clear(&storage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_way_to_name_the_root_finds_it),
		cmocka_unit_test(what_cannot_be_decided_stays),
		cmocka_unit_test(what_the_root_stands_on_stays),
		cmocka_unit_test(a_missing_member_may_be_on_a_blank_disk),
		cmocka_unit_test(what_is_in_use_stays_though_nothing_names_it),
		cmocka_unit_test(what_fstab_names_and_is_not_found_may_be_hidden),
		cmocka_unit_test(a_mapping_of_the_host_is_not_there_in_the_image),
		cmocka_unit_test(a_function_without_disks_is_not_kept_by_what_is_unknown),
		cmocka_unit_test(a_key_stays_until_it_was_read),
		cmocka_unit_test(a_volume_that_is_not_open_yet_is_on_the_disks_of_its_group),
		cmocka_unit_test(what_the_command_line_names_is_open_in_the_image),
		cmocka_unit_test(what_is_inside_a_mapping_counts_where_the_image_opens_it),
		cmocka_unit_test(a_disk_that_is_yet_to_appear_is_awaited),
		cmocka_unit_test(a_pool_that_is_not_imported_may_have_another_member),
		cmocka_unit_test(locks_are_read),
		cmocka_unit_test(a_link_is_as_good_as_a_superblock),
		cmocka_unit_test(links_are_read),
		cmocka_unit_test(tables_of_the_kernel_are_whole),
	};

	return RUN(tests);
}
