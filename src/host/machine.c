/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/machine.h"

#include <stdlib.h>
#include <string.h>

#include "core/guard.h"
#include "core/match.h"
#include "core/wait.h"
#include "host/block-read.h"
#include "host/iommu-read.h"
#include "host/keyboard-read.h"
#include "host/network-read.h"
#include "host/pci-read.h"
#include "host/sysfs.h"

void machine_read_for(const struct selector_reads *reads, struct machine *machine)
{
	for (size_t i = 0; i < machine->function_count && (reads->path || reads->boot_vga); i++) {
		if (reads->path)
			pci_read_path(&machine->functions[i]);
		if (reads->boot_vga)
			pci_read_boot_vga(&machine->functions[i]);
	}
}

/* What matching needs beyond the one read per function; most configurations need nothing. */
static void read_for_matching(const struct config *config, struct machine *machine)
{
	struct selector_reads reads = { 0 };

	for (size_t i = 0; i < config->claim_count; i++)
		selector_add_reads(&config->claims[i].selector, &reads);
	for (size_t i = 0; i < config->keep_count; i++)
		selector_add_reads(&config->keeps[i].selector, &reads);
	machine_read_for(&reads, machine);
}

/*
 * A boot asks for the header of what calls itself a bridge only: what does not, and has a bridge's header, is
 * refused by vfio-pci (drivers/vfio/pci/vfio_pci_core.c, vfio_pci_core_register_device()).
 */
static void read_headers(struct machine *machine, bool every, const bool *done)
{
	cleanup_free size_t *which = util_zeroed(machine->function_count, sizeof(*which));
	size_t count = 0;

	for (size_t i = 0; i < machine->function_count; i++)
		if (!done[i] && (every || (machine->wanted[i] >= 0 &&
					   pci_base_class(&machine->functions[i]) == PCI_BASE_BRIDGE)))
			which[count++] = i;
	pci_read_headers(machine->functions, which, count);
}

/* Which functions have their details is kept in @done, one a function. */
static void read_details(struct machine *machine, bool every, bool *done)
{
	read_headers(machine, every, done);
	for (size_t i = 0; i < machine->function_count; i++) {
		if (done[i] || (!every && machine->wanted[i] < 0))
			continue;
		pci_read_details(&machine->functions[i]);
		done[i] = true;
	}
}

/* A hint for a bridge says what is behind it. */
static void read_paths_below_bridges(struct machine *machine)
{
	bool bridge = false;

	for (size_t i = 0; i < machine->function_count; i++)
		bridge |= machine->wanted[i] >= 0 && pci_is_bridge(&machine->functions[i]);
	if (bridge)
		machine_read_paths(machine);
}

static bool is_of_guest(const struct guest_devices *guests, const struct pci_function *function)
{
	for (size_t g = 0; guests && g < guests->count; g++)
		if (guests_names(&guests->list[g], function))
			return true;
	return false;
}

/*
 * What shares a slot with a function that is wanted or a guest's, or is behind it, and what shares a group with
 * that.
 */
static void mark_mates(const struct machine *machine, const struct guest_devices *guests, bool *mates)
{
	size_t limit, count = machine->function_count;
	cleanup_free size_t *group = pci_group_numbers(machine->functions, count, &limit);
	cleanup_free bool *reached = util_zeroed(limit, sizeof(*reached));

	for (size_t i = 0; i < count; i++) {
		if (machine->wanted[i] < 0 && !is_of_guest(guests, &machine->functions[i]))
			continue;
		for (size_t m = 0; m < count; m++)
			mates[m] |= pci_same_slot(&machine->functions[i].address,
						  &machine->functions[m].address) ||
				    guard_is_behind(&machine->functions[m], &machine->functions[i]);
	}
	for (size_t i = 0; i < count; i++)
		if (mates[i] && group[i] != PCI_NO_GROUP)
			reached[group[i]] = true;
	for (size_t i = 0; i < count; i++)
		mates[i] |= group[i] != PCI_NO_GROUP && reached[group[i]];
}

/*
 * Who looks ahead wants to know what would become of them if they were claimed too (core/advice.h): by their
 * paths, and by what the firmware reserves for their groups.
 */
static void look_at_mates(const struct guest_devices *guests, struct machine *machine)
{
	bool any = false;

	read_paths_below_bridges(machine);
	machine->mates = util_zeroed(machine->function_count, sizeof(*machine->mates));
	mark_mates(machine, guests, machine->mates);
	for (size_t i = 0; i < machine->function_count; i++) {
		struct pci_function *function = &machine->functions[i];

		any |= machine->mates[i];
		if (machine->mates[i] && function->iommu_group >= 0)
			function->direct_region = sysfs_iommu_group_is_direct(function->iommu_group);
	}
	if (any)
		machine_read_paths(machine);
}

static bool is_looked_at(const struct machine *machine, size_t index)
{
	return machine->wanted[index] >= 0 || (machine->mates && machine->mates[index]);
}

/*
 * What matters of a function only where it is wanted; and of displays what somebody who looks ahead wants to
 * know.
 */
static void read_state(struct machine *machine, bool every)
{
	for (size_t i = 0; i < machine->function_count; i++) {
		if (is_looked_at(machine, i) || (every && pci_is_network(&machine->functions[i])))
			pci_read_state(&machine->functions[i]);
		if (every && pci_is_display(&machine->functions[i]))
			pci_read_display(&machine->functions[i]);
	}
}

void machine_read_paths(struct machine *machine)
{
	for (size_t i = 0; i < machine->function_count; i++)
		if (!machine->functions[i].path.hops)
			pci_read_path(&machine->functions[i]);
}

void machine_read_topology(struct machine *machine)
{
	machine_read_paths(machine);
	for (size_t i = 0; i < machine->function_count; i++)
		pci_read_virtual(&machine->functions[i]);
}

/* Facts go by paths, and a path costs a read: of functions that may be meant. */
void machine_locate_facts(struct facts *facts, struct machine *machine)
{
	for (size_t f = 0; f < facts->count; f++) {
		const struct pci_function *function =
			pci_find(machine->functions, machine->function_count, &facts->list[f].address);

		if (function && !function->path.hops)
			pci_read_path(&machine->functions[function - machine->functions]);
	}
	facts_locate(facts, machine->functions, machine->function_count);
	/* Buses may have other numbers, and cards sit elsewhere. */
	for (size_t i = 0; i < machine->function_count && facts->count; i++)
		if (!machine->functions[i].path.hops &&
		    (facts_is_gone(facts, &machine->functions[i]) ||
		     (machine->wanted[i] >= 0 && facts_name_id(facts, &machine->functions[i]))))
			pci_read_path(&machine->functions[i]);
	facts_locate(facts, machine->functions, machine->function_count);
}

static void mark_disk(void *data, const struct pci_address *address)
{
	struct machine *machine = data;
	const struct pci_function *function = pci_find(machine->functions, machine->function_count, address);

	if (function)
		machine->functions[function - machine->functions].has_disk = true;
}

void machine_mark_keyboards(struct machine *machine)
{
	struct keyboards keyboards;

	keyboard_read(&keyboards);
	for (size_t i = 0; i < keyboards.count; i++) {
		const struct pci_function *function =
			pci_find(machine->functions, machine->function_count, &keyboards.controllers[i]);

		if (function)
			machine->functions[function - machine->functions].has_keyboard = true;
	}
	keyboard_read_clear(&keyboards);
}

/* What hangs off wanted functions: before udev that is little, of drivers that are built in. */
static void read_attached(const struct config *config, struct machine *machine)
{
	bool late = false;

	for (size_t c = 0; c < config->claim_count; c++)
		late |= config->claims[c].stage == STAGE_LATE ||
			config_expand_of(config, &config->claims[c]) == EXPAND_GROUP;
	sysfs_block_functions(mark_disk, machine);
	/* Who waits may be reserved until then, but for the keyboard's controller. */
	if (late)
		machine_mark_keyboards(machine);
}

/* Read who else is in the groups of wanted functions, each group once. */
static void read_groups(struct machine *machine)
{
	size_t limit;
	cleanup_free size_t *group = pci_group_numbers(machine->functions, machine->function_count, &limit);
	cleanup_free bool *done = util_zeroed(limit, sizeof(*done));

	for (size_t i = 0; i < machine->function_count; i++) {
		if (machine->wanted[i] < 0 || group[i] == PCI_NO_GROUP || done[group[i]])
			continue;
		done[group[i]] = true;
		pci_read_group(machine->functions, machine->function_count,
			       machine->functions[i].iommu_group);
	}
}

struct link_search {
	struct machine *machine;
	const struct pci_address *supplier;
};

static void add_link(void *data, const struct pci_address *consumer)
{
	struct link_search *search = data;
	struct machine *machine = search->machine;

	machine->links = util_grow(machine->links, machine->link_count, sizeof(*machine->links));
	machine->links[machine->link_count++] = (struct plan_link){ *search->supplier, *consumer };
}

static void read_links(struct machine *machine)
{
	for (size_t i = 0; i < machine->function_count; i++) {
		struct link_search search = { machine, &machine->functions[i].address };

		if (is_looked_at(machine, i))
			sysfs_pci_consumers(search.supplier, add_link, &search);
	}
}

/*
 * The drivers of what is wanted, and of what shares a group with that or depends on it; and of all where one
 * may be on a guest's, which is no driver before its module is loaded.
 */
static void read_drivers(struct machine *machine, bool every)
{
	bool all = every || sysfs_pci_has_guest_driver();

	for (size_t i = 0; i < machine->function_count; i++)
		if (all || machine->wanted[i] >= 0 || machine->functions[i].iommu_group >= 0)
			pci_read_driver(&machine->functions[i]);
	for (size_t i = 0; i < machine->link_count && !all; i++) {
		const struct pci_function *consumer =
			pci_find(machine->functions, machine->function_count, &machine->links[i].consumer);

		if (consumer)
			pci_read_driver(&machine->functions[consumer - machine->functions]);
	}
}

/* What waits for the late stage, and whose it is; seen from the running host also what does not wait. */
static void read_owners(const struct config *config, const struct host_needs *needs,
			const struct facts *facts, const struct plan_stage *stage, bool waits,
			struct machine *machine)
{
	cleanup_free struct pci_address *candidates =
		util_zeroed(machine->function_count, sizeof(*candidates));
	cleanup_free enum wait *wait = util_zeroed(machine->function_count, sizeof(*wait));
	size_t count = 0;

	wait_find(config, needs, facts, machine->functions, machine->function_count, machine->wanted, wait);
	for (size_t i = 0; i < machine->function_count; i++)
		if (wait[i] != WAIT_NOT ||
		    (is_looked_at(machine, i) && pci_may_carry_disks(&machine->functions[i])) ||
		    (stage->view == BLOCK_VIEW_FACTS &&
		     (pci_may_carry_disks(&machine->functions[i]) || machine->functions[i].has_disk)))
			candidates[count++] = machine->functions[i].address;
	machine->storage = util_zeroed(1, sizeof(*machine->storage));
	/* A boot reads nothing where nothing waits. */
	if (count || stage->whole_machine)
		block_read(needs, candidates, count, stage->view, count && waits, machine->storage);
	if ((count && (needs->network || needs->network_use)) || stage->whole_machine)
		network_read(&machine->network);
}

void machine_read(struct config *config, const char *booted, const struct host_needs *needs,
		  struct facts *facts, const struct plan_stage *stage, bool waits,
		  const struct guest_devices *guests, struct machine *ret)
{
	bool every = stage->whole_machine;
	cleanup_free bool *done = NULL;
	ssize_t count = 0;

	*ret = (struct machine){ 0 };
	/* A boot that asks for nothing looks at nothing. */
	if (config->claim_count || every)
		count = pci_read_functions(&ret->functions);
	if (count < 0)
		config_add_error(
			config, "/sys/bus/pci/devices",
			util_text("cannot be read: %s; is /sys mounted, and does the machine have PCI?",
				  strerror((int)-count)));
	ret->function_count = count > 0 ? (size_t)count : 0;
	ret->wanted = util_zeroed(ret->function_count, sizeof(*ret->wanted));
	read_for_matching(config, ret);
	if (!match_claims(config, ret->functions, ret->function_count, ret->wanted) && !every)
		return;
	done = util_zeroed(ret->function_count, sizeof(*done));
	read_details(ret, every, done);
	if (!every)
		read_groups(ret);
	if (match_expand(config, ret->functions, ret->function_count, ret->wanted))
		read_details(ret, every, done);
	if (every)
		look_at_mates(guests, ret);
	read_state(ret, every);
	machine_locate_facts(facts, ret);
	read_paths_below_bridges(ret);
	read_attached(config, ret);
	read_links(ret);
	read_drivers(ret, every);
	if (!stage->before_disks)
		read_owners(config, needs, facts, stage, waits, ret);
	iommu_read(booted, &ret->iommu);
	ret->iommu_judged = true;
}

void machine_clear(struct machine *machine)
{
	if (machine->storage)
		block_clear(machine->storage);
	free(machine->storage);
	network_clear(&machine->network);
	free(machine->functions);
	free(machine->links);
	free(machine->wanted);
	free(machine->mates);
	*machine = (struct machine){ 0 };
}
