/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "core/boot-entry.h"
#include "core/grub-defaults.h"

/* What the shell makes of /etc/default/grub (first) and of a drop-in (second). */
static void values_are_the_shells(void **state)
{
	static const struct {
		const char *first, *second, *cmdline; /* cmdline: NULL where it is not known or not set */
	} rows[] = {
		{ "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet splash\"\nGRUB_CMDLINE_LINUX=a\n", "",
		  "a quiet splash" },
		{ "GRUB_CMDLINE_LINUX='a \"b\"' # c\n", "", "a \"b\" " },
		{ "export GRUB_CMDLINE_LINUX=a; GRUB_CMDLINE_LINUX_DEFAULT=b\n", "", "a b" },
		{ "GRUB_CMDLINE_LINUX=\"a \\\nb\"\n", "", "a b " },
		{ "GRUB_CMDLINE_LINUX=a\\ b\n", "", "a b " },
		{ "GRUB_CMDLINE_LINUX=\"a \\\"b c\\\" \\d\"\n", "", "a \"b c\" \\d " },
		{ "GRUB_CMDLINE_LINUX=a#b\n", "", "a#b " },
		{ "GRUB_CMDLINE_LINUX=a'b c'\"d e\"f\n", "", "ab cd ef " },
		{ "  GRUB_CMDLINE_LINUX=a\n\tGRUB_CMDLINE_LINUX+=\" b\"\n", "", "a b " },
		{ "GRUB_CMDLINE_LINUX+=a\n", "", "a " },
		{ "GRUB_CMDLINE_LINUX=a\n", "GRUB_CMDLINE_LINUX=\"$GRUB_CMDLINE_LINUX b\"\n", "a b " },
		{ "GRUB_CMDLINE_LINUX=a\n", "GRUB_CMDLINE_LINUX=\"b ${GRUB_CMDLINE_LINUX}\"\n", "b a " },
		{ "GRUB_CMDLINE_LINUX=a\n", "GRUB_CMDLINE_LINUX='$GRUB_CMDLINE_LINUX'\n",
		  "$GRUB_CMDLINE_LINUX " },
		{ "GRUB_CMDLINE_LINUX=a\n", "GRUB_CMDLINE_LINUX=\"\"\n", " " },
		{ "VFIO=rd.vfio.ids=01:00.0\nGRUB_CMDLINE_LINUX=\"$VFIO\"\n", "", "rd.vfio.ids=01:00.0 " },
		{ "GRUB_CMDLINE_LINUX=\"$(cat /x) a\"\n", "", "$ a " },
		{ "GRUB_CMDLINE_LINUX=\"`cat /x` $HOME a\"\n", "", "$ $ a " },
		/* What Debian, Fedora and Ubuntu have, which says nothing of parameters. */
		{ "GRUB_DISTRIBUTOR=`( . /etc/os-release && echo ${NAME} )`\nGRUB_CMDLINE_LINUX=a\n", "",
		  "a " },
		{ "GRUB_DISTRIBUTOR=`lsb_release -i -s 2> /dev/null || echo Debian`\nGRUB_CMDLINE_LINUX=a\n",
		  "", "a " },
		{ "GRUB_DISTRIBUTOR=\"$(sed 's, release .*$,,g' "
		  "/etc/system-release)\"\nGRUB_CMDLINE_LINUX=a\n",
		  "", "a " },
		/* What decides is not guessed. */
		{ "GRUB_CMDLINE_LINUX=a\nif [ -e /x ]; then GRUB_CMDLINE_LINUX=b; fi\n", "", NULL },
		{ "GRUB_CMDLINE_LINUX=a\n. /etc/other\n", "", NULL },
		{ "#GRUB_CMDLINE_LINUX=a\nGRUB_CMDLINE_LINUX_RECOVERY=b\n", "", NULL },
		{ "", "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct grub_defaults defaults = { 0 };
		const char *cmdline;

		grub_defaults_add(&defaults, "/etc/default/grub", rows[i].first);
		grub_defaults_add(&defaults, "/etc/default/grub.d/a.cfg", rows[i].second);
		cmdline = grub_defaults_cmdline(&defaults);
		assert_row(
			rows[i].cmdline ? cmdline && !strcmp(cmdline, rows[i].cmdline) : !cmdline,
			util_text("%s%s: %s", rows[i].first, rows[i].second, cmdline ? cmdline : "(null)"));
		grub_defaults_clear(&defaults);
	}
}

static void places_of_parameters(void **state)
{
	static const struct {
		const char *first, *second, *parameter, *file, *variable, *place; /* place: for a new one */
	} rows[] = {
		{ "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet iommu=pt\"\n", "", "iommu=pt", "grub", GRUB_NORMAL,
		  "grub" },
		{ "GRUB_CMDLINE_LINUX=iommu=pt\n", "", "iommu=pt", "grub", GRUB_ALL, "grub" },
		{ "GRUB_CMDLINE_LINUX_DEFAULT=quiet\n",
		  "GRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX_DEFAULT iommu=pt\"\n", "iommu=pt",
		  "drop-in", GRUB_NORMAL, "grub" },
		{ "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet iommu=pt\"\n",
		  "GRUB_CMDLINE_LINUX_DEFAULT=\"$GRUB_CMDLINE_LINUX_DEFAULT b\"\n", "iommu=pt", "grub",
		  GRUB_NORMAL, "grub" },
		/* Ubuntu's images for clouds: what the first file has does not count. */
		{ "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet iommu=pt\"\n",
		  "GRUB_CMDLINE_LINUX_DEFAULT=\"console=tty1\"\n", "console=tty1", "drop-in", GRUB_NORMAL,
		  "drop-in" },
		{ "VFIO=iommu=pt\nGRUB_CMDLINE_LINUX=$VFIO\n", "", "iommu=pt", "grub", "VFIO", "grub" },
		{ "GRUB_CMDLINE_LINUX=iommu=pt2\n", "", "iommu=pt", NULL, NULL, "grub" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct grub_defaults defaults = { 0 };
		const struct grub_default *found;
		const char *cursor = rows[i].parameter;
		struct cmdline_param param;

		assert_true(cmdline_next(&cursor, &param));
		grub_defaults_add(&defaults, "grub", rows[i].first);
		grub_defaults_add(&defaults, "drop-in", rows[i].second);
		found = grub_defaults_find(&defaults, &param);
		assert_row(rows[i].file ? found && !strcmp(found->file, rows[i].file) &&
						  !strcmp(found->name, rows[i].variable) :
					  !found,
			   rows[i].first);
		assert_row(!strcmp(grub_defaults_place(&defaults, GRUB_NORMAL, "grub"), rows[i].place),
			   rows[i].first);
		grub_defaults_clear(&defaults);
	}
}

static void what_the_next_boot_lacks(void **state)
{
	static const struct {
		const char *text, *cmdline, *lacks, *extra;
	} rows[] = {
		{ "GRUB_CMDLINE_LINUX_DEFAULT=\"quiet iommu=pt\"\nGRUB_CMDLINE_LINUX=rd.vfio.ids=01:00.0\n",
		  "quiet iommu=pt rd.vfio.ids=01:00.0", "", "" },
		{ "GRUB_CMDLINE_LINUX_DEFAULT='iommu=pt'\n", "quiet", "iommu=pt", "" },
		{ "GRUB_CMDLINE_LINUX_DEFAULT=quiet\n", "intel_iommu=on", "", "intel_iommu=on" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct grub_defaults defaults = { 0 };
		struct cmdline_param param;
		const char *wanted;

		grub_defaults_add(&defaults, "", rows[i].text);
		wanted = grub_defaults_cmdline(&defaults);
		assert_string_equal(
			boot_entry_lacks(rows[i].cmdline, wanted, &param) ? cmdline_param_text(&param) : "",
			rows[i].lacks);
		assert_string_equal(
			boot_entry_lacks(wanted, rows[i].cmdline, &param) ? cmdline_param_text(&param) : "",
			rows[i].extra);
		grub_defaults_clear(&defaults);
	}
}

/* A value that doubles itself has an end. */
static void values_are_bounded(void **state)
{
	struct grub_defaults defaults = { 0 };

	(void)state;
	grub_defaults_add(&defaults, "", "GRUB_CMDLINE_LINUX=0123456789\n");
	for (size_t i = 0; i < 64; i++)
		grub_defaults_add(&defaults, "",
				  "GRUB_CMDLINE_LINUX=$GRUB_CMDLINE_LINUX$GRUB_CMDLINE_LINUX\n");
	assert_true(strlen(grub_defaults_value(&defaults, GRUB_ALL)) <= 8192);
	assert_null(grub_defaults_cmdline(&defaults));
	grub_defaults_clear(&defaults);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_the_shells),
		cmocka_unit_test(places_of_parameters),
		cmocka_unit_test(what_the_next_boot_lacks),
		cmocka_unit_test(values_are_bounded),
	};

	return RUN(tests);
}
