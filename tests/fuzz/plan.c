/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random machines and random wishes. Whatever they are: no guard is broken, every wanted device has one
 * verdict, the order of the wishes does not matter, and a plan that was carried out has nothing left to do.
 */
#include "random.h"
#include "core/guard.h"
#include "core/plan.h"
#include "core/planner.h"
#include "core/steps.h"
#include "core/match.h"

#define FUNCTIONS_MAX 24

struct world {
	struct host_needs needs;
	struct facts facts;
	struct fact fact_list[FUNCTIONS_MAX];
	struct pci_function functions[FUNCTIONS_MAX];
	size_t count;
	struct config config;
	struct iommu iommu;
	int wanted[FUNCTIONS_MAX];
	struct plan plan;
	struct plan_link links[4];
};

/* Few values of everything, so that ids, slots and groups coincide. */
static struct pci_function random_function(const uint8_t **data, size_t *size)
{
	static const uint32_t classes[] = { 0x030000, 0x030200, 0x038000, 0x040300,
					    0x010802, 0x060400, 0x060000, 0x0c0330 };
	static const char *const drivers[] = { "",         "",         "radeon",   "ahci",
					       "pcieport", "vfio-pci", "xhci_hcd", "pci-stub" };
	uint8_t where = take(data, size), what = take(data, size), how = take(data, size);
	struct pci_function function = {
		.address = { 0, where >> 5, where >> 3 & 3, where & 7 },
		.vendor = 0x1000,
		.device = what & 3,
		.class = classes[what >> 2 & 7],
		.iommu_group = (how & 7) - 1,
		.header_type = -1,
		.boot_vga = -1,
		.path = { .hops = 1, .hop = { { where >> 3, where & 7 } } },
	};

	strcpy(function.driver, drivers[how >> 3 & 7]);
	if (function.class == 0x030000)
		function.boot_vga = what >> 7;
	if (what & 0x40)
		function.header_type = function.class == 0x060400;
	return function;
}

static void make_functions(struct world *world, const uint8_t **data, size_t *size)
{
	size_t count = take(data, size) % (FUNCTIONS_MAX + 1);

	for (size_t i = 0; i < count; i++)
		world->functions[i] = random_function(data, size);
	world->count = sort_functions(world->functions, count);
}

/* One line of configuration from two bytes. */
static void add_random_wish(struct config *config, uint8_t a, uint8_t b)
{
	char selector[64];

	switch (a & 7) {
	case 0:
	case 1:
		snprintf(selector, sizeof(selector), "1000:%04x", b & 3);
		break;
	case 2:
		snprintf(selector, sizeof(selector), "0%x:0%x.%x", b >> 5, b >> 3 & 3, b & 7);
		break;
	case 3:
		snprintf(selector, sizeof(selector), "0%x:0%x.*", b >> 5, b >> 3 & 3);
		break;
	case 4:
		snprintf(selector, sizeof(selector), "0%x:0%x.%x@1000:%04x", b >> 5, b >> 3 & 3, b & 7,
			 a >> 6);
		break;
	case 5:
		snprintf(selector, sizeof(selector), "class:%02x", b % 13);
		break;
	case 6:
		snprintf(selector, sizeof(selector), "boot-vga");
		break;
	default:
		snprintf(selector, sizeof(selector), "00:%02x.%x", b >> 3, b & 7);
		break;
	}
	add_wish(config, selector, a >> 3, (a >> 3 & 7) == 7 && !(b & 1));
}

static void make_config(struct world *world, const uint8_t **data, size_t *size)
{
	uint8_t settings = take(data, size);

	config_init(&world->config);
	if ((settings & 0x1f) == 1)
		config_add_cmdline(&world->config, "rd.vfio=0");
	world->config.iommu_ignored = settings >> 5 & 1;
	world->config.last_display_claimed = settings >> 6 & 1;
	world->config.expand = settings & 0x80 ? EXPAND_GROUP : EXPAND_NONE;
	world->iommu.state = settings & 2 ? IOMMU_OFF : IOMMU_ON;
	world->iommu.kind = settings & 4 ? IOMMU_SMMU : IOMMU_INTEL;
	world->iommu.reason = "reason";
	world->iommu.hint = world->iommu.interrupts = "";
	world->needs.network = settings & 8 ? "ip" : NULL;
	for (int i = 0; i < 12 && *size >= 2; i++) {
		uint8_t a = take(data, size), b = take(data, size);

		add_random_wish(&world->config, a, b);
	}
}

static void make(struct world *world)
{
	struct plan_input input = {
		.stage = &plan_early,
		.facts = &world->facts,
		.config = &world->config,
		.functions = world->functions,
		.function_count = world->count,
		.iommu = &world->iommu,
		.links = world->links,
		.link_count = 1,
		.needs = &world->needs,
	};

	if (world->count > 1)
		world->links[0] =
			(struct plan_link){ world->functions[0].address, world->functions[1].address };
	match_claims(&world->config, world->functions, world->count, world->wanted);
	match_expand(&world->config, world->functions, world->count, world->wanted);
	planner_make(&input, world->wanted, &world->plan);
}

/* What the host may have written down of its functions. */
static void make_facts(struct world *world, const uint8_t **data, size_t *size)
{
	static char none[] = "", text[] = "root: nvme0n1p1";
	uint8_t which = take(data, size);

	world->facts.state = which & 1 ? FACTS_USED : FACTS_MISSING;
	world->facts.unresolved = which & 2 ? text : NULL;
	world->needs.passphrase = which & 4;
	world->facts.list = world->fact_list;
	for (size_t i = 0; i < world->count && which & 1; i++) {
		uint8_t kind = take(data, size) & 7;

		if (kind > FACT_DISPLAY)
			continue;
		world->fact_list[world->facts.count++] = (struct fact){
			.kind = (enum fact_kind)kind,
			.path = world->functions[i].path,
			.vendor = world->functions[i].vendor,
			.device = world->functions[i].device,
			.uuids = none,
			.text = text,
		};
	}
	facts_locate(&world->facts, world->functions, world->count);
}

static void check_guards(const struct world *world)
{
	const struct config *config = &world->config;
	const struct plan_input input = { .functions = world->functions, .function_count = world->count };
	bool takes_display = false, display_stays = false;

	for (size_t i = 0; i < world->plan.count; i++) {
		const struct plan_entry *entry = &world->plan.entries[i];
		const struct pci_function *function = entry->function;

		require(entry->verdict == VERDICT_WOULD_BIND || entry->reason[0]);
		if (entry->verdict != VERDICT_WOULD_BIND)
			continue;
		require(function && !config->off);
		require(!pci_is_bridge(function));
		require(!is_kept(config, function));
		require(!facts_find(&world->facts, function, FACT_DISK));
		require(!facts_find(&world->facts, function, FACT_KEY));
		require(!((pci_may_carry_disks(function) &&
			   !(facts_are_complete(&world->facts) && !world->facts.removable &&
			     !world->needs.passphrase && !world->needs.network &&
			     pci_has_removable_disks(function))) ||
			  facts_find(&world->facts, function, FACT_NETWORK) ||
			  (facts_find(&world->facts, function, FACT_KEYBOARD) && world->needs.passphrase) ||
			  (pci_is_network(function) && world->needs.network)) ||
			(entry->claim->stage == STAGE_EARLY && !entry->claim->selector.every_function &&
			 (entry->claim->selector.pinned || entry->claim->selector.kind == SELECTOR_PATH) &&
			 selector_match(&entry->claim->selector, function) == SELECTOR_YES));
		require(function->iommu_group >= 0 || config->iommu_ignored ||
			world->iommu.kind == IOMMU_SMMU);
		takes_display |= pci_is_display(function);
	}
	for (size_t f = 0; f < world->count; f++)
		display_stays |= guard_is_host_display(&input, &world->plan, &world->functions[f]);
	require(!takes_display || display_stays || config->last_display_claimed);
}

static void check_one_verdict_each(const struct world *world)
{
	for (size_t f = 0; f < world->count; f++) {
		int entries = 0, moved = 0;

		for (size_t i = 0; i < world->plan.count; i++) {
			if (world->plan.entries[i].function != &world->functions[f])
				continue;
			if (world->plan.entries[i].verdict == VERDICT_MOVED)
				moved++;
			else
				entries++;
		}
		require(entries == (world->wanted[f] >= 0));
		require(!moved || !entries);
	}
}

/* The whole plan as text, without the places where wishes were written. */
static void describe(const struct plan *plan, char *text, size_t size)
{
	text[0] = '\0';
	for (size_t i = 0; i < plan->count; i++) {
		const struct plan_entry *entry = &plan->entries[i];

		util_append(text, size, "%s %s %s\n",
			    entry->function ? pci_address_text(&entry->function->address) :
					      entry->claim->text,
			    verdict_name(entry->verdict), entry->wanted_driver);
	}
	for (size_t i = 0; i < plan->neighbour_count; i++)
		util_append(text, size, "%s\n", plan->neighbours[i].hint);
}

static void reverse_wishes(struct config *config)
{
	for (size_t i = 0; i < config->claim_count / 2; i++) {
		struct claim claim = config->claims[i];

		config->claims[i] = config->claims[config->claim_count - 1 - i];
		config->claims[config->claim_count - 1 - i] = claim;
	}
	for (size_t i = 0; i < config->keep_count / 2; i++) {
		struct keep keep = config->keeps[i];

		config->keeps[i] = config->keeps[config->keep_count - 1 - i];
		config->keeps[config->keep_count - 1 - i] = keep;
	}
}

/*
 * Carry the plan out: what would be bound is bound, what is given back has no driver. Then nothing is left
 * but the overrides.
 */
/* Steps whose turn it is with the drivers as they are, without those that set or clear an override. */
static size_t count_steps(const struct plan *plan)
{
	struct step_list list;
	size_t count = 0;

	steps_make(plan, &list);
	for (size_t i = 0; i < list.count; i++) {
		const struct step *step = &list.steps[i];

		count += (step->kind == STEP_UNBIND || step->kind == STEP_PROBE || step->kind == STEP_BIND ||
			  step->kind == STEP_REMOVE_ID) &&
			 !(step->conditions & STEP_IF_OF_CALLER) &&
			 step_applies(step, &plan->entries[step->entry], false);
	}
	steps_clear(&list);
	return count;
}

static void check_applied_twice(struct world *world)
{
	char before[8192], after[8192];

	describe(&world->plan, before, sizeof(before));
	for (size_t i = 0; i < world->plan.count; i++) {
		const struct plan_entry *entry = &world->plan.entries[i];

		if (entry->verdict == VERDICT_WOULD_BIND)
			strcpy(world->functions[entry->function - world->functions].driver,
			       entry->wanted_driver);
		else if (entry->give_back)
			world->functions[entry->function - world->functions].driver[0] = '\0';
	}
	plan_clear(&world->plan);
	make(world);
	describe(&world->plan, after, sizeof(after));
	require(!strcmp(before, after));
	require(count_steps(&world->plan) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world world;
	char forwards[8192], backwards[8192];

	memset(&world, 0, sizeof(world));
	make_functions(&world, &data, &size);
	make_config(&world, &data, &size);
	make_facts(&world, &data, &size);
	make(&world);
	check_guards(&world);
	check_one_verdict_each(&world);
	describe(&world.plan, forwards, sizeof(forwards));
	plan_clear(&world.plan);
	reverse_wishes(&world.config);
	make(&world);
	describe(&world.plan, backwards, sizeof(backwards));
	require(!strcmp(forwards, backwards));
	check_applied_twice(&world);
	plan_clear(&world.plan);
	config_clear(&world.config);
	util_free_texts();
	return 0;
}
