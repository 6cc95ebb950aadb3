/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is read of a tree: images and hosts. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "host/config-read.h"
#include "host/generators.h"
#include "host/rootdir.h"
#include "host/host-needs-read.h"

static char folder[] = "/tmp/vfio-early-load-XXXXXX";

static void put(const char *path, const char *text, size_t length)
{
	char whole[512];
	FILE *file;

	util_format(whole, sizeof(whole), "%s%s", folder, path);
	for (char *slash = whole + strlen(folder) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(whole, 0755);
		*slash = '/';
	}
	file = fopen(whole, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, length, file), length);
	fclose(file);
}

/* An empty tree for each test. */
static int start(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/vfio-early-load-XXXXXX");
	return mkdtemp(folder) ? rootdir_enter(folder) : -1;
}

static int finish(void **state)
{
	char command[128];

	(void)state;
	return system(util_format(command, sizeof(command), "rm -r %s", folder));
}

#define PUT(path) put(path, "", 0)

static void an_image_is_told_from_a_host(void **state)
{
	(void)state;
	assert_false(config_read_is_image());
	PUT("/conf/initramfs.conf");
	assert_false(config_read_is_image());
	PUT("/scripts/init-top/ORDER");
	assert_true(config_read_is_image());
}

static void dracuts_image_may_lack_etc(void **state)
{
	(void)state;
	PUT("/usr/lib/initrd-release");
	assert_true(config_read_is_image());
}

static void the_generator_that_is_installed_is_found(void **state)
{
	(void)state;
	assert_null(generators_find());
	PUT("/usr/bin/dracut");
	assert_ptr_equal(generators_find(), &generators[GENERATOR_DRACUT]);
	PUT("/usr/sbin/update-initramfs");
	assert_ptr_equal(generators_find(), &generators[GENERATOR_INITRAMFS_TOOLS]);
	PUT("/run/ostree-booted");
	assert_ptr_equal(generators_find(), &generators[GENERATOR_INITRAMFS_TOOLS]);
	PUT("/usr/bin/rpm-ostree");
	assert_ptr_equal(generators_find(), &generators[GENERATOR_RPM_OSTREE]);
}

#define LAST(list) ((list)[ARRAY_SIZE(list) - 1])

static void lists_of_generators_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < GENERATOR_COUNT; i++) {
		const struct generator *generator = &generators[i];

		assert_null(LAST(generator->installed)[0]);
		assert_null(LAST(generator->images)[0]);
		assert_null(LAST(generator->marks)[0]);
		assert_null(LAST(generator->conf_folders));
		assert_null(LAST(generator->conf_files));
		assert_null(LAST(generator->keys));
		assert_null(LAST(generator->network_hooks).program);
	}
}

static void assert_use(const char *use)
{
	struct host_needs needs;

	host_needs_read("root=/dev/sda1", NULL, 0, NEEDS_OFF_DISKS, NULL, &needs);
	assert_string_equal(needs.network_use ? needs.network_use : "", use);
	assert_null(needs.network);
	host_needs_clear(&needs);
}

static void programs_of_an_image_use_the_network(void **state)
{
	static const char *const programs[][2] = {
		{ "/usr/lib/mandos/plugin-runner", "mandos-client in the initramfs" },
		{ "/usr/bin/clevis", "clevis in the initramfs" },
		{ "/usr/sbin/sshd", "sshd in the initramfs" },
		{ "/sbin/dropbear", "dropbear in the initramfs" },
	};

	(void)state;
	PUT("/usr/lib/mandos/plugin-runner");
	assert_use("");
	PUT("/usr/lib/initrd-release");
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++) {
		PUT(programs[i][0]);
		assert_use(programs[i][1]);
	}
}

static void hooks_of_a_host_put_them_there(void **state)
{
	(void)state;
	PUT("/usr/share/initramfs-tools/hooks/dropbear");
	assert_use("");
	PUT("/usr/lib/dracut/modules.d/60clevis-pin-tang/module-setup.sh");
	assert_use("clevis in the initramfs");
	PUT("/usr/lib/dracut/modules.d/46sshd/module-setup.sh");
	assert_use("sshd in the initramfs");
	PUT("/etc/dropbear/initramfs/authorized_keys");
	assert_use("dropbear in the initramfs");
}

static void systemd_finds_the_root_by_its_type(void **state)
{
	struct host_needs needs;

	(void)state;
	PUT("/dev/disk/by-designator/root");
	PUT("/dev/disk/by-designator/root-luks");
	host_needs_read("root=gpt-auto", NULL, 0, NEEDS_ALL, NULL, &needs);
	assert_int_equal(needs.count, 2);
	assert_string_equal(needs.list[0].value, "/dev/disk/by-designator/root");
	assert_string_equal(needs.list[1].value, "/dev/disk/by-designator/root-luks");
	host_needs_clear(&needs);
	host_needs_read("quiet", NULL, 0, NEEDS_ALL, NULL, &needs);
	assert_true(needs.root && needs.count == 2 && needs.list[0].required);
	host_needs_clear(&needs);
	host_needs_read("root=/dev/sda1", NULL, 0, NEEDS_ALL, NULL, &needs);
	assert_int_equal(needs.count, 1);
	host_needs_clear(&needs);
	PUT("/dev/gpt-auto-root");
	host_needs_read("root=gpt-auto", NULL, 0, NEEDS_ALL, NULL, &needs);
	assert_int_equal(needs.count, 3);
	host_needs_clear(&needs);
}

static void a_hibernated_image_is_found(void **state)
{
	static const char json[] = "{\"uuid\":\"01234567-89ab-cdef-0123-456789abcdef\"}";
	char bytes[4 + 2 * sizeof(json)] = "\x07";
	struct host_needs needs;

	(void)state;
	for (size_t i = 0; i < sizeof(json); i++)
		bytes[4 + 2 * i] = json[i];
	put("/sys/firmware/efi/efivars/HibernateLocation-8cf2644b-4b0b-428f-9387-6d876050dc67", bytes,
	    sizeof(bytes));
	host_needs_read("root=/dev/sda1", NULL, 0, NEEDS_ALL, NULL, &needs);
	assert_int_equal(needs.count, 2);
	assert_string_equal(needs.list[1].purpose, "resume");
	host_needs_clear(&needs);
}

static void open_quotes_end_with_the_command_line(void **state)
{
	char *arguments[] = { "root=/dev/sdb1" };
	struct host_needs needs;

	(void)state;
	host_needs_read("root=/dev/sda1 x=\"y", arguments, 1, NEEDS_ALL, NULL, &needs);
	assert_string_equal(needs.list[0].value, "/dev/sdb1");
	host_needs_clear(&needs);
}

static void a_table_that_is_cut_or_has_zeros_is_never_quietly_shorter(void **state)
{
	static const char zeros[] = "UUID=1 / ext4 defaults\n\0\0\0\nUUID=2 /home ext4 defaults\n";
	static char large[(1 << 20) + 64];
	struct host_needs needs;

	(void)state;
	put("/etc/fstab", zeros, sizeof(zeros) - 1);
	host_needs_read("", NULL, 0, NEEDS_ALL, NULL, &needs);
	assert_int_equal(needs.count, 2);
	host_needs_clear(&needs);
	memset(large, '#', sizeof(large));
	memcpy(large, "UUID=1 / ext4 defaults\n", 23);
	memcpy(large + (1 << 20) - 23, "\nUUID=22 /x ext4 defaults\n", 26);
	put("/etc/fstab", large, sizeof(large));
	host_needs_read("", NULL, 0, NEEDS_ALL, NULL, &needs);
	assert_int_equal(needs.count, 2);
	assert_string_equal(needs.list[0].text, "what /etc/fstab says");
	assert_string_equal(needs.list[1].value, "1");
	host_needs_clear(&needs);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_image_is_told_from_a_host),
		TEST(dracuts_image_may_lack_etc),
		TEST(the_generator_that_is_installed_is_found),
		TEST(lists_of_generators_end),
		TEST(programs_of_an_image_use_the_network),
		TEST(hooks_of_a_host_put_them_there),
		TEST(systemd_finds_the_root_by_its_type),
		TEST(a_hibernated_image_is_found),
		TEST(open_quotes_end_with_the_command_line),
		TEST(a_table_that_is_cut_or_has_zeros_is_never_quietly_shorter),
	};

	return RUN(tests);
}
