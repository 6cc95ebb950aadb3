/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * door FOLDER CASES SEED: read real superblocks (FOLDER has plain, lvm, luks, md-a, btrfs-a, btrfs-b) through
 * block-read.h after spoiling them, under sanitizers: random bytes at the superblock, bits turned, the end
 * cut off. The controller of the root must never be free, and no read may take longer than the deadline.
 * Prints TAP.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/deadline.h"
#include "host/block-read.h"
#include "host/superblock.h"
#include "core/carry.h"
#include "host/rootdir.h"

#define DEADLINE 2
#define WINDOW (68 * 1024)

/* Where the superblocks of each kind are, their copies or what they point to; and the UUID in them. */
static const struct sample {
	const char *file, *type;
	off_t places[3], uuid;
} samples[] = {
	{ "lvm", "LVM2_member", { 512, 4096, 4608 }, 512 + 32 },
	{ "luks", "crypto_LUKS", { 0, 16384, 4096 }, 168 },
	{ "md-a", "linux_raid_member", { 4096, 4096, 4352 }, 4096 + 16 },
	{ "plain", "ext4", { 1024, 1024, 1536 }, 1024 + 104 },
	{ "btrfs-a", "btrfs", { 65536, 65600, 65664 }, 65536 + 32 },
	{ "btrfs-b", "btrfs", { 65536, 65600, 65664 }, 65536 + 32 },
};

static char tree[PATH_MAX];
static unsigned int failures, plans;

static void fail(const char *what, const struct sample *sample, int number)
{
	printf("# %s: %s, case %d\n", what, sample->file, number);
	failures++;
}

static const char *in_tree(const char *name)
{
	static char path[PATH_MAX + 64];

	snprintf(path, sizeof(path), "%s/%s", tree, name);
	return path;
}

static void put(const char *name, const char *text)
{
	FILE *file = fopen(in_tree(name), "w");

	if (!file || fputs(text, file) < 0 || fclose(file))
		exit(2);
}

/* A disk of the machine, by its place below /sys/devices. */
static void add_disk(const char *name, const char *link, const char *number)
{
	char path[PATH_MAX], target[256];

	snprintf(path, sizeof(path), "sys/devices/%s", link);
	for (char *c = path + 4; (c = strchr(c + 1, '/'));) {
		*c = '\0';
		mkdir(in_tree(path), 0755);
		*c = '/';
	}
	mkdir(in_tree(path), 0755);
	snprintf(path, sizeof(path), "sys/devices/%s/dev", link);
	put(path, number);
	snprintf(path, sizeof(path), "sys/devices/%s/size", link);
	put(path, "1000\n");
	snprintf(path, sizeof(path), "sys/class/block/%s", name);
	snprintf(target, sizeof(target), "../../devices/%s", link);
	if (symlink(target, in_tree(path)))
		exit(2);
}

static void make_tree(void)
{
	static const char *const folders[] = {
		"", "dev", "proc", "proc/self", "sys", "sys/class", "sys/class/block", "sys/devices"
	};

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		mkdir(in_tree(folders[i]), 0755);
	add_disk("nvme0n1", "pci0000:00/0000:00:10.0/0000:01:00.0/nvme/nvme0/nvme0n1", "259:0\n");
	add_disk("nvme1n1", "pci0000:00/0000:00:11.0/0000:02:00.0/nvme/nvme1/nvme1n1", "259:1\n");
	put("proc/self/mountinfo", "");
	put("proc/swaps", "");
}

static void place(const char *folder, const char *file, const char *disk)
{
	char command[3 * PATH_MAX];

	snprintf(command, sizeof(command), "cp --sparse=always %s/%s %s/dev/%s", folder, file, tree, disk);
	if (system(command))
		exit(2);
}

static void place_empty(const char *disk)
{
	char path[64];

	snprintf(path, sizeof(path), "dev/%s", disk);
	put(path, "");
	if (truncate(in_tree(path), 64 << 20))
		exit(2);
}

/* Spoil a disk's file, and keep what was there. */
struct spoilt {
	char path[PATH_MAX + 64];
	char window[WINDOW];
	off_t size;
};

static void spoil(const char *disk, const struct sample *sample, struct spoilt *ret)
{
	char bytes[512], name[64];
	off_t at = sample->places[random() % 3] + random() % 64;
	size_t length = 1 + (size_t)random() % sizeof(bytes);
	struct stat is;
	int fd;

	snprintf(name, sizeof(name), "dev/%s", disk);
	snprintf(ret->path, sizeof(ret->path), "%s", in_tree(name));
	fd = open(ret->path, O_RDWR);
	if (fd < 0 || fstat(fd, &is) || pread(fd, ret->window, WINDOW, 0) != WINDOW)
		exit(2);
	ret->size = is.st_size;
	switch (random() % 4) {
	case 0: /* the end is cut off, perhaps in the middle of the superblock */
		if (ftruncate(fd, random() % 2 ? at : random() % is.st_size))
			exit(2);
		break;
	case 1: /* one bit, perhaps of the UUID */
		if (random() % 2)
			at = sample->uuid + random() % 16;
		bytes[0] = (char)(ret->window[at] ^ 1 << random() % 8);
		if (pwrite(fd, bytes, 1, at) != 1)
			exit(2);
		break;
	default: /* random bytes */
		for (size_t i = 0; i < length; i++)
			bytes[i] = (char)random();
		if (pwrite(fd, bytes, length, random() % 2 ? sample->places[0] : at) != (ssize_t)length)
			exit(2);
	}
	close(fd);
}

static void restore(const struct spoilt *spoilt)
{
	int fd = open(spoilt->path, O_RDWR);

	if (fd < 0 || ftruncate(fd, spoilt->size) || pwrite(fd, spoilt->window, WINDOW, 0) != WINDOW)
		exit(2);
	close(fd);
}

/* Is the function of @bus kept, when this is the command line? */
static bool is_kept(const char *cmdline, uint8_t bus)
{
	static const struct pci_address both[] = { { .bus = 1 }, { .bus = 2 } };
	struct block_devices storage;
	struct host_needs needs = { 0 };
	struct explanation why;
	bool keeps;

	host_needs_add_cmdline(&needs, cmdline);
	/* A stage each. */
	deadline_begin(DEADLINE);
	block_read(&needs, both, 2, BLOCK_VIEW_NOW, false, &storage);
	keeps = carry_keeps(&storage,
			    &(struct carry_question){ .function = &both[bus - 1], .may_carry = true }, &why);
	block_clear(&storage);
	host_needs_clear(&needs);
	return keeps;
}

/* In this process too: a child that crashes is only a disk that cannot be read. */
static void read_here(struct block *ret, unsigned int minor)
{
	*ret = (struct block){ .major = 259, .minor = minor, .whole = -1 };
	snprintf(ret->name, sizeof(ret->name), "nvme%un1", minor);
	superblock_read(ret, false);
}

static void run_case(const char *folder, const struct sample *sample, int number)
{
	bool second = !strcmp(sample->file, "btrfs-b");
	unsigned long long start;
	struct spoilt spoilt;
	struct block block;
	char cmdline[128];

	place(folder, second ? "btrfs-a" : sample->file, "nvme0n1");
	if (second)
		place(folder, sample->file, "nvme1n1");
	else
		place_empty("nvme1n1");
	read_here(&block, 0);
	if (block.state != BLOCK_READ || strcmp(block.content.type, sample->type))
		fail("is not read before it is spoilt", sample, number);
	snprintf(cmdline, sizeof(cmdline), "root=UUID=%s", block.content.uuid);
	if (!is_kept(cmdline, 1) || is_kept(cmdline, 2) != (sample->type[0] == 'b'))
		fail("is not judged before it is spoilt", sample, number);
	spoil(second ? "nvme1n1" : "nvme0n1", sample, &spoilt);
	start = util_now();
	read_here(&block, second);
	if (!is_kept(cmdline, second ? 2 : 1))
		fail("the root is free", sample, number);
	if (second ? !is_kept("root=/dev/nvme0n1", 2) : !is_kept("root=/dev/nvme0n1", 1))
		fail("the root is free by its path", sample, number);
	if (util_now() - start > 4 * DEADLINE * 1000000ULL)
		fail("the deadline is over", sample, number);
	restore(&spoilt);
	plans++;
}

/* Of LVM libblkid compares the checksum: one bit of the UUID is seen, and what it was is still shown. */
static void check_checksum(const char *folder, const struct sample *sample)
{
	struct block block;
	char byte;
	int fd;

	place(folder, sample->file, "nvme0n1");
	fd = open(in_tree("dev/nvme0n1"), O_RDWR);
	if (fd < 0 || pread(fd, &byte, 1, sample->uuid) != 1)
		exit(2);
	byte ^= 1;
	if (pwrite(fd, &byte, 1, sample->uuid) != 1)
		exit(2);
	close(fd);
	read_here(&block, 0);
	if (block.state != BLOCK_SPOILT || strcmp(block.content.type, sample->type))
		fail("a wrong checksum is not seen", sample, -1);
}

int main(int argc, char **argv)
{
	int cases = argc > 2 ? atoi(argv[2]) : 0;

	if (argc < 4)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	srandom((unsigned int)atoi(argv[3]));
	snprintf(tree, sizeof(tree), "%s/tree", argv[1]);
	make_tree();
	if (rootdir_enter(tree) < 0)
		return 2;
	check_checksum(argv[1], &samples[0]);
	for (int i = 0; i < cases; i++)
		run_case(argv[1], &samples[i % (int)ARRAY_SIZE(samples)], i);
	printf("%s 1 - %u spoilt superblocks: no crash, no hang, the root is never free (SEED=%s)\n1..1\n",
	       failures ? "not ok" : "ok", plans, argv[3]);
	return failures != 0;
}
