/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/advice-loss.h"

#include "core/carry.h"
#include "core/guard.h"

/* The firmware's flash: Intel's controller in the chipset, or by its driver (drivers/spi). */
static bool is_flash(const struct pci_function *function)
{
	const struct pci_address *address = &function->address;

	return util_starts_with(function->driver, "intel-spi") ||
	       util_starts_with(function->driver, "spi_") ||
	       (function->vendor == 0x8086 && function->class >> 8 == PCI_SUB_SERIAL_OTHER && !address->bus &&
		address->slot == 0x1f);
}

const char *advice_chipset_part(const struct pci_function *function)
{
	if (pci_is_real_bridge(function))
		return GUARD_BRIDGE;
	if (function->class >> 8 == PCI_SUB_SMBUS)
		return "it is the SMBus of the chipset: the sensors and the memory of the host are connected "
		       "to it";
	return is_flash(function) ? "the flash memory of the firmware is connected to it" : NULL;
}

bool advice_is_card(const struct plan_input *input, const struct pci_function *function)
{
	if (function->path.hops ? function->path.hops == 1 : !function->address.bus)
		return false;
	for (size_t i = 0; i < input->function_count; i++) {
		const struct pci_function *other = &input->functions[i];

		if (pci_is_real_bridge(other) && pci_same_slot(&other->address, &function->address))
			return false;
		if (other->vendor == 0x1022 && other->path.hops == 1 && other->path.hop[0].function &&
		    (other->path.hop[0].slot == 7 || other->path.hop[0].slot == 8) &&
		    guard_is_behind(function, other))
			return false;
	}
	return true;
}

bool advice_next_use(const struct block_devices *storage, const struct pci_function *function, size_t *cursor,
		     struct advice_use *ret)
{
	const struct host_needs *needs = storage ? storage->needs : NULL;

	for (; storage && *cursor < storage->use_count; (*cursor)++) {
		const struct block_use *use = &storage->uses[*cursor];

		if (!block_use_is_on(storage, use, &function->address))
			continue;
		(*cursor)++;
		*ret = (struct advice_use){ block_use_text(use->place), storage->blocks[use->block].name };
		return true;
	}
	for (; needs && *cursor < storage->use_count + needs->count; (*cursor)++) {
		const struct need *need = &needs->list[*cursor - storage->use_count];

		if (!need->spare || !block_need_is_on(storage, need, &function->address))
			continue;
		(*cursor)++;
		*ret = (struct advice_use){ need->purpose, NULL };
		return true;
	}
	return false;
}

/* Has the host a driver for it, at the next boot too? */
static bool keeps_driver(const struct pci_function *function)
{
	return pci_has_host_driver(function) && !function->next_driver;
}

const struct pci_function *advice_lost_network(const struct pci_function *functions, size_t count,
					       const struct plan *plan)
{
	const struct pci_function *last = NULL;

	for (size_t i = 0; i < count; i++) {
		/* A virtual function goes with its physical one, which counts. */
		if (!pci_is_network(&functions[i]) || functions[i].is_virtual || !keeps_driver(&functions[i]))
			continue;
		if (!plan_takes(plan, &functions[i]))
			return NULL;
		last = &functions[i];
	}
	return last;
}

static bool has_keyboard(const struct advice_input *input, const struct pci_function *function)
{
	for (size_t i = 0; i < input->keyboard_count; i++)
		if (!pci_address_compare(&input->keyboards[i], &function->address))
			return true;
	return false;
}

const struct pci_function *advice_lost_keyboard(const struct advice_input *input, const struct plan *plan)
{
	const struct pci_function *last = NULL;

	for (size_t i = 0; i < input->keyboard_count; i++) {
		last = pci_find(input->plan->functions, input->plan->function_count, &input->keyboards[i]);
		if (!last || !plan_takes(plan, last))
			return NULL;
	}
	return last;
}

/* Has the host another display than this one, with a driver if this one has one? */
static bool has_other_display(const struct plan_input *input, const struct plan *plan,
			      const struct pci_function *function)
{
	for (size_t i = 0; i < input->function_count; i++)
		if (guard_is_host_display(input, plan, &input->functions[i]) &&
		    (!pci_has_host_driver(function) || keeps_driver(&input->functions[i])))
			return true;
	return false;
}

bool advice_would_miss(const struct advice_input *input, const struct plan *plan,
		       const struct pci_function *function, struct explanation *ret)
{
	struct advice_use use;
	size_t cursor = 0;

	*ret = (struct explanation){ advice_chipset_part(function), "" };
	if (!ret->reason && advice_next_use(input->plan->storage, function, &cursor, &use))
		*ret = (struct explanation){
			util_text(use.disk ? "it carries %s now" : "/etc/fstab has %s on it", use.what),
			advice_is_card(input->plan, function) ?
				"unmount it and remove it from /etc/fstab, or put the card with the disk "
				"into "
				"another slot" :
				"unmount it and remove it from /etc/fstab, or connect the disk to another "
				"controller"
		};
	if (!ret->reason && has_keyboard(input, function) && advice_lost_keyboard(input, plan))
		*ret = (struct explanation){ "the only keyboard is connected to it",
					     "plug the keyboard into another controller" };
	if (ret->reason)
		return true;
	ret->hint = "";
	if (network_leads_through(input->plan->network, &function->address))
		ret->reason = "the host has its route through it";
	else if (pci_is_network(function) && !function->is_virtual && pci_has_host_driver(function) &&
		 advice_lost_network(input->plan->functions, input->plan->function_count, plan))
		ret->reason = "it is the host's last PCI network card";
	else if (pci_is_display(function) && !has_other_display(input->plan, plan, function))
		ret->reason = "it is the host's last display";
	return ret->reason;
}
