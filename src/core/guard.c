/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/guard.h"

#include <stdlib.h>
#include <string.h>

#include "core/carry.h"
#include "core/match.h"

bool guard_is_behind(const struct pci_function *function, const struct pci_function *bridge)
{
	const struct pci_path *path = &function->path, *above = &bridge->path;

	return above->hops && path->hops > above->hops && path->segment == above->segment &&
	       path->root_bus == above->root_bus &&
	       !memcmp(path->hop, above->hop, above->hops * sizeof(above->hop[0]));
}

/* Which of them may be claimed is for who looks ahead to say: the host may need them. */
static const char *hint_behind(const struct plan_input *input, const struct pci_function *bridge)
{
	for (size_t i = 0; i < input->function_count; i++)
		if (guard_is_behind(&input->functions[i], bridge) && !pci_is_bridge(&input->functions[i]))
			return "claim the devices behind it instead; vfio-early check says which";
	return "remove the claim; there is no device behind it";
}

/* Does the claim take the bridge in with something else, which is what it is for? */
static bool is_incidental(const struct plan_input *input, const struct plan_entry *entry)
{
	const struct selector *selector = &entry->claim->selector;

	if (!pci_is_bridge(entry->function))
		return false;
	if (selector_match(selector, entry->function) != SELECTOR_YES)
		return true;
	for (size_t i = 0; i < input->function_count; i++)
		if (!pci_is_bridge(&input->functions[i]) &&
		    selector_match(selector, &input->functions[i]) == SELECTOR_YES)
			return true;
	return false;
}

static void guard_bridge(const struct plan_input *input, struct plan_entry *entry)
{
	if (!pci_is_bridge(entry->function) ||
	    (!pci_is_real_bridge(entry->function) && entry->function->header_type == 0 &&
	     match_names_device(entry->claim, entry->function)))
		return;
	plan_decide(entry, VERDICT_KEPT, entry->incidental ? "" : hint_behind(input, entry->function),
		    GUARD_BRIDGE);
}

static void guard_vmd(struct plan_entry *entry)
{
	if (!pci_is_behind_vmd(entry->function))
		return;
	plan_decide(entry, VERDICT_KEPT,
		    "disable VMD in the firmware setup, or claim the VMD controller with all drives behind "
		    "it; vfio-early check reports whether the host needs one of them",
		    "it is behind a VMD controller, and shares its IOMMU group");
}

static void guard_keep(struct plan_entry *entry, const struct config *config)
{
	for (size_t k = 0; k < config->keep_count; k++) {
		if (selector_match(&config->keeps[k].selector, entry->function) != SELECTOR_YES)
			continue;
		plan_decide(entry, VERDICT_KEPT, "", "keep (%s) overrides every claim",
			    config->keeps[k].where);
		return;
	}
}

/*
 * What the running host needs the function for, as it has written down for the image. Facts protect, and never
 * free.
 */
static void guard_facts(const struct plan_input *input, enum wait wait, struct plan_entry *entry)
{
	const struct fact *disk = facts_find(input->facts, entry->function, FACT_DISK),
			  *key = facts_find(input->facts, entry->function, FACT_KEY);
	const struct fact *fact = disk ? disk : key;

	/* A card behind a port that needs a driver is not there yet: the late stage sees more. */
	if (fact && fact->gone && input->stage->before_disks && wait == WAIT_NATURE)
		return;
	/* Others wait, and are decided in the late stage. */
	if (!fact && match_insists_on_early(entry->claim, entry->function))
		fact = facts_find(input->facts, entry->function, FACT_NETWORK);
	if (fact && fact->kind == FACT_NETWORK) {
		plan_decide(entry, VERDICT_KEPT,
			    "remove the claim: stage=early does not override the host facts", "%s",
			    fact->text);
		return;
	}
	if (!fact || (!disk && match_is_asked_late(input->config, entry->claim, entry->function)))
		return;
	if (fact->gone)
		plan_decide(entry, VERDICT_KEPT, "if it is another card, regenerate the image",
			    "it has the id of the card that was at %s when the host facts were written, "
			    "which carries %s",
			    pci_path_text(&fact->path), fact->text);
	else
		plan_decide(entry, VERDICT_KEPT,
			    disk && match_insists_on_early(entry->claim, entry->function) ?
				    "remove the claim: stage=early does not override the host facts" :
			    disk ? "" :
				   CARRY_KEY_HINT,
			    "it carries %s", fact->text);
}

/* A disk that the host needs stays, whichever slot it is in. */
static bool keeps_known_disk(const struct plan_input *input, const struct pci_function *function,
			     struct explanation *ret)
{
	const struct block_devices *storage = input->storage;

	for (size_t b = 0; storage && b < storage->count && input->facts->count; b++) {
		const struct block *block = &storage->blocks[b];
		const struct fact *fact = block_is_on(block, &function->address) ?
						  facts_find_uuid(input->facts, block->content.uuid) :
						  NULL;

		if (!fact)
			continue;
		*ret = (struct explanation){ util_text("it carries %s", fact->text), "" };
		return true;
	}
	return false;
}

/* A folder of the virtual machine's host that the boot mounts: which device has which tag is not known. */
static bool keeps_share(const struct host_needs *needs, const struct pci_function *function,
			struct explanation *ret)
{
	for (size_t n = 0; n < needs->count; n++) {
		const struct need *need = &needs->list[n];

		if (need->spare || !((need->kind == NEED_VIRTIOFS && pci_is_virtiofs(function)) ||
				     (need->kind == NEED_9P && pci_is_plan9(function))))
			continue;
		*ret = (struct explanation){ util_text("it may carry %s: %s", need->purpose, need->value),
					     "" };
		return true;
	}
	return false;
}

static bool keeps_network(const struct plan_input *input, const struct pci_function *function,
			  struct explanation *ret)
{
	const struct fact *fact = facts_find(input->facts, function, FACT_NETWORK);
	static const struct network none;
	const struct host_needs *needs = input->needs;
	/*
	 * Routes that there are by then lead elsewhere, or are those of the running host, and not there in
	 * the initramfs.
	 */
	const struct network *network = needs->network_later ? &none : input->network;
	enum network_need need = !needs->network      ? NETWORK_OF_BOOT :
				 needs->network_later ? NETWORK_OF_MOUNT :
							NETWORK_OF_ROOT;

	*ret = (struct explanation){ fact ? fact->text : "", "" };
	if (fact)
		return true;
	/* A card may hang off USB. */
	if ((!needs->network && !needs->network_use) ||
	    (!pci_is_network(function) && !network_leads_through(network, &function->address)) ||
	    !network_keeps(network, &function->address, need,
			   needs->network ? needs->network : needs->network_use, &ret->reason))
		return false;
	if (need == NETWORK_OF_MOUNT)
		ret->hint = CARRY_INSIST "; if the boot does "
					 "not need the entry, add nofail to it";
	return true;
}

/* In the late stage the block devices are there, and show what they carry. */
static void guard_carrier(const struct plan_input *input, struct plan_entry *entry)
{
	const struct pci_function *function = entry->function;
	struct explanation why = { "", "" };
	const struct carry_question question = {
		.function = &function->address,
		.may_carry = pci_may_carry_disks(function),
		.is_storage = pci_is_storage(function),
		.without_keys = match_is_asked_late(input->config, entry->claim, function),
	};
	bool storage = carry_keeps(input->storage, &question, &why);

	/* Before its driver is loaded nothing shows the disk of a device that has none by its nature. */
	if (storage && !why.hint[0] && !question.may_carry && !question.without_keys)
		why.hint = "add stage=late to the claim: the boot cannot see the disk before its driver is "
			   "loaded";
	if (!storage && !keeps_known_disk(input, function, &why) &&
	    !keeps_share(input->needs, function, &why) && !keeps_network(input, function, &why))
		return;
	/* stage=early is there; what it waits for is its group. */
	if (match_insists_on_early(entry->claim, function) && (storage || !why.hint[0]))
		why.hint = GUARD_ALONE;
	plan_decide(entry, VERDICT_KEPT, why.hint, "%s", why.reason);
}

bool guard_is_console(const struct pci_function *function)
{
	return function->boot_vga == 1 || function->console != PCI_CONSOLE_NONE;
}

static void defer(const struct plan_input *input, enum wait wait, struct plan_entry *entry)
{
	const struct pci_function *function = entry->function;
	const struct host_needs *needs = input->needs;

	if (wait == WAIT_NATURE && pci_is_network(function))
		plan_decide(entry, VERDICT_DEFERRED, "", "it may be the network card of the host: %s (%s)",
			    needs->network && !needs->network_later ? "the root is on the network" :
								      "the host uses the network",
			    needs->network ? needs->network : needs->network_use);
	else if (wait == WAIT_NATURE && pci_is_storage(function))
		plan_decide(entry, VERDICT_DEFERRED, "", "the disk of the root is not yet known");
	else if (wait == WAIT_NATURE)
		plan_decide(entry, VERDICT_DEFERRED, "", "it may carry the root");
	else if (wait == WAIT_KEYBOARD)
		plan_decide(entry, VERDICT_DEFERRED, "",
			    "it may have the keyboard, and the boot may ask for a passphrase");
	else if (wait == WAIT_STAGE)
		plan_decide(entry, VERDICT_DEFERRED, "", "its claim has stage=late");
	else
		plan_decide(entry, VERDICT_DEFERRED, "", "another function of its IOMMU group waits");
	/* Until then no host driver takes it; but a screen and a keyboard may be needed to get there. */
	entry->reserved = wait != WAIT_NATURE && wait != WAIT_KEYBOARD && !input->needs->no_late &&
			  !guard_is_console(function) && !function->has_keyboard;
}

/*
 * What the early stage decides, the late one does not decide again, unless it was deferred. Returns false for
 * that.
 */
static bool adopt_plan(const struct plan *early, const struct plan_stage *stage, struct plan_entry *entry)
{
	const struct plan_entry *decided = plan_entry_of(early, entry->function);

	if (!decided || decided->verdict == VERDICT_DEFERRED)
		return false;
	plan_decide(entry, decided->verdict, decided->hint, "%s", decided->reason);
	entry->because = decided->because;
	entry->claim_too = decided->claim_too;
	entry->instead = decided->instead;
	/* A dry run of the late stage stands where the early one has done its work. */
	if (stage->after_early && decided->verdict == VERDICT_WOULD_BIND)
		entry->verdict = VERDICT_BOUND;
	return true;
}

static bool adopt_report(const struct plan_input *input, enum wait wait, struct plan_entry *entry)
{
	const struct early_verdict *found = plan_find_early_verdict(input, entry->function);

	if (found && found->verdict != VERDICT_DEFERRED) {
		entry->verdict = found->verdict;
		entry->json = found->json;
		return true;
	}
	/* It has waited, or it was not there before. */
	if (found || input->reported || wait != WAIT_NOT)
		return false;
	if (!strcmp(entry->driver, entry->wanted_driver))
		plan_decide(entry, VERDICT_BOUND, "", "%s", "");
	else
		plan_decide(entry, VERDICT_STUCK, "look for vfio-early in dmesg",
			    "the early stage recorded no verdict for it");
	return true;
}

static void guard_one(const struct plan_input *input, enum wait wait, struct plan_entry *entry)
{
	entry->incidental = is_incidental(input, entry);
	if (input->early ? adopt_plan(input->early, input->stage, entry) :
			   input->stage->after_early && adopt_report(input, wait, entry)) {
		entry->decided_early = input->stage->after_early;
		return;
	}
	entry->late = wait != WAIT_NOT || input->stage->after_early;
	guard_bridge(input, entry);
	if (entry->verdict == VERDICT_WOULD_BIND)
		guard_keep(entry, input->config);
	if (entry->verdict == VERDICT_WOULD_BIND)
		guard_vmd(entry);
	if (entry->verdict == VERDICT_WOULD_BIND)
		guard_facts(input, wait, entry);
	if (entry->verdict != VERDICT_WOULD_BIND || wait == WAIT_NOT)
		return;
	if (input->stage->before_disks)
		defer(input, wait, entry);
	else if (input->needs->no_late)
		plan_decide(entry, VERDICT_KEPT, "", "this boot (%s) has no late stage",
			    input->needs->no_late);
	else
		guard_carrier(input, entry);
}

/* Is the entry's device taken, or may it be later? */
static bool is_going(const struct plan_entry *entry)
{
	return plan_is_taken(entry) || entry->verdict == VERDICT_DEFERRED;
}

bool guard_is_host_display(const struct plan_input *input, const struct plan *plan,
			   const struct pci_function *function)
{
	const struct plan_entry *entry;
	const struct early_verdict *found;

	/* A virtual function is not there before the driver of its physical function is. */
	if (!pci_is_display(function) || function->is_virtual)
		return false;
	entry = plan_entry_of(plan, function);
	found = plan_find_early_verdict(input, function);
	if (entry && is_going(entry))
		return false;
	/*
	 * What this boot has taken and nobody claims any more, or what is given back now, is the host's; and at the
	 * next boot all that nobody claims.
	 */
	return !pci_is_guest_driver(function->driver) || (input->foreseen && !entry) ||
	       (entry && (entry->verdict == VERDICT_KEPT || entry->verdict == VERDICT_NO_IOMMU)) ||
	       (found && found->verdict == VERDICT_BOUND && !entry);
}

/* boot_display is an attribute of the driver's: before udev it is not there, though the running host sees it. */
static enum pci_console console_of(const struct plan_input *input, const struct pci_function *function)
{
	bool seen = function->console != PCI_CONSOLE_BOOT_DISPLAY || !input->foreseen ||
		    !input->stage->before_disks;

	return seen ? function->console : PCI_CONSOLE_NONE;
}

/*
 * Of two displays that could stay: the one that the firmware drew on, by the stronger sign, else the one
 * before.
 */
static bool is_rather_kept(const struct plan_input *input, const struct pci_function *a,
			   const struct pci_function *b)
{
	bool a_boots = a->boot_vga == 1, b_boots = b->boot_vga == 1;
	enum pci_console a_console = console_of(input, a), b_console = console_of(input, b);

	if (a_boots != b_boots)
		return a_boots;
	if (a_console != b_console)
		return a_console > b_console;
	return !a_boots && a_console == PCI_CONSOLE_NONE && facts_find(input->facts, a, FACT_DISPLAY) &&
	       !facts_find(input->facts, b, FACT_DISPLAY);
}

/*
 * The display that the host keeps where every one would go; NULL where one stays anyhow, or none can be kept.
 */
static const struct pci_function *find_last_display(const struct plan_input *input, const struct plan *plan)
{
	const struct pci_function *last = NULL;

	for (size_t i = 0; i < input->function_count; i++)
		if (guard_is_host_display(input, plan, &input->functions[i]))
			return NULL;
	for (size_t i = 0; i < plan->count; i++) {
		const struct plan_entry *entry = &plan->entries[i];

		if (pci_is_display(entry->function) && is_going(entry) && entry->verdict != VERDICT_BOUND &&
		    (!last || is_rather_kept(input, entry->function, last)))
			last = entry->function;
	}
	return last;
}

static bool goes_with_display(const struct pci_function *function, const struct pci_function *display)
{
	bool audio = pci_base_class(function) == PCI_BASE_MULTIMEDIA &&
		     pci_same_slot(&function->address, &display->address);

	return function == display || audio ||
	       (function->iommu_group >= 0 && function->iommu_group == display->iommu_group);
}

#define CLAIM_LAST_DISPLAY "to claim it anyway, add 'set last-display=claim' to /etc/vfio-early.conf"

static bool expands_to_group(const struct config *config, const struct plan_entry *entry)
{
	return config_expand_of(config, entry->claim) == EXPAND_GROUP && entry->iommu_group >= 0;
}

/* Does what the claim names stay with the display @last, at least in part? */
static bool is_replaced(const struct plan *plan, const struct claim *claim, const struct pci_function *last)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->entries[i].claim == claim && is_going(&plan->entries[i]) &&
		    goes_with_display(plan->entries[i].function, last))
			return true;
	return false;
}

/*
 * One id, or one class, names the host's display and the guest's: addresses name the guest's alone. Those of
 * all that the claims of @last and of what stays with it take besides, and of what goes with these in their slots; ""
 * where the claim of @last takes no other display.
 */
static const char *name_twins(const struct plan *plan, const struct pci_function *last)
{
	const struct claim *claim = plan_entry_of(plan, last)->claim;
	const char *text = "";
	bool twin = false;

	for (size_t i = 0; claim->selector.kind == SELECTOR_ID && i < plan->count; i++) {
		const struct plan_entry *entry = &plan->entries[i];
		bool named = false;

		if (!is_going(entry) || goes_with_display(entry->function, last))
			continue;
		for (size_t e = 0; e < plan->count && !named; e++)
			named = is_going(&plan->entries[e]) &&
				(entry == &plan->entries[e] ||
				 pci_same_slot(&entry->function->address,
					       &plan->entries[e].function->address)) &&
				!goes_with_display(plan->entries[e].function, last) &&
				is_replaced(plan, plan->entries[e].claim, last);
		if (!named)
			continue;
		twin |= entry->claim == claim && pci_is_display(entry->function);
		text = util_text_add(text, "%s%s", text[0] ? " " : "",
				     pci_address_text(&entry->function->address));
	}
	return twin ? text : "";
}

/* "10de:1c03 and 10de:10f1": the claims that take what stays with @last. */
static const char *list_replaced(const struct plan *plan, const struct pci_function *last)
{
	const char *text = "";

	for (size_t i = 0; i < plan->count; i++) {
		const struct plan_entry *entry = &plan->entries[i];
		bool said = !is_going(entry) || !goes_with_display(entry->function, last);

		for (size_t e = 0; e < i && !said; e++)
			said = plan->entries[e].claim == entry->claim && is_going(&plan->entries[e]) &&
			       goes_with_display(plan->entries[e].function, last);
		if (!said)
			text = util_text_add(text, "%s%s", text[0] ? " and " : "", entry->claim->text);
	}
	return text;
}

static const char *hint_to_twins(const struct plan *plan, const struct pci_function *last, const char *twins)
{
	const struct claim *claim = plan_entry_of(plan, last)->claim;
	const char *end = twins + strlen(twins), *word, *list = "";
	size_t length;

	if (claim->rank == CLAIM_OF_FILE)
		return util_text("name the guest's card: in place of %s claim %s", list_replaced(plan, last),
				 twins);
	while (util_next_word(&twins, end, &word, &length))
		list = util_text_add(list, "%s%.*s", list[0] ? "," : "", (int)length, word);
	return util_text(
		"name the guest's card: in place of %s in %s put rd.vfio.ids=%s on the kernel command line",
		list_replaced(plan, last), claim->wanted_by, list);
}

/* Another display that goes could stay in place of @last. */
static const char *hint_to_last(const struct plan *plan, const struct pci_function *last)
{
	for (size_t i = 0; last && i < plan->count; i++) {
		const struct pci_function *other = plan->entries[i].function;

		if (pci_is_display(other) && is_going(&plan->entries[i]) && !goes_with_display(other, last))
			return util_text("remove the claim of %s, and the host keeps that display in its "
					 "place; " CLAIM_LAST_DISPLAY,
					 pci_address_text(&other->address));
	}
	return CLAIM_LAST_DISPLAY;
}

/*
 * The host keeps one display, with its audio function and what shares its IOMMU group. One that waits counts
 * as going: the early stage must not count on what the late one takes.
 */
static void guard_last_display(const struct plan_input *input, struct plan *plan)
{
	const struct pci_function *last = find_last_display(input, plan);
	const char *twins = last ? name_twins(plan, last) : "";
	const char *hint = twins[0] ? hint_to_twins(plan, last, twins) : hint_to_last(plan, last);

	for (size_t i = 0; last && i < plan->count; i++) {
		struct plan_entry *entry = &plan->entries[i];

		if (!is_going(entry) || entry->verdict == VERDICT_BOUND ||
		    !goes_with_display(entry->function, last))
			continue;
		entry->reserved = false;
		entry->claim_too = twins;
		entry->instead = twins[0];
		if (entry->function != last && entry->iommu_group == last->iommu_group &&
		    expands_to_group(input->config, entry))
			entry->because = last;
		if (entry->function == last)
			plan_decide(entry, VERDICT_KEPT, hint, "it is the host's last display");
		else
			plan_decide(entry, VERDICT_KEPT, hint,
				    pci_same_slot(&entry->function->address, &last->address) ?
					    "it belongs to the host's last display, %s" :
					    "it shares the IOMMU group of the host's last display, %s",
				    pci_address_text(&last->address));
	}
}

/*
 * A group is claimed whole or not at all: where a guard keeps one function, the others that expand=group
 * takes stay too. It may have been claimed by itself as well. What the early stage takes is taken by then.
 */
static void guard_whole_groups(const struct plan_input *input, struct plan *plan)
{
	size_t limit;
	cleanup_free size_t *group = pci_group_numbers(input->functions, input->function_count, &limit);
	cleanup_free const struct pci_function **kept =
		util_zeroed(limit, sizeof(const struct pci_function *));

	for (size_t i = 0; i < plan->count; i++) {
		const struct plan_entry *entry = &plan->entries[i];

		if (entry->verdict == VERDICT_KEPT && entry->iommu_group >= 0 &&
		    !pci_is_bridge(entry->function))
			kept[group[entry->function - input->functions]] = entry->function;
	}
	for (size_t i = 0; i < plan->count; i++) {
		struct plan_entry *entry = &plan->entries[i];
		const struct pci_function *one;

		if ((entry->verdict != VERDICT_WOULD_BIND && entry->verdict != VERDICT_DEFERRED) ||
		    !expands_to_group(input->config, entry) ||
		    (input->early && plan_takes(input->early, entry->function)))
			continue;
		one = kept[group[entry->function - input->functions]];
		if (!one)
			continue;
		entry->reserved = false;
		entry->because = one;
		plan_decide(entry, VERDICT_KEPT, "vfio-early check says what helps",
			    "the host keeps %s of its IOMMU group %d, and expand=group claims all or none",
			    pci_address_text(&one->address), entry->iommu_group);
	}
}

void guard_apply(const struct plan_input *input, const enum wait *wait, struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		guard_one(input, wait[plan->entries[i].function - input->functions], &plan->entries[i]);
	guard_whole_groups(input, plan);
}

void guard_displays(const struct plan_input *input, struct plan *plan)
{
	if (input->config->last_display_claimed)
		return;
	guard_last_display(input, plan);
	/* What stays with the display may be one of a group. */
	guard_whole_groups(input, plan);
}
