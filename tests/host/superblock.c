/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What libblkid says of a device, in whatever version. A read that fails: tests/vm, where disks do. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/rootdir.h"
#include "host/superblock.h"

#define KIB 1024

static char folder[] = "/tmp/vfio-early-disk-XXXXXX";

static int start(void **state)
{
	char path[64];

	(void)state;
	strcpy(folder, "/tmp/vfio-early-disk-XXXXXX");
	if (!mkdtemp(folder) || mkdir(util_format(path, sizeof(path), "%s/dev", folder), 0755) < 0)
		return -1;
	return rootdir_enter(folder);
}

static int finish(void **state)
{
	char command[64];

	(void)state;
	return system(util_format(command, sizeof(command), "rm -r %s", folder));
}

static void put(off_t offset, const void *data, size_t length)
{
	char path[64];
	int fd = open(util_format(path, sizeof(path), "%s/dev/sda", folder), O_WRONLY | O_CREAT, 0644);

	assert_true(fd >= 0);
	/* Of a smaller one libblkid takes the first superblock. */
	assert_int_equal(ftruncate(fd, 4096 * KIB), 0);
	assert_int_equal(pwrite(fd, data, length, offset), length);
	close(fd);
}

static void put_swap(void)
{
	static const unsigned int header[] = { 1, 16 };

	put(1024, header, sizeof(header));
	put(4 * KIB - 10, "SWAPSPACE2", 10);
}

static void put_reiser4(void)
{
	char header[128];

	/* Any size of blocks but zero will do. */
	memset(header, 2, sizeof(header));
	memcpy(header, "ReIsEr4\0\0\0\0\0\0\0\0", 16);
	put(64 * KIB, header, sizeof(header));
}

static struct block read_disk(void)
{
	struct block disk = { .name = "sda", .whole = -1 };

	superblock_read(&disk, false);
	return disk;
}

static void one_superblock_is_read(void **state)
{
	struct block disk;

	(void)state;
	put_swap();
	disk = read_disk();
	assert_int_equal(disk.state, BLOCK_READ);
	assert_string_equal(disk.content.type, "swap");
}

static void none_is_no_error(void **state)
{
	struct block disk;

	(void)state;
	put(0, "", 1);
	disk = read_disk();
	assert_int_equal(disk.state, BLOCK_READ);
	assert_string_equal(disk.content.type, "");
}

/* -2 of libblkid, or -1 in a later one, is no error of the drive. */
static void two_are_ambiguous(void **state)
{
	struct block disk;

	(void)state;
	put_swap();
	put_reiser4();
	disk = read_disk();
	assert_int_equal(disk.state, BLOCK_AMBIGUOUS);
	assert_int_equal(disk.error, 0);
}

static void what_is_no_disk_is_unreadable(void **state)
{
	struct block disk;
	char path[64];

	(void)state;
	assert_int_equal(mkdir(util_format(path, sizeof(path), "%s/dev/sda", folder), 0755), 0);
	disk = read_disk();
	assert_int_equal(disk.state, BLOCK_UNREADABLE);
	/* libblkid's own, and not a read error. */
	assert_int_equal(disk.error, -EINVAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_superblock_is_read),
		TEST(none_is_no_error),
		TEST(two_are_ambiguous),
		TEST(what_is_no_disk_is_unreadable),
	};

	return RUN(tests);
}
