/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/check.h"

#include <string.h>

#include "cmd/show.h"
#include "core/facts-compare.h"
#include "core/match.h"
#include "host/bootloader.h"
#include "host/config-read.h"

static void check_rights(const struct check_input *input, struct findings *findings)
{
	if (input->unprivileged)
		findings_add(findings, FINDING_WARN, "user", "sudo vfio-early check",
			     "not run by root: disks, firmware tables and some images are not readable, so "
			     "these results may be wrong")
			->code = CODE_NOT_ROOT;
}

static void check_config(const struct check_input *input, struct findings *findings)
{
	const struct config *config = &input->context->config;

	if (input->next_path)
		findings_add(
			findings, FINDING_PASS, "command line", "",
			"the next boot has a different command line (%s); these results are for that one",
			input->next_path)
			->code = CODE_NEXT_CMDLINE;
	if (input->awaits_install)
		findings_add(findings, FINDING_WARN, BOOTLOADER_CMDLINE, input->distro->install,
			     "has other parameters than the next boot")
			->code = CODE_NOT_APPLIED;
	findings_add_errors(findings, FINDING_FAIL, config);
	for (size_t k = 0; k < config->keep_count; k++) {
		const struct machine *machine = &input->context->machine;
		const char *why =
			match_idle_keep(&config->keeps[k], machine->functions, machine->function_count);

		if (why)
			findings_add(findings, FINDING_WARN, config->keeps[k].where, "compare with lspci -nn",
				     "%s", why)
				->code = CODE_IDLE_KEEP;
	}
	/* Where a line or a parameter has an error, it may be a claim. */
	if (!config->claim_count && !config->error_count)
		findings_add(findings, FINDING_WARN, "configuration",
			     input->files_ignored ? "sudo vfio-early list shows the devices" :
						    FINDINGS_FIRST_CLAIM,
			     "nothing is claimed: %s",
			     input->ignored_file ?
				     "no rd.vfio.ids= names a device, and the files are ignored" :
				     "neither rd.vfio.ids= nor " CONFIG_READ_FILE " names a device")
			->code = CODE_NO_CLAIM;
}

/* --- the IOMMU --- */

static void check_iommu(const struct check_input *input, struct findings *findings)
{
	const struct iommu *iommu = &input->context->machine.iommu;
	const struct config *config = &input->context->config;
	enum finding_level level =
		config->claim_count && !config->iommu_ignored ? FINDING_FAIL : FINDING_WARN;
	struct finding *finding;

	if (iommu->state == IOMMU_ON)
		level = FINDING_PASS;
	else if (iommu->cause == IOMMU_CAUSE_DRIVER || iommu->turns_on)
		level = FINDING_WARN;
	finding = findings_add(findings, level, "IOMMU", "", "%s", show_iommu_sentence(iommu));
	finding->code = iommu->lost ? CODE_IOMMU_LOST : CODE_IOMMU;
	if (iommu->lost)
		finding->what =
			"is on by intel_iommu=on, which the next boot does not have, and its kernel does "
			"not enable VT-d by default";
	if (iommu->turns_on)
		finding_cure(finding, "no action: the command line of the next boot enables it");
	else if (level != FINDING_PASS)
		finding->hint = show_iommu_cure(iommu, input->distro);
	if (iommu->interrupts[0])
		findings_add(findings, FINDING_WARN, "interrupts", iommu->interrupts_hint, "%s",
			     iommu->interrupts)
			->code = CODE_INTERRUPTS;
}

/* --- what is asked for --- */

static enum finding_level level_of(const struct check_input *input, const struct plan_entry *entry)
{
	/* A keep that is obeyed is what was asked for. */
	if (plan_is_excused(entry) ||
	    (entry->verdict == VERDICT_KEPT && match_is_kept(&input->context->config, entry->function)))
		return FINDING_PASS;
	if (verdict_is_failure(entry->verdict))
		return FINDING_FAIL;
	/* A dry run takes nothing. */
	return plan_is_taken(entry) && !input->context->config.dryrun ? FINDING_PASS : FINDING_WARN;
}

/*
 * What stays because another one of its group does, or was taken along by expand=group, is said in the group's one
 * line.
 */
static bool is_said_by_group(const struct plan *plan, const struct plan_entry *entry)
{
	bool named = entry->function && show_is_named(entry);

	if (entry->because)
		return true;
	for (size_t g = 0; g < plan->group_count; g++)
		if (!named && entry->verdict == VERDICT_KEPT && plan->groups[g].cause == entry->function)
			return true;
	return false;
}

static void check_entries(const struct check_input *input, struct findings *findings)
{
	const struct plan *plan = &input->context->plan;

	for (size_t i = 0; i < plan->count; i++) {
		const struct plan_entry *entry = &plan->entries[i];
		struct finding *finding;

		if (is_said_by_group(plan, entry) ||
		    (plan_is_taken(entry) && check_driver_fails(input, entry, findings)))
			continue;
		finding =
			findings_add(findings, level_of(input, entry), show_subject(entry), entry->hint,
				     "%s%s", plan_sentence(entry),
				     plan_is_taken(entry) ? show_along(&input->context->config, entry) : "");
		finding->claim = entry->claim_too;
		finding->replaces = entry->instead ? entry->claim->text : NULL;
		finding->code = CODE_VERDICT;
		finding->verdict = entry->verdict;
		if (entry->verdict == VERDICT_NO_IOMMU && input->context->machine.iommu.state == IOMMU_OFF) {
			/* The line of the IOMMU says why, and has the same cure. */
			finding->what = "stays with the host: no usable IOMMU";
			finding->hint = show_iommu_cure(&input->context->machine.iommu, input->distro);
		} else if (entry->verdict == VERDICT_OFF) {
			finding->hint =
				distro_remove(input->distro, config_off_parameter(&input->context->config));
		}
	}
}

static void check_neighbours(const struct check_input *input, struct findings *findings)
{
	const struct plan *plan = &input->context->plan;

	for (size_t i = 0; i < plan->neighbour_count; i++) {
		const struct plan_neighbour *neighbour = &plan->neighbours[i];

		if (!neighbour->blocks || !neighbour->group_is_unusable)
			findings_add_neighbour(findings, neighbour->blocks ? FINDING_FAIL : FINDING_WARN,
					       neighbour);
	}
}

/* One line a group that no guest can use, whatever it fails for. */
static void check_groups(const struct check_input *input, struct findings *findings)
{
	const struct plan *plan = &input->context->plan;

	for (size_t g = 0; g < plan->group_count; g++)
		findings_add(findings, FINDING_FAIL, pci_text(plan->groups[g].function), plan->groups[g].hint,
			     "%s", plan->groups[g].reason)
			->code = CODE_GROUP_UNUSABLE;
}

/* An image with other facts is made on the system that boots from it. */
static const char *cure_facts(const struct check_input *input)
{
	if (!input->elsewhere[0])
		return distro_regenerate(input->distro);
	return util_text("regenerate it on the system that boots from it: %s", input->elsewhere);
}

/* The machine may be another one than when the facts were made. */
static void check_changes(const struct check_input *input, struct findings *findings)
{
	const struct machine *machine = &input->context->machine;
	cleanup_free struct facts_change *changes = NULL;
	size_t count =
		facts_compare(&input->context->facts, machine->functions, machine->function_count, &changes);

	for (size_t i = 0; i < count; i++)
		findings_add(findings, FINDING_WARN, changes[i].subject, cure_facts(input), "%s",
			     changes[i].what)
			->code = CODE_CHANGED;
}

/* Do the facts count, and are they of the program that judges here? */
static void check_facts(const struct check_input *input, struct findings *findings)
{
	const struct facts *facts = &input->context->facts;

	if (facts_reason(facts)[0] && facts->state != FACTS_IGNORED)
		findings_add(findings, FINDING_WARN, input->image ? input->image : "host facts",
			     cure_facts(input), "%s", facts_reason(facts))
			->code = CODE_FACTS;
	if (!input->image || !input->context->config.claim_count)
		return;
	if (facts->state == FACTS_MISSING)
		findings_add(findings, FINDING_WARN, input->image, cure_facts(input),
			     "has no host facts (what this host needs at boot), so USB controllers and card "
			     "readers wait for the late stage")
			->code = CODE_NO_FACTS;
	else if (facts->state == FACTS_USED && strcmp(facts->version, VFIO_EARLY_VERSION) != 0)
		findings_add(findings, FINDING_WARN, input->image, cure_facts(input),
			     "has host facts of version %s of vfio-early, so the next boot may differ from "
			     "this prediction (version " VFIO_EARLY_VERSION ")",
			     facts->version[0] ? facts->version : "?")
			->code = CODE_FACTS_VERSION;
}

/* Where a new image, which knows the host as it is now, would do something else. */
static void check_live(const struct check_input *input, struct findings *findings)
{
	const struct plan *live = &input->live->plan;
	const struct machine *machine = &input->context->machine;

	for (size_t i = 0; i < live->count; i++) {
		const struct plan_entry *now = &live->entries[i];
		const struct pci_function *function =
			now->function ? pci_find(machine->functions, machine->function_count,
						 &now->function->address) :
					NULL;
		const struct plan_entry *entry =
			function ? plan_entry_of(&input->context->plan, function) : NULL;

		if (!entry || entry->verdict == now->verdict)
			continue;
		findings_add(findings, FINDING_WARN, show_subject(entry), distro_regenerate(input->distro),
			     "with the present image it %s; with a new image it %s", plan_sentence(entry),
			     plan_sentence(now))
			->code = CODE_IMAGE_DIFFERS;
	}
}

void check_devices(const struct check_input *input, struct findings *findings)
{
	check_rights(input, findings);
	check_config(input, findings);
	check_iommu(input, findings);
	check_entries(input, findings);
	check_facts(input, findings);
	check_live(input, findings);
	if (input->image)
		check_changes(input, findings);
	check_groups(input, findings);
	check_neighbours(input, findings);
	check_losses(input, findings);
}
