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
	change->subject = subject;
	va_start(args, format);
	change->what = util_text_list(format, args);
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

			/* Virtual functions come and go, and none of them is a card that was moved. */
			if (comparison->known[i] || !is_same_card(&pair->then, function) ||
			    (moved ? function->is_virtual :
				     !pci_path_equal(&pair->then.path, &function->path)))
				continue;
			pair->now = function;
			comparison->known[i] = true;
		}
	}
}

static void say_place(struct comparison *comparison, const struct pair *pair)
{
	const struct fact_function *then = &pair->then;
	const struct pci_function *now = pair->now;

	if (!now)
		add_change(comparison,
			   util_text("%s %04x:%04x", pci_address_text(&then->address), then->vendor,
				     then->device),
			   "is gone");
	else if (pci_address_compare(&then->address, &now->address))
		add_change(comparison, pci_text(now), "was at %s when the host facts were written",
			   pci_address_text(&then->address));
	else if (!pci_path_equal(&then->path, &now->path))
		add_change(comparison, pci_text(now), "had the path %s when the host facts were written",
			   pci_path_text(&then->path));
}

static void say_places(struct comparison *comparison)
{
	for (size_t p = 0; p < comparison->pair_count; p++)
		say_place(comparison, &comparison->pairs[p]);
	for (size_t i = 0; i < comparison->count; i++)
		if (!comparison->known[i] && !comparison->functions[i].is_virtual)
			add_change(comparison, pci_text(&comparison->functions[i]),
				   "is new since the host facts were written");
}

/* Of each function the first one that it shares a group with now and did not then, or did and does not. */
static void say_groups(struct comparison *comparison)
{
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
			add_change(comparison, pci_text(a->now),
				   now ? "now shares an IOMMU group with %s, which it did not when the host "
					 "facts were written" :
					 "no longer shares an IOMMU group with %s",
				   pci_address_text(&b->now->address));
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
