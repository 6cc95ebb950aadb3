/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/neighbours.h"

#include <stdlib.h>
#include <string.h>

/*
 * Drivers that leave a group to its user (driver_managed_dma, drivers/vfio/ and drivers/pci/pcie/portdrv.c,
 * Linux 6.0 and later; before, vfio.c's own list said nearly the same). No driver is fine too.
 */
static bool is_neutral_driver(const char *driver)
{
	return !driver[0] || pci_is_guest_driver(driver) || !strcmp(driver, "pcieport");
}

static void add_neighbour(struct plan *plan, const struct pci_function *function, bool blocks,
			  const char *reason)
{
	/* The line of a wanted function says itself what to do. */
	bool wanted = plan_entry_of(plan, function);

	for (size_t i = 0; i < plan->neighbour_count; i++)
		if (plan->neighbours[i].function == function)
			return;
	plan->neighbours = util_grow(plan->neighbours, plan->neighbour_count, sizeof(*plan->neighbours));
	plan->neighbours[plan->neighbour_count++] = (struct plan_neighbour){
		.function = function,
		.blocks = blocks,
		.reason = reason,
		.wanted = wanted,
		.hint = wanted ? "" : "vfio-early check says what helps",
		.claim = "",
	};
}

/*
 * The kernel lets a group be whose bridges have a driver, and goes by their header (vfio_dev_viable() before
 * Linux 6.0, driver_managed_dma of pcieport since): an ISA or host bridge has that of an endpoint.
 */
static bool is_let_be(const struct pci_function *function)
{
	unsigned int sub = function->class >> 8;

	return function->header_type > 0 || sub == PCI_SUB_PCI_BRIDGE || sub == PCI_SUB_CARDBUS_BRIDGE;
}

/* With its controller taken nothing is behind it any more, and no driver makes virtual functions. */
bool neighbours_go_with_vmd(const struct pci_function *functions, size_t count, const struct plan *plan,
			    const struct pci_function *function)
{
	const struct pci_function *maker = function->is_virtual ?
						   pci_find_physical(functions, count, function) :
						   pci_find_vmd(functions, count, function);

	return maker && plan_takes(plan, maker);
}

/* The driver that a group is judged by: that of the next boot, where it is foreseen. */
static const char *driver_of(const struct pci_function *function)
{
	if (function->later_drivers)
		return function->later_drivers;
	return function->next_driver ? function->next_driver : function->driver;
}

const char *neighbours_describe_now(const struct pci_function *function, bool wanted)
{
	if (!function->driver[0])
		return "has no driver now";
	return util_text(wanted ? "is on %s now" : "is on %s now, but no claim names it", function->driver);
}

static const char *describe_driver(const struct pci_function *function, bool wanted)
{
	if (!function->later_drivers)
		return util_text("is bound to %s", function->driver);
	return util_text("%s, and the next boot binds it to %s", neighbours_describe_now(function, wanted),
			 function->later_drivers);
}

static void find_group_neighbours(const struct plan_input *input, struct plan *plan)
{
	size_t limit;
	cleanup_free size_t *group = pci_group_numbers(input->functions, input->function_count, &limit);
	cleanup_free const struct pci_function **claimed =
		util_zeroed(limit, sizeof(const struct pci_function *));

	for (size_t i = 0; i < plan->count; i++)
		if (plan->entries[i].iommu_group >= 0 && plan_takes(plan, plan->entries[i].function)) {
			size_t number = group[plan->entries[i].function - input->functions];

			if (!claimed[number])
				claimed[number] = plan->entries[i].function;
		}
	for (size_t i = 0; i < input->function_count; i++) {
		const struct pci_function *function = &input->functions[i];

		if (group[i] == PCI_NO_GROUP || !claimed[group[i]] || plan_takes(plan, function) ||
		    is_let_be(function) || is_neutral_driver(driver_of(function)) ||
		    neighbours_go_with_vmd(input->functions, input->function_count, plan, function))
			continue;
		add_neighbour(plan, function, true,
			      util_text("%s; until it is released no guest can use IOMMU group %d with %s",
					describe_driver(function, plan_entry_of(plan, function)),
					function->iommu_group,
					pci_address_text(&claimed[group[i]]->address)));
	}
}

static const struct pci_function *function_at(const struct plan_input *input,
					      const struct pci_address *address)
{
	return pci_find(input->functions, input->function_count, address);
}

static void find_companions(const struct plan_input *input, struct plan *plan)
{
	for (size_t i = 0; i < input->link_count; i++) {
		const struct pci_function *supplier = function_at(input, &input->links[i].supplier);
		const struct pci_function *consumer = function_at(input, &input->links[i].consumer);

		if (!supplier || !consumer || !plan_takes(plan, supplier) || plan_entry_of(plan, consumer))
			continue;
		add_neighbour(plan, consumer, false,
			      util_text("depends on %s (device link) and is not claimed",
					pci_address_text(&supplier->address)));
	}
}

void neighbours_find(const struct plan_input *input, struct plan *plan)
{
	find_group_neighbours(input, plan);
	find_companions(input, plan);
}
