/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "plan.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void plan_decide(struct plan_entry *entry, enum verdict verdict, const char *hint, const char *reason, ...)
{
	va_list args;

	entry->verdict = verdict;
	util_format(entry->hint, sizeof(entry->hint), "%s", hint);
	va_start(args, reason);
	vsnprintf(entry->reason, sizeof(entry->reason), reason, args);
	va_end(args);
}

const char *plan_sentence(const struct plan_entry *entry, char *buffer, size_t size)
{
	struct outcome outcome = {
		.verdict = entry->verdict,
		.driver = PLAN_DRIVER,
		.was = entry->function ? entry->function->driver : "",
		.iommu_group = entry->iommu_group,
		.reason = entry->reason,
	};

	return verdict_sentence(&outcome, buffer, size);
}

size_t plan_match(const struct config *config, const struct pci_function *functions, size_t count, int *wanted)
{
	size_t matched = 0;

	for (size_t i = 0; i < count; i++) {
		wanted[i] = -1;
		for (size_t c = 0; c < config->claim_count; c++)
			if (selector_matches(&config->claims[c].selector, &functions[i]))
				wanted[i] = (int)c;
		matched += wanted[i] >= 0;
	}
	return matched;
}

static struct plan_entry *add_entry(struct plan *plan, const struct claim *claim, const struct pci_function *function)
{
	struct plan_entry *entry;

	plan->entries = util_grow(plan->entries, plan->count, sizeof(*plan->entries));
	entry = &plan->entries[plan->count++];
	*entry = (struct plan_entry){
		.function = function,
		.claim = claim,
		.verdict = VERDICT_WOULD_BIND,
		.iommu_group = function ? function->iommu_group : -1,
	};
	if (function)
		memcpy(entry->driver, function->driver, sizeof(entry->driver));
	return entry;
}

/*
 * Bridges: vfio-pci refuses every header type but 0 (drivers/vfio/pci/vfio_pci_core.c), and host and ISA
 * bridges, whose header type is 0, are told by their class. The host needs what is behind them.
 */
static void guard_bridge(struct plan_entry *entry)
{
	const struct pci_function *function = entry->function;

	if (function->header_type > 0 || pci_base_class(function) == PCI_BASE_BRIDGE)
		plan_decide(entry, VERDICT_KEPT, "claim the devices behind it instead",
			    "it is a bridge, and bridges are not given away");
}

/* Before udev nothing shows which disk carries the root, so no storage is taken here. */
static void guard_storage(struct plan_entry *entry)
{
	if (pci_base_class(entry->function) == PCI_BASE_STORAGE)
		plan_decide(entry, VERDICT_DEFERRED, "",
			    "a storage controller may carry the root, and this version claims none; it stays with the host");
}

/* No boot display among the entries to be bound: nothing to guard. */
static const struct pci_function *wanted_boot_display(const struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->entries[i].verdict == VERDICT_WOULD_BIND && plan->entries[i].function->boot_vga == 1)
			return plan->entries[i].function;
	return NULL;
}

static bool is_taken(const struct plan *plan, const struct pci_function *function)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->entries[i].function == function)
			return plan->entries[i].verdict == VERDICT_WOULD_BIND;
	return false;
}

/*
 * The host keeps one display: where the firmware's is wanted and none other would stay, that one stays with
 * all functions of its slot. Of two identical cards the host keeps the one that it boots on.
 */
static void guard_last_display(struct plan *plan, const struct pci_function *functions, size_t count)
{
	const struct pci_function *boot = wanted_boot_display(plan);

	if (!boot)
		return;
	for (size_t i = 0; i < count; i++)
		if (pci_is_display(&functions[i]) && !is_taken(plan, &functions[i]))
			return;
	for (size_t i = 0; i < plan->count; i++) {
		struct plan_entry *entry = &plan->entries[i];

		if (entry->verdict == VERDICT_WOULD_BIND && pci_same_slot(&entry->function->address, &boot->address))
			plan_decide(entry, VERDICT_KEPT, "to give it away all the same, say rd.vfio.last-display=claim",
				    "the host would have no display left");
	}
}

static void judge_isolation(struct plan_entry *entry, const struct iommu *iommu)
{
	if (entry->verdict != VERDICT_WOULD_BIND || entry->iommu_group >= 0 || iommu_groups_are_late(iommu))
		return;
	if (iommu->state == IOMMU_OFF)
		plan_decide(entry, VERDICT_NO_IOMMU, iommu->hint, "%s", iommu->reason);
	else
		plan_decide(entry, VERDICT_NO_IOMMU, "look for this device and 'iommu' in dmesg",
			    "the IOMMU is on but has no group for this device");
}

/* A selector that matched nothing gets an entry of its own, once however often it was written. */
static void add_absent(const struct config *config, const struct pci_function *functions, size_t count,
		       const char *off, struct plan *plan)
{
	for (size_t c = 0; c < config->claim_count; c++) {
		const struct claim *claim = &config->claims[c];
		bool seen = false;

		for (size_t i = 0; i < count && !seen; i++)
			seen = selector_matches(&claim->selector, &functions[i]);
		for (size_t i = 0; i < plan->count && !seen; i++)
			seen = !plan->entries[i].function && !strcmp(plan->entries[i].claim->text, claim->text);
		if (seen)
			continue;
		if (off)
			plan_decide(add_entry(plan, claim, NULL), VERDICT_OFF, "", "%s", off);
		else
			plan_decide(add_entry(plan, claim, NULL), VERDICT_ABSENT,
				    "compare with lspci -nn; the card may sit in another slot or be switched off in the firmware",
				    "no device matches %.64s", claim->text);
	}
}

void plan_make(const struct config *config, const struct pci_function *functions, size_t count, const int *wanted,
	       const struct iommu *iommu, struct plan *ret)
{
	const char *off = config_off_reason(config);

	*ret = (struct plan){ 0 };
	for (size_t i = 0; i < count; i++) {
		struct plan_entry *entry;

		if (wanted[i] < 0)
			continue;
		entry = add_entry(ret, &config->claims[wanted[i]], &functions[i]);
		if (off) {
			plan_decide(entry, VERDICT_OFF, "", "%s", off);
			continue;
		}
		guard_bridge(entry);
		if (entry->verdict == VERDICT_WOULD_BIND)
			guard_storage(entry);
	}
	if (!config->last_display_claimed)
		guard_last_display(ret, functions, count);
	for (size_t i = 0; i < ret->count && !config->iommu_ignored; i++)
		judge_isolation(&ret->entries[i], iommu);
	add_absent(config, functions, count, off, ret);
}

void plan_clear(struct plan *plan)
{
	free(plan->entries);
	*plan = (struct plan){ 0 };
}

bool plan_has_work(const struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->entries[i].verdict == VERDICT_WOULD_BIND)
			return true;
	return false;
}

bool plan_failed(const struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		if (verdict_is_failure(plan->entries[i].verdict))
			return true;
	return false;
}
