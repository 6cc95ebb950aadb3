/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <stdlib.h>

#include "core/advice.h"
#include "core/match.h"
#include "core/planner.h"

static const struct facts no_facts;
static const struct host_needs no_needs;
static const struct network no_network;
static const struct iommu on = { .state = IOMMU_ON, .kind = IOMMU_INTEL };

#define FUNCTION(bus, slot, number, id, code, group, bound) \
	{ \
		.address = { 0, (bus), (slot), (number) }, .vendor = 0x8086, .device = (id), \
		.class = (code), .iommu_group = (group), .boot_vga = -1, .monitor = -1, .driver = (bound), \
		.path = { \
			.hops = (bus) ? 2 : 1, \
			.hop = { { (bus), 0 }, { (slot), (number) } } \
		} \
	}

static const struct pci_function machine[] = {
	FUNCTION(0, 2, 0, 0x0001, 0x030000, 0, "i915"),
	FUNCTION(0, 0x1f, 3, 0x0002, 0x040300, 1, "snd_hda_intel"),
	FUNCTION(0, 0x1f, 4, 0x0003, 0x0c0500, 1, "i801_smbus"),
	/* a card: its display and audio share a group, its USB has one of its own */
	FUNCTION(1, 0, 0, 0x0004, 0x030000, 2, "nouveau"),
	FUNCTION(1, 0, 1, 0x0005, 0x040300, 2, "snd_hda_intel"),
	FUNCTION(1, 0, 2, 0x0006, 0x0c0330, 3, "xhci_hcd"),
	/* two network cards, each beside something else */
	FUNCTION(2, 0, 0, 0x0007, 0x020000, 4, "igb"),
	FUNCTION(2, 1, 0, 0x0008, 0x070000, 4, "serial"),
	FUNCTION(3, 0, 0, 0x0009, 0x020000, 5, "igb"),
	FUNCTION(3, 1, 0, 0x000a, 0x070000, 5, "serial"),
	/* the keyboard's controller beside another one; a bridge with a driver beside a card */
	FUNCTION(4, 0, 0, 0x000b, 0x0c0330, 6, "xhci_hcd"),
	FUNCTION(4, 1, 0, 0x000c, 0x0c0330, 6, "xhci_hcd"),
	FUNCTION(5, 0, 0, 0x000d, 0x060100, 7, "lpc_ich"),
	FUNCTION(5, 1, 0, 0x000e, 0x070000, 7, "serial"),
	/* memory that the firmware reserves */
	FUNCTION(6, 0, 0, 0x000f, 0x070000, 8, "serial"),
	FUNCTION(6, 1, 0, 0x0010, 0x088000, 8, "hpilo"),
	/* a VMD controller, and what is behind it */
	FUNCTION(7, 0, 0, 0x0011, 0x010400, 9, "vmd"),
	FUNCTION(8, 0, 0, 0x0012, 0x088000, 9, "some"),
};
#define COUNT ARRAY_SIZE(machine)

static void add_word(const char **text, const char *format, ...) printf_format(2, 3);
static void add_word(const char **text, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	*text = util_text_add(*text, "%s%s", (*text)[0] ? "; " : "", util_text_list(format, args));
	va_end(args);
}

static const char *short_address(const struct pci_function *function)
{
	return strchr(pci_address_text(&function->address), ':') + 1;
}

/* What is advised for a configuration: neighbours with their claims, groups with their causes, entries. */
static const char *advice_of(const char *file)
{
	static const struct pci_address keyboards[] = { { 0, 4, 0, 0 } };
	struct pci_function functions[COUNT];
	struct config config;
	struct plan early, plan;
	int wanted[COUNT];
	struct block_devices storage = { 0 };
	struct plan_input input = { .stage = &plan_early,
				    .foreseen = true,
				    .facts = &no_facts,
				    .config = &config,
				    .functions = functions,
				    .function_count = COUNT,
				    .iommu = &on,
				    .network = &no_network,
				    .needs = &no_needs };
	const struct advice_input advice = { &input, keyboards, ARRAY_SIZE(keyboards) };
	const char *text = "";

	memcpy(functions, machine, sizeof(machine));
	functions[14].direct_region = functions[15].direct_region = true;
	functions[COUNT - 1].address.segment = 0x10000;
	config_init(&config);
	config_add_file(&config, "f", file, strlen(file));
	assert_int_equal(config.error_count, 0);
	match_claims(&config, functions, COUNT, wanted);
	match_expand(&config, functions, COUNT, wanted);
	planner_make(&input, wanted, &early);
	input.stage = &plan_next;
	input.early = &early;
	input.storage = &storage;
	planner_make(&input, wanted, &plan);
	advice_find(&advice, &plan);
	for (size_t n = 0; n < plan.neighbour_count; n++)
		if (!plan.neighbours[n].group_is_unusable)
			add_word(&text, "%s%s%s", short_address(plan.neighbours[n].function),
				 plan.neighbours[n].claim[0] ? " claim " : "", plan.neighbours[n].claim);
	for (size_t g = 0; g < plan.group_count; g++)
		add_word(&text, "group %d for %s", plan.groups[g].iommu_group,
			 short_address(plan.groups[g].cause));
	for (size_t i = 0; i < plan.count; i++)
		if (plan.entries[i].claim_too[0])
			add_word(&text, "%s %s %s", short_address(plan.entries[i].function),
				 plan.entries[i].instead ? "instead" : "too", plan.entries[i].claim_too);
	plan_clear(&plan);
	plan_clear(&early);
	block_clear(&storage);
	config_clear(&config);
	return text;
}

/* The whole answer is what a reader does next: nothing, claim, or give the group up for the cause that is named. */
static void what_is_advised_was_asked_of_the_planner(void **state)
{
	static const struct {
		const char *config, *advice;
	} rows[] = {
		{ "claim 00:02.0\n", "" },
		{ "claim 01:00.0\n", "01:00.1 claim 0000:01:00.1; 01:00.2 claim 0000:01:00.2" },
		{ "claim 01:00.0 01:00.1 01:00.2\n", "" },
		{ "claim 01:00.0 01:00.1\nkeep 01:00.2\n", "01:00.2" },
		{ "claim 01:00.0\nkeep 01:00.1\n", "01:00.2 claim 0000:01:00.2; group 2 for 01:00.1" },
		/* the chipset, whichever of the two is claimed */
		{ "claim 00:1f.3\n", "group 1 for 00:1f.4" },
		{ "claim 00:1f.4\n", "group 1 for 00:1f.4" },
		/* one network card stays: either group alone can be claimed whole, and of both only the first */
		{ "claim 02:01.0\n", "02:00.0 claim 0000:02:00.0" },
		{ "claim 03:01.0\n", "03:00.0 claim 0000:03:00.0" },
		{ "claim 02:01.0 03:01.0\n", "02:00.0 claim 0000:02:00.0; group 5 for 03:00.0" },
		/* the keyboard's controller is no help; who names it may have it */
		{ "claim 04:01.0\n", "group 6 for 04:00.0" },
		{ "claim 04:00.0\n", "04:01.0 claim 0000:04:01.0" },
		{ "claim 05:01.0\n", "group 7 for 05:00.0" },
		/* no claim helps against the firmware's memory */
		{ "claim 06:00.0\n", "group 8 for 06:00.0" },
		{ "claim 06:00.0 06:01.0\n", "group 8 for 06:00.0" },
		/* the last display and its group */
		{ "claim 00:02.0 01:00.0 expand=group\n", "01:00.2 claim 0000:01:00.2" },
		{ "claim class:0300\n",
		  "01:00.1 claim 0000:01:00.1; 01:00.2 claim 0000:01:00.2; 00:02.0 instead 0000:01:00.0" },
		{ "claim 01:00.0 expand=group\nkeep 01:00.1\n", "group 2 for 01:00.1" },
		{ "claim 8086:0012\n", "08:00.0 instead 0000:07:00.0" },
		{ "claim 07:00.0\n", "" },
	};

	bool failed = false;

	(void)state;
	for (size_t r = 0; r < ARRAY_SIZE(rows); r++) {
		const char *seen = advice_of(rows[r].config);

		if (strcmp(seen, rows[r].advice) != 0)
			print_error("%sexpected %s\nseen     %s\n", rows[r].config, rows[r].advice, seen);
		failed |= strcmp(seen, rows[r].advice) != 0;
	}
	assert_false(failed);
	util_free_texts();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_advised_was_asked_of_the_planner),
	};

	return RUN(tests);
}
