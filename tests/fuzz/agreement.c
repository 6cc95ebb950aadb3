/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Random machines, seen thrice: by the running host, which makes the facts and foretells the next boot, by the
 * early stage in its image, and by the late stage. Whatever the machine is, the stages do what the host
 * foretells, and none takes what the host needs.
 */
#include "machine.h"

#include "core/carry.h"
#include "core/facts-make.h"
#include "core/keyboard.h"
#include "core/match.h"
#include "core/planner.h"
#include "core/wait.h"

/* What one of the three sees, and what it decides. */
struct view {
	struct pci_function functions[FUNCTIONS_MAX];
	size_t count;
	int wanted[FUNCTIONS_MAX];
	struct block_devices storage;
	struct network_card cards[FUNCTIONS_MAX];
	struct network network;
	struct host_needs needs;
	struct facts facts;
	struct plan plan;
};

/* What the early stage has taken and reserved, in bits of functions, and the facts in the image. */
struct boot {
	uint32_t taken, reserved;
	char *facts; /* their text, or NULL */
};

/* --- what each of the three sees --- */

static bool is_withheld(const struct world *world, const struct boot *boot, const struct pci_address *address)
{
	const struct pci_function *function = pci_find(world->functions, world->count, address);

	return function && (boot->taken | boot->reserved) & BIT(function - world->functions);
}

/* May the thing be there once everything of @lower is? */
static bool may_be_there(const struct world *world, const struct boot *boot, size_t index, bool host,
			 uint32_t *lower)
{
	const struct thing *thing = &world->things[index];

	*lower = thing->lower;
	if (host)
		return !thing->foreign;
	*lower |= find_group(world, thing);
	for (size_t f = 0; f < thing->block.function_count; f++)
		if (is_withheld(world, boot, &thing->functions[f]))
			return false;
	return !is_luks(thing) || thing->named || world->required & BIT(index);
}

/*
 * Which things are there? On the host all but what a guest has. In the image, when the root device is there,
 * what hangs off functions that have a driver, and what that makes: volume groups and arrays that are whole, and
 * each LUKS that the image opens.
 */
static uint32_t find_there(const struct world *world, const struct boot *boot, bool host)
{
	uint32_t there = 0, before = 1, lower;

	while (there != before) {
		before = there;
		for (size_t i = 0; i < world->thing_count; i++)
			if (may_be_there(world, boot, i, host, &lower) && !(lower & ~there))
				there |= BIT(i);
	}
	return there;
}

static void see_functions(const struct world *world, const struct boot *boot, const struct plan_stage *stage,
			  uint32_t there, struct view *view)
{
	const struct pci_address vmd = { 0, 0, 0x0e, 0 };
	bool keyboards = stage->view == BLOCK_VIEW_FACTS;

	/* As machine_read() looks for them. */
	for (size_t c = 0; c < world->config.claim_count; c++)
		keyboards |= world->config.claims[c].stage == STAGE_LATE ||
			     config_expand_of(&world->config, &world->config.claims[c]) == EXPAND_GROUP;
	for (size_t i = 0; i < world->count; i++) {
		struct pci_function *function = &view->functions[view->count];

		*function = world->functions[i];
		if (pci_is_behind_vmd(function) && (stage->before_disks || is_withheld(world, boot, &vmd)))
			continue;
		view->count++;
		/* boot_display is an attribute of the driver's. */
		if (stage->before_disks && function->console == PCI_CONSOLE_BOOT_DISPLAY)
			function->console = PCI_CONSOLE_NONE;
		if (stage->acts && !pci_is_real_bridge(function))
			strcpy(function->driver, boot->taken & BIT(i)                           ? "vfio-pci" :
						 stage->before_disks || boot->reserved & BIT(i) ? "" :
												  "native");
		function->has_keyboard &=
			keyboards && !stage->before_disks && !is_withheld(world, boot, &function->address);
		for (size_t t = 0; t < world->thing_count && !stage->before_disks; t++)
			function->has_disk |= there & BIT(t) && is_on(&world->things[t], function);
	}
}

static void see_needs(const struct world *world, const struct plan_stage *stage, struct view *view)
{
	struct host_needs *needs = &view->needs;
	bool disks = !stage->before_disks, tables = disks || facts_are_complete(&view->facts);

	host_needs_add_cmdline(needs, world->cmdline);
	needs->passphrase = keyboard_may_be_needed(world->cmdline) ||
			    keyboard_crypttab_opens(stage->acts ? world->own_crypttab : world->crypttab);
	needs->network_use = world->network_use[0] ? world->network_use : NULL;
	(tables ? host_needs_add_fstab : host_needs_add_fstab_remote)(needs, world->fstab);
	if (stage->acts && disks)
		host_needs_add_crypttab(needs, world->own_crypttab);
	if (tables)
		host_needs_add_host_crypttab(needs, world->crypttab);
	needs->facts = &view->facts;
}

static void add_block(const struct world *world, const struct plan_stage *stage, size_t t, size_t *number,
		      struct block_devices *storage)
{
	const struct thing *thing = &world->things[t];
	size_t index = storage->count++;
	struct block *block = &storage->blocks[index];

	*block = thing->block;
	number[t] = index;
	block->functions = util_zeroed(2, sizeof(*block->functions));
	memcpy(block->functions, thing->functions, sizeof(thing->functions));
	if (block->whole >= 0)
		block->whole = (int)number[block->whole];
	for (size_t l = 0; l < t && block->whole < 0; l++)
		if (thing->lower & BIT(l)) {
			storage->edges =
				util_grow(storage->edges, storage->edge_count, sizeof(*storage->edges));
			storage->edges[storage->edge_count++] = (struct block_edge){ index, number[l] };
		}
	if (!stage->acts && (world->root | world->usr) & BIT(t)) {
		storage->uses = util_grow(storage->uses, storage->use_count, sizeof(*storage->uses));
		storage->uses[storage->use_count++] =
			(struct block_use){ index, world->root & BIT(t) ? strdup("/") : strdup("/usr") };
	}
}

/* udev's link to what a need names. */
static void add_link(const struct need *need, struct block_devices *storage)
{
	for (size_t i = 0; i < storage->count; i++) {
		const char *path = devspec_path(need->kind, need->value);

		if (!path || !block_matches(storage, need, i))
			continue;
		storage->links = util_grow(storage->links, storage->link_count, sizeof(*storage->links));
		storage->links[storage->link_count++] =
			(struct block_link){ util_copy(path, strlen(path)), i };
		return;
	}
}

/* The block devices, of which no more is read than block_read() reads. */
static void see_storage(const struct world *world, const struct plan_stage *stage, uint32_t there,
			const struct pci_address *candidates, size_t candidate_count, struct view *view)
{
	struct block_devices *storage = &view->storage;
	cleanup_free struct block *truth = NULL;
	bool chosen[THINGS_MAX];
	size_t number[THINGS_MAX];

	storage->view = stage->view;
	if (!candidate_count && !stage->whole_machine)
		return;
	storage->blocks = util_zeroed(THINGS_MAX, sizeof(*storage->blocks));
	for (size_t t = 0; t < world->thing_count; t++)
		if (there & BIT(t))
			add_block(world, stage, t, number, storage);
	for (size_t n = 0; n < view->needs.count; n++)
		add_link(&view->needs.list[n], storage);
	truth = util_zeroed(THINGS_MAX, sizeof(*truth));
	memcpy(truth, storage->blocks, THINGS_MAX * sizeof(*truth));
	for (size_t i = 0; i < storage->count; i++) {
		storage->blocks[i].content = (struct block_content){ 0 };
		storage->blocks[i].state = BLOCK_NOT_READ;
	}
	for (bool first = true;
	     carry_choose(storage, &view->needs, candidates, candidate_count, first, chosen); first = false)
		for (size_t i = 0; i < storage->count; i++)
			if (chosen[i]) {
				storage->blocks[i].content = truth[i].content;
				storage->blocks[i].state = truth[i].state;
			}
}

/* As machine_read() does it. */
static void see(const struct world *world, const struct boot *boot, const struct plan_stage *stage,
		struct view *view)
{
	uint32_t there = find_there(world, boot, !stage->acts);
	struct pci_address candidates[FUNCTIONS_MAX];
	enum wait wait[FUNCTIONS_MAX];
	size_t count = 0;
	bool facts = stage->view == BLOCK_VIEW_FACTS;

	see_functions(world, boot, stage, there, view);
	if (boot->facts && !world->config.facts_ignored)
		facts_parse(util_copy(boot->facts, strlen(boot->facts)), strlen(boot->facts), &view->facts);
	if (world->doubtful)
		facts_doubt_machine(&view->facts, "");
	see_needs(world, stage, view);
	match_claims(&world->config, view->functions, view->count, view->wanted);
	match_expand(&world->config, view->functions, view->count, view->wanted);
	for (size_t i = 0; i < view->count && facts; i++)
		view->wanted[i] = -1;
	facts_locate(&view->facts, view->functions, view->count);
	if (stage->before_disks)
		return;
	wait_find(&world->config, &view->needs, &view->facts, view->functions, view->count, view->wanted,
		  wait);
	for (size_t i = 0; i < view->count; i++)
		if (wait[i] != WAIT_NOT ||
		    (pci_may_carry_disks(&view->functions[i]) && (facts || view->wanted[i] >= 0)) ||
		    (facts && view->functions[i].has_disk))
			candidates[count++] = view->functions[i].address;
	see_storage(world, stage, there, candidates, count, view);
	if (stage->whole_machine ||
	    (count && (view->needs.network_use || (view->needs.network && !view->needs.network_later))))
		for (size_t i = 0; i < world->count; i++)
			if (world->routes & BIT(i) && !is_withheld(world, boot, &world->functions[i].address))
				view->cards[view->network.count++] =
					(struct network_card){ world->functions[i].address, "eth" };
	view->network.cards = view->cards;
}

static void forget(struct view *view)
{
	plan_clear(&view->plan);
	block_clear(&view->storage);
	host_needs_clear(&view->needs);
	facts_clear(&view->facts);
}

static struct plan_input input_of(const struct world *world, const struct plan_stage *stage,
				  const struct view *view)
{
	return (struct plan_input){
		.stage = stage,
		.config = &world->config,
		.functions = view->functions,
		.function_count = view->count,
		.iommu = &world->iommu,
		.needs = &view->needs,
		.facts = &view->facts,
		.storage = stage->before_disks ? NULL : &view->storage,
		.network = &view->network,
	};
}

/* The facts that the host has put into its image; a card may have moved since. */
static void make_facts(const struct world *world, uint8_t how, struct boot *boot)
{
	struct view view = { 0 };

	see(world, boot, &plan_facts, &view);
	if ((how & 0xf0) == 0xf0)
		view.functions[how % view.count].path.hop[0].slot ^= 0x10;
	boot->facts = facts_make(&(struct facts_source){
		.functions = view.functions,
		.function_count = view.count,
		.needs = &view.needs,
		.storage = &view.storage,
		.network = &view.network,
		.machine = "0123456789abcdef",
		.made = "-",
		.version = "0",
		.unseen = "",
	});
	forget(&view);
}

/* As check does it. */
static void foretell(const struct world *world, const struct boot *boot, struct view *host)
{
	struct plan_input input;
	struct plan early;

	see(world, boot, &plan_next, host);
	input = input_of(world, &plan_early, host);
	input.foreseen = true;
	planner_make(&input, host->wanted, &early);
	input = input_of(world, &plan_next, host);
	input.foreseen = true;
	input.early = &early;
	planner_make(&input, host->wanted, &host->plan);
	plan_clear(&early);
}

static void run_early(const struct world *world, struct boot *boot, struct view *view)
{
	struct plan_input input;

	see(world, boot, &plan_early, view);
	input = input_of(world, &plan_early, view);
	planner_make(&input, view->wanted, &view->plan);
	for (size_t i = 0; i < view->plan.count; i++) {
		const struct plan_entry *entry = &view->plan.entries[i];
		const struct pci_function *function =
			entry->function ?
				pci_find(world->functions, world->count, &entry->function->address) :
				NULL;

		if (function && plan_is_taken(entry))
			boot->taken |= BIT(function - world->functions);
		else if (function && entry->reserved)
			boot->reserved |= BIT(function - world->functions);
	}
}

static void run_late(const struct world *world, const struct boot *boot, const struct view *early,
		     struct view *view)
{
	struct early_verdict verdicts[FUNCTIONS_MAX];
	struct plan_input input;
	size_t count = 0;

	for (size_t i = 0; i < early->plan.count; i++) {
		const struct plan_entry *entry = &early->plan.entries[i];

		if (entry->function)
			verdicts[count++] = (struct early_verdict){
				entry->function->address,
				entry->verdict == VERDICT_WOULD_BIND ? VERDICT_BOUND : entry->verdict,
				NULL,
			};
	}
	see(world, boot, &plan_late, view);
	input = input_of(world, &plan_late, view);
	input.early_verdicts = verdicts;
	input.early_verdict_count = count;
	input.reported = true;
	planner_make(&input, view->wanted, &view->plan);
}

/* --- properties --- */

/* Does a claim match the function, or reach it from another one of its slot or group? */
static bool is_claimed(const struct world *world, const struct view *view,
		       const struct pci_function *function)
{
	for (size_t c = 0; c < world->config.claim_count; c++) {
		const struct claim *claim = &world->config.claims[c];
		enum expand expand = config_expand_of(&world->config, claim);

		for (size_t i = 0; i < view->count; i++) {
			const struct pci_function *other = &view->functions[i];
			bool reaches = other == function ||
				       (expand == EXPAND_SLOT &&
					pci_same_slot(&other->address, &function->address)) ||
				       (expand == EXPAND_GROUP && function->iommu_group >= 0 &&
					other->iommu_group == function->iommu_group);

			if (reaches && selector_match(&claim->selector, other) == SELECTOR_YES)
				return true;
		}
	}
	return false;
}

static bool carries_needed(const struct world *world, const struct pci_function *function)
{
	uint32_t needed = go_down(world, world->needed);

	for (size_t t = 0; t < world->thing_count; t++)
		if (needed & BIT(t) && is_on(&world->things[t], function))
			return true;
	return false;
}

static void check_guards(const struct world *world, const struct view *view)
{
	bool takes_display = false, display_stays = false;

	for (size_t i = 0; i < view->count; i++) {
		const struct pci_function *function = &view->functions[i];
		const struct plan_entry *entry = plan_entry_of(&view->plan, function);
		bool taken = entry && plan_is_taken(entry);

		takes_display |= taken && pci_is_display(function);
		display_stays |=
			pci_is_display(function) && !taken && !(entry && entry->verdict == VERDICT_DEFERRED);
		if (!taken)
			continue;
		require(is_claimed(world, view, function));
		require(!is_kept(&world->config, function));
		require(!pci_is_real_bridge(function));
		require(!pci_is_behind_vmd(function));
		require(!facts_find(&view->facts, function, FACT_DISK));
		require(!facts_find(&view->facts, function, FACT_KEY) ||
			match_is_asked_late(&world->config, entry->claim, function));
		require(!carries_needed(world, function) ||
			(view->facts.state != FACTS_USED && match_insists_on_early(entry->claim, function)));
	}
	require(!takes_display || display_stays || world->config.last_display_claimed);
}

static const char *verdict_of(const struct view *view, const struct pci_address *address)
{
	const struct pci_function *function = pci_find(view->functions, view->count, address);
	const struct plan_entry *entry = plan_entry_of(&view->plan, function);

	return !entry ? "none" : plan_is_taken(entry) ? "taken" : verdict_name(entry->verdict);
}

/* The machine on which they disagree, for a person. */
static void tell_world(const struct world *world, const struct boot *boot)
{
	for (size_t i = 0; i < world->count; i++) {
		const struct pci_function *function = &world->functions[i];

		fprintf(stderr, "pci %s %04x:%04x %06x group=%d driver=%s boot_vga=%d console=%d\n",
			pci_address_text(&function->address), function->vendor, function->device,
			function->class, function->iommu_group, function->driver, function->boot_vga,
			(int)function->console);
	}
	for (size_t t = 0; t < world->thing_count; t++) {
		const struct block *block = &world->things[t].block;

		fprintf(stderr, "block %zu %s dm=%s on=%x has=%s:%s:%s state=%d pci=%s\n", t, block->name,
			block->dm_name, (unsigned int)world->things[t].lower, block->content.type,
			block->content.uuid, block->content.label, (int)block->state,
			pci_address_text(&world->things[t].functions[1]));
	}
	fprintf(stderr, "cmdline %s\nfstab:\n%scrypttab:\n%s", world->cmdline, world->fstab, world->crypttab);
	for (size_t c = 0; c < world->config.claim_count; c++)
		fprintf(stderr, "claim %s expand=%d stage=%d\n", world->config.claims[c].text,
			(int)world->config.claims[c].expand, (int)world->config.claims[c].stage);
	fprintf(stderr, "%s\n", boot->facts && !world->config.facts_ignored ? boot->facts : "no facts");
}

static void tell(const char *who, const struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->entries[i].function)
			fprintf(stderr, "%s: %s %s: %s\n", who,
				pci_address_text(&plan->entries[i].function->address),
				verdict_name(plan->entries[i].verdict), plan->entries[i].reason);
}

/*
 * Has stage=early taken away a card of the root, or disks? The late stage misses them: without facts it may lack
 * what the host needs, and a volume group that nobody needs is not whole and does not open.
 */
static bool is_crippled(const struct world *world, const struct boot *boot)
{
	for (size_t i = 0; i < world->count; i++)
		for (size_t t = 0; t < world->thing_count && boot->taken & BIT(i); t++)
			if (is_on(&world->things[t], &world->functions[i]))
				return true;
	return boot->taken & world->routes;
}

/* What is not found may be on a disk that a guest has now, until the late stage sees that. */
static bool is_unsure(const struct world *world, const struct block_devices *storage)
{
	bool foreign = false;

	for (size_t t = 0; t < world->thing_count; t++)
		foreign |= world->things[t].foreign;
	return foreign && (storage->unmet || storage->missing);
}

static bool has_block(const struct block_devices *storage, const char *name)
{
	return block_by_name(storage, name) >= 0;
}

/*
 * A volume group with members inside and outside of a LUKS that the image does not open: the late stage sees a part of
 * it. Its volumes do not open then, and without facts the part counts as the whole group, so others are given away.
 */
static bool is_split(const struct world *world, const struct block_devices *late)
{
	for (size_t i = 0; i < world->thing_count; i++)
		for (size_t j = 0; j < i; j++) {
			const struct block *a = &world->things[i].block, *b = &world->things[j].block;

			if (a->content.volume_group[0] &&
			    !strcmp(a->content.volume_group, b->content.volume_group) &&
			    has_block(late, a->name) != has_block(late, b->name))
				return true;
		}
	return false;
}

static void check_agreement(const struct world *world, const struct boot *boot, const struct view *host,
			    const struct view *early, const struct view *late)
{
	bool agree = true;

	for (size_t i = 0; i < late->count; i++)
		agree &= !strcmp(verdict_of(host, &late->functions[i].address),
				 verdict_of(late, &late->functions[i].address));
	if (agree || is_crippled(world, boot) || is_unsure(world, &host->storage))
		return;
	tell_world(world, boot);
	tell("host", &host->plan);
	tell("early", &early->plan);
	tell("late", &late->plan);
	require(!"the stages do what the host foretells");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world world;
	struct view host = { 0 }, early = { 0 }, late = { 0 };
	struct boot boot = { 0 };
	uint8_t how = take(&data, &size);
	bool split;

	make_world(&world, &data, &size);
	if (how & 3)
		make_facts(&world, how, &boot);
	foretell(&world, &boot, &host);
	run_early(&world, &boot, &early);
	run_late(&world, &boot, &early, &late);
	split = is_split(&world, &late.storage);
	if (!split)
		check_agreement(&world, &boot, &host, &early, &late);
	if (!split || late.facts.state == FACTS_USED) {
		check_guards(&world, &host);
		check_guards(&world, &early);
		check_guards(&world, &late);
	}
	forget(&host);
	forget(&early);
	forget(&late);
	free(boot.facts);
	config_clear(&world.config);
	util_free_texts();
	return 0;
}
