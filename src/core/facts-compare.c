/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/facts-compare.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* A function of the facts and the one of the machine that it is now. */
struct pair {
	struct fact_function then;
	const struct pci_function *now; /* NULL: gone */
};

struct comparison {
	const struct pci_function *functions;
	size_t count;
	struct pair *pairs;
	size_t pair_count;
	bool *known; /* for each function: the facts have it */
	struct facts_change *changes;
	size_t change_count;
};

static void printf_format(3, 4)
	add_change(struct comparison *comparison, const char *subject, const char *format, ...)
{
	struct facts_change *change;
	va_list args;

	comparison->changes =
		util_grow(comparison->changes, comparison->change_count, sizeof(*comparison->changes));
	change = &comparison->changes[comparison->change_count++];
	util_format(change->subject, sizeof(change->subject), "%s", subject);
	va_start(args, format);
	vsnprintf(change->what, sizeof(change->what), format, args);
	va_end(args);
}

static bool is_same_card(const struct fact_function *then, const struct pci_function *now)
{
	return then->vendor == now->vendor && then->device == now->device &&
	       then->subvendor == now->subvendor && then->subdevice == now->subdevice;
}

/* What is where it was comes first: of two cards of one kind only the other one can have moved. */
static void find_now(struct comparison *comparison, bool moved)
{
	for (size_t p = 0; p < comparison->pair_count; p++) {
		struct pair *pair = &comparison->pairs[p];

		for (size_t i = 0; i < comparison->count && !pair->now; i++) {
			const struct pci_function *function = &comparison->functions[i];

			if (comparison->known[i] || !is_same_card(&pair->then, function) ||
			    (!moved && !pci_path_equal(&pair->then.path, &function->path)))
				continue;
			pair->now = function;
			comparison->known[i] = true;
		}
	}
}

static void say_places(struct comparison *comparison)
{
	char subject[96], address[PCI_ADDRESS_SIZE], path[PCI_PATH_SIZE];

	for (size_t p = 0; p < comparison->pair_count; p++) {
		const struct pair *pair = &comparison->pairs[p];

		pci_address_format(&pair->then.address, address);
		pci_path_format(&pair->then.path, path);
		if (!pair->now)
			add_change(comparison,
				   util_format(subject, sizeof(subject), "%s %04x:%04x", address,
					       pair->then.vendor, pair->then.device),
				   "is gone");
		else if (pci_address_compare(&pair->then.address, &pair->now->address))
			add_change(comparison, pci_format(pair->now, subject, sizeof(subject)),
				   "was at %s when the host facts were made", address);
		else if (!pci_path_equal(&pair->then.path, &pair->now->path))
			add_change(comparison, pci_format(pair->now, subject, sizeof(subject)),
				   "had the path %s when the host facts were made", path);
	}
	for (size_t i = 0; i < comparison->count; i++)
		if (!comparison->known[i] && !comparison->functions[i].is_virtual)
			add_change(comparison,
				   pci_format(&comparison->functions[i], subject, sizeof(subject)),
				   "is new since the host facts were made");
}

/* Of each function the first one that it shares a group with now and did not then, or did and does not. */
static void say_groups(struct comparison *comparison)
{
	char subject[96], address[PCI_ADDRESS_SIZE];

	for (size_t p = 0; p < comparison->pair_count; p++) {
		const struct pair *a = &comparison->pairs[p];

		for (size_t q = 0; q < p; q++) {
			const struct pair *b = &comparison->pairs[q];
			bool then = a->then.iommu_group >= 0 && a->then.iommu_group == b->then.iommu_group;
			bool now = a->now && b->now && a->now->iommu_group >= 0 &&
				   a->now->iommu_group == b->now->iommu_group;

			if (!a->now || !b->now || then == now || a->then.iommu_group < 0 ||
			    a->now->iommu_group < 0 || b->then.iommu_group < 0 || b->now->iommu_group < 0)
				continue;
			add_change(comparison, pci_format(a->now, subject, sizeof(subject)),
				   now ? "shares an IOMMU group with %s, and did not when the host facts "
					 "were made" :
					 "no longer shares an IOMMU group with %s",
				   pci_address_format(&b->now->address, address));
			break;
		}
	}
}

size_t facts_compare(const struct facts *facts, const struct pci_function *functions, size_t count,
		     struct facts_change **ret)
{
	struct comparison comparison = { .functions = functions, .count = count };
	cleanup_free bool *known = util_zeroed(count, sizeof(*known));
	const char *cursor = facts->state == FACTS_USED ? facts->text : "";
	struct pair pair = { 0 };

	comparison.known = known;
	while (facts_next_function(&cursor, &pair.then)) {
		comparison.pairs =
			util_grow(comparison.pairs, comparison.pair_count, sizeof(*comparison.pairs));
		comparison.pairs[comparison.pair_count++] = pair;
	}
	if (comparison.pair_count) {
		find_now(&comparison, false);
		find_now(&comparison, true);
		say_places(&comparison);
		say_groups(&comparison);
	}
	free(comparison.pairs);
	*ret = comparison.changes;
	return comparison.change_count;
}
