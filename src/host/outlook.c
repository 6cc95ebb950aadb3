/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/outlook.h"

#include <stdlib.h>
#include <unistd.h>

#include "core/match.h"
#include "core/planner.h"
#include "host/deadline.h"
#include "host/load.h"
#include "host/report-read.h"
#include "host/rootdir.h"

void outlook_load(const char *next, const char *booted, struct outlook *ret)
{
	*ret = (struct outlook){ .booted = next ? booted : NULL };
	load_config(next, booted != NULL, &ret->config, &ret->cmdline);
	deadline_begin(ret->config.deadline);
}

/* stage=early that does not count is an error of the configuration, one a claim. */
static void add_stage_errors(struct outlook *outlook)
{
	struct config *config = &outlook->config;
	char what[256], address[PCI_ADDRESS_SIZE];

	for (size_t c = 0; c < config->claim_count; c++) {
		for (size_t i = 0; i < outlook->machine.function_count; i++) {
			const struct pci_function *function = &outlook->machine.functions[i];

			if (outlook->machine.wanted[i] != (int)c || !match_is_loosely_early(&config->claims[c], function))
				continue;
			util_format(what, sizeof(what), "%.64s: stage=early takes storage, USB and card readers by a pinned address or a path "
				    "only, as %s@%04x:%04x; it waits for the late stage", config->claims[c].text,
				    pci_address_format(&function->address, address), function->vendor, function->device);
			config_add_error(config, config->claims[c].wanted_by, what);
			break;
		}
	}
}

static struct plan_input input_of(const struct outlook *outlook, enum plan_stage stage)
{
	const struct machine *machine = &outlook->machine;

	return (struct plan_input){
		.stage = stage,
		.config = &outlook->config,
		.functions = machine->functions,
		.function_count = machine->function_count,
		.iommu = &machine->iommu,
		.links = machine->links,
		.link_count = machine->link_count,
		.needs = &outlook->needs,
		.storage = machine->storage,
		.network = &machine->network,
		.settled = outlook->settled,
		.settled_count = outlook->settled_count,
		.reported = outlook->reported,
	};
}

void outlook_plan(struct outlook *outlook, enum plan_stage stage, bool real, char *const *parameters, size_t count)
{
	struct plan_input input;

	if (outlook->config.claim_count || stage == PLAN_NEXT)
		load_needs(outlook->cmdline, parameters, count, stage != PLAN_EARLY, &outlook->needs);
	if (stage != PLAN_EARLY)
		outlook->reported = report_load_settled(&outlook->settled, &outlook->settled_count) == 0;
	machine_read(&outlook->config, outlook->booted ? outlook->booted : outlook->cmdline, &outlook->needs, stage,
		     real && stage == PLAN_LATE, &outlook->machine);
	if (outlook->booted)
		iommu_foresee(outlook->cmdline, &outlook->machine.iommu);
	add_stage_errors(outlook);
	input = input_of(outlook, stage);
	if (stage == PLAN_NEXT || (stage == PLAN_LATE && !real && !outlook->reported)) {
		struct plan_input early = input_of(outlook, PLAN_EARLY);

		planner_make(&early, outlook->machine.wanted, &outlook->early);
		input.early = &outlook->early;
	}
	planner_make(&input, outlook->machine.wanted, &outlook->plan);
}

bool outlook_is_unprivileged(void)
{
	return rootdir_is_host() && geteuid() != 0;
}

void outlook_add_rights(struct outlook *outlook)
{
	bool storage = false;

	if (!outlook_is_unprivileged())
		return;
	for (size_t i = 0; i < outlook->plan.count; i++)
		storage |= outlook->plan.entries[i].function && pci_is_storage(outlook->plan.entries[i].function);
	if (storage)
		config_add_error(&outlook->config, "user", "not run by root: disks cannot be read, so what becomes of their "
				 "controllers is judged by what udev knows of them; with sudo it is certain");
	if (outlook->machine.iommu.state == IOMMU_OFF && outlook->machine.iommu.kind != IOMMU_KIND_UNKNOWN)
		config_add_error(&outlook->config, "user", "not run by root: the firmware's tables cannot be read, so why the IOMMU is "
				 "off may be told wrongly; with sudo it is not");
}

void outlook_clear(struct outlook *outlook)
{
	plan_clear(&outlook->plan);
	plan_clear(&outlook->early);
	report_free_settled(outlook->settled, outlook->settled_count);
	machine_clear(&outlook->machine);
	needs_clear(&outlook->needs);
	config_clear(&outlook->config);
	free(outlook->cmdline);
	*outlook = (struct outlook){ 0 };
}

const struct iommu *outlook_iommu(const struct outlook *outlook)
{
	return outlook->machine.iommu_judged ? &outlook->machine.iommu : NULL;
}
