/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check: what the next boot does by its command line, its kernel and the guests that start on it. */
#include "cmd/check.h"

#include <string.h>

#include "cmd/show.h"
#include "core/match.h"
#include "core/neighbours.h"
#include "host/config-read.h"

#define SUBJECT_CMDLINE "command line"

/* The last parameter of the next boot's command line with this name, as it is written; "" for none. */
static const char *find_token(const struct check_input *input, const char *name)
{
	const char *cursor = input->context->cmdline, *token = "";
	struct cmdline_param param;

	while (cmdline_next(&cursor, &param))
		if (cmdline_is(&param, name))
			token = cmdline_param_text(&param);
	return token;
}

static const char *cure_token(const struct check_input *input, const char *token)
{
	return token[0] ? distro_remove(input->distro, token) : "";
}

static void check_dry_run(const struct check_input *input, struct findings *findings)
{
	const char *token = find_token(input, "rd.vfio.dryrun");

	if (input->context->config.dryrun)
		findings_add(findings, FINDING_WARN, SUBJECT_CMDLINE, cure_token(input, token),
			     "%s: the next boot plans and reports, and binds no device",
			     token[0] ? token : "rd.vfio.dryrun")
			->code = CODE_DRY_RUN;
}

/*
 * What vfio-pci consists of. The kernel loads no module whose name, with underscores, is on the list
 * (kernel/module/main.c, blacklisted()).
 */
static void check_forbidden(const struct check_input *input, struct findings *findings)
{
	static const char *const modules[] = { "vfio_pci", "vfio_pci_core", "vfio" };
	const char *token = find_token(input, "module_blacklist");

	/* What is built in is not loaded. */
	if (input->next && input->next->driver == KERNEL_DRIVER_BUILTIN)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(modules); i++) {
		if (!cmdline_has(input->context->cmdline, "module_blacklist", modules[i]))
			continue;
		findings_add(findings, FINDING_FAIL, SUBJECT_CMDLINE, cure_token(input, token),
			     "%s forbids %s, so the next boot binds no device to vfio-pci", token, modules[i])
			->code = CODE_FORBIDDEN;
		return;
	}
}

static void check_ignored(const struct check_input *input, struct findings *findings)
{
	const char *token = find_token(input, "rd.vfio.config");

	if (input->ignored_file)
		findings_add(findings, FINDING_WARN, input->ignored_file, cure_token(input, token),
			     !strcmp(input->ignored_file, CONFIG_READ_FILE) ?
				     "the next boot ignores this file and its drop-ins, by %s on its command "
				     "line" :
				     "the next boot ignores this file, by %s on its command line",
			     token)
			->code = CODE_FILE_IGNORED;
}

static const char *describe_edit(const struct bootloader_edit *edit)
{
	if (edit->removed)
		return util_text("the next boot has %s, which this file has no longer", edit->parameter);
	if (edit->unsure)
		return util_text(
			"has %s, which this boot does not have; whether the next one has it cannot be "
			"read",
			edit->parameter);
	return util_text("has %s, which the next boot does not have: the file was edited and not applied",
			 edit->parameter);
}

/* A parameter of another method, which vfio-early does not need, is not to be applied. */
static bool is_of_other_method(const char *parameter)
{
	static const char *const names[] = { "vfio-pci.ids=", "vfio_pci.ids=", "modprobe.blacklist=",
					     "module_blacklist=" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (util_starts_with(parameter, names[i]))
			return true;
	return false;
}

/* Is VT-d on by this parameter of the next boot alone? To take it away would be no cure. */
static bool switches_iommu_on(const struct check_input *input, const char *parameter)
{
	const struct iommu *iommu = &input->context->machine.iommu;

	return iommu->state == IOMMU_ON && iommu->kind == IOMMU_INTEL &&
	       input->iommu_by_default != KERNEL_SWITCH_ON && cmdline_has(parameter, "intel_iommu", "on");
}

static void check_edit(const struct check_input *input, struct findings *findings)
{
	const struct bootloader_edit *edit = input->edit;

	if (edit && edit->removed && switches_iommu_on(input, edit->parameter))
		findings_add(findings, FINDING_WARN, edit->file, distro_add(input->distro, "intel_iommu=on"),
			     "lacks %s, which the next boot has and needs: once this file is applied, "
			     "for example by a kernel update, the IOMMU is off",
			     edit->parameter)
			->code = CODE_NOT_APPLIED;
	else if (edit)
		findings_add(findings, FINDING_WARN, edit->file,
			     !edit->removed && is_of_other_method(edit->parameter) ?
				     "remove it from this file" :
				     distro_apply(input->distro, edit->parameter, edit->removed),
			     "%s", describe_edit(edit))
			->code = CODE_NOT_APPLIED;
}

/* AMD's and Arm's are on by themselves. Where it is certain that it is lost, the line of the IOMMU says so. */
static void check_iommu_stays(const struct check_input *input, struct findings *findings)
{
	const struct context *context = input->context;
	const struct iommu *iommu = &context->machine.iommu;

	if (iommu->state != IOMMU_ON || iommu->kind != IOMMU_INTEL || !context->booted ||
	    input->iommu_by_default == KERNEL_SWITCH_ON ||
	    !cmdline_has(context->booted, "intel_iommu", "on") ||
	    cmdline_has(context->cmdline, "intel_iommu", "on"))
		return;
	findings_add(findings, FINDING_WARN, "IOMMU", distro_add(input->distro, "intel_iommu=on"),
		     "is on by intel_iommu=on, which the next boot does not have, and %s",
		     iommu->opts_in ? "without it the kernel enables VT-d only if the machine has a "
				      "Thunderbolt or USB4 port" :
				      "whether its kernel enables VT-d by default is unknown")
		->code = CODE_IOMMU_LOST;
}

/* --- ids that more than one device has --- */

static bool is_of_claim(const struct claim *claim, const struct pci_function *function)
{
	return !pci_is_bridge(function) && selector_match(&claim->selector, function) == SELECTOR_YES;
}

static const char *pin(const struct pci_function *function)
{
	return util_text("%s@%04x:%04x", pci_address_text(&function->address), function->vendor,
			 function->device);
}

/* On the command line commas stand between the devices of a claim. */
static bool is_from_cmdline(const struct check_input *input, const struct claim *claim)
{
	return input->files_ignored || claim->rank == CLAIM_OF_CMDLINE ||
	       (claim->rank == CLAIM_OF_MODULE && claim->wanted_by[0] != '/');
}

/* To claim @all that can go where the host keeps the rest, or @one where all can. */
static const char *narrow(const struct check_input *input, const struct claim *claim, const char *one,
			  const char *all)
{
	const char *what = all ? "what can go" : "one of them", *pins = all ? all : one;
	bool cmdline = is_from_cmdline(input, claim);
	const char *line = cmdline ? util_text("rd.vfio.ids=%s", pins) :
				     util_text("claim %s (in " CONFIG_READ_FILE ")", pins);

	/* A module's ids= claims them all, whatever else is claimed. */
	if (claim->rank == CLAIM_OF_MODULE)
		return util_text("to claim %s, remove %s from %s%s and %s%s", what, claim->text,
				 claim->wanted_by, claim->wanted_by[0] != '/' ? "=" : "",
				 cmdline ? "add " : "", line);
	return all ? util_text("to claim %s, put in place of %s: %s", what, claim->text, line) :
		     util_text("to claim %s, name it: %s", what, line);
}

/* The file may claim what a parameter claims, too: one line is enough. */
static bool is_claimed_before(const struct config *config, const struct claim *claim)
{
	for (const struct claim *c = config->claims; c < claim; c++)
		if (!strcmp(c->text, claim->text))
			return true;
	return false;
}

/* An id may match thousands of virtual functions: so many are listed, and so many are offered to be pinned. */
#define LISTED 16
#define PINNED 64

/* Where the host keeps one of them, the claim is wider than what was meant, or narrower. */
static void check_several(const struct check_input *input, const struct claim *claim,
			  struct findings *findings)
{
	const struct machine *machine = &input->context->machine;
	const struct pci_function *taken = NULL;
	const char *cure = NULL;
	size_t count = 0, taken_count = 0, accounted = 0; /* accounted: taken, or left out by a keep */
	const char *list = "", *pins = "", *between = is_from_cmdline(input, claim) ? "," : " ";

	if (claim->selector.kind != SELECTOR_ID || claim->selector.id.vendor == SELECTOR_ANY ||
	    claim->selector.id.device == SELECTOR_ANY)
		return;
	for (size_t i = 0; i < machine->function_count; i++) {
		const struct pci_function *function = &machine->functions[i];
		const struct plan_entry *entry = plan_entry_of(&input->context->plan, function);

		if (!is_of_claim(claim, function))
			continue;
		count++;
		/* What stays says already what to claim in its place. */
		if (entry && entry->instead)
			cure = entry->hint;
		if (count <= LISTED)
			list = util_text_add(list, "%s%s", list[0] ? ", " : "",
					     pci_address_text(&function->address));
		accounted += match_is_kept(&input->context->config, function);
		if (!plan_takes(&input->context->plan, function))
			continue;
		accounted++;
		if (++taken_count <= PINNED)
			pins = util_text_add(pins, "%s%s", pins[0] ? between : "", pin(function));
		if (!taken || taken->boot_vga == 1)
			taken = function;
	}
	if (count > LISTED)
		list = util_text_add(list, " and %zu more", count - LISTED);
	if (count > 1 && !is_claimed_before(&input->context->config, claim))
		findings_add(findings, accounted >= count || !taken ? FINDING_PASS : FINDING_WARN,
			     util_text("claim %s", claim->text),
			     cure  ? cure :
			     taken ? narrow(input, claim, pin(taken),
					    accounted >= count || taken_count > PINNED ? NULL : pins) :
				     "",
			     "matches %zu devices: %s", count, list)
			->code = CODE_SEVERAL;
}

/* --- drivers --- */

/* Is the entry the first one whose claim names this driver? */
static bool is_first_of_driver(const struct plan *plan, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (!strcmp(plan->entries[i].claim->driver, plan->entries[index].claim->driver))
			return false;
	return true;
}

static const char *cure_driver(const struct claim *claim)
{
	return util_text("remove driver=%s (%s); vfio-pci, or a variant of it, is the default", claim->driver,
			 claim->wanted_by);
}

/* How the driver that a claim names fares at the next boot. */
enum driver_state { DRIVER_LOADS, DRIVER_MISSING, DRIVER_FORBIDDEN };

static enum driver_state driver_state(const struct check_input *input, const char *driver)
{
	cleanup_free char *module = modprobe_module_name(driver, strlen(driver));

	if (driver[0] && input->next && !module_index_has(input->index, driver))
		return DRIVER_MISSING;
	return driver[0] && strcmp(module, "vfio_pci") != 0 &&
			       cmdline_has(input->context->cmdline, "module_blacklist", module) ?
		       DRIVER_FORBIDDEN :
		       DRIVER_LOADS;
}

bool check_driver_fails(const struct check_input *input, const struct plan_entry *entry,
			struct findings *findings)
{
	const char *driver = entry->claim->driver, *token;

	switch (driver_state(input, driver)) {
	case DRIVER_LOADS:
		return false;
	case DRIVER_MISSING:
		findings_add(findings, FINDING_FAIL, show_subject(entry), cure_driver(entry->claim),
			     "driver=%s: the kernel %s has no such driver, neither built in nor as a module",
			     driver, input->next->version)
			->code = CODE_DRIVER;
		break;
	case DRIVER_FORBIDDEN:
		token = find_token(input, "module_blacklist");
		findings_add(findings, FINDING_FAIL, show_subject(entry), cure_token(input, token),
			     "driver=%s: %s forbids it", driver, token)
			->code = CODE_FORBIDDEN;
		break;
	}
	return true;
}

/* Where it is taken its first line says that its driver fails. */
static void check_driver(const struct check_input *input, const struct plan_entry *entry,
			 struct findings *findings)
{
	const char *driver = entry->claim->driver;
	bool fails = plan_is_taken(entry) ? driver_state(input, driver) != DRIVER_LOADS :
					    check_driver_fails(input, entry, findings);

	if (!fails && !strstr(driver, "vfio"))
		findings_add(findings, FINDING_WARN, show_subject(entry), cure_driver(entry->claim),
			     "driver=%s: this is no vfio driver by its name, so a guest may not be able to "
			     "use the device",
			     driver)
			->code = CODE_DRIVER;
}

/* --- neighbours, by the driver that takes them at the next boot --- */

/* No host driver takes it, for a reason that may go away. */
static void say_is_spared(const struct check_input *input, const struct pci_function *function,
			  const struct pci_function *taken, const char *driver, struct findings *findings)
{
	const char *forbidden = module_index_find(input->index, function).forbidden;
	const char *why = driver[0] ? "pci-stub.ids= binds it to pci-stub" :
			  forbidden[0] ?
				      util_text("the next boot does not load %s", forbidden) :
				      util_text("the kernel %s has no driver for it", input->next->version);

	findings_add(findings, FINDING_PASS, pci_text(function), "",
		     "shares IOMMU group %d with %s and leaves it usable: %s", function->iommu_group,
		     pci_address_text(&taken->address), why)
		->code = CODE_GROUP_SPARED;
}

static void advise_neighbour(const struct check_input *input, const struct pci_function *function,
			     struct finding *finding)
{
	struct plan_neighbour advice;

	context_advise_on(input->context, function, &advice);
	finding->claim = advice.claim;
	if (advice.claim[0])
		finding_cure(finding, "%s (in " CONFIG_READ_FILE ")", advice.hint);
	else
		finding->hint = advice.hint;
	if (advice.reason[0])
		finding->what = util_text("%s; it cannot be claimed too: %s", finding->what, advice.reason);
}

/* What has a host driver at the next boot, and keeps it, stands among the plan's neighbours already. */
static void check_neighbour(const struct check_input *input, const struct pci_function *function,
			    struct findings *findings)
{
	const struct plan *plan = &input->context->plan;
	bool wanted = plan_entry_of(plan, function);
	const char *overridden = other_setups_driver(input->setups, function), *spared, *drivers;
	const struct pci_function *taken;
	struct finding *finding;

	if (function->iommu_group < 0 || plan_takes(plan, function) || pci_is_real_bridge(function) ||
	    neighbours_go_with_vmd(input->context->machine.functions, input->context->machine.function_count,
				   plan, function) ||
	    (pci_has_host_driver(function) && !function->next_driver))
		return;
	taken = plan_taken_of_group(plan, function->iommu_group);
	if (!taken)
		return;
	spared = module_index_spared(input->index, function);
	if (spared && !wanted)
		say_is_spared(input, function, taken, spared, findings);
	drivers = overridden && !spared ? module_index_find(input->index, function).names : "";
	if (!drivers[0])
		return;
	finding = findings_add(findings, FINDING_WARN, pci_text(function), "",
			       "%s, and the next boot binds it to %s until driverctl binds it; until it is "
			       "released no guest can use IOMMU group %d with %s",
			       neighbours_describe_now(function, wanted), drivers, function->iommu_group,
			       pci_address_text(&taken->address));
	finding->code = CODE_GROUP_LATER;
	if (!wanted)
		advise_neighbour(input, function, finding);
}

/* --- what guests take --- */

static bool guest_takes(const struct check_input *input, const struct guest_device *device,
			const struct pci_function *function)
{
	const struct machine *machine = &input->context->machine;
	const struct pci_function *named =
		pci_find(machine->functions, machine->function_count, &device->address);

	return guests_names(device, function) || (device->whole_group && named && named->iommu_group >= 0 &&
						  named->iommu_group == function->iommu_group);
}

static void check_guest(const struct check_input *input, const struct guest_device *device,
			const struct pci_function *function, struct findings *findings)
{
	struct plan_neighbour advice;
	struct finding *finding;

	if (pci_is_bridge(function) || plan_takes(&input->context->plan, function) ||
	    !guest_takes(input, device, function))
		return;
	finding = findings_add(
		findings, FINDING_WARN, pci_text(function), "",
		guests_names(device, function) ?
			"%s takes it from the host when it starts, and the host has it until then" :
			"%s takes it from the host when it starts, with the group of its own device",
		device->guest);
	finding->code = CODE_MANAGER;
	finding_cure(finding, "remove %s from %s", pci_address_text(&device->address), device->where);
	/* What has an entry says there why it stays. */
	if (plan_entry_of(&input->context->plan, function))
		return;
	context_advise_on(input->context, function, &advice);
	finding->claim = advice.claim;
	if (advice.claim[0])
		finding_cure(finding, "%s (in " CONFIG_READ_FILE "), or %s", advice.hint, finding->hint);
	if (advice.reason[0])
		finding->what = util_text("%s; no claim helps: %s", finding->what, advice.reason);
}

void check_next(const struct check_input *input, struct findings *findings)
{
	const struct context *context = input->context;
	const struct machine *machine = &context->machine;

	check_dry_run(input, findings);
	check_ignored(input, findings);
	if (context->config.claim_count)
		check_forbidden(input, findings);
	check_edit(input, findings);
	check_iommu_stays(input, findings);
	for (size_t c = 0; c < context->config.claim_count; c++)
		check_several(input, &context->config.claims[c], findings);
	for (size_t i = 0; i < context->plan.count; i++)
		if (context->plan.entries[i].claim->driver[0] && is_first_of_driver(&context->plan, i))
			check_driver(input, &context->plan.entries[i], findings);
	for (size_t i = 0; i < machine->function_count; i++)
		check_neighbour(input, &machine->functions[i], findings);
	for (size_t g = 0; g < input->guests->count; g++)
		for (size_t i = 0; i < machine->function_count; i++)
			check_guest(input, &input->guests->list[g], &machine->functions[i], findings);
}
