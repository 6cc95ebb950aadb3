/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "core/boot-entry.h"

/* The menu of a grub.cfg as grub-mkconfig writes it, with a menu below. */
static const char menu[] =
	"if [ \"${next_entry}\" ] ; then\n   set default=\"${next_entry}\"\n   set next_entry=\nelse\n"
	"   set default=\"${saved_entry}\"\nfi\n"
	"function load_video {\n  if [ x$a = xy ]; then\n    insmod all_video\n  fi\n}\n"
	"menuentry 'Debian GNU/Linux' --class debian $menuentry_id_option 'gnulinux-simple' {\n\tload_video\n"
	"\tlinux\t/boot/vmlinuz-6.1.0-2 root=/dev/sda1 ro  quiet\n\tinitrd\t/boot/ucode.img "
	"/boot/initrd.img-6.1.0-2\n}\n"
	"submenu 'Advanced options > all' $menuentry_id_option 'gnulinux-advanced' {\n"
	"\tmenuentry 'Linux 6.1.0-2' --class x $menuentry_id_option 'advanced-2' {\n\t\tlinux "
	"/boot/vmlinuz-6.1.0-2 two\n\t}\n"
	"\tmenuentry 'Linux 6.1.0-1' --id=advanced-1 {\n\t\tlinuxefi /boot/vmlinuz-6.1.0-1 one\n\t}\n}\n"
	"menuentry \"Windows \\\"11\\\"\" {\n\tchainloader /x.efi\n}\n"
	"menuentry plain { \n# linux /none\n  linux16 /vmlinuz\n}\n";

static void entries_of_grub(void **state)
{
	static const struct {
		const char *wanted, *kernel, *options; /* kernel: NULL for nothing */
	} rows[] = {
		{ "0", "/boot/vmlinuz-6.1.0-2", "root=/dev/sda1 ro  quiet" },
		{ "", "/boot/vmlinuz-6.1.0-2", "root=/dev/sda1 ro  quiet" },
		{ "Debian GNU/Linux", "/boot/vmlinuz-6.1.0-2", "root=/dev/sda1 ro  quiet" },
		{ "gnulinux-simple", "/boot/vmlinuz-6.1.0-2", "root=/dev/sda1 ro  quiet" },
		{ "1>1", "/boot/vmlinuz-6.1.0-1", "one" },
		{ "1", "/boot/vmlinuz-6.1.0-2", "two" },
		{ "gnulinux-advanced>advanced-1", "/boot/vmlinuz-6.1.0-1", "one" },
		{ "Advanced options >> all>Linux 6.1.0-1", "/boot/vmlinuz-6.1.0-1", "one" },
		{ "1>Linux 6.1.0-1", "/boot/vmlinuz-6.1.0-1", "one" },
		{ "2", NULL, NULL },
		{ "Windows \"11\"", NULL, NULL },
		{ "3", "/vmlinuz", "" },
		{ "plain", "/vmlinuz", "" },
		/* GRUB takes the first one for what there is not. */
		{ "4", "/boot/vmlinuz-6.1.0-2", "root=/dev/sda1 ro  quiet" },
		{ "gone", "/boot/vmlinuz-6.1.0-2", "root=/dev/sda1 ro  quiet" },
		{ "1>7", "/boot/vmlinuz-6.1.0-2", "root=/dev/sda1 ro  quiet" },
		{ "Debian", "/boot/vmlinuz-6.1.0-2", "root=/dev/sda1 ro  quiet" },
	};
	struct boot_entry entry;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		bool found = boot_entry_parse_grub(menu, rows[i].wanted, &entry);

		assert_row(found == (rows[i].kernel != NULL), rows[i].wanted);
		assert_row(!found || !strcmp(entry.kernel, rows[i].kernel), rows[i].wanted);
		assert_row(!found || !strcmp(entry.options, rows[i].options), rows[i].wanted);
	}
	assert_true(boot_entry_parse_grub(menu, "0", &entry));
	assert_string_equal(entry.initrd, "/boot/initrd.img-6.1.0-2");
	assert_false(boot_entry_parse_grub("linux /vmlinuz x\n", "0", &entry));
	assert_false(boot_entry_parse_grub("", "", &entry));
}

static void variables_of_grub(void **state)
{
	static const char environment[] = "# GRUB Environment Block\nsaved_entry=1>2 "
					  "\nkernelopts=root=/dev/sda1 ro \nx_saved_entry=no\n####\n";

	(void)state;
	assert_string_equal(boot_entry_grub_variable(menu, "default"), "${saved_entry}");
	assert_null(boot_entry_grub_variable(menu, "timeout"));
	assert_string_equal(boot_entry_grub_variable("set default=0\n  set default='1>2'\n", "default"),
			    "1>2");
	assert_string_equal(boot_entry_grubenv(environment, "saved_entry"), "1>2");
	assert_string_equal(boot_entry_grubenv(environment, "kernelopts"), "root=/dev/sda1 ro");
	assert_null(boot_entry_grubenv(environment, "next_entry"));
}

static const char *find_value(const void *data, const char *name)
{
	return !strcmp(name, "kernelopts") ? data : !strcmp(name, "tuned_params") ? "" : NULL;
}

static void variables_in_options(void **state)
{
	(void)state;
	assert_string_equal(boot_entry_expand("$kernelopts $tuned_params quiet", find_value, "ro"),
			    "ro  quiet");
	assert_string_equal(boot_entry_expand("a $kernelopts $c $", find_value, "ro b"), "a ro b $c $");
}

static void entries_of_the_specification(void **state)
{
	static const struct {
		const char *text, *kernel, *initrd, *options;
	} rows[] = {
		{ "title x\nversion 6.1.0-1\nlinux /vmlinuz-6.1.0-1\ninitrd /a\ninitrd /b\noptions "
		  "root=/dev/sda1 "
		  "ro\noptions\tquiet\n",
		  "/vmlinuz-6.1.0-1", "/b", "root=/dev/sda1 ro quiet" },
		{ "linux /x \r\ninitrd /a /b $tuned\noptions $kernelopts\r\n", "/x", "$tuned",
		  "$kernelopts" },
		{ "uki /EFI/Linux/a.efi\n", "/EFI/Linux/a.efi", "", "" },
		{ "efi /shellx64.efi\n", NULL, NULL, NULL },
		{ "options a\n", NULL, NULL, NULL },
	};
	struct boot_entry entry;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		bool found = boot_entry_parse_loader(rows[i].text, "x.conf", &entry);

		assert_row(found == (rows[i].kernel != NULL), rows[i].text);
		assert_row(!found || !strcmp(entry.kernel, rows[i].kernel), rows[i].text);
		assert_row(!found || !strcmp(entry.initrd, rows[i].initrd), rows[i].text);
		assert_row(!found || !strcmp(entry.options, rows[i].options), rows[i].text);
	}
}

static void tries_in_names(void **state)
{
	static const struct {
		const char *name, *id;
		int tries;
	} rows[] = {
		{ "debian-6.1.conf", "debian-6.1.conf", -1 },
		{ "debian-6.1+3.conf", "debian-6.1.conf", 3 },
		{ "debian-6.1+0-3.conf", "debian-6.1.conf", 0 },
		{ "a-6.1+deb13+2-1.efi", "a-6.1+deb13.efi", 2 },
		{ "a-6.1+deb13.efi", "a-6.1+deb13.efi", -1 },
		{ "a+3-.conf", "a+3-.conf", -1 },
		{ "a+.conf", "a+.conf", -1 },
		{ "a", "a", -1 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct boot_entry entry;

		boot_entry_set_id(&entry, rows[i].name);
		assert_row(!strcmp(entry.id, rows[i].id) && entry.tries == rows[i].tries, rows[i].name);
	}
}

/* The first of each pair stands first in the menu. */
static void order_of_systemd_boot(void **state)
{
	static const struct {
		const char *first[2], *second[2]; /* name, text */
	} rows[] = {
		{ { "a-6.10.conf", "" }, { "a-6.9.conf", "" } },
		{ { "a-6.9.conf", "sort-key x\n" }, { "a-6.10.conf", "" } },
		{ { "b.conf", "sort-key debian\nversion 6.10\n" },
		  { "c.conf", "sort-key debian\nversion 6.9\n" } },
		{ { "b.conf", "sort-key arch\nversion 1\n" }, { "c.conf", "sort-key debian\nversion 9\n" } },
		{ { "b.conf", "sort-key x\nmachine-id 1\n" },
		  { "c.conf", "sort-key x\nmachine-id 2\nversion 2\n" } },
		{ { "a-6.9.conf", "" }, { "a-6.10+0-3.conf", "" } },
		{ { "a-6.10+2-1.conf", "" }, { "a-6.9.conf", "" } },
		{ { "a+3.conf", "" }, { "a+2-1.conf", "" } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct boot_entry a, b;

		assert_true(boot_entry_parse_loader(util_text("linux /x\n%s", rows[i].first[1]),
						    rows[i].first[0], &a));
		assert_true(boot_entry_parse_loader(util_text("linux /x\n%s", rows[i].second[1]),
						    rows[i].second[0], &b));
		assert_row(boot_entry_compare(&a, &b) < 0, rows[i].first[0]);
		assert_row(boot_entry_compare(&b, &a) > 0, rows[i].first[0]);
	}
}

static void defaults_of_systemd_boot(void **state)
{
	const struct boot_entry entries[] = { { .id = "debian-6.10.conf" },
					      { .id = "Pop_OS-current.conf" },
					      { .id = "x" } };

	(void)state;
	assert_ptr_equal(boot_entry_find(entries, 3, "pop_os-current"), &entries[1]);
	assert_ptr_equal(boot_entry_find(entries, 3, "Pop_OS-current.conf"), &entries[1]);
	assert_ptr_equal(boot_entry_find(entries, 3, "debian-*"), &entries[0]);
	assert_ptr_equal(boot_entry_find(entries, 3, "?"), &entries[2]);
	assert_null(boot_entry_find(entries, 3, "arch*"));
	assert_string_equal(
		boot_entry_setting("timeout 3\n#default no\ndefault a\ndefault  b* \n", "default"), "b*");
	assert_null(boot_entry_setting("defaults a\n", "default"));
}

static void lines_of_refind(void **state)
{
	(void)state;
	assert_string_equal(
		boot_entry_parse_refind(
			"# x\n\n\"Boot with \"\"it\" \"root=/dev/sda1 \\\"a b\\\"\"\n\"2\" \"no\"\n"),
		"root=/dev/sda1 \"a b\"");
	assert_null(boot_entry_parse_refind("# \"a\" \"b\"\n"));
}

/* Kernel-install writes one line for what /etc/kernel/cmdline has, however much that is. */
static void long_lines_are_whole(void **state)
{
	static char text[20000];
	struct boot_entry entry;

	(void)state;
	util_format(text, sizeof(text), "linux /%0600d/linux\noptions %09000d\noptions root=/dev/sda1\n", 0,
		    0);
	assert_true(boot_entry_parse_loader(text, "x", &entry));
	assert_int_equal(strlen(entry.options), 9000 + strlen(" root=/dev/sda1"));
	assert_string_equal(entry.options + 9000, " root=/dev/sda1");
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_of_grub),          cmocka_unit_test(variables_of_grub),
		cmocka_unit_test(variables_in_options),     cmocka_unit_test(entries_of_the_specification),
		cmocka_unit_test(tries_in_names),           cmocka_unit_test(order_of_systemd_boot),
		cmocka_unit_test(defaults_of_systemd_boot), cmocka_unit_test(lines_of_refind),
		cmocka_unit_test(long_lines_are_whole),     cmocka_unit_test(the_same_parameters),
	};

	return RUN(tests);
}
