/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/plan.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/guard.h"

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
		.driver = entry->wanted_driver,
		.was = entry->function ? entry->function->driver : "",
		.iommu_group = entry->iommu_group,
		.reason = entry->reason,
	};

	return verdict_sentence(&outcome, buffer, size);
}

bool plan_is_excused(const struct plan_entry *entry)
{
	return entry->verdict == VERDICT_ABSENT && entry->claim->optional;
}

int plan_level(const struct plan_entry *entry)
{
	if (plan_is_excused(entry))
		return 6;
	/* Bound, and something is still in a guest's way. */
	return entry->verdict == VERDICT_BOUND && entry->hint[0] ? 4 : verdict_level(entry->verdict);
}

/* How exactly does the selector name one device? */
static int exactness(const struct selector *selector)
{
	switch (selector->kind) {
	case SELECTOR_ADDRESS:
		return selector->every_function ? 2 : selector->pinned ? 5 : 3;
	case SELECTOR_PATH:
		return selector->every_function ? 2 : 4;
	case SELECTOR_BOOT_VGA:
		return 1;
	default:
		return 0;
	}
}

/*
 * Of two claims that match one device, which one's options count? The command line's, then a file's, then that of a
 * module's ids=; then the more exact one's, then whichever asks for more: never the one that is written first.
 */
static bool is_stronger(const struct claim *a, const struct claim *b)
{
	int order[] = {
		(int)a->rank - (int)b->rank,
		exactness(&a->selector) - exactness(&b->selector),
		b->optional - a->optional,
		(int)a->expand - (int)b->expand,
		(int)a->stage - (int)b->stage,
		strcmp(a->driver, b->driver),
		strcmp(a->text, b->text),
	};

	for (size_t i = 0; i < ARRAY_SIZE(order); i++)
		if (order[i])
			return order[i] > 0;
	return false;
}

static int strongest_match(const struct config *config, const struct pci_function *function)
{
	int best = -1;

	for (size_t c = 0; c < config->claim_count; c++)
		if (selector_match(&config->claims[c].selector, function) == SELECTOR_YES &&
		    (best < 0 || is_stronger(&config->claims[c], &config->claims[best])))
			best = (int)c;
	return best;
}

size_t plan_match(const struct config *config, const struct pci_function *functions, size_t count, int *wanted)
{
	size_t matched = 0;

	for (size_t i = 0; i < count; i++) {
		wanted[i] = strongest_match(config, &functions[i]);
		matched += wanted[i] >= 0;
	}
	return matched;
}

static size_t want(int *wanted, int claim)
{
	if (*wanted >= 0)
		return 0;
	*wanted = claim;
	return 1;
}

/* Of two claims by index, -1 for none. */
static int stronger_of(const struct config *config, int a, int b)
{
	return a < 0 || is_stronger(&config->claims[b], &config->claims[a]) ? b : a;
}

/* Functions of one slot stand next to each other: they are sorted by address. */
static size_t expand_slots(const struct config *config, const struct pci_function *functions, size_t count, int *wanted)
{
	size_t added = 0;

	for (size_t start = 0, end; start < count; start = end) {
		int claim = -1;

		for (end = start; end < count && pci_same_slot(&functions[start].address, &functions[end].address); end++)
			if (wanted[end] >= 0 && config_expand_of(config, &config->claims[wanted[end]]) == EXPAND_SLOT)
				claim = stronger_of(config, claim, wanted[end]);
		for (size_t i = start; claim >= 0 && i < end; i++)
			added += want(&wanted[i], claim);
	}
	return added;
}

static size_t expand_groups(const struct config *config, const struct pci_function *functions, size_t count, int *wanted)
{
	size_t limit, added = 0;
	cleanup_free size_t *group = pci_group_numbers(functions, count, &limit);
	cleanup_free int *claims = util_zeroed(limit, sizeof(*claims));

	for (size_t i = 0; i < count; i++)
		if (wanted[i] >= 0 && group[i] != PCI_NO_GROUP &&
		    config_expand_of(config, &config->claims[wanted[i]]) == EXPAND_GROUP)
			claims[group[i]] = stronger_of(config, claims[group[i]] - 1, wanted[i]) + 1;
	for (size_t i = 0; i < count; i++)
		if (group[i] != PCI_NO_GROUP && claims[group[i]] && !guard_is_bridge(&functions[i]))
			added += want(&wanted[i], claims[group[i]] - 1);
	return added;
}

size_t plan_expand(const struct config *config, const struct pci_function *functions, size_t count, int *wanted)
{
	return expand_slots(config, functions, count, wanted) + expand_groups(config, functions, count, wanted);
}

/* What expand= or ".*" adds was not named: a second controller of the same group must not slip through. */
static bool names_exactly(const struct claim *claim, const struct pci_function *function)
{
	const struct selector *selector = &claim->selector;

	return (selector->pinned || selector->kind == SELECTOR_PATH) && !selector->every_function &&
	       selector_match(selector, function) == SELECTOR_YES;
}

bool plan_insists_on_early(const struct claim *claim, const struct pci_function *function)
{
	return claim->stage == STAGE_EARLY && names_exactly(claim, function);
}

bool plan_is_asked_late(const struct config *config, const struct claim *claim, const struct pci_function *function)
{
	bool late = claim->stage == STAGE_LATE;

	for (size_t c = 0; c < config->claim_count && !late; c++)
		late = config->claims[c].stage == STAGE_LATE &&
		       selector_match(&config->claims[c].selector, function) == SELECTOR_YES;
	return late;
}

bool plan_is_loosely_early(const struct claim *claim, const struct pci_function *function)
{
	return claim->stage == STAGE_EARLY && pci_may_carry_disks(function) &&
	       selector_match(&claim->selector, function) == SELECTOR_YES && !plan_insists_on_early(claim, function);
}

/* May the root be on the function, or be reached through it? */
static bool may_carry_root(const struct needs *needs, const struct pci_function *function)
{
	return pci_may_carry_disks(function) || function->has_disk ||
	       (pci_is_network(function) && (needs->network[0] || needs->network_use[0]));
}

/* The functions of one slot stand beside each other. */
static void mark_slot(const struct pci_function *functions, size_t count, size_t one, enum plan_wait *wait)
{
	for (size_t i = one; i-- && pci_same_slot(&functions[i].address, &functions[one].address);)
		wait[i] = PLAN_WAIT_STAGE;
	for (size_t i = one + 1; i < count && pci_same_slot(&functions[i].address, &functions[one].address); i++)
		wait[i] = PLAN_WAIT_STAGE;
}

/* What one claim with stage=late matches, and what it reaches beyond that. */
static void mark_late_claim(const struct config *config, const struct claim *claim, const struct pci_function *functions,
			    size_t count, const size_t *group, size_t limit, enum plan_wait *wait)
{
	enum expand expand = config_expand_of(config, claim);
	cleanup_free bool *reached = util_zeroed(limit, sizeof(*reached));

	for (size_t i = 0; i < count; i++) {
		if (selector_match(&claim->selector, &functions[i]) != SELECTOR_YES)
			continue;
		wait[i] = PLAN_WAIT_STAGE;
		if (expand == EXPAND_SLOT)
			mark_slot(functions, count, i, wait);
		else if (expand != EXPAND_NONE && group[i] != PCI_NO_GROUP)
			reached[group[i]] = true;
	}
	for (size_t i = 0; i < count; i++)
		if (group[i] != PCI_NO_GROUP && reached[group[i]])
			wait[i] = PLAN_WAIT_STAGE;
}

/* A group that is taken whole is decided at one time. */
static void mark_groups(const struct config *config, size_t count, const int *wanted, const size_t *group,
			size_t limit, enum plan_wait *wait)
{
	cleanup_free bool *whole = util_zeroed(limit, sizeof(*whole)), *waits = util_zeroed(limit, sizeof(*waits));

	for (size_t i = 0; i < count; i++) {
		if (wanted[i] < 0 || group[i] == PCI_NO_GROUP)
			continue;
		whole[group[i]] |= config_expand_of(config, &config->claims[wanted[i]]) == EXPAND_GROUP;
		waits[group[i]] |= wait[i] != PLAN_WAIT_NOT;
	}
	for (size_t i = 0; i < count; i++)
		if (wanted[i] >= 0 && group[i] != PCI_NO_GROUP && wait[i] == PLAN_WAIT_NOT && whole[group[i]] && waits[group[i]])
			wait[i] = PLAN_WAIT_GROUP;
}

void plan_find_waiting(const struct config *config, const struct needs *needs, const struct pci_function *functions,
		       size_t count, const int *wanted, enum plan_wait *wait)
{
	size_t limit;
	cleanup_free size_t *group = pci_group_numbers(functions, count, &limit);

	for (size_t i = 0; i < count; i++)
		wait[i] = PLAN_WAIT_NOT;
	for (size_t c = 0; c < config->claim_count; c++)
		if (config->claims[c].stage == STAGE_LATE)
			mark_late_claim(config, &config->claims[c], functions, count, group, limit, wait);
	for (size_t i = 0; i < count; i++)
		if (wanted[i] < 0)
			wait[i] = PLAN_WAIT_NOT;
		else if (may_carry_root(needs, &functions[i]) && !plan_insists_on_early(&config->claims[wanted[i]], &functions[i]))
			wait[i] = PLAN_WAIT_NATURE;
	mark_groups(config, count, wanted, group, limit, wait);
	/* Whatever else it waits for, the host may need it until then. */
	for (size_t i = 0; i < count; i++)
		if (wait[i] != PLAN_WAIT_NOT && may_carry_root(needs, &functions[i]))
			wait[i] = PLAN_WAIT_NATURE;
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
	strcpy(entry->wanted_driver, claim->driver[0] ? claim->driver : PLAN_DRIVER);
	if (function)
		memcpy(entry->driver, function->driver, sizeof(entry->driver));
	return entry;
}

static void judge_isolation(struct plan_entry *entry, const struct iommu *iommu)
{
	if ((entry->iommu_group >= 0 && !iommu->lost) || iommu->mended || iommu_groups_are_late(iommu))
		return;
	/* What cannot be isolated is not touched, not even until the late stage. */
	entry->reserved = false;
	if (!plan_is_pending(entry))
		return;
	if (iommu->state == IOMMU_OFF)
		plan_decide(entry, VERDICT_NO_IOMMU, iommu->hint, "%s", iommu->reason);
	else
		plan_decide(entry, VERDICT_NO_IOMMU, "look for this device and 'iommu' in dmesg",
			    "the IOMMU is on but has no group for this device");
}

/* Where is the card that the pin names? */
static void hint_where(const struct plan_input *input, const struct selector *pin, char *hint, size_t size)
{
	struct selector id = { .kind = SELECTOR_ID, .id = pin->id };
	char address[PCI_ADDRESS_SIZE];

	for (size_t i = 0; i < input->function_count; i++) {
		if (selector_match(&id, &input->functions[i]) != SELECTOR_YES)
			continue;
		util_format(hint, size, "the pinned id is at %s now; change the address, or claim it by its path",
			    pci_address_format(&input->functions[i].address, address));
		return;
	}
	util_format(hint, size, "no device of the machine has the pinned id now; look at lspci -nn");
}

static void add_moved(const struct plan_input *input, const struct claim *claim, const struct pci_function *found,
		      bool taken, struct plan *plan)
{
	/* Where another claim wants the newcomer, that entry is the device's; this one is the pin's. */
	struct plan_entry *entry = add_entry(plan, claim, taken ? NULL : found);
	char hint[256], address[PCI_ADDRESS_SIZE];

	hint_where(input, &claim->selector, hint, sizeof(hint));
	plan_decide(entry, VERDICT_MOVED, hint, "at %s stands %04x:%04x, not what %.64s names",
		    pci_address_format(&found->address, address), found->vendor, found->device, claim->text);
}

static void add_nothing_found(const struct claim *claim, const char *off, struct plan *plan)
{
	struct plan_entry *entry = add_entry(plan, claim, NULL);

	if (off)
		plan_decide(entry, VERDICT_OFF, "", "%s", off);
	else
		plan_decide(entry, VERDICT_ABSENT,
			    claim->optional ? "" : "compare with lspci -nn; the card may sit in another slot or be switched off in the firmware",
			    "no device matches %.64s%s", claim->text, claim->optional ? ", which is optional" : "");
}

static int by_text(const void *a, const void *b)
{
	const struct claim *x = *(const struct claim *const *)a, *y = *(const struct claim *const *)b;
	int order = strcmp(x->text, y->text);

	if (order)
		return order;
	if (is_stronger(x, y) != is_stronger(y, x))
		return is_stronger(x, y) ? -1 : 1;
	return (x > y) - (x < y);
}

/*
 * The same selector gets one entry, however often it is written: which claims are that one? An array that the caller
 * frees, one a claim.
 */
static bool *find_distinct(const struct config *config)
{
	const struct claim **sorted = util_zeroed(config->claim_count, sizeof(const struct claim *));
	bool *distinct = util_zeroed(config->claim_count, sizeof(*distinct));

	for (size_t c = 0; c < config->claim_count; c++)
		sorted[c] = &config->claims[c];
	if (config->claim_count)
		qsort(sorted, config->claim_count, sizeof(const struct claim *), by_text);
	for (size_t c = 0; c < config->claim_count; c++)
		distinct[sorted[c] - config->claims] = !c || strcmp(sorted[c]->text, sorted[c - 1]->text);
	free(sorted);
	return distinct;
}

/* Selectors that found nothing, or another device than the pinned one, get an entry of their own. */
static void add_unmatched(const struct plan_input *input, const int *wanted, const char *off, struct plan *plan)
{
	cleanup_free bool *distinct = find_distinct(input->config);

	for (size_t c = 0; c < input->config->claim_count; c++) {
		const struct claim *claim = &input->config->claims[c];
		enum selector_match match = SELECTOR_NO;
		size_t i;

		if (!distinct[c])
			continue;
		for (i = 0; i < input->function_count && match == SELECTOR_NO; i++)
			match = selector_match(&claim->selector, &input->functions[i]);
		if (match == SELECTOR_NO || (match == SELECTOR_MOVED && off))
			add_nothing_found(claim, off, plan);
		else if (match == SELECTOR_MOVED)
			add_moved(input, claim, &input->functions[i - 1], wanted[i - 1] >= 0, plan);
	}
}

static int by_subject(const void *a, const void *b)
{
	const struct plan_entry *x = a, *y = b;

	if (x->function && y->function && x->function != y->function)
		return (x->function > y->function) - (x->function < y->function);
	if (!x->function != !y->function)
		return x->function ? -1 : 1;
	return strcmp(x->claim->text, y->claim->text);
}

const struct plan_settled *plan_find_settled(const struct plan_input *input, const struct pci_function *function)
{
	for (size_t i = 0; i < input->settled_count; i++)
		if (!pci_address_compare(&input->settled[i].address, &function->address))
			return &input->settled[i];
	return NULL;
}

/* Has the early stage deferred the function, by its report, or by its plan where this is a dry run? */
static bool was_deferred(const struct plan_input *input, const struct pci_function *function)
{
	const struct plan_entry *decided = input->early ? plan_entry_of(input->early, function) : NULL;
	const struct plan_settled *settled = plan_find_settled(input, function);

	if (decided)
		return decided->reserved;
	return settled ? settled->verdict == VERDICT_DEFERRED : !input->reported;
}

/* What a guest's driver has, or was reserved by the early stage, and the plan leaves to the host. */
static void find_given_back(const struct plan_input *input, struct plan_entry *entry)
{
	bool early = input->stage == PLAN_EARLY;
	bool leaves = entry->verdict == VERDICT_KEPT || entry->verdict == VERDICT_NO_IOMMU ||
		      (entry->verdict == VERDICT_DEFERRED && early && !entry->reserved);
	/* What the early stage has reserved: it may have known of less that the host needs than the late one. */
	bool reserved = !early && was_deferred(input, entry->function) && !pci_may_carry_disks(entry->function);

	entry->give_back = input->stage != PLAN_NEXT && !entry->settled && leaves && !guard_is_bridge(entry->function) &&
			   (reserved || pci_is_guest_driver(entry->driver));
}

void plan_make(const struct plan_input *input, const int *wanted, struct plan *ret)
{
	const struct config *config = input->config;
	const char *off = config_off_reason(config);
	cleanup_free enum plan_wait *wait = util_zeroed(input->function_count, sizeof(*wait));

	*ret = (struct plan){ 0 };
	for (size_t i = 0; i < input->function_count; i++) {
		struct plan_entry *entry;

		if (wanted[i] < 0)
			continue;
		entry = add_entry(ret, &config->claims[wanted[i]], &input->functions[i]);
		if (off)
			plan_decide(entry, VERDICT_OFF, "", "%s", off);
	}
	plan_find_waiting(config, input->needs, input->functions, input->function_count, wanted, wait);
	if (!off)
		guard_apply(input, wait, ret);
	for (size_t i = 0; i < ret->count && !config->iommu_ignored; i++)
		judge_isolation(&ret->entries[i], input->iommu);
	if (!off)
		guard_displays(input, ret);
	for (size_t i = 0; i < ret->count && !off; i++)
		find_given_back(input, &ret->entries[i]);
	add_unmatched(input, wanted, off, ret);
	if (ret->count)
		qsort(ret->entries, ret->count, sizeof(*ret->entries), by_subject);
	if (!off)
		guard_find_neighbours(input, ret);
}

static int by_function(const void *key, const void *element)
{
	const struct pci_function *function = key, *other = ((const struct plan_entry *)element)->function;

	/* Entries without a function stand behind the others. */
	return !other ? -1 : (function > other) - (function < other);
}

const struct plan_entry *plan_entry_of(const struct plan *plan, const struct pci_function *function)
{
	return plan->count ? bsearch(function, plan->entries, plan->count, sizeof(*plan->entries), by_function) : NULL;
}

void plan_clear(struct plan *plan)
{
	free(plan->entries);
	free(plan->neighbours);
	*plan = (struct plan){ 0 };
}

const char *plan_idle_keep(const struct keep *keep, const struct pci_function *functions, size_t count)
{
	bool moved = false;

	for (size_t i = 0; i < count; i++) {
		enum selector_match match = selector_match(&keep->selector, &functions[i]);

		if (match == SELECTOR_YES)
			return NULL;
		moved |= match == SELECTOR_MOVED;
	}
	/* A boot that claims nothing looks at no device. */
	if (!count)
		return NULL;
	return moved ? "this keep protects nothing: at its address is another device than the one that it names" :
		       "this keep protects nothing: no device matches it";
}

bool plan_is_pending(const struct plan_entry *entry)
{
	return entry->verdict == VERDICT_WOULD_BIND && !entry->settled;
}

bool plan_is_taken(const struct plan_entry *entry)
{
	return entry->verdict == VERDICT_WOULD_BIND || entry->verdict == VERDICT_BOUND;
}

bool plan_failed(const struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		if (verdict_is_failure(plan->entries[i].verdict) && !plan_is_excused(&plan->entries[i]))
			return true;
	return false;
}

static bool needs_driver(const struct plan_entry *entry)
{
	return plan_is_pending(entry) ||
	       (entry->claim->rank == CLAIM_OF_MODULE && !entry->settled && entry->verdict != VERDICT_OFF);
}

bool plan_loads_driver(const struct plan *plan, size_t index)
{
	if (!needs_driver(&plan->entries[index]))
		return false;
	for (size_t i = 0; i < index; i++)
		if (needs_driver(&plan->entries[i]) &&
		    !strcmp(plan->entries[i].wanted_driver, plan->entries[index].wanted_driver))
			return false;
	return true;
}

/* One visitor of steps and what it is called with. */
struct visit {
	void (*step)(void *data, const char *path, const char *value);
	void *data;
	char address[PCI_ADDRESS_SIZE];
};

static void printf_format(3, 4) visit_step(const struct visit *visit, const char *value, const char *format, ...)
{
	char path[160];
	va_list args;

	va_start(args, format);
	vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	visit->step(visit->data, path, value);
}

static void visit_unbind(const struct visit *visit, const char *driver)
{
	if (driver[0])
		visit_step(visit, visit->address, "/sys/bus/pci/devices/%s/driver/unbind", visit->address);
}

static void visit_give_back(const struct visit *visit, const struct plan_entry *entry)
{
	char id[16];

	visit_step(visit, "", "/sys/bus/pci/devices/%s/driver_override", visit->address);
	if (pci_is_guest_driver(entry->driver)) {
		util_format(id, sizeof(id), "%04x %04x", entry->function->vendor, entry->function->device);
		visit_step(visit, id, "/sys/bus/pci/drivers/%s/remove_id", entry->driver);
		visit_unbind(visit, entry->driver);
	}
	if (!entry->driver[0] || pci_is_guest_driver(entry->driver))
		visit_step(visit, visit->address, "/sys/bus/pci/drivers_probe");
}

static void visit_bind(const struct visit *visit, const struct plan_entry *entry)
{
	if (!strcmp(entry->driver, entry->wanted_driver))
		return;
	visit_unbind(visit, entry->driver);
	visit_step(visit, visit->address, "/sys/bus/pci/drivers_probe");
}

void plan_steps(const struct plan *plan, void (*step)(void *data, const char *path, const char *value), void *data)
{
	struct visit visit = { .step = step, .data = data };

	for (int pass = 0; pass < 4; pass++) {
		for (size_t i = 0; i < plan->count; i++) {
			const struct plan_entry *entry = &plan->entries[i];
			bool pending = plan_is_pending(entry);

			if (pass == 2 && plan_loads_driver(plan, i))
				step(data, NULL, entry->wanted_driver);
			if (!entry->function)
				continue;
			pci_address_format(&entry->function->address, visit.address);
			if (pass == 0 && (pending || entry->reserved))
				visit_step(&visit, entry->wanted_driver, "/sys/bus/pci/devices/%s/driver_override", visit.address);
			else if (pass == 1 && entry->give_back)
				visit_give_back(&visit, entry);
			else if (pass == 3 && pending)
				visit_bind(&visit, entry);
		}
	}
}
