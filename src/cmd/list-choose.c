/* SPDX-License-Identifier: GPL-2.0-or-later */
/* list: which devices are asked for, and what to say where there is none. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/list.h"
#include "core/cmdline.h"
#include "core/nearest.h"
#include "core/slips.h"
#include "host/pci-read.h"

static const char group_prefix[] = "group:";

static int parse_group(const char *word, struct list_word *ret)
{
	const char *number = word + strlen(group_prefix);
	char *end;

	errno = 0;
	ret->group = strtol(number, &end, 10);
	if (number[0] >= '0' && number[0] <= '9' && !*end && !errno)
		return 0;
	fprintf(stderr, "vfio-early: '%s': expected the number of an IOMMU group, as in group:13\n", word);
	return -EINVAL;
}

/* What is said of word @i, which is no selector: @what, or that it is half an id. */
static const char *describe_word(const struct list *list, size_t i, const char *what)
{
	const char *word = list->options.words[i];
	const char *next = i + 1 < list->options.word_count ? list->options.words[i + 1] : "";
	const char *id = slips_join_id(word, strlen(word), next, strlen(next));
	struct selector selector;

	if (id[0])
		return util_text("'%s %s': %s; did you mean %s?", word, next, selector_expected_id, id);
	id = util_text("%s:*", word);
	return strlen(word) == 4 && !util_ends_in(what, "?") && selector_is(id, strlen(id), &selector) ?
		       util_text("%s; did you mean %s?", what, id) :
		       what;
}

int list_parse(struct list *list)
{
	struct selector_error error;

	list->words = util_zeroed(list->options.word_count, sizeof(*list->words));
	for (size_t i = 0; i < list->options.word_count; i++) {
		const char *word = list->options.words[i];
		struct list_word *parsed = &list->words[i];

		if (util_starts_with(word, group_prefix)) {
			if (parse_group(word, parsed) < 0)
				return -EINVAL;
			continue;
		}
		parsed->group = -1;
		if (slips_parse_selector(word, strlen(word), ' ', &parsed->selector, &error) == 0)
			continue;
		fprintf(stderr, "vfio-early: %s\n", describe_word(list, i, error.what));
		return -EINVAL;
	}
	return 0;
}

/* --- filters --- */

static bool has_driver(const struct list *list, const struct pci_function *function)
{
	const char *cursor = list->options.driver, *item;
	const char *name = function->driver[0] ? function->driver : "none";
	size_t length;

	if (!cursor)
		return false;
	for (const char *end = cursor + strlen(cursor); util_next_item(&cursor, end, &item, &length);)
		if (cmdline_same_name(item, length, name) ||
		    (!function->driver[0] && util_equal(item, length, "-")))
			return true;
	return false;
}

static bool is_of(enum options_filter filter, const struct list *list, const struct pci_function *function)
{
	const struct machine *machine = &list->context.machine;

	switch (filter) {
	case FILTER_GPU:
		return pci_base_class(function) == PCI_BASE_DISPLAY ||
		       pci_base_class(function) == PCI_BASE_ACCELERATOR;
	case FILTER_USB:
		return function->class >> 8 == PCI_SUB_USB;
	case FILTER_NET:
		return pci_is_network(function);
	case FILTER_STORAGE:
		return pci_is_storage(function);
	default:
		return machine->wanted[function - machine->functions] >= 0;
	}
}

bool list_has_filter(const struct list *list)
{
	return list->options.filters || list->options.driver;
}

static bool passes(const struct list *list, const struct pci_function *function)
{
	for (unsigned int i = 0; i < FILTERS; i++)
		if (list->options.filters & 1U << i && is_of(i, list, function))
			return true;
	return has_driver(list, function) || !list_has_filter(list);
}

/* " --gpu --driver=nouveau": as they were given. */
static const char *filters_text(const struct list *list)
{
	const char *text = "";

	for (unsigned int i = 0; i < FILTERS; i++)
		if (list->options.filters & 1U << i)
			text = util_text_add(text, " --%s", options_filter_name(i));
	return list->options.driver ? util_text_add(text, " --driver=%s", list->options.driver) : text;
}

/* --- what is shown --- */

static bool is_selected(struct list *list, const struct pci_function *function)
{
	bool selected = !list->options.word_count;

	for (size_t i = 0; i < list->options.word_count; i++) {
		struct list_word *word = &list->words[i];

		if (word->group >= 0 ? function->iommu_group != word->group :
				       selector_match(&word->selector, function) != SELECTOR_YES)
			continue;
		word->met = true;
		selected = true;
	}
	return selected;
}

/* Groups in their order, those without one behind them. */
static int by_group(const void *a, const void *b)
{
	const struct pci_function *x = *(const struct pci_function *const *)a,
				  *y = *(const struct pci_function *const *)b;

	if (x->iommu_group != y->iommu_group)
		return (unsigned int)x->iommu_group < (unsigned int)y->iommu_group ? -1 : 1;
	return pci_address_compare(&x->address, &y->address);
}

static void read_for_words(struct list *list)
{
	struct selector_reads reads = { 0 };

	for (size_t i = 0; i < list->options.word_count; i++)
		if (list->words[i].group < 0)
			selector_add_reads(&list->words[i].selector, &reads);
	machine_read_for(&reads, &list->context.machine);
}

void list_choose(struct list *list)
{
	const struct machine *machine = &list->context.machine;
	size_t count = machine->function_count, limit;
	cleanup_free bool *chosen = util_zeroed(count, sizeof(*chosen));
	cleanup_free size_t *group = pci_group_numbers(machine->functions, count, &limit);
	cleanup_free bool *reached = util_zeroed(limit, sizeof(*reached));

	read_for_words(list);
	list->tells_resets = pci_read_has_resets(machine->functions, count);
	list->shown = util_zeroed(count, sizeof(*list->shown));
	list->mate = util_zeroed(count, sizeof(*list->mate));
	list->one_segment = true;
	for (size_t i = 0; i < count; i++) {
		list->one_segment &= !machine->functions[i].address.segment;
		chosen[i] = is_selected(list, &machine->functions[i]) && passes(list, &machine->functions[i]);
		list->chosen += chosen[i];
		if (chosen[i] && group[i] != PCI_NO_GROUP)
			reached[group[i]] = true;
	}
	for (size_t i = 0; i < count; i++)
		if (chosen[i] || (group[i] != PCI_NO_GROUP && reached[group[i]]))
			list->shown[list->count++] = &machine->functions[i];
	if (list->count)
		qsort(list->shown, list->count, sizeof(*list->shown), by_group);
	for (size_t i = 0; i < list->count; i++)
		list->mate[i] = !chosen[list->shown[i] - machine->functions];
}

/* --- what matches nothing --- */

/* The device in the form in which the word was written, "" where there is no such form. */
static const char *text_like(const struct list_word *word, const char *written,
			     const struct pci_function *function)
{
	const char *address = pci_address_text(&function->address), *colon = strchr(written, ':');

	if (word->group >= 0)
		return function->iommu_group >= 0 ? util_text("%s%d", group_prefix, function->iommu_group) :
						    "";
	switch (word->selector.kind) {
	case SELECTOR_ADDRESS:
		return colon && strchr(colon + 1, ':') ? address : strchr(address, ':') + 1;
	case SELECTOR_PATH:
		return pci_path_text(&function->path);
	case SELECTOR_ID:
		if (!util_starts_with(written, "class:"))
			return util_text("%04x:%04x", function->vendor, function->device);
		return "";
	default:
		return "";
	}
}

/* "", or "; the nearest is 03:00.0". It is worth a word where at least half of it is right; of two the nearer one counts. */
static const char *nearest_to(const struct list *list, size_t index)
{
	const struct machine *machine = &list->context.machine;
	const struct list_word *word = &list->words[index];
	const char *written = list->options.words[index], *nearest = "";
	size_t length = strcspn(written, "@"),
	       best = word->group >= 0 ? SIZE_MAX : ((length + 1) / 2 + 1) << 8;

	for (size_t i = 0; i < machine->function_count; i++) {
		const struct pci_function *function = &machine->functions[i];
		const char *text = text_like(word, written, function);
		size_t distance =
			word->group >= 0 ? 0 : nearest_distance(written, length, text, strlen(text)) << 8;

		distance += word->group >= 0 ?
				    (size_t)labs(function->iommu_group - word->group) :
				    (size_t)abs(function->address.bus - word->selector.address.bus);
		if (!text[0] || distance >= best)
			continue;
		best = distance;
		nearest = text;
	}
	return nearest[0] ? util_text("; the nearest is %s", nearest) : "";
}

static const char *nearest_driver(const struct list *list)
{
	const struct machine *machine = &list->context.machine;
	cleanup_free const char **names = util_zeroed(machine->function_count, sizeof(*names));
	const char *name;

	for (size_t i = 0; i < machine->function_count; i++)
		names[i] = machine->functions[i].driver;
	name = list->options.driver ? nearest_name(list->options.driver, strlen(list->options.driver), names,
						   machine->function_count) :
				      NULL;
	return name && name[0] ? util_text("; the nearest is --driver=%s", name) : "";
}

void list_say_unmet(const struct list *list)
{
	bool unmet = false;

	/* Both may go to one place; what fails is said by main(). */
	fflush(stdout);
	for (size_t i = 0; i < list->options.word_count; i++) {
		if (list->words[i].met)
			continue;
		unmet = true;
		fprintf(stderr, "vfio-early: no device matches %s%s\n", list->options.words[i],
			nearest_to(list, i));
	}
	if (list->chosen || unmet)
		return;
	fprintf(stderr, "vfio-early: no device matches%s%s%s\n", filters_text(list),
		list->options.word_count ? " among those that the selectors match" : "",
		nearest_driver(list));
}
