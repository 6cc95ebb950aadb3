/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check: what the host loses with the devices that go, though nothing keeps them. */
#include "cmd/check.h"

#include <string.h>

#include "cmd/show.h"
#include "core/advice.h"
#include "core/carry.h"
#include "core/guard.h"
#include "core/match.h"
#include "core/reported.h"
#include "host/sysfs.h"

/*
 * What the early boot does not have yet: it is claimed when the late stage finds it, by then with its host
 * driver.
 */
static void check_later(const struct check_input *input, const struct plan_entry *entry, const char *subject,
			struct findings *findings)
{
	const struct machine *machine = &input->context->machine;
	const struct pci_function *physical;

	if (!entry->function->is_virtual)
		return;
	physical = pci_find_physical(machine->functions, machine->function_count, entry->function);
	if (physical && plan_takes(&input->context->plan, physical))
		findings_add(
			findings, FINDING_FAIL, subject,
			util_text("remove the claim of one of them: a guest gets the whole card with %s, or "
				  "a part of it with each virtual function",
				  pci_address_text(&physical->address)),
			"is a virtual function of %s, which is claimed too: without its driver nothing "
			"creates it",
			pci_text(physical))
			->code = CODE_VIRTUAL;
	else
		findings_add(findings, FINDING_WARN, subject,
			     "bind it after that driver has loaded, or let libvirt do it (managed='yes')",
			     "a virtual function exists only after the driver of its physical function has "
			     "created it, so the boot may not find it")
			->code = CODE_VIRTUAL;
}

/* Has the display that stays a driver at the next boot? */
static bool will_have_driver(const struct check_input *input, const struct pci_function *function)
{
	if (function->next_driver)
		return false;
	return pci_has_host_driver(function) || module_index_find(input->index, function).names[0];
}

/* The host's console goes on there: rather where there is a driver, then where a monitor is connected. */
static const struct pci_function *find_host_display(const struct check_input *input)
{
	const struct context *context = input->context;
	const struct plan_input displays = { .foreseen = true,
					     .early_verdicts = context->early_verdicts,
					     .early_verdict_count = context->early_verdict_count };

	const struct pci_function *found = NULL;
	bool has_driver = false;

	for (size_t i = 0; i < context->machine.function_count; i++) {
		const struct pci_function *function = &context->machine.functions[i];
		bool has;

		if (!guard_is_host_display(&displays, &context->plan, function))
			continue;
		has = will_have_driver(input, function);
		if (!found || (has && !has_driver) ||
		    (has == has_driver && function->monitor > found->monitor)) {
			found = function;
			has_driver = has;
		}
	}
	return found;
}

#define REACH "make sure that you have another way to reach the host"

/* What keeps the drivers of a display that stays away from it at the next boot, and what to do. */
static struct explanation explain_spared(const struct check_input *input, const struct pci_function *function)
{
	const char *overridden = other_setups_driver(input->setups, function);

	if (overridden)
		return (struct explanation){ util_text("driverctl binds it to %s after the boot",
						       overridden[0] ? overridden : "no driver"),
					     util_text("sudo driverctl unset-override %s, or " REACH,
						       pci_address_text(&function->address)) };
	if (function->next_driver[0])
		return (struct explanation){ util_text("%s binds it by its ids=", function->next_driver),
					     util_text("remove %04x:%04x from the ids= of %s, or " REACH,
						       function->vendor, function->device,
						       function->next_driver) };
	return (struct explanation){ util_text("the next boot does not load %s",
					       module_index_find(input->index, function).forbidden),
				     "remove that line or parameter, or " REACH };
}

static bool takes_console(const struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->entries[i].function && plan_is_taken(&plan->entries[i]) &&
		    guard_is_console(plan->entries[i].function))
			return true;
	return false;
}

static void say_spared(const struct check_input *input, const struct pci_function *stays, const char *subject,
		       struct findings *findings)
{
	struct explanation why = explain_spared(input, stays);
	bool same = !strcmp(subject, pci_text(stays));

	findings_add(findings, FINDING_WARN, subject, why.hint,
		     "the host has no display with a driver then: %s%s %s", same ? "" : pci_text(stays),
		     same ? "" : " stays, and", why.reason)
		->code = CODE_LAST_DISPLAY;
}

static bool can_move(const struct check_input *input, const struct pci_function *one,
		     const struct pci_function *other)
{
	const struct plan_input machine = { .functions = input->context->machine.functions,
					    .function_count = input->context->machine.function_count };

	return advice_is_card(&machine, one) || advice_is_card(&machine, other);
}

/* The screen goes dark with the display that the firmware used, also where the host keeps another one. */
static void lose_display(const struct check_input *input, const struct pci_function *function,
			 const char *subject, struct findings *findings)
{
	static const char *const monitors[] = { "monitor: unknown", "monitor: not connected",
						"monitor: connected" };
	const struct pci_function *other = find_host_display(input);

	/* One line is enough: that of the firmware's screen, where that goes too. */
	if (!pci_is_display(function) ||
	    (!guard_is_console(function) && takes_console(&input->context->plan)))
		return;
	if (!other)
		findings_add(
			findings, FINDING_WARN, subject,
			"make sure that you have another way to reach the host: ssh, or a serial console",
			"is the host's last display: the host has no screen after that")
			->code = CODE_LAST_DISPLAY;
	else if (other->next_driver)
		say_spared(input, other, subject, findings);
	else if (!will_have_driver(input, other) && pci_has_host_driver(function))
		findings_add(
			findings, FINDING_WARN, subject,
			other->iommu_group >= 0 && other->iommu_group == function->iommu_group ?
				util_text("%s: with its driver the display that stays makes the IOMMU group "
					  "unusable",
					  can_move(input, function, other) ?
						  "put one of the two cards into another slot" :
						  "keep both displays") :
			other->driver[0] ?
				"find what binds the display that stays, and remove it, or make sure that "
				"you have another way to reach the host" :
				"install the driver of the display that stays, or make sure that you have "
				"another way to reach the host",
			"is the host's last display with a driver%s; %s stays, which %s",
			guard_is_console(function) ? ", which the firmware uses" : "", pci_text(other),
			other->driver[0] ? util_text("is bound to %s now", other->driver) :
					   "has no driver now")
			->code = CODE_LAST_DISPLAY;
	else if (guard_is_console(function))
		findings_add(findings, FINDING_WARN, subject, "connect the monitor to the display that stays",
			     "the firmware uses this display, so its screen stops during the boot; the host "
			     "keeps %s (%s)",
			     pci_text(other), monitors[other->monitor + 1])
			->code = CODE_CONSOLE;
	else if (function->monitor == 1 && !other->monitor)
		findings_add(findings, FINDING_WARN, subject, "connect the monitor to the display that stays",
			     "a monitor is connected to it, and none to the display that the host keeps, %s",
			     pci_text(other))
			->code = CODE_CONSOLE;
}

static void lose_storage(const struct check_input *input, const struct pci_function *function, bool early,
			 bool late, const char *subject, struct findings *findings)
{
	const struct block_devices *storage = input->live->machine.storage;
	const struct carry_question question = { .function = &function->address,
						 .may_carry = pci_may_carry_disks(function),
						 .without_keys = late };
	struct explanation why;
	struct advice_use use;
	size_t cursor = 0;

	while (advice_next_use(storage, function, &cursor, &use))
		if (use.disk)
			findings_add(findings, FINDING_WARN, subject,
				     "unmount it and remove it from /etc/fstab, or remove the claim",
				     "carries %s now (%s), which the host loses", use.what, use.disk)
				->code = CODE_IN_USE;
		else
			findings_add(findings, FINDING_WARN, subject,
				     "remove it from /etc/fstab, or remove the claim",
				     "/etc/fstab mounts %s from it, which the host loses", use.what)
				->code = CODE_SPARE;
	if (early && carry_keeps(storage, &question, &why)) {
		/* What cannot be found is what stage=early is for. */
		bool unknown = util_starts_with(why.hint, CARRY_INSIST);

		findings_add(findings, unknown ? FINDING_WARN : FINDING_FAIL, subject,
			     unknown ? "if the host needs that disk, remove stage=early from its claim" :
				       "remove stage=early from its claim",
			     "is bound by stage=early although %s", why.reason)
			->code = CODE_INSISTED;
	}
}

struct tty_search {
	const struct pci_function *function;
	bool found;
};

static void see_tty(void *data, const struct pci_address *address)
{
	struct tty_search *search = data;

	search->found |= !pci_address_compare(address, &search->function->address);
}

/* A serial console on a card of its own, or on the management engine's UART. */
static void lose_console(const struct check_input *input, const struct pci_function *function,
			 const char *subject, struct findings *findings)
{
	const char *cmdline = input->context->cmdline;
	struct cmdline_param param;

	while (cmdline_next(&cmdline, &param)) {
		struct tty_search search = { function, false };
		const char *name;

		if (!param.value || !cmdline_is(&param, "console"))
			continue;
		name = util_text("%.*s", (int)strcspn(param.value, ", \n"), param.value);
		sysfs_tty_functions(name, see_tty, &search);
		if (search.found)
			findings_add(findings, FINDING_WARN, subject,
				     "make sure that you have another way to reach the host",
				     "the serial console %s (console=%s) is on it, and the host loses it",
				     name, name)
				->code = CODE_SERIAL_CONSOLE;
	}
}

static void lose_route(const struct check_input *input, const struct pci_function *function,
		       const char *subject, struct findings *findings)
{
	const struct network *network = &input->context->machine.network;

	for (size_t c = 0; c < network->count; c++)
		if (!pci_address_compare(&network->cards[c].address, &function->address))
			findings_add(findings, FINDING_WARN, subject,
				     "make sure that you have another way to reach the host",
				     "the host has its route through it (%s), and loses it",
				     network->cards[c].interface)
				->code = CODE_ROUTE;
}

/* No claim takes along what the host cannot spare; who names that alone is warned. */
static void lose_chipset(const struct check_input *input, const struct plan_entry *entry, const char *subject,
			 struct findings *findings)
{
	const struct selector *selector = &entry->claim->selector;
	bool named = show_is_named(entry);
	bool several = selector->every_function || !match_names_device(entry->claim, entry->function);
	const char *why = advice_chipset_part(entry->function), *cure = "remove its claim";

	if (!why)
		return;
	if (!named)
		cure = config_expand_of(&input->context->config, entry->claim) == EXPAND_GROUP ?
			       "remove expand=group" :
			       "remove expand=slot";
	else if (several)
		cure = util_text("in place of %s, claim the addresses that the guest needs",
				 entry->claim->text);
	findings_add(findings, named ? FINDING_WARN : FINDING_FAIL, subject, cure, "%s; the host loses it",
		     why)
		->code = CODE_CHIPSET;
}

static void check_loss(const struct check_input *input, size_t index, struct findings *findings)
{
	const struct plan_entry *entry = &input->context->plan.entries[index];
	const char *subject = show_subject(entry);
	struct explanation reported;

	check_later(input, entry, subject, findings);
	lose_storage(input, entry->function, match_insists_on_early(entry->claim, entry->function),
		     match_is_asked_late(&input->context->config, entry->claim, entry->function), subject,
		     findings);
	lose_chipset(input, entry, subject, findings);
	lose_route(input, entry->function, subject, findings);
	lose_display(input, entry->function, subject, findings);
	lose_console(input, entry->function, subject, findings);
	if (reported_find(entry->function, &reported))
		findings_add(findings, FINDING_WARN, subject, reported.hint, "%s", reported.reason)->code =
			CODE_REPORTED;
	if (input->unresettable[index])
		findings_add(findings, FINDING_WARN, subject,
			     "look for a newer firmware or kernel, or for vendor-reset for some AMD GPUs",
			     "the kernel knows no way to reset it: a guest may not start a second time "
			     "before the host is rebooted")
			->code = CODE_NO_RESET;
}

/* The last display stays, and has no driver all the same. What is said of displays that go says it too. */
static void check_kept_display(const struct check_input *input, struct findings *findings)
{
	const struct plan *plan = &input->context->plan;
	const struct pci_function *stays = find_host_display(input);
	bool claimed = false;

	for (size_t i = 0; i < plan->count; i++) {
		if (!plan->entries[i].function || !pci_is_display(plan->entries[i].function))
			continue;
		if (plan_is_taken(&plan->entries[i]))
			return;
		claimed = true;
	}
	if (claimed && stays && stays->next_driver)
		say_spared(input, stays, pci_text(stays), findings);
}

/* Every network card that has a driver goes. */
static void check_network(const struct check_input *input, struct findings *findings)
{
	const struct machine *machine = &input->context->machine;
	const struct pci_function *last =
		advice_lost_network(machine->functions, machine->function_count, &input->context->plan);

	if (last)
		findings_add(
			findings, FINDING_WARN, pci_text(last),
			"make sure that you have another way to reach the host: a screen and a keyboard, or "
			"a serial console",
			"is the host's last PCI network card")
			->code = CODE_LAST_NETWORK;
}

/* Every keyboard hangs off a controller that goes. */
static void check_keyboard(const struct check_input *input, struct findings *findings)
{
	const struct machine *machine = &input->context->machine;
	const struct keyboards *keyboards = input->keyboards;
	const struct plan_input plan = { .functions = machine->functions,
					 .function_count = machine->function_count };
	const struct advice_input asked = { &plan, keyboards->controllers,
					    keyboards->elsewhere ? 0 : keyboards->count };
	const struct pci_function *last = advice_lost_keyboard(&asked, &input->context->plan);
	const char *subject;
	bool late = false;

	if (!last)
		return;
	subject = pci_text(last);
	for (size_t i = 0; i < keyboards->count; i++) {
		const struct pci_function *one =
			pci_find(machine->functions, machine->function_count, &keyboards->controllers[i]);

		late |= plan_entry_of(&input->context->plan, one)->late;
	}
	/*
	 * What goes late goes when the initramfs has read its passphrase; what the booted system asks for
	 * comes later.
	 */
	if (keyboards->asked && !late)
		findings_add(findings, FINDING_FAIL, subject,
			     "plug the keyboard into another controller, or claim this one with stage=late",
			     "the only keyboard is connected to it, and the boot asks for a passphrase")
			->code = CODE_KEYBOARD;
	else
		findings_add(findings, FINDING_WARN, subject,
			     "plug a keyboard into another controller, or make sure that you have another "
			     "way to reach the host",
			     "the only keyboard is connected to it: the host has no keyboard after that, for "
			     "example for a passphrase")
			->code = CODE_KEYBOARD;
}

void check_losses(const struct check_input *input, struct findings *findings)
{
	const struct plan *plan = &input->context->plan;

	for (size_t i = 0; i < plan->count; i++)
		if (plan_is_taken(&plan->entries[i]))
			check_loss(input, i, findings);
	check_kept_display(input, findings);
	check_network(input, findings);
	check_keyboard(input, findings);
}
