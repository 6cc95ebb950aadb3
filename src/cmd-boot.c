/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot: claim the wanted devices before any driver can load; boot --late: claim what had to wait until the root
 * device was there.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bind.h"
#include "cmd.h"
#include "deadline.h"
#include "disks.h"
#include "load.h"
#include "log.h"
#include "machine.h"
#include "report.h"
#include "root.h"

/* Everything that one boot knows. */
struct boot {
	struct config config;
	char *cmdline;
	struct machine machine;
	struct needs needs;
	struct plan plan;
	struct plan_settled *settled; /* of the late stage */
	size_t settled_count;
	char **parameters;            /* what the image's own scripts know, as NAME=VALUE */
	size_t parameter_count;
	bool dry_run, json, late;
};

static void clear_boot(struct boot *boot)
{
	plan_clear(&boot->plan);
	report_free_settled(boot->settled, boot->settled_count);
	machine_clear(&boot->machine);
	needs_clear(&boot->needs);
	config_clear(&boot->config);
	free(boot->cmdline);
	free(boot->parameters);
}

static void log_errors(const struct config *config)
{
	for (size_t i = 0; i < config->error_count; i++)
		log_line(LOG_WARNING, "%s: %s", config->errors[i].where, config->errors[i].what);
	if (config->errors_left_out)
		log_line(LOG_WARNING, "%zu more errors of this kind are not shown", config->errors_left_out);
}

/* "10de:1c03 matches 2 devices": the first thing to know when ids are in play. */
static void log_matches(const struct boot *boot)
{
	for (size_t c = 0; c < boot->config.claim_count; c++) {
		const struct claim *claim = &boot->config.claims[c];
		size_t matches = 0;

		for (size_t i = 0; i < boot->machine.function_count; i++)
			matches += selector_match(&claim->selector, &boot->machine.functions[i]) == SELECTOR_YES;
		if (matches > 1)
			log_line(LOG_INFO, "%.64s (%s) matches %zu devices", claim->text, claim->wanted_by, matches);
		else
			log_line(LOG_DEBUG, "%.64s (%s) matches %zu devices", claim->text, claim->wanted_by, matches);
	}
}

/* "0000:01:00.0 10de:1c03": what every line about a device starts with. */
static const char *subject_of(const struct pci_function *function, char *buffer, size_t size)
{
	char address[PCI_ADDRESS_SIZE];

	return util_format(buffer, size, "%s %04x:%04x", pci_address_format(&function->address, address),
			   function->vendor, function->device);
}

/* The late stage has something to say of what waited for it, the early stage of everything. */
static void log_verdicts(const struct plan *plan, bool late)
{
	char sentence[512], subject[96];

	for (size_t i = 0; i < plan->count; i++) {
		const struct plan_entry *entry = &plan->entries[i];

		if (late && !entry->late)
			continue;
		if (entry->function)
			subject_of(entry->function, subject, sizeof(subject));
		else
			util_format(subject, sizeof(subject), "%.64s", entry->claim->text);
		log_line(plan_level(entry), "%s %s%s%s", subject,
			 plan_sentence(entry, sentence, sizeof(sentence)), entry->hint[0] ? "; " : "", entry->hint);
	}
	for (size_t i = 0; i < plan->neighbour_count; i++)
		log_line(LOG_WARNING, "%s %s%s%s", subject_of(plan->neighbours[i].function, subject, sizeof(subject)),
			 plan->neighbours[i].reason, plan->neighbours[i].hint[0] ? "; " : "", plan->neighbours[i].hint);
}

/* Binding works without remapped interrupts; a guest's start would fail, and nobody would know why. */
static void log_interrupts(const struct boot *boot)
{
	const struct iommu *iommu = &boot->machine.iommu;
	bool taken = false;

	for (size_t i = 0; i < boot->plan.count; i++)
		taken |= boot->plan.entries[i].verdict == VERDICT_BOUND || boot->plan.entries[i].verdict == VERDICT_WOULD_BIND;
	if (taken && boot->machine.iommu_judged && iommu->interrupts[0])
		log_line(LOG_WARNING, "%s; %s", iommu->interrupts, iommu->interrupts_hint);
}

/* stage=early that does not count is an error of the configuration, one a claim. */
static void add_stage_errors(struct boot *boot)
{
	struct config *config = &boot->config;
	char what[256];

	for (size_t c = 0; c < config->claim_count; c++) {
		for (size_t i = 0; i < boot->machine.function_count; i++) {
			if (boot->machine.wanted[i] != (int)c ||
			    !plan_is_loosely_early(&config->claims[c], &boot->machine.functions[i]))
				continue;
			config_add_error(config, config->claims[c].wanted_by,
					 util_format(what, sizeof(what), "%.64s: stage=early takes storage by a pinned address or a "
						     "path only, as 01:00.0@1b36:0010; it waits for the late stage", config->claims[c].text));
			break;
		}
	}
}

static void make_plan(struct boot *boot)
{
	const struct machine *machine = &boot->machine;
	struct plan_input input;

	if (boot->config.claim_count)
		load_needs(boot->cmdline, boot->parameters, boot->parameter_count, boot->late, &boot->needs);
	if (boot->late)
		boot->settled_count = report_load_settled(&boot->settled);
	machine_read(&boot->config, boot->cmdline, &boot->needs, boot->late, &boot->machine);
	input = (struct plan_input){
		.config = &boot->config,
		.functions = machine->functions,
		.function_count = machine->function_count,
		.iommu = &machine->iommu,
		.links = machine->links,
		.link_count = machine->link_count,
		.needs = &boot->needs,
		.storage = machine->storage,
		.network = &machine->network,
		.settled = boot->settled,
		.settled_count = boot->settled_count,
	};
	add_stage_errors(boot);
	plan_make(&input, machine->wanted, &boot->plan);
}

static const struct iommu *iommu_of(const struct boot *boot)
{
	return boot->machine.iommu_judged ? &boot->machine.iommu : NULL;
}

static void save_report(const struct boot *boot)
{
	int r = report_save("boot", &boot->config, iommu_of(boot), &boot->plan, boot->config.dryrun);

	if (r < 0)
		log_line(LOG_WARNING, REPORT_FILE ": cannot be written: %s; what is above is all there is", strerror(-r));
}

static int parse_arguments(int argc, char **argv, struct boot *boot)
{
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--dry-run")) {
			boot->dry_run = true;
		} else if (!strcmp(argv[i], "--json")) {
			boot->json = true;
		} else if (!strcmp(argv[i], "--late")) {
			boot->late = true;
		} else if (argv[i][0] != '-' && strchr(argv[i], '=')) {
			boot->parameters = util_grow(boot->parameters, boot->parameter_count, sizeof(*boot->parameters));
			boot->parameters[boot->parameter_count++] = argv[i];
		} else {
			fprintf(stderr, "vfio-early: boot knows --late, --dry-run and --json, not '%s'\n", argv[i]);
			return -EINVAL;
		}
	}
	if (!boot->late && boot->parameter_count) {
		fprintf(stderr, "vfio-early: boot takes parameters with --late only, not '%s'\n", boot->parameters[0]);
		return -EINVAL;
	}
	return 0;
}

/* @data is what stands before the verb. */
static void log_step(void *data, const char *path, const char *value)
{
	const char *before = data;

	if (path)
		log_line(LOG_INFO, "%swrite %s to %s", before, value, path);
	else
		log_line(LOG_INFO, "%sload %s", before, value);
}

/* A dry run of the command: told to the person who asked, nothing is written anywhere. */
static int show_plan(const struct boot *boot)
{
	log_start(LOG_TO_STDOUT, boot->config.debug);
	if (boot->json) {
		report_print(stdout, "boot", &boot->config, iommu_of(boot), &boot->plan, true);
	} else {
		log_errors(&boot->config);
		log_matches(boot);
		log_verdicts(&boot->plan, boot->late);
		log_interrupts(boot);
		plan_steps(&boot->plan, log_step, (char[]){ "" });
		if (!boot->plan.count)
			puts("nothing is asked for: neither rd.vfio.ids= nor " LOAD_CONFIG_FILE " names a device");
	}
	return plan_failed(&boot->plan) || boot->config.error_count ? EXIT_FAILED : EXIT_DONE;
}

/* Leave word for the late stage where something waits for it. */
static void announce_late(const struct plan *plan)
{
	bool waits = false;
	int r;

	for (size_t i = 0; i < plan->count; i++)
		waits |= plan->entries[i].late;
	r = waits ? report_leave_word() : 0;
	if (r < 0)
		log_line(LOG_WARNING, REPORT_LATE_FILE ": cannot be written: %s; what is deferred stays with the host",
			 strerror(-r));
}

static int carry_out(struct boot *boot, unsigned long long start)
{
	struct bind_times times = { 0 };
	int r = root_mkdir(REPORT_FOLDER);

	log_start(LOG_TO_KERNEL, boot->config.debug);
	if (r < 0)
		log_line(LOG_WARNING, REPORT_FOLDER ": cannot be made: %s; this boot leaves no report", strerror(-r));
	/* The late stage finds the same errors again; they are told once. */
	if (!boot->late) {
		log_errors(&boot->config);
		log_matches(boot);
	}
	if (!boot->config.dryrun)
		bind_apply(&boot->plan, boot->cmdline, &times);
	log_verdicts(&boot->plan, boot->late);
	if (!boot->late)
		log_interrupts(boot);
	if (boot->config.dryrun) {
		plan_steps(&boot->plan, log_step, (char[]){ "would " });
		log_line(LOG_NOTICE, "rd.vfio.dryrun: nothing was written");
	}
	log_line(LOG_DEBUG, "done in %llu us, of which loading vfio-pci took %llu us and the devices %llu us",
		 util_now() - start, times.modules, times.devices);
	save_report(boot);
	if (!boot->late)
		announce_late(&boot->plan);
	return plan_failed(&boot->plan) ? EXIT_FAILED : EXIT_DONE;
}

int cmd_boot(int argc, char **argv)
{
	__attribute__((cleanup(clear_boot))) struct boot boot = { 0 };
	unsigned long long start = util_now();

	if (parse_arguments(argc, argv, &boot) < 0)
		return EXIT_USAGE;
	if (boot.late && !boot.dry_run && !report_take_word())
		return EXIT_DONE;
	load_config(&boot.config, &boot.cmdline);
	deadline_set(boot.config.deadline);
	if (boot.late && !boot.dry_run)
		disks_settle();
	make_plan(&boot);
	if (boot.dry_run)
		return show_plan(&boot);
	return carry_out(&boot, start);
}
