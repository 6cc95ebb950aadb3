/* SPDX-License-Identifier: GPL-2.0-or-later */
/* boot: claim the wanted devices before any driver can load. Steps 1 to 9 of the early stage, in order. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bind.h"
#include "cmd.h"
#include "deadline.h"
#include "log.h"
#include "pci.h"
#include "report.h"
#include "root.h"

#define CONFIG_FILE "/etc/vfio-early.conf"
#define CONFIG_FOLDER "/etc/vfio-early.conf.d"
#define CONFIG_LIMIT (1 << 20)
#define CMDLINE_LIMIT (1 << 16)

/* Everything that one boot knows. */
struct boot {
	struct config config;
	char *cmdline;
	struct pci_function *functions;
	size_t function_count;
	int *wanted;
	struct iommu iommu;
	bool iommu_judged;
	struct plan plan;
	bool dry_run, json;
};

static void clear_boot(struct boot *boot)
{
	plan_clear(&boot->plan);
	config_clear(&boot->config);
	free(boot->wanted);
	free(boot->functions);
	free(boot->cmdline);
}

static void add_file(struct config *config, const char *path)
{
	cleanup_free char *text = NULL;
	size_t length;
	char what[128];
	int r = root_read_file(path, CONFIG_LIMIT, &text, &length);

	if (r == -ENOENT)
		return;
	if (r == -EFBIG)
		config_add_error(config, path, "the file is larger than 1 MiB; what is behind that is not read");
	else if (r < 0)
		config_add_error(config, path, util_format(what, sizeof(what), "cannot be read: %s", strerror(-r)));
	if (text)
		config_add_file(config, path, text, length);
}

/* The drop-ins, in name order. */
static void add_folder(struct config *config)
{
	char **names, path[512];
	ssize_t count = root_list(CONFIG_FOLDER, &names);

	for (ssize_t i = 0; i < count; i++) {
		size_t length = strlen(names[i]);

		if (length > 5 && !strcmp(names[i] + length - 5, ".conf"))
			add_file(config, util_format(path, sizeof(path), CONFIG_FOLDER "/%s", names[i]));
	}
	root_list_free(names, count);
}

static void read_config(struct boot *boot)
{
	size_t length;
	char what[128];
	int r = root_read_file("/proc/cmdline", CMDLINE_LIMIT, &boot->cmdline, &length);

	config_init(&boot->config);
	if (!boot->cmdline) {
		boot->cmdline = util_copy("", 0);
		config_add_error(&boot->config, "/proc/cmdline",
				 util_format(what, sizeof(what), "cannot be read: %s; is /proc mounted?", strerror(-r)));
	}
	if (config_wants_files(boot->cmdline)) {
		add_file(&boot->config, CONFIG_FILE);
		add_folder(&boot->config);
	}
	config_add_cmdline(&boot->config, boot->cmdline);
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

		for (size_t i = 0; i < boot->function_count; i++)
			matches += selector_matches(&claim->selector, &boot->functions[i]);
		if (matches > 1)
			log_line(LOG_INFO, "%.64s (%s) matches %zu devices", claim->text, claim->wanted_by, matches);
		else
			log_line(LOG_DEBUG, "%.64s (%s) matches %zu devices", claim->text, claim->wanted_by, matches);
	}
}

static void log_verdicts(const struct plan *plan)
{
	char sentence[512], address[PCI_ADDRESS_SIZE];

	for (size_t i = 0; i < plan->count; i++) {
		const struct plan_entry *entry = &plan->entries[i];
		const struct pci_function *function = entry->function;
		char subject[96];

		if (function)
			util_format(subject, sizeof(subject), "%s %04x:%04x",
				    pci_address_format(&function->address, address), function->vendor, function->device);
		else
			util_format(subject, sizeof(subject), "%.64s", entry->claim->text);
		log_line(verdict_level(entry->verdict), "%s %s%s%s", subject,
			 plan_sentence(entry, sentence, sizeof(sentence)), entry->hint[0] ? "; " : "", entry->hint);
	}
}

static void make_plan(struct boot *boot)
{
	ssize_t count = 0;

	/* A boot that asks for nothing looks at nothing. */
	if (boot->config.claim_count)
		count = pci_scan(&boot->functions);
	if (count < 0)
		config_add_error(&boot->config, "/sys/bus/pci/devices", "cannot be read: is /sys mounted, and PCI there?");
	boot->function_count = count > 0 ? (size_t)count : 0;
	boot->wanted = calloc(boot->function_count + 1, sizeof(*boot->wanted));
	if (!boot->wanted)
		exit(EXIT_FAILED);
	if (plan_match(&boot->config, boot->functions, boot->function_count, boot->wanted)) {
		for (size_t i = 0; i < boot->function_count; i++)
			if (boot->wanted[i] >= 0)
				pci_read_details(&boot->functions[i]);
		iommu_read(boot->cmdline, &boot->iommu);
		boot->iommu_judged = true;
	}
	plan_make(&boot->config, boot->functions, boot->function_count, boot->wanted, &boot->iommu, &boot->plan);
}

static void save_report(const struct boot *boot)
{
	int r = report_save("boot", &boot->config, boot->iommu_judged ? &boot->iommu : NULL, &boot->plan);

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

/* A dry run of the command: told to the person who asked, nothing is written anywhere. */
static int show_plan(const struct boot *boot)
{
	log_start(LOG_TO_STDOUT, boot->config.debug);
	if (boot->json) {
		report_print(stdout, "boot", &boot->config, boot->iommu_judged ? &boot->iommu : NULL, &boot->plan);
	} else {
		log_errors(&boot->config);
		log_matches(boot);
		log_verdicts(&boot->plan);
		if (!boot->plan.count)
			puts("nothing is asked for: neither rd.vfio.ids= nor " CONFIG_FILE " names a device");
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
	if (boot->config.dryrun)
		log_line(LOG_NOTICE, "rd.vfio.dryrun: nothing is written");
	else
		bind_apply(&boot->plan, &times);
	log_verdicts(&boot->plan);
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
	read_config(&boot);
	make_plan(&boot);
	if (boot.dry_run)
		return show_plan(&boot);
	deadline_set(boot.config.deadline);
	return carry_out(&boot, start);
}
