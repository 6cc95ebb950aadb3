/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/context.h"

#include <stdlib.h>

#include "core/advice.h"
#include "core/match.h"
#include "core/module-index.h"
#include "core/other-setups.h"
#include "core/planner.h"
#include "host/config-read.h"
#include "host/deadline.h"
#include "host/facts-read.h"
#include "host/host-needs-read.h"
#include "host/iommu-read.h"
#include "host/report-read.h"
#include "host/rootdir.h"

void context_load(const char *next, const char *booted, struct context *ret)
{
	*ret = (struct context){ .booted = next ? booted : NULL };
	config_read(next, booted != NULL, &ret->config, &ret->cmdline);
	deadline_begin(ret->config.deadline);
}

void context_go_by(struct context *context, const struct initramfs *image)
{
	context->image = image;
	if (!image)
		facts_read_live(&context->config, &context->facts);
	else if (image->facts)
		facts_read_text(&context->config, util_copy(image->facts, image->facts_length),
				image->facts_length, &context->facts);
}

/* stage=early that does not count is an error of the configuration, one a claim. */
static void add_stage_errors(struct context *context)
{
	struct config *config = &context->config;
	for (size_t c = 0; c < config->claim_count; c++) {
		for (size_t i = 0; i < context->machine.function_count; i++) {
			const struct pci_function *function = &context->machine.functions[i];

			if (context->machine.wanted[i] != (int)c ||
			    !match_is_loosely_early(&config->claims[c], function))
				continue;
			config_add_error(config, config->claims[c].wanted_by,
					 util_text("%s: for storage, USB controllers and card readers "
						   "stage=early needs a pinned address (%s@%04x:%04x) or a "
						   "path; the device waits for the late stage",
						   config->claims[c].text,
						   pci_address_text(&function->address), function->vendor,
						   function->device));
			break;
		}
	}
}

static struct plan_input input_of(const struct context *context, const struct plan_stage *stage,
				  bool foreseen)
{
	const struct machine *machine = &context->machine;

	return (struct plan_input){
		.stage = stage,
		.foreseen = foreseen,
		.config = &context->config,
		.functions = machine->functions,
		.function_count = machine->function_count,
		.iommu = &machine->iommu,
		.links = machine->links,
		.link_count = machine->link_count,
		.needs = &context->needs,
		.facts = &context->facts,
		.storage = machine->storage,
		.network = &machine->network,
		.early_verdicts = context->early_verdicts,
		.early_verdict_count = context->early_verdict_count,
		.reported = context->reported,
	};
}

/* The early stage frees USB only where the facts know all that the image's tables name (wait.c). */
static enum needs_depth depth_of(const struct plan_stage *stage, const struct facts *facts)
{
	if (!stage->before_disks)
		return NEEDS_ALL;
	return facts_are_complete(facts) ? NEEDS_OF_TABLES : NEEDS_OFF_DISKS;
}

static struct advice_input advice_of(const struct context *context, const struct plan_input *input)
{
	const struct keyboards *keyboards = &context->keyboards;

	return (struct advice_input){
		.plan = input,
		.keyboards = keyboards->controllers,
		.keyboard_count = keyboards->elsewhere ? 0 : keyboards->count,
	};
}

/* The host drivers that bind @function at the next boot: a util_text(), or NULL. */
static const char *find_later_drivers(const struct context *context, const struct pci_function *function)
{
	const char *drivers = module_index_find(context->index, function).names;

	if (!drivers[0])
		return NULL;
	/* Blacklists of the initramfs alone look as if they helped. */
	return cmdline_has(context->cmdline, "rd.driver.blacklist", drivers) ?
		       util_text("%s (rd.driver.blacklist= counts in the initramfs only)", drivers) :
		       drivers;
}

/*
 * What shares a group with a claimed device is judged by the driver that it will have, and so are the displays and the
 * network cards that stay.
 */
static void foresee_drivers(struct context *context)
{
	struct machine *machine = &context->machine;

	for (size_t i = 0; context->index && i < machine->function_count; i++) {
		struct pci_function *function = &machine->functions[i];
		bool shares = machine->mates[i] && function->iommu_group >= 0;
		const char *spared;

		if (!shares && !pci_is_display(function) && !pci_is_network(function))
			continue;
		/* What driverctl takes from its host driver after the boot is no obstacle for long. */
		spared = other_setups_driver(context->setups, function);
		if (!spared)
			spared = module_index_spared(context->index, function);
		if (shares && !spared && !pci_has_host_driver(function))
			function->later_drivers = find_later_drivers(context, function);
		if (pci_is_display(function) || pci_is_network(function) || machine->wanted[i] < 0 ||
		    match_is_kept(&context->config, function))
			function->next_driver = spared;
	}
}

void context_plan(struct context *context, const struct plan_stage *stage, bool real, char *const *parameters,
		  size_t count)
{
	struct plan_input input;

	if (context->config.claim_count && !stage->whole_machine)
		facts_read(&context->config, &context->facts);
	if (context->config.claim_count || stage->whole_machine)
		host_needs_read(context->cmdline, parameters, count, depth_of(stage, &context->facts),
				context->image, &context->needs);
	context->needs.facts = &context->facts;
	if (!stage->before_disks)
		context->reported = report_load_early_verdicts(&context->early_verdicts,
							       &context->early_verdict_count) == 0;
	machine_read(&context->config, context->booted ? context->booted : context->cmdline, &context->needs,
		     &context->facts, stage, real && stage->after_early, context->guests, &context->machine);
	if (context->booted)
		iommu_foresee(context->cmdline, &context->machine.iommu);
	if (context->booted && context->vtd_by_parameter)
		iommu_foresee_loss(context->booted, context->cmdline, iommu_read_opts_in(),
				   &context->machine.iommu);
	foresee_drivers(context);
	add_stage_errors(context);
	input = input_of(context, stage, !stage->acts);
	/* Where the early stage has run, its report is gone for a dry run as it is for the boot. */
	if (!stage->acts || (stage->after_early && !real && !context->reported && !report_is_waiting())) {
		struct plan_input early = input_of(context, &plan_early, !stage->acts);

		planner_make(&early, context->machine.wanted, &context->early);
		input.early = &context->early;
	}
	planner_make(&input, context->machine.wanted, &context->plan);
	if (stage->whole_machine && (context->plan.count || (context->guests && context->guests->count)))
		keyboard_read(&context->keyboards);
	if (stage->whole_machine && context->plan.count) {
		struct advice_input advice;

		advice = advice_of(context, &input);
		advice_find(&advice, &context->plan);
	}
}

void context_advise_on(struct context *context, const struct pci_function *function,
		       struct plan_neighbour *ret)
{
	struct plan_input input = input_of(context, &plan_next, true);
	struct advice_input advice = advice_of(context, &input);

	input.early = &context->early;
	advice_on_function(&advice, &context->plan, function, ret);
}

void context_add_notes(struct context *context)
{
	bool storage = false;

	if (!rootdir_is_unprivileged())
		return;
	for (size_t i = 0; i < context->plan.count; i++)
		storage |= context->plan.entries[i].function &&
			   pci_is_storage(context->plan.entries[i].function);
	if (storage)
		context->notes[context->note_count++] =
			"only root can read disks: verdicts of storage controllers use what udev knows";
	if (context->machine.iommu.state == IOMMU_OFF && context->machine.iommu.kind != IOMMU_KIND_UNKNOWN)
		context->notes[context->note_count++] =
			"only root can read the firmware's tables: why the IOMMU is off is a guess";
}

void context_clear(struct context *context)
{
	plan_clear(&context->plan);
	plan_clear(&context->early);
	report_free_early_verdicts(context->early_verdicts, context->early_verdict_count);
	keyboard_read_clear(&context->keyboards);
	machine_clear(&context->machine);
	host_needs_clear(&context->needs);
	facts_clear(&context->facts);
	config_clear(&context->config);
	free(context->cmdline);
	*context = (struct context){ 0 };
}

const struct iommu *context_iommu(const struct context *context)
{
	return context->machine.iommu_judged ? &context->machine.iommu : NULL;
}
