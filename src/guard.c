/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guard.h"

#include <stdlib.h>
#include <string.h>

#include "protect.h"

bool guard_is_bridge(const struct pci_function *function)
{
	return function->header_type > 0 || pci_base_class(function) == PCI_BASE_BRIDGE;
}

/* drivers/vfio/pci/vfio_pci.c refuses every header type but 0; host and ISA bridges are told by their class. */
static void guard_bridge(struct plan_entry *entry)
{
	if (guard_is_bridge(entry->function))
		plan_decide(entry, VERDICT_KEPT, "claim the devices behind it instead",
			    "it is a bridge, and bridges are not given away");
}

static void guard_keep(struct plan_entry *entry, const struct config *config)
{
	for (size_t k = 0; k < config->keep_count; k++) {
		if (selector_match(&config->keeps[k].selector, entry->function) != SELECTOR_YES)
			continue;
		plan_decide(entry, VERDICT_KEPT, "", "keep (%s) wins over every claim", config->keeps[k].where);
		return;
	}
}

/* In the late stage the block devices are there, and show what they carry. */
static void guard_carrier(const struct plan_input *input, struct plan_entry *entry)
{
	const struct pci_address *address = &entry->function->address;
	char reason[sizeof(entry->reason)], hint[sizeof(entry->hint)] = "";

	if (protect_keeps(input->storage, address, reason, sizeof(reason), hint, sizeof(hint)) ||
	    (pci_is_network(entry->function) && input->needs->network[0] &&
	     network_keeps(input->network, address, reason, sizeof(reason))))
		plan_decide(entry, VERDICT_KEPT, hint, "%s", reason);
}

static void guard_stage(const struct plan_input *input, struct plan_entry *entry)
{
	entry->late = true;
	if (input->stage != PLAN_EARLY)
		guard_carrier(input, entry);
	else if (pci_is_storage(entry->function))
		plan_decide(entry, VERDICT_DEFERRED, "", "storage waits until it is known which disk carries the root");
	else if (entry->claim->stage == STAGE_LATE)
		plan_decide(entry, VERDICT_DEFERRED, "", "it waits for the late stage (stage=late)");
	else
		plan_decide(entry, VERDICT_DEFERRED, "", "the root is on the network (%s), so its card must be known first",
			    input->needs->network);
}

/* What the late stage finds settled stays so, whatever it would decide itself. */
static void adopt(const struct plan_input *input, struct plan_entry *entry)
{
	for (size_t i = 0; i < input->settled_count; i++) {
		if (pci_address_compare(&input->settled[i].address, &entry->function->address))
			continue;
		entry->verdict = input->settled[i].verdict;
		entry->told = input->settled[i].told;
		return;
	}
	if (!strcmp(entry->driver, entry->wanted_driver))
		plan_decide(entry, VERDICT_BOUND, "", "%s", "");
	else
		plan_decide(entry, VERDICT_STUCK, "look for vfio-early in dmesg", "the early stage has left no verdict for it");
}

static void guard_one(const struct plan_input *input, struct plan_entry *entry)
{
	bool late = plan_is_late(input->needs, entry->claim, entry->function);

	if (input->stage == PLAN_LATE && !late) {
		adopt(input, entry);
		return;
	}
	guard_bridge(entry);
	if (entry->verdict == VERDICT_WOULD_BIND)
		guard_keep(entry, input->config);
	if (entry->verdict == VERDICT_WOULD_BIND && late)
		guard_stage(input, entry);
}

static bool is_taken(const struct plan *plan, const struct pci_function *function)
{
	const struct plan_entry *entry = plan_entry_of(plan, function);

	return entry && plan_is_taken(entry);
}

static const struct pci_function *taken_boot_display(const struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->entries[i].verdict == VERDICT_WOULD_BIND && plan->entries[i].function->boot_vga == 1)
			return plan->entries[i].function;
	return NULL;
}

/*
 * The host keeps one display: where the firmware's is wanted and none other would stay, that one stays with
 * all functions of its slot. Of two identical cards the host keeps the one that it boots on.
 */
static void guard_last_display(const struct plan_input *input, struct plan *plan)
{
	const struct pci_function *boot = taken_boot_display(plan);

	if (!boot)
		return;
	for (size_t i = 0; i < input->function_count; i++)
		if (pci_is_display(&input->functions[i]) && !is_taken(plan, &input->functions[i]))
			return;
	for (size_t i = 0; i < plan->count; i++) {
		struct plan_entry *entry = &plan->entries[i];

		if (entry->verdict == VERDICT_WOULD_BIND && pci_same_slot(&entry->function->address, &boot->address))
			plan_decide(entry, VERDICT_KEPT, "to give it away all the same, say rd.vfio.last-display=claim",
				    "the host would have no display left");
	}
}

static bool expands_to_group(const struct config *config, const struct plan_entry *entry)
{
	return config_expand_of(config, entry->claim) == EXPAND_GROUP && entry->iommu_group >= 0;
}

/* A group is claimed whole or not at all: where a guard keeps one function, the others stay too. */
static void guard_whole_groups(const struct plan_input *input, struct plan *plan)
{
	const struct pci_function **kept =
		util_zeroed(pci_group_limit(input->functions, input->function_count), sizeof(const struct pci_function *));

	for (size_t i = 0; i < plan->count; i++) {
		const struct plan_entry *entry = &plan->entries[i];

		if (entry->verdict == VERDICT_KEPT && expands_to_group(input->config, entry) && !guard_is_bridge(entry->function))
			kept[entry->iommu_group] = entry->function;
	}
	for (size_t i = 0; i < plan->count; i++) {
		struct plan_entry *entry = &plan->entries[i];
		char address[PCI_ADDRESS_SIZE];

		if (entry->verdict != VERDICT_WOULD_BIND || !expands_to_group(input->config, entry) || !kept[entry->iommu_group])
			continue;
		plan_decide(entry, VERDICT_KEPT, "claim without expand=group to take only this one",
			    "%s of its IOMMU group %d stays with the host, and expand=group takes all or none",
			    pci_address_format(&kept[entry->iommu_group]->address, address), entry->iommu_group);
	}
	free(kept);
}

void guard_apply(const struct plan_input *input, struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		guard_one(input, &plan->entries[i]);
	if (!input->config->last_display_claimed)
		guard_last_display(input, plan);
	guard_whole_groups(input, plan);
}

/*
 * Drivers that leave a group to its user (driver_managed_dma, drivers/vfio/ and drivers/pci/pcie/portdrv.c,
 * Linux 6.0 and later; before, vfio.c's own list said nearly the same). No driver is fine too.
 */
static bool is_neutral_driver(const char *driver)
{
	return !driver[0] || strstr(driver, "vfio") || !strcmp(driver, "pci-stub") || !strcmp(driver, "pcieport");
}

static void add_neighbour(struct plan *plan, const struct pci_function *function, bool blocks, const char *reason)
{
	struct plan_neighbour *neighbour;
	char address[PCI_ADDRESS_SIZE];

	for (size_t i = 0; i < plan->neighbour_count; i++)
		if (plan->neighbours[i].function == function)
			return;
	plan->neighbours = util_grow(plan->neighbours, plan->neighbour_count, sizeof(*plan->neighbours));
	neighbour = &plan->neighbours[plan->neighbour_count++];
	neighbour->function = function;
	neighbour->blocks = blocks;
	util_format(neighbour->reason, sizeof(neighbour->reason), "%s", reason);
	/* Who is wanted already is told what to do in its own line. */
	neighbour->hint[0] = '\0';
	neighbour->wanted = plan_entry_of(plan, function);
	if (!neighbour->wanted)
		util_format(neighbour->hint, sizeof(neighbour->hint), "add to the configuration: claim %s",
			    pci_address_format(&function->address, address));
}

static void find_group_neighbours(const struct plan_input *input, struct plan *plan)
{
	char reason[256], address[PCI_ADDRESS_SIZE];
	const struct pci_function **claimed =
		util_zeroed(pci_group_limit(input->functions, input->function_count), sizeof(const struct pci_function *));

	for (size_t i = 0; i < plan->count; i++)
		if (plan->entries[i].iommu_group >= 0 && is_taken(plan, plan->entries[i].function))
			claimed[plan->entries[i].iommu_group] = plan->entries[i].function;
	for (size_t i = 0; i < input->function_count; i++) {
		const struct pci_function *function = &input->functions[i];

		if (function->iommu_group < 0 || !claimed[function->iommu_group] || is_taken(plan, function) ||
		    guard_is_bridge(function) || is_neutral_driver(function->driver))
			continue;
		util_format(reason, sizeof(reason), "is on %s, and while it is no guest can use IOMMU group %d with %s",
			    function->driver, function->iommu_group,
			    pci_address_format(&claimed[function->iommu_group]->address, address));
		add_neighbour(plan, function, true, reason);
	}
	free(claimed);
}

static const struct pci_function *function_at(const struct plan_input *input, const struct pci_address *address)
{
	return pci_find(input->functions, input->function_count, address);
}

static void find_companions(const struct plan_input *input, struct plan *plan)
{
	char reason[256], address[PCI_ADDRESS_SIZE];

	for (size_t i = 0; i < input->link_count; i++) {
		const struct pci_function *supplier = function_at(input, &input->links[i].supplier);
		const struct pci_function *consumer = function_at(input, &input->links[i].consumer);

		if (!supplier || !consumer || !is_taken(plan, supplier) || plan_entry_of(plan, consumer))
			continue;
		util_format(reason, sizeof(reason), "belongs to %s (the kernel links them) and is not claimed",
			    pci_address_format(&supplier->address, address));
		add_neighbour(plan, consumer, false, reason);
	}
}

void guard_find_neighbours(const struct plan_input *input, struct plan *plan)
{
	find_group_neighbours(input, plan);
	find_companions(input, plan);
}
