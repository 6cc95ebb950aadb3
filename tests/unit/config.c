/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "core/config.h"
#include "core/settings.h"

static struct config config;

static int start(void **state)
{
	(void)state;
	config_init(&config);
	return 0;
}

static int finish(void **state)
{
	(void)state;
	config_clear(&config);
	return 0;
}

static void add(const char *text)
{
	config_add_file(&config, "/f", text, strlen(text));
}

static void assert_error(size_t i, const char *where, const char *what)
{
	assert_true(i < config.error_count);
	assert_string_equal(config.errors[i].where, where);
	if (!strstr(config.errors[i].what, what))
		print_error("%s\n", config.errors[i].what);
	assert_non_null(strstr(config.errors[i].what, what));
}

static void files_claim(void **state)
{
	(void)state;
	add("# comment\n\n  claim 10de:1c03 01:00.1 # both\r\nclaim\t8086:2668");
	assert_int_equal(config.error_count, 0);
	assert_int_equal(config.claim_count, 3);
	assert_string_equal(config.claims[0].text, "10de:1c03");
	assert_string_equal(config.claims[0].wanted_by, "/f:3");
	assert_string_equal(config.claims[1].text, "01:00.1");
	assert_string_equal(config.claims[2].wanted_by, "/f:4");
}

static void a_byte_order_mark_is_no_text(void **state)
{
	(void)state;
	add("\xef\xbb\xbf"
	    "claim 10de:1c03");
	assert_int_equal(config.error_count, 0);
	assert_int_equal(config.claim_count, 1);
}

static void bad_lines_are_named_and_the_others_count(void **state)
{
	(void)state;
	add("frobnicate x\n"
	    "claim 10de-1c03 10de:1c03\n"
	    "claim 10de:1c03,10de:10f1\n"
	    " claim\n"
	    "claim 01:00.0 expand=most\n"
	    "set\n"
	    "set colour=blue\n"
	    "set iommu=perhaps log\n"
	    "set deadline=0 deadline=61 deadline=x deadline\n");
	assert_int_equal(config.claim_count, 0);
	assert_error(0, "/f:1:1", "'frobnicate': unknown directive");
	assert_error(1, "/f:2:7", "did you mean 10de:1c03? This line claims nothing.");
	assert_error(2, "/f:3:7", "with blanks here, not with commas");
	assert_error(3, "/f:4:7", "no selector on this line");
	assert_error(4, "/f:5:22", "'most': expand takes none, slot or group");
	assert_error(5, "/f:6:4", "set without NAME=VALUE");
	assert_error(6, "/f:7:5", "'colour': unknown setting");
	assert_error(7, "/f:8:11", "'perhaps': iommu takes require or ignore");
	assert_error(8, "/f:8:19", "log takes info or debug");
	for (size_t i = 9; i < 13; i++)
		assert_non_null(strstr(config.errors[i].what, "deadline takes 1 to 60 seconds"));
	assert_int_equal(config.error_count, 13);
	assert_int_equal(config.deadline, 10);
}

static void claims_have_options(void **state)
{
	(void)state;
	add("claim expand=slot 01:00.0 02:00.0 driver=pci-stub optional stage=early\n"
	    "claim 03:00.0 driver=auto stage=late expand=group\n"
	    "claim 04:00.0\n"
	    "claim 05:00.0 driver= colour=blue stage=soon driver=../x\n"
	    "set expand=group\n");
	assert_int_equal(config.claim_count, 4);
	for (int i = 0; i < 2; i++)
		assert_true(config.claims[i].expand == EXPAND_SLOT && config.claims[i].stage == STAGE_EARLY &&
			    config.claims[i].optional && !strcmp(config.claims[i].driver, "pci-stub"));
	assert_true(config.claims[2].expand == EXPAND_GROUP && config.claims[2].stage == STAGE_LATE &&
		    !config.claims[2].driver[0]);
	assert_true(config.claims[3].expand == EXPAND_DEFAULT && config.claims[3].stage == STAGE_AUTO);
	assert_int_equal(config.expand, EXPAND_GROUP);
	assert_error(0, "/f:4:22", "driver takes auto or the name");
	assert_error(1, "/f:4:23", "'colour=blue': unknown option");
	assert_error(2, "/f:4:41", "stage takes early or late");
	assert_error(3, "/f:4:53", "'../x': driver takes");
	assert_int_equal(config.error_count, 4);
}

static void defaults_are_values(void **state)
{
	struct claim claim = { 0 };

	(void)state;
	for (size_t i = 0; i < setting_list.count; i++) {
		const struct setting *setting = &setting_list.list[i];

		assert_true(setting_store(setting, setting->standard, strlen(setting->standard), &config));
	}
	for (size_t i = 0; i < claim_option_list.count; i++) {
		const struct setting *option = &claim_option_list.list[i];

		assert_true(!option->standard[0] ||
			    setting_store(option, option->standard, strlen(option->standard), &claim));
	}
	assert_int_equal(config.deadline, 10);
	assert_true(config.expand == EXPAND_NONE && !config.iommu_ignored && !config.debug);
}

static void keeps_are_kept(void **state)
{
	(void)state;
	add("keep 01:00.0 class:0300 # both\nkeep\nkeep optional\n");
	config_add_cmdline(&config, "rd.vfio.keep=10de:1c03,zzz rd.vfio.expand=slot rd.vfio.expand");
	assert_int_equal(config.keep_count, 3);
	assert_int_equal(config.claim_count, 0);
	assert_string_equal(config.keeps[1].where, "/f:1");
	assert_string_equal(config.keeps[2].where, "rd.vfio.keep");
	assert_error(0, "/f:2:5", "no selector on this line");
	assert_error(1, "/f:3:6", "'optional': expected a selector; keep takes no options");
	assert_error(2, "/proc/cmdline:1:24", "'zzz'");
	assert_error(3, "/proc/cmdline:1:56", "expand takes none, slot or group");
	assert_int_equal(config.expand, EXPAND_SLOT);
}

/* Each one would be added to a longer text: no more of them than there are errors in the list. */
static void a_torn_list_is_bounded(void **state)
{
	char line[20000] = "rd.vfio.ids=07:00.0";

	(void)state;
	for (size_t length = strlen(line); length + 4 < sizeof(line); length += 3)
		memcpy(line + length, " 07", 4);
	config_add_cmdline(&config, line);
	assert_int_equal(config.error_count, CONFIG_ERRORS_MAX);
	assert_int_equal(config.errors_left_out, 0);
}

static void rubbish_is_bounded(void **state)
{
	static char rubbish[1 << 20];

	(void)state;
	for (size_t i = 0; i < sizeof(rubbish); i++)
		rubbish[i] = (char)(i * 2654435761U >> 13);
	config_add_file(&config, "/f", rubbish, sizeof(rubbish));
	add("claim 10de:1c03");
	assert_int_equal(config.claim_count, 1);
	assert_int_equal(config.error_count, CONFIG_ERRORS_MAX);
	assert_true(config.errors_left_out > 1000);
}

static void settings_are_set(void **state)
{
	(void)state;
	add("set iommu=ignore last-display=claim recovery=claim log=debug deadline=60\n");
	assert_int_equal(config.error_count, 0);
	assert_true(config.iommu_ignored && config.last_display_claimed && config.recovery_claims &&
		    config.debug);
	assert_int_equal(config.deadline, 60);
	config_add_cmdline(&config, "rd.vfio.iommu=require rd.vfio.last_display=keep rd.vfio.deadline=3");
	assert_false(config.iommu_ignored || config.last_display_claimed);
	assert_int_equal(config.deadline, 3);
}

static void the_command_line_claims(void **state)
{
	(void)state;
	config_add_cmdline(&config, "quiet rd.vfio.ids=10de:1c03,,01:00.0, rd.vfio.ids=\"8086:2668\" "
				    "\"rd.vfio.ids=1234:1111\"\n");
	assert_int_equal(config.error_count, 0);
	assert_int_equal(config.claim_count, 4);
	assert_string_equal(config.claims[3].text, "1234:1111");
	assert_string_equal(config.claims[3].wanted_by, "rd.vfio.ids");
}

static void bad_tokens_are_named_and_the_others_count(void **state)
{
	(void)state;
	config_add_cmdline(&config, "rd.vfio.ids=zzz,10de:1c03 rd.vfio.ids rd.vfio=banana rd.vfio.nonsense=1 "
				    "rd.vfiox=1 rd.vfio.");
	assert_int_equal(config.claim_count, 1);
	assert_error(0, "/proc/cmdline:1:13", "'zzz': expected an id");
	assert_error(1, "/proc/cmdline:1:27", "no selector: expected ids");
	assert_error(2, "/proc/cmdline:1:47", "'banana': expected 0 or 1");
	assert_error(3, "/proc/cmdline:1:62", "'nonsense': unknown setting");
	assert_true(config.off);
}

static void switches(void **state)
{
	static const struct {
		const char *text;
		bool off, debug, dryrun;
	} rows[] = {
		{ "rd.vfio=0", true, false, false },
		{ "rd.vfio=off", true, false, false },
		{ "rd.vfio=no", true, false, false },
		{ "rd.vfio", false, false, false },
		{ "rd.vfio=1", false, false, false },
		{ "rd.vfio=1 rd.vfio=on", false, false, false },
		{ "\"rd.vfio=0\"", true, false, false },
		{ "rd.vfio=\"0\"", true, false, false },
		{ "rd.vfio.debug", false, true, false },
		{ "rd.vfio.debug=0", false, false, false },
		{ "rd.vfio.dryrun", false, false, true },
		{ "rd.vfio.dryrun=1 rd.vfio.log=debug", false, true, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		config_clear(&config);
		config_add_cmdline(&config, rows[i].text);
		assert_row(config.off == rows[i].off && config.debug == rows[i].debug &&
				   config.dryrun == rows[i].dryrun && !config.error_count,
			   rows[i].text);
		assert_row(!!config_off_reason(&config) == rows[i].off, rows[i].text);
	}
}

static void the_switch_fails_closed(void **state)
{
	static const struct {
		const char *text;
		bool off, dryrun, error;
	} rows[] = {
		{ "rd.vfio=OFF", true, false, false },        { "rd.vfio=No", true, false, false },
		{ "rd.vfio=none", true, false, false },       { "rd.vfio=", true, false, false },
		{ "rd.vfio=False", true, false, false },      { "rd.vfio=10de:1c03", true, false, true },
		{ "rd.vfio=1 rd.vfio=x", true, false, true }, { "rd.vfio=YES", false, false, false },
		{ "rd.vfio.dryrun=NO", false, false, false }, { "rd.vfio.dryrun=maybe", false, true, true },
		{ "rd.vfio=0 rd.vfio=1", true, false, true }, { "rd.vfio=1 rd.vfio=0", true, false, true },
		{ "rd.vfio.dryrun=", false, true, false },    { "rd.vfio.dryrun=On", false, true, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		config_clear(&config);
		config_add_cmdline(&config, rows[i].text);
		assert_row(config.off == rows[i].off && config.dryrun == rows[i].dryrun &&
				   !!config.error_count == rows[i].error,
			   rows[i].text);
	}
}

static void the_switch_is_told_as_it_was_written(void **state)
{
	(void)state;
	config_add_cmdline(&config, "rd.vfio=\"OFF\"");
	assert_string_equal(config.off_by, "rd.vfio=OFF");
	assert_string_equal(config_off_reason(&config), "rd.vfio=OFF on the kernel command line");
	config_add_cmdline(&config, "rd.vfio=");
	assert_string_equal(config.off_by, "rd.vfio=");
}

static void what_stands_twice_counts_once(void **state)
{
	(void)state;
	add("set deadline=5 log=debug\n"
	    "set deadline=6\n"
	    "claim 01:00.0 stage=late optional stage=early optional driver=auto driver=x\n"
	    "set expand=slot expand=group\n");
	assert_error(0, "/f:2:5", "'deadline': a second time in this file; deadline=5 is used");
	assert_error(1, "/f:3:35", "'stage=early': a second time on this line; this line claims nothing");
	assert_error(2, "/f:3:47", "'optional': a second time on this line");
	assert_error(3, "/f:3:68", "'driver=x': a second time on this line");
	assert_error(4, "/f:4:17", "'expand': a second time in this file");
	assert_int_equal(config.error_count, 5);
	assert_int_equal(config.deadline, 5);
	assert_int_equal(config.expand, EXPAND_SLOT);
	assert_int_equal(config.claim_count, 0);
	config_add_file(&config, "/later", "set deadline=7", 14);
	assert_int_equal(config.deadline, 7);
	assert_int_equal(config.error_count, 5);
}

static void a_cut_line_never_becomes_another_one(void **state)
{
	static const struct {
		const char *text;
		size_t claims, keeps, errors;
	} rows[] = {
		{ "claim 01:00.0\n", 1, 0, 0 },
		{ "claim 01:00.0", 0, 0, 1 },
		{ "claim 01:00.0 ", 0, 0, 1 },
		{ "claim 01:00.0 optional # a comm", 1, 0, 0 },
		{ "claim 01:00.0\nkeep 02:00.0 03:00.", 1, 1, 1 },
		{ "keep 02:00.0 ", 0, 1, 1 },
		{ "keep 02:00.0 03:00.0", 0, 1, 1 },
		{ "# a comm", 0, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		config_clear(&config);
		config_add_cut_file(&config, "/f", rows[i].text, strlen(rows[i].text));
		assert_row(config.claim_count == rows[i].claims && config.keep_count == rows[i].keeps &&
				   config.error_count == rows[i].errors,
			   rows[i].text);
	}
	config_clear(&config);
	config_add_cut_file(&config, "/f", "set deadline=5 deadline=6", 25);
	assert_int_equal(config.deadline, 5);
}

static void a_nul_byte_ends_no_word(void **state)
{
	static const char text[] = "claim 01:00.0\0 02:00.0\nclaim 10de:1c03\0\0\nclaim 03:00.0\n";

	(void)state;
	config_add_file(&config, "/f", text, sizeof(text) - 1);
	assert_int_equal(config.claim_count, 1);
	assert_string_equal(config.claims[0].text, "03:00.0");
	assert_int_equal(config.error_count, 2);
}

static void files_can_be_ignored(void **state)
{
	(void)state;
	assert_true(config_wants_files("quiet"));
	assert_false(config_wants_files("quiet rd.vfio.config=0"));
	assert_true(config_wants_files("rd.vfio.config=0 rd.vfio.config=1"));
	assert_true(config_wants_files("rd.vfio.config=what"));
	config_add_cmdline(&config, "rd.vfio.config=0");
	assert_int_equal(config.error_count, 0);
}

static void recovery_claims_nothing(void **state)
{
	(void)state;
	config_add_cmdline(&config, "single");
	assert_non_null(config_off_reason(&config));
	config_add_cmdline(&config, "single rd.vfio.recovery=claim");
	assert_null(config_off_reason(&config));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(files_claim),
		TEST(a_byte_order_mark_is_no_text),
		TEST(bad_lines_are_named_and_the_others_count),
		TEST(claims_have_options),
		TEST(defaults_are_values),
		TEST(keeps_are_kept),
		TEST(a_torn_list_is_bounded),
		TEST(rubbish_is_bounded),
		TEST(settings_are_set),
		TEST(the_command_line_claims),
		TEST(bad_tokens_are_named_and_the_others_count),
		TEST(switches),
		TEST(the_switch_fails_closed),
		TEST(the_switch_is_told_as_it_was_written),
		TEST(what_stands_twice_counts_once),
		TEST(a_cut_line_never_becomes_another_one),
		TEST(a_nul_byte_ends_no_word),
		TEST(files_can_be_ignored),
		TEST(recovery_claims_nothing),
	};

	return RUN(tests);
}
