/* SPDX-License-Identifier: GPL-2.0-or-later */
/* boot: claim the wanted devices before any driver can load. Steps 1 to 9 of the early stage, in order. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bind.h"
#include "cmd.h"
#include "deadline.h"
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
	struct plan plan;
	bool dry_run, json;
};

static void clear_boot(struct boot *boot)
{
	plan_clear(&boot->plan);
	machine_clear(&boot->machine);
	config_clear(&boot->config);
	free(boot->cmdline);
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

static void log_verdicts(const struct plan *plan)
{
	char sentence[512], subject[96];

	for (size_t i = 0; i < plan->count; i++) {
		const struct plan_entry *entry = &plan->entries[i];

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

static void make_plan(struct boot *boot)
{
	const struct machine *machine = &boot->machine;
	struct plan_input input;

	machine_read(&boot->config, boot->cmdline, &boot->machine);
	input = (struct plan_input){
		.config = &boot->config,
		.functions = machine->functions,
		.function_count = machine->function_count,
		.iommu = &machine->iommu,
		.links = machine->links,
		.link_count = machine->link_count,
	};
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
		} else {
			fprintf(stderr, "vfio-early: boot knows --dry-run and --json, not '%s'\n", argv[i]);
			return -EINVAL;
		}
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
		log_verdicts(&boot->plan);
		plan_steps(&boot->plan, log_step, (char[]){ "" });
		if (!boot->plan.count)
			puts("nothing is asked for: neither rd.vfio.ids= nor " LOAD_CONFIG_FILE " names a device");
	}
	return plan_failed(&boot->plan) || boot->config.error_count ? EXIT_FAILED : EXIT_DONE;
}

static int carry_out(struct boot *boot, unsigned long long start)
{
	struct bind_times times = { 0 };
	int r = root_mkdir(REPORT_FOLDER);

	log_start(LOG_TO_KERNEL, boot->config.debug);
	if (r < 0)
		log_line(LOG_WARNING, REPORT_FOLDER ": cannot be made: %s; this boot leaves no report", strerror(-r));
	log_errors(&boot->config);
	log_matches(boot);
	if (!boot->config.dryrun)
		bind_apply(&boot->plan, &times);
	log_verdicts(&boot->plan);
	if (boot->config.dryrun) {
		plan_steps(&boot->plan, log_step, (char[]){ "would " });
		log_line(LOG_NOTICE, "rd.vfio.dryrun: nothing was written");
	}
	log_line(LOG_DEBUG, "done in %llu us, of which loading vfio-pci took %llu us and the devices %llu us",
		 util_now() - start, times.modules, times.devices);
	save_report(boot);
	return plan_failed(&boot->plan) ? EXIT_FAILED : EXIT_DONE;
}

int cmd_boot(int argc, char **argv)
{
	__attribute__((cleanup(clear_boot))) struct boot boot = { 0 };
	unsigned long long start = util_now();

	if (parse_arguments(argc, argv, &boot) < 0)
		return EXIT_USAGE;
	load_config(&boot.config, &boot.cmdline);
	make_plan(&boot);
	if (boot.dry_run)
		return show_plan(&boot);
	deadline_set(boot.config.deadline);
	return carry_out(&boot, start);
}
