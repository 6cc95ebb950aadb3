/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdlib.h>

#include "core/plan.h"
#include "core/carry.h"
#include "core/match.h"
#include "core/planner.h"
#include "core/steps.h"
#include "core/wait.h"

/*
 * The host's display, two identical cards (the first with audio), a bridge, a disk, a host bridge, a 3D card.
 */
static const struct facts no_facts;

static struct pci_function machine[] = {
	{ .address = { 0, 0, 0, 0 },
	  .vendor = 0x8086,
	  .device = 0x29c0,
	  .class = 0x060000,
	  .iommu_group = 0,
	  .boot_vga = -1 },
	{ .address = { 0, 0, 1, 0 },
	  .vendor = 0x1234,
	  .device = 0x1111,
	  .class = 0x030000,
	  .iommu_group = 1,
	  .boot_vga = 1 },
	{ .address = { 0, 0, 16, 0 },
	  .vendor = 0x1b36,
	  .device = 0x000c,
	  .class = 0x060400,
	  .header_type = 1,
	  .iommu_group = 2,
	  .boot_vga = -1 },
	{ .address = { 0, 1, 0, 0 },
	  .vendor = 0x1002,
	  .device = 0x5159,
	  .class = 0x030000,
	  .driver = "radeon",
	  .iommu_group = 5,
	  .boot_vga = 0 },
	{ .address = { 0, 1, 0, 1 },
	  .vendor = 0x8086,
	  .device = 0x2668,
	  .class = 0x040300,
	  .iommu_group = 5,
	  .boot_vga = -1 },
	{ .address = { 0, 2, 0, 0 },
	  .vendor = 0x1002,
	  .device = 0x5159,
	  .class = 0x030000,
	  .iommu_group = 6,
	  .boot_vga = 0 },
	{ .address = { 0, 3, 0, 0 },
	  .vendor = 0x1b36,
	  .device = 0x0010,
	  .class = 0x010802,
	  .iommu_group = 7,
	  .boot_vga = -1 },
	{ .address = { 0, 4, 0, 0 },
	  .vendor = 0x10de,
	  .device = 0x20b0,
	  .class = 0x030200,
	  .iommu_group = -1,
	  .boot_vga = -1 },
};
#define COUNT ARRAY_SIZE(machine)

static const struct host_needs no_needs;
static const struct iommu on = { .state = IOMMU_ON, .kind = IOMMU_INTEL };
static const struct iommu off = {
	.state = IOMMU_OFF,
	.kind = IOMMU_INTEL,
	.cause = IOMMU_CAUSE_NOT_ENABLED,
	.reason = "it is off",
	.hint = "switch it on",
};

/* Make the plan of @config and write it as "ADDRESS verdict" words. */
static const char *plan_text(struct config *config, const struct iommu *iommu)
{
	static char text[1024];
	struct plan plan;
	int wanted[COUNT];
	const struct plan_input input = { .stage = &plan_early,
					  .facts = &no_facts,
					  .config = config,
					  .functions = machine,
					  .function_count = COUNT,
					  .iommu = iommu,
					  .needs = &no_needs };

	text[0] = '\0';
	match_claims(config, machine, COUNT, wanted);
	match_expand(config, machine, COUNT, wanted);
	planner_make(&input, wanted, &plan);
	for (size_t i = 0; i < plan.count; i++) {
		const struct plan_entry *entry = &plan.entries[i];

		util_append(text, sizeof(text), "%s%s %s%s", i ? ", " : "",
			    entry->function ? strchr(pci_address_text(&entry->function->address), ':') + 1 :
					      "-",
			    verdict_name(entry->verdict), entry->reserved ? " reserved" : "");
		assert_true(entry->verdict == VERDICT_WOULD_BIND || entry->reason[0]);
	}
	plan_clear(&plan);
	config_clear(config);
	return text;
}

static const char *plan_of(const char *cmdline, const struct iommu *iommu)
{
	struct config config;

	config_init(&config);
	config_add_cmdline(&config, cmdline);
	return plan_text(&config, iommu);
}

static const char *plan_of_file(const char *file, const struct iommu *iommu)
{
	struct config config;

	config_init(&config);
	config_add_file(&config, "/f", file, strlen(file));
	return plan_text(&config, iommu);
}

/* The hint of the only device that a command line wants. */
static const char *hint_of(const char *cmdline)
{
	static char hint[256];
	struct config config;
	struct plan plan;
	int wanted[COUNT];
	const struct plan_input input = { .stage = &plan_early,
					  .facts = &no_facts,
					  .config = &config,
					  .functions = machine,
					  .function_count = COUNT,
					  .iommu = &on,
					  .needs = &no_needs };

	config_init(&config);
	config_add_cmdline(&config, cmdline);
	match_claims(&config, machine, COUNT, wanted);
	planner_make(&input, wanted, &plan);
	assert_int_equal(plan.count, 1);
	strcpy(hint, plan.entries[0].hint);
	plan_clear(&plan);
	config_clear(&config);
	return hint;
}

static const struct pci_function drive_behind_vmd = { .address = { 0x10000, 0xe1, 0, 0 },
						      .vendor = 0x144d,
						      .device = 0xa808,
						      .class = 0x010802,
						      .iommu_group = 7,
						      .boot_vga = -1 };

/* The steps without those that only a failure calls for. */
static void note_steps(const struct plan *plan, char *buffer, size_t size)
{
	const unsigned int on_failure = STEP_IF_FAILED | STEP_IF_TAKEN | STEP_IF_UNFINISHED;
	struct step_list list;

	steps_make(plan, &list);
	for (size_t i = 0; i < list.count;) {
		bool noted = !(list.steps[i].conditions & on_failure);
		const char *text = steps_next_text(plan, &list, &i);

		if (noted)
			util_append(buffer, size, "%s\n", text);
	}
	steps_clear(&list);
}

static void every_wanted_device_has_one_verdict(void **state)
{
	static const struct {
		const char *cmdline, *plan;
	} rows[] = {
		{ "quiet", "" },
		{ "rd.vfio.ids=1002:5159", "01:00.0 would-bind, 02:00.0 would-bind" },
		{ "rd.vfio.ids=1002:5159,01:00.0,01:00.0", "01:00.0 would-bind, 02:00.0 would-bind" },
		{ "rd.vfio.ids=8086:2668,02:00.0", "01:00.1 would-bind, 02:00.0 would-bind" },
		{ "rd.vfio.ids=02:00.0,8086:2668", "01:00.1 would-bind, 02:00.0 would-bind" },
		{ "rd.vfio.ids=dead:beef,dead:beef,09:00.0", "- absent, - absent" },
		{ "rd.vfio.ids=01:00.0,dead:beef rd.vfio=0", "01:00.0 off, - off" },
		{ "rd.vfio.ids=01:00.0 emergency", "01:00.0 off" },
		/* bridges, by header type and by class */
		{ "rd.vfio.ids=00:10.0,8086:29c0", "00:00.0 kept, 00:10.0 kept" },
		/* storage waits for the late stage */
		{ "rd.vfio.ids=1b36:0010,02:00.0", "02:00.0 would-bind, 03:00.0 deferred" },
		/* no group for this device although the IOMMU is on */
		{ "rd.vfio.ids=10de:20b0", "04:00.0 no-iommu" },
		{ "rd.vfio.ids=10de:20b0 rd.vfio.iommu=ignore", "04:00.0 would-bind" },
		/* expansion, and what wins over a claim */
		{ "rd.vfio.ids=01:00.0 rd.vfio.expand=slot", "01:00.0 would-bind, 01:00.1 would-bind" },
		{ "rd.vfio.ids=01:00.1 rd.vfio.expand=group", "01:00.0 would-bind, 01:00.1 would-bind" },
		{ "rd.vfio.ids=01:00.0 rd.vfio.expand=group rd.vfio.keep=01:00.1",
		  "01:00.0 kept, 01:00.1 kept" },
		{ "rd.vfio.ids=01:00.0 rd.vfio.expand=slot rd.vfio.keep=01:00.1",
		  "01:00.0 would-bind, 01:00.1 kept" },
		{ "rd.vfio.ids=01:00.*,class:0c", "01:00.0 would-bind, 01:00.1 would-bind, - absent" },
		{ "rd.vfio.ids=01:00.0@1002:5159", "01:00.0 would-bind" },
		{ "rd.vfio.ids=01:00.0@1002:5158", "01:00.0 moved" },
		{ "rd.vfio.ids=01:00.0@1002:5158 rd.vfio=0", "- off" },
		{ "rd.vfio.ids=01:00.0@1002:5158,1002:5159",
		  "01:00.0 would-bind, 02:00.0 would-bind, - moved" },
		{ "rd.vfio.ids=boot-vga", "00:01.0 would-bind" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *plan = plan_of(rows[i].cmdline, &on);

		if (strcmp(plan, rows[i].plan))
			print_error("got: %s\n", plan);
		assert_row(!strcmp(plan, rows[i].plan), rows[i].cmdline);
	}
}

static void the_last_display_stays(void **state)
{
	(void)state;
	/* the host has another one */
	assert_string_equal(plan_of("rd.vfio.ids=1234:1111,01:00.0", &on),
			    "00:01.0 would-bind, 01:00.0 would-bind");
	/* it has none: a 3D controller is no screen */
	assert_string_equal(plan_of("rd.vfio.ids=1234:1111,1002:5159", &on),
			    "00:01.0 kept, 01:00.0 would-bind, 02:00.0 would-bind");
	assert_string_equal(plan_of("rd.vfio.ids=1234:1111,1002:5159 rd.vfio.last-display=claim", &on),
			    "00:01.0 would-bind, 01:00.0 would-bind, 02:00.0 would-bind");
	/* no display says that the firmware used it: the lowest address stays */
	machine[1].boot_vga = 0;
	assert_string_equal(plan_of("rd.vfio.ids=1234:1111,1002:5159", &on),
			    "00:01.0 kept, 01:00.0 would-bind, 02:00.0 would-bind");
	/* other signs, the framebuffer before a connector's */
	machine[3].console = PCI_CONSOLE_BOOT_DISPLAY;
	assert_string_equal(plan_of("rd.vfio.ids=1234:1111,1002:5159", &on),
			    "00:01.0 would-bind, 01:00.0 kept, 02:00.0 would-bind");
	machine[5].console = PCI_CONSOLE_FRAMEBUFFER;
	assert_string_equal(plan_of("rd.vfio.ids=1234:1111,1002:5159", &on),
			    "00:01.0 would-bind, 01:00.0 would-bind, 02:00.0 kept");
	machine[1].boot_vga = 1;
	assert_string_equal(plan_of("rd.vfio.ids=1234:1111,1002:5159", &on),
			    "00:01.0 kept, 01:00.0 would-bind, 02:00.0 would-bind");
	machine[3].console = machine[5].console = PCI_CONSOLE_NONE;
}

/* What is on a guest's driver is no display of the host's, and what waits may go. */
static void a_display_that_the_host_cannot_use_does_not_count(void **state)
{
	static const char *const drivers[] = { "vfio-pci", "pci-stub", "nvgrace_gpu_vfio_pci" };
	struct pci_function saved[COUNT];

	(void)state;
	memcpy(saved, machine, sizeof(machine));
	for (size_t i = 0; i < ARRAY_SIZE(drivers); i++) {
		strcpy(machine[3].driver, drivers[i]);
		strcpy(machine[5].driver, drivers[i]);
		assert_string_equal(plan_of("rd.vfio.ids=1234:1111", &on), "00:01.0 kept");
	}
	memcpy(machine, saved, sizeof(machine));
	assert_string_equal(plan_of_file("claim 1234:1111 01:00.0\nclaim 02:00.0 stage=late\n", &on),
			    "00:01.0 kept, 01:00.0 would-bind, 02:00.0 deferred reserved");
	/* a virtual function is not there when the boot decides */
	machine[3].is_virtual = machine[5].is_virtual = true;
	assert_string_equal(plan_of("rd.vfio.ids=1234:1111", &on), "00:01.0 kept");
	machine[3].is_virtual = false;
	assert_string_equal(plan_of("rd.vfio.ids=1234:1111", &on), "00:01.0 would-bind");
	memcpy(machine, saved, sizeof(machine));
	/* the only display, of a class that has no boot_vga */
	machine[1].class = machine[3].class = machine[5].class = 0x038000;
	machine[1].boot_vga = machine[3].boot_vga = machine[5].boot_vga = -1;
	assert_string_equal(plan_of("rd.vfio.ids=class:0380", &on),
			    "00:01.0 kept, 01:00.0 would-bind, 02:00.0 would-bind");
	memcpy(machine, saved, sizeof(machine));
}

static void the_last_display_stays_with_its_audio_and_its_group(void **state)
{
	struct pci_function saved[COUNT];

	(void)state;
	memcpy(saved, machine, sizeof(machine));
	machine[1].class = 0x088000;
	machine[1].boot_vga = -1;
	machine[3].boot_vga = 1;
	assert_string_equal(plan_of("rd.vfio.ids=1002:5159,8086:2668", &on),
			    "01:00.0 kept, 01:00.1 kept, 02:00.0 would-bind");
	/* the audio function is the display's in a group of its own too, another function is not */
	machine[4].iommu_group = 8;
	assert_string_equal(plan_of("rd.vfio.ids=1002:5159,8086:2668", &on),
			    "01:00.0 kept, 01:00.1 kept, 02:00.0 would-bind");
	machine[4].class = 0x0c8000;
	assert_string_equal(plan_of("rd.vfio.ids=1002:5159,8086:2668", &on),
			    "01:00.0 kept, 01:00.1 would-bind, 02:00.0 would-bind");
	/* where the display stays because of its group, the other one may go, and the group stays whole */
	machine[4].iommu_group = 5;
	assert_string_equal(plan_of_file("claim 1002:5159 expand=group\nkeep 01:00.1\n", &on),
			    "01:00.0 kept, 01:00.1 kept, 02:00.0 would-bind");
	memcpy(machine, saved, sizeof(machine));
}

/* One member that waits makes the group wait; who waits only for that is reserved. */
static void a_group_waits_as_a_whole(void **state)
{
	struct pci_function saved[COUNT];

	(void)state;
	memcpy(saved, machine, sizeof(machine));
	machine[6].iommu_group = 5;
	assert_string_equal(plan_of_file("claim 01:00.0 expand=group\n", &on),
			    "01:00.0 deferred reserved, 01:00.1 deferred reserved, 03:00.0 deferred");
	/* by itself each is decided alone */
	assert_string_equal(plan_of_file("claim 01:00.* 03:00.0\n", &on),
			    "01:00.0 would-bind, 01:00.1 would-bind, 03:00.0 deferred");
	/* the member may have been claimed by itself too */
	assert_string_equal(
		plan_of_file("claim 01:00.0 expand=group\nclaim 03:00.0@1b36:0010\nkeep 03:00.0\n", &on),
		"01:00.0 kept, 01:00.1 kept, 03:00.0 kept");
	/* no screen that the firmware uses, and no keyboard, is taken away before it is known that it goes */
	machine[1].class = 0x088000;
	machine[3].boot_vga = 1;
	machine[4].has_keyboard = true;
	assert_string_equal(plan_of_file("claim 01:00.0 expand=group\n", &on),
			    "01:00.0 deferred, 01:00.1 deferred, 03:00.0 deferred");
	memcpy(machine, saved, sizeof(machine));
	/* nothing is reserved that cannot be isolated */
	assert_string_equal(plan_of_file("claim 04:00.0 stage=late\n", &on), "04:00.0 deferred");
	assert_string_equal(plan_of_file("claim 02:00.0 stage=late\n", &on), "02:00.0 deferred reserved");
}

/* stage=late of any claim counts, also of one that loses, and of one that only reaches the device. */
static void stage_late_of_any_claim_holds(void **state)
{
	(void)state;
	assert_string_equal(plan_of_file("claim 1002:5159 stage=late\nclaim 02:00.0@1002:5159\n", &on),
			    "01:00.0 deferred reserved, 02:00.0 deferred reserved");
	assert_string_equal(plan_of_file("claim 01:00.0 stage=late expand=slot\nclaim 01:00.1\n", &on),
			    "01:00.0 deferred reserved, 01:00.1 deferred reserved");
	assert_string_equal(plan_of_file("claim 01:00.0 stage=late\nclaim 01:00.1\n", &on),
			    "01:00.0 deferred reserved, 01:00.1 would-bind");
	/* a drive that is named exactly goes early, unless another claim says late */
	assert_string_equal(plan_of_file("claim 03:00.0@1b36:0010 stage=early\n", &on), "03:00.0 would-bind");
	assert_string_equal(
		plan_of_file("claim 03:00.0@1b36:0010 stage=early\nclaim class:01 stage=late\n", &on),
		"03:00.0 deferred");
}

/* What may carry the root waits, and no host driver is kept from it. */
static void what_may_carry_disks_waits(void **state)
{
	static const struct {
		uint32_t class;
		uint16_t vendor, device;
		bool waits;
	} rows[] = {
		{ 0x010802, 0x144d, 0xa808, true },  { 0x0c0330, 0x1b21, 0x2142, true },
		{ 0x0c0320, 0x8086, 0x1c26, true },  { 0x0c0010, 0x104c, 0x8023, true },
		{ 0x080501, 0x1217, 0x8621, true },  { 0xff0000, 0x10ec, 0x522a, true },
		{ 0xff0000, 0x1aea, 0x6601, true },  { 0x088000, 0x197b, 0x2391, true },
		{ 0x018000, 0x1af4, 0x105a, true },  { 0x000200, 0x1af4, 0x1049, true },
		{ 0x0c0400, 0x1077, 0x2532, true },  { 0x00ff00, 0x1af4, 0x105b, true },
		{ 0x050210, 0x8086, 0x0d93, true },  { 0x0c8000, 0x10de, 0x1aed, false },
		{ 0xff0000, 0x10ee, 0x7024, false }, { 0x120000, 0x10ee, 0x5000, false },
		{ 0x020000, 0x8086, 0x1539, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct pci_function function = { .class = rows[i].class,
						       .vendor = rows[i].vendor,
						       .device = rows[i].device };
		char row[32];

		assert_row(pci_may_carry_disks(&function) == rows[i].waits,
			   util_format(row, sizeof(row), "%04x:%04x %06x", rows[i].vendor, rows[i].device,
				       rows[i].class));
	}
	/* whatever it is, if a disk hangs off it now */
	machine[7].has_disk = true;
	machine[7].iommu_group = 9;
	assert_string_equal(plan_of("rd.vfio.ids=10de:20b0", &on), "04:00.0 deferred");
	machine[7].has_disk = false;
	assert_string_equal(plan_of("rd.vfio.ids=10de:20b0", &on), "04:00.0 would-bind");
	machine[7].iommu_group = -1;
}

/* vfio-pci.ids= claims with the lowest rank, and all guards. */
static void ids_of_a_module_are_claims_of_the_lowest_rank(void **state)
{
	const struct module_ids ids = { .module = (char[]){ "vfio_pci" },
					.where = (char[]){ "vfio-pci.ids" },
					.ids = (char[]){ "1234:1111,1002:5159,,0x1b36:0x0010,nonsense" } };
	struct config config;
	struct plan plan;
	int wanted[COUNT];
	const struct plan_input input = { .stage = &plan_early,
					  .facts = &no_facts,
					  .config = &config,
					  .functions = machine,
					  .function_count = COUNT,
					  .iommu = &on,
					  .needs = &no_needs };
	static const char file[] = "claim 02:00.0 driver=pci-stub\n";

	(void)state;
	config_init(&config);
	config_add_module_ids(&config, &ids, "");
	config_add_file(&config, "/f", file, strlen(file));
	assert_int_equal(config.error_count, 1);
	assert_string_equal(config.errors[0].where, "vfio-pci.ids:1:36");
	match_claims(&config, machine, COUNT, wanted);
	planner_make(&input, wanted, &plan);
	assert_int_equal(plan.count, 4);
	assert_int_equal(plan.entries[0].verdict, VERDICT_KEPT);
	assert_string_equal(plan.entries[1].claim->wanted_by, "vfio-pci.ids");
	assert_string_equal(plan.entries[2].wanted_driver, "pci-stub");
	assert_int_equal(plan.entries[3].verdict, VERDICT_DEFERRED);
	/*
	 * the module is loaded, without ids=, before anybody else loads it with them, also where nothing is
	 * bound now
	 */
	assert_true(plan_loads_driver(&plan, 0));
	plan_clear(&plan);
	config_clear(&config);
}

/*
 * What a guest's driver has, and the plan leaves to the host, is given back: built in, or loaded with ids= by
 * another.
 */
static void what_a_guest_driver_has_is_given_back(void **state)
{
	struct pci_function saved[COUNT];
	struct config config;
	struct plan plan;
	int wanted[COUNT];
	char steps[2048] = "";
	const struct plan_input input = { .stage = &plan_early,
					  .facts = &no_facts,
					  .config = &config,
					  .functions = machine,
					  .function_count = COUNT,
					  .iommu = &on,
					  .needs = &no_needs };

	(void)state;
	memcpy(saved, machine, sizeof(machine));
	strcpy(machine[5].driver, "vfio-pci");
	strcpy(machine[6].driver, "vfio-pci");
	config_init(&config);
	config_add_cmdline(&config, "rd.vfio.ids=02:00.0,03:00.0 rd.vfio.keep=02:00.0");
	match_claims(&config, machine, COUNT, wanted);
	planner_make(&input, wanted, &plan);
	note_steps(&plan, steps, sizeof(steps));
	assert_string_equal(
		steps,
		"clear /sys/bus/pci/devices/0000:02:00.0/driver_override\n"
		"write 1002 5159 to /sys/bus/pci/drivers/vfio-pci/remove_id if a guest's driver is bound\n"
		"write 0000:02:00.0 to /sys/bus/pci/devices/0000:02:00.0/driver/unbind if a guest's driver "
		"is bound\n"
		"write 0000:02:00.0 to /sys/bus/pci/drivers_probe if no driver is bound\n"
		"clear /sys/bus/pci/devices/0000:03:00.0/driver_override\n"
		"write 1b36 0010 to /sys/bus/pci/drivers/vfio-pci/remove_id if a guest's driver is bound\n"
		"write 0000:03:00.0 to /sys/bus/pci/devices/0000:03:00.0/driver/unbind if a guest's driver "
		"is bound\n"
		"write 0000:03:00.0 to /sys/bus/pci/drivers_probe if no driver is bound\n");
	plan_clear(&plan);
	config_clear(&config);
	memcpy(machine, saved, sizeof(machine));
}

/*
 * The hint for a bridge says where to find what can be claimed; an endpoint of the class of bridges can be claimed itself.
 */
static void bridges_name_what_is_behind_them(void **state)
{
	struct pci_function saved[COUNT];

	(void)state;
	memcpy(saved, machine, sizeof(machine));
	machine[2].path = (struct pci_path){ .hops = 1, .hop = { { 16, 0 } } };
	machine[3].path = machine[4].path = (struct pci_path){ .hops = 2, .hop = { { 16, 0 }, { 0, 0 } } };
	machine[4].path.hop[1].function = 1;
	machine[5].path = (struct pci_path){ .hops = 2, .hop = { { 17, 0 }, { 0, 0 } } };
	assert_string_equal(hint_of("rd.vfio.ids=00:10.0"),
			    "claim the devices behind it instead; vfio-early check says which");
	assert_string_equal(hint_of("rd.vfio.ids=00:00.0"), "remove the claim; there is no device behind it");
	machine[7].class = 0x068000;
	machine[7].iommu_group = 9;
	assert_string_equal(plan_of("rd.vfio.ids=10de:20b0", &on), "04:00.0 would-bind");
	assert_string_equal(plan_of("rd.vfio.ids=04:00.0", &on), "04:00.0 would-bind");
	assert_string_equal(plan_of("rd.vfio.ids=class:0680", &on), "04:00.0 kept");
	machine[7].header_type = 1;
	assert_string_equal(plan_of("rd.vfio.ids=10de:20b0", &on), "04:00.0 kept");
	machine[7].header_type = -1;
	assert_string_equal(plan_of("rd.vfio.ids=10de:20b0", &on), "04:00.0 kept");
	memcpy(machine, saved, sizeof(machine));
}

static void a_drive_behind_vmd_stays(void **state)
{
	struct pci_function saved[COUNT];

	(void)state;
	memcpy(saved, machine, sizeof(machine));
	machine[6].class = 0x010400;
	machine[7] = drive_behind_vmd;
	assert_string_equal(plan_of("rd.vfio.ids=144d:a808", &on), "e1:00.0 kept");
	assert_string_equal(hint_of("rd.vfio.ids=144d:a808"),
			    "disable VMD in the firmware setup, or claim the VMD controller with all drives "
			    "behind it; vfio-early check reports whether the host needs one of them");
	memcpy(machine, saved, sizeof(machine));
}

/* Make the plan of the next boot as check does, and write it as plan_text() does. */
static const char *foresee(struct config *config, const struct host_needs *needs,
			   struct block_devices *storage)
{
	static char text[1024];
	struct plan early, next;
	int wanted[COUNT];
	struct plan_input input = { .stage = &plan_early,
				    .foreseen = true,
				    .facts = &no_facts,
				    .config = config,
				    .functions = machine,
				    .function_count = COUNT,
				    .iommu = &on,
				    .needs = needs };

	text[0] = '\0';
	match_claims(config, machine, COUNT, wanted);
	match_expand(config, machine, COUNT, wanted);
	planner_make(&input, wanted, &early);
	input.stage = &plan_next;
	input.storage = storage;
	input.early = &early;
	carry_mark(storage, needs);
	planner_make(&input, wanted, &next);
	for (size_t i = 0; i < next.count; i++)
		util_append(text, sizeof(text), "%s%02x:%02x.%x %s", i ? ", " : "",
			    next.entries[i].function->address.bus, next.entries[i].function->address.slot,
			    next.entries[i].function->address.function,
			    verdict_name(next.entries[i].verdict));
	plan_clear(&early);
	plan_clear(&next);
	config_clear(config);
	return text;
}

/* The running host has drivers and what these make appear; the early stage of the next boot has not. */
static void the_early_stage_is_foreseen_without_what_drivers_show(void **state)
{
	static const char all[] = "claim class:03\n",
			  whole[] = "claim 03:00.0@1b36:0010 stage=early expand=group\n",
			  group[] = "claim class:0604 expand=group\n";
	struct block_devices storage = { .view = BLOCK_VIEW_NEXT_BOOT };
	struct host_needs needs = { 0 };
	struct pci_function saved[COUNT];
	struct config config;

	(void)state;
	memcpy(saved, machine, sizeof(machine));
	host_needs_add_cmdline(&needs, "root=/dev/nfs boot=live");
	/* boot_display is an attribute of the driver's */
	machine[1].class = 0x040300;
	machine[5].console = PCI_CONSOLE_BOOT_DISPLAY;
	config_init(&config);
	config_add_file(&config, "f", all, strlen(all));
	assert_string_equal(foresee(&config, &needs, &storage),
			    "01:00.0 kept, 02:00.0 would-bind, 04:00.0 no-iommu");
	memcpy(machine, saved, sizeof(machine));
	/* the driver of a VMD controller makes its drives appear */
	machine[6].class = 0x010400;
	machine[7] = drive_behind_vmd;
	config_init(&config);
	config_add_file(&config, "f", whole, strlen(whole));
	assert_string_equal(foresee(&config, &needs, &storage), "03:00.0 would-bind, e1:00.0 kept");
	memcpy(machine, saved, sizeof(machine));
	/* the disks behind a bridge are not the bridge's, and nothing waits for it */
	machine[2].has_disk = true;
	machine[3].iommu_group = 2;
	config_init(&config);
	config_add_file(&config, "f", group, strlen(group));
	assert_string_equal(foresee(&config, &needs, &storage), "00:10.0 kept, 01:00.0 would-bind");
	memcpy(machine, saved, sizeof(machine));
	host_needs_clear(&needs);
	block_clear(&storage);
}

static void without_an_iommu_nothing_is_touched(void **state)
{
	struct pci_function saved[COUNT];
	struct iommu late = { .state = IOMMU_ON, .kind = IOMMU_SMMU };

	(void)state;
	memcpy(saved, machine, sizeof(machine));
	for (size_t i = 0; i < COUNT; i++)
		machine[i].iommu_group = -1;
	assert_string_equal(plan_of("rd.vfio.ids=1002:5159", &off), "01:00.0 no-iommu, 02:00.0 no-iommu");
	assert_string_equal(plan_of("rd.vfio.ids=1002:5159 rd.vfio.iommu=ignore", &off),
			    "01:00.0 would-bind, 02:00.0 would-bind");
	/* where groups appear only at probe, a missing one is not fatal */
	assert_string_equal(plan_of("rd.vfio.ids=1002:5159", &late),
			    "01:00.0 would-bind, 02:00.0 would-bind");
	memcpy(machine, saved, sizeof(machine));
}

static void steps_come_in_order(void **state)
{
	struct config config;
	struct plan plan;
	int wanted[COUNT];
	char steps[2048] = "";
	static const char file[] = "claim 01:00.*\nclaim 02:00.0 driver=pci-stub\nclaim dead:beef optional\n";
	const struct plan_input input = { .stage = &plan_early,
					  .facts = &no_facts,
					  .config = &config,
					  .functions = machine,
					  .function_count = COUNT,
					  .iommu = &on,
					  .needs = &no_needs };

	(void)state;
	config_init(&config);
	config_add_file(&config, "/f", file, strlen(file));
	assert_int_equal(match_claims(&config, machine, COUNT, wanted), 3);
	planner_make(&input, wanted, &plan);
	note_steps(&plan, steps, sizeof(steps));
	assert_string_equal(steps,
			    "write vfio-pci to /sys/bus/pci/devices/0000:01:00.0/driver_override\n"
			    "write vfio-pci to /sys/bus/pci/devices/0000:01:00.1/driver_override\n"
			    "write pci-stub to /sys/bus/pci/devices/0000:02:00.0/driver_override\n"
			    "load vfio-pci; if this fails, skip the devices that need it\n"
			    "read /sys/bus/pci/drivers/vfio-pci\n"
			    "load pci-stub; if this fails, skip the devices that need it\n"
			    "read /sys/bus/pci/drivers/pci-stub\n"
			    "write 0000:01:00.0 to /sys/bus/pci/devices/0000:01:00.0/driver/unbind if "
			    "another driver is bound\n"
			    "write 0000:01:00.0 to /sys/bus/pci/drivers_probe if it is not bound\n"
			    "write 0000:01:00.0 to /sys/bus/pci/drivers/vfio-pci/bind if no driver is bound\n"
			    "read /sys/bus/pci/devices/0000:01:00.0/driver\n"
			    "release the firmware's framebuffer of 0000:01:00.0 if it is bound\n"
			    "write 0000:01:00.1 to /sys/bus/pci/devices/0000:01:00.1/driver/unbind if "
			    "another driver is bound\n"
			    "write 0000:01:00.1 to /sys/bus/pci/drivers_probe if it is not bound\n"
			    "write 0000:01:00.1 to /sys/bus/pci/drivers/vfio-pci/bind if no driver is bound\n"
			    "read /sys/bus/pci/devices/0000:01:00.1/driver\n"
			    "write 0000:02:00.0 to /sys/bus/pci/devices/0000:02:00.0/driver/unbind if "
			    "another driver is bound\n"
			    "write 0000:02:00.0 to /sys/bus/pci/drivers_probe if it is not bound\n"
			    "write 0000:02:00.0 to /sys/bus/pci/drivers/pci-stub/bind if no driver is bound\n"
			    "read /sys/bus/pci/devices/0000:02:00.0/driver\n"
			    "release the firmware's framebuffer of 0000:02:00.0 if it is bound\n");
	assert_string_equal(plan_sentence(&plan.entries[0]),
			    "would be bound to vfio-pci, IOMMU group 5 (now: radeon)");
	/* what is optional and absent is no failure, and no warning */
	assert_int_equal(plan.entries[3].verdict, VERDICT_ABSENT);
	assert_int_equal(plan_level(&plan.entries[3]), 6);
	assert_false(plan_failed(&plan, &config));
	plan.entries[0].verdict = VERDICT_KEPT;
	assert_int_equal(plan_level(&plan.entries[0]), 4);
	assert_true(plan_failed(&plan, &config));
	config_add_cmdline(&config, "rd.vfio.keep=01:00.0");
	assert_false(plan_failed(&plan, &config));
	plan_clear(&plan);
	config_clear(&config);
}

static void the_stronger_claim_counts(void **state)
{
	static const char *const files[] = { "claim 1002:5159 expand=slot\nclaim 01:00.0 expand=none\n",
					     "claim 01:00.0 expand=none\nclaim 1002:5159 expand=slot\n" };
	int wanted[COUNT];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		struct config config;

		config_init(&config);
		config_add_file(&config, "/f", files[i], strlen(files[i]));
		match_claims(&config, machine, COUNT, wanted);
		/* the address is more exact than the id, and says: not the whole slot */
		assert_row(match_expand(&config, machine, COUNT, wanted) == 0, files[i]);
		config_add_cmdline(&config, "rd.vfio.ids=1002:5159 rd.vfio.expand=slot");
		match_claims(&config, machine, COUNT, wanted);
		assert_row(match_expand(&config, machine, COUNT, wanted) == 1, files[i]);
		config_clear(&config);
	}
}

static void every_verdict_has_its_words(void **state)
{
	(void)state;
	for (int v = 0; v < VERDICT_COUNT; v++) {
		struct outcome outcome = { .verdict = (enum verdict)v,
					   .driver = "vfio-pci",
					   .was = "",
					   .iommu_group = 3,
					   .reason = "REASON" };

		const char *sentence = verdict_sentence(&outcome);

		assert_true(strlen(verdict_name(outcome.verdict)) > 1 && strlen(sentence) > 10);
		assert_true(verdict_level(outcome.verdict) >= 3 && verdict_level(outcome.verdict) <= 6);
		assert_null(strchr(sentence, '%'));
		if (v != VERDICT_BOUND && v != VERDICT_WOULD_BIND)
			assert_non_null(strstr(sentence, "REASON"));
	}
	struct outcome bound = {
		.verdict = VERDICT_BOUND, .driver = "vfio-pci", .was = "", .iommu_group = 14, .reason = ""
	};
	assert_string_equal(verdict_sentence(&bound), "bound to vfio-pci, IOMMU group 14 (was: no driver)");
}

/* A new stage is a new row: what each may go by is said once. */
static void stages_have_properties(void **state)
{
	static const struct {
		const struct plan_stage *stage;
		bool before_disks, after_early, acts, whole_machine;
	} rows[] = {
		{ &plan_early, true, false, true, false },
		{ &plan_late, false, true, true, false },
		{ &plan_next, false, false, false, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(rows[i].stage->before_disks, rows[i].before_disks);
		assert_int_equal(rows[i].stage->after_early, rows[i].after_early);
		assert_int_equal(rows[i].stage->acts, rows[i].acts);
		assert_int_equal(rows[i].stage->whole_machine, rows[i].whole_machine);
	}
}

/*
 * The late stage decides what waited, by what stands on it, and leaves alone what the early one has decided.
 */
static void the_late_stage_decides_what_waited(void **state)
{
	struct pci_address controller = { 0, 3, 0, 0 };
	struct block disk = { .name = "nvme0n1",
			      .whole = -1,
			      .state = BLOCK_READ,
			      .functions = &controller,
			      .function_count = 1 };
	struct block_devices storage = { .blocks = &disk, .count = 1 };
	const struct early_verdict found = { .address = { 0, 1, 0, 0 },
					     .verdict = VERDICT_REFUSED,
					     .json = "{ told }" };
	struct config config;
	struct host_needs needs = { 0 };
	struct plan plan;
	int wanted[COUNT];
	const struct plan_input input = {
		.config = &config,
		.functions = machine,
		.function_count = COUNT,
		.iommu = &on,
		.needs = &needs,
		.stage = &plan_late,
		.facts = &no_facts,
		.storage = &storage,
		.early_verdicts = &found,
		.early_verdict_count = 1,
	};

	(void)state;
	config_init(&config);
	config_add_cmdline(&config, "rd.vfio.ids=1002:5159,1b36:0010");
	match_claims(&config, machine, COUNT, wanted);
	for (int spare = 0; spare < 2; spare++) {
		host_needs_clear(&needs);
		host_needs_add_cmdline(&needs, spare ? "root=tmpfs" : "root=/dev/nvme0n1");
		carry_mark(&storage, &needs);
		planner_make(&input, wanted, &plan);
		assert_int_equal(plan.count, 3);
		assert_int_equal(plan.entries[0].verdict, VERDICT_REFUSED);
		assert_string_equal(plan.entries[0].json, "{ told }");
		assert_false(plan.entries[0].late);
		/* the early stage did not end */
		assert_int_equal(plan.entries[1].verdict, VERDICT_STUCK);
		assert_true(plan.entries[2].late);
		assert_int_equal(plan.entries[2].verdict, spare ? VERDICT_WOULD_BIND : VERDICT_KEPT);
		plan_clear(&plan);
	}
	free(storage.marks);
	host_needs_clear(&needs);
	config_clear(&config);
}

static enum wait wait_of(const struct config *config, const struct host_needs *needs,
			 const struct pci_function *function, int claim)
{
	enum wait wait;

	wait_find(config, needs, &no_facts, function, 1, &claim, &wait);
	return wait;
}

static void a_network_card_waits_where_the_root_needs_one(void **state)
{
	struct pci_function card = { .address = { 0, 5, 0, 0 },
				     .vendor = 0x8086,
				     .device = 0x10d3,
				     .class = 0x020000,
				     .iommu_group = 9,
				     .boot_vga = -1 };
	static const char text[] =
		"claim 8086:10d3\nclaim 05:00.0@8086:10d3 stage=early\nclaim 8086:10d3 stage=early\n";
	struct config config;
	struct host_needs needs = { 0 };

	(void)state;
	config_init(&config);
	config_add_file(&config, "f", text, strlen(text));
	assert_int_equal(wait_of(&config, &needs, &card, 0), WAIT_NOT);
	needs.network_use = "dropbear in the image";
	assert_int_equal(wait_of(&config, &needs, &card, 0), WAIT_NATURE);
	needs.network_use = NULL;
	host_needs_add_cmdline(&needs, "root=nfs:1.2.3.4:/srv");
	assert_int_equal(wait_of(&config, &needs, &card, 0), WAIT_NATURE);
	assert_int_equal(wait_of(&config, &needs, &card, 1), WAIT_NOT);
	assert_int_equal(wait_of(&config, &needs, &card, 2), WAIT_NATURE);
	/* only of what may carry disks is that a mistake */
	assert_false(match_is_loosely_early(&config.claims[2], &card));
	card.class = 0x010802;
	assert_true(match_is_loosely_early(&config.claims[2], &card));
	assert_false(match_is_loosely_early(&config.claims[1], &card));
	host_needs_clear(&needs);
	config_clear(&config);
}

static void without_memory_the_host_keeps_all(void **state)
{
	struct plan_entry entries[] = {
		{ .verdict = VERDICT_WOULD_BIND, .withheld = true },
		{ .verdict = VERDICT_WOULD_BIND },
		{ .verdict = VERDICT_WOULD_BIND, .decided_early = true, .reason = "", .hint = "" },
		{ .verdict = VERDICT_DEFERRED, .reserved = true, .reason = "waits", .hint = "" },
		{ .verdict = VERDICT_OFF, .reason = "off", .hint = "" },
	};
	struct plan plan = { .entries = entries, .count = ARRAY_SIZE(entries) };

	(void)state;
	plan_give_up(&plan);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(entries[i].verdict, VERDICT_KEPT);
		assert_string_equal(entries[i].reason, "no memory was left to claim it");
		assert_string_equal(entries[i].hint, "look for memory in dmesg, and reboot");
	}
	assert_true(entries[0].give_back);
	assert_false(entries[1].give_back);
	assert_int_equal(entries[2].verdict, VERDICT_WOULD_BIND);
	assert_int_equal(entries[3].verdict, VERDICT_DEFERRED);
	assert_false(entries[3].reserved);
	assert_int_equal(entries[4].verdict, VERDICT_OFF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_wanted_device_has_one_verdict),
		cmocka_unit_test(the_last_display_stays),
		cmocka_unit_test(a_display_that_the_host_cannot_use_does_not_count),
		cmocka_unit_test(the_last_display_stays_with_its_audio_and_its_group),
		cmocka_unit_test(a_group_waits_as_a_whole),
		cmocka_unit_test(stage_late_of_any_claim_holds),
		cmocka_unit_test(what_may_carry_disks_waits),
		cmocka_unit_test(ids_of_a_module_are_claims_of_the_lowest_rank),
		cmocka_unit_test(what_a_guest_driver_has_is_given_back),
		cmocka_unit_test(bridges_name_what_is_behind_them),
		cmocka_unit_test(a_drive_behind_vmd_stays),
		cmocka_unit_test(the_early_stage_is_foreseen_without_what_drivers_show),
		cmocka_unit_test(without_an_iommu_nothing_is_touched),
		cmocka_unit_test(every_verdict_has_its_words),
		cmocka_unit_test(steps_come_in_order),
		cmocka_unit_test(the_stronger_claim_counts),
		cmocka_unit_test(stages_have_properties),
		cmocka_unit_test(the_late_stage_decides_what_waited),
		cmocka_unit_test(a_network_card_waits_where_the_root_needs_one),
		cmocka_unit_test(without_memory_the_host_keeps_all),
	};

	return RUN(tests);
}
