/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * boot: claim the wanted devices before any driver can load; boot --late: claim what had to wait until the
 * root device was there.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boot/bind.h"
#include "boot/log.h"
#include "boot/report.h"
#include "boot/service.h"
#include "cmd.h"
#include "cmd/options.h"
#include "cmd/show.h"
#include "core/match.h"
#include "host/config-read.h"
#include "host/context.h"
#include "host/deadline.h"
#include "host/pci-names.h"
#include "host/rootdir.h"

/* Bytes that are kept for when no memory is left: what a small plan and the work on it take, and each further device. */
#define RESERVE (512 * 1024)
#define RESERVE_ENTRY 1024

/* Everything that one boot knows. */
struct boot {
	struct context context;
	struct step_list steps;
	const struct options *options;
	bool late;
};

static void clear_boot(struct boot *boot)
{
	context_clear(&boot->context);
	steps_clear(&boot->steps);
}

static void log_errors(const struct config *config)
{
	for (size_t i = 0; i < config->error_count; i++)
		log_line(LOG_WARNING, "%s: %s", config->errors[i].where, config->errors[i].what);
	if (config->errors_left_out)
		log_line(LOG_WARNING, "%s", config_text_left_out(config));
}

/* "10de:1c03 matches 2 devices": the first thing to know when ids are in play. */
static void log_matches(const struct boot *boot)
{
	for (size_t c = 0; c < boot->context.config.claim_count; c++) {
		const struct claim *claim = &boot->context.config.claims[c];
		size_t matches = 0;

		for (size_t i = 0; i < boot->context.machine.function_count; i++)
			matches += selector_match(&claim->selector, &boot->context.machine.functions[i]) ==
				   SELECTOR_YES;
		if (matches > 1)
			log_line(LOG_INFO, "%s (%s) matches %zu devices", claim->text, claim->wanted_by,
				 matches);
		else
			log_line(LOG_DEBUG, "%s (%s) matches %s device", claim->text, claim->wanted_by,
				 matches ? "1" : "no");
	}
}

static void log_idle_keeps(const struct context *context)
{
	for (size_t k = 0; k < context->config.keep_count; k++) {
		const char *why = match_idle_keep(&context->config.keeps[k], context->machine.functions,
						  context->machine.function_count);

		if (why)
			log_line(LOG_WARNING, "%s: %s; compare with lspci -nn",
				 context->config.keeps[k].where, why);
	}
}

/* Which facts the boot goes by: without any it is more careful. */
static void log_facts(const struct facts *facts)
{
	const char *reason = facts_reason(facts);

	if (facts->state == FACTS_IGNORED)
		log_line(LOG_NOTICE, "%s", reason);
	else if (reason[0])
		log_line(LOG_WARNING, "%s; regenerate the initramfs", reason);
	else if (facts->state == FACTS_MISSING)
		log_line(LOG_DEBUG, "no host facts in the image");
	else
		log_line(LOG_DEBUG, "host facts of %s, written by version %s: %zu functions protected",
			 facts->made, facts->version, facts->count);
	if (facts->unresolved)
		log_line(LOG_DEBUG, "the host facts are incomplete: %s", facts->unresolved);
}

/* The late stage has something to say of what waited for it, the early stage of everything. */
static void log_verdicts(const struct plan *plan, bool late)
{
	for (size_t i = 0; i < plan->count; i++) {
		cleanup_texts struct text *mark = util_texts_mark();
		const struct plan_entry *entry = &plan->entries[i];

		if (late && !entry->late)
			continue;
		log_line(plan_level(entry), "%s %s%s%s", show_subject(entry), plan_sentence(entry),
			 entry->hint[0] ? "; " : "", entry->hint);
	}
	for (size_t i = 0; i < plan->neighbour_count; i++) {
		cleanup_texts struct text *mark = util_texts_mark();
		const struct plan_neighbour *neighbour = &plan->neighbours[i];

		log_line(LOG_WARNING, "%s %s%s%s", pci_text(neighbour->function), neighbour->reason,
			 neighbour->hint[0] ? "; " : "", neighbour->hint);
	}
}

/* Binding works without remapped interrupts; a guest's start would fail, and nobody would know why. */
static void log_interrupts(const struct boot *boot)
{
	const struct iommu *iommu = &boot->context.machine.iommu;
	bool taken = false;

	for (size_t i = 0; i < boot->context.plan.count; i++)
		taken |= plan_is_taken(&boot->context.plan.entries[i]);
	if (taken && boot->context.machine.iommu_judged && iommu->interrupts[0])
		log_line(LOG_WARNING, "%s; %s", iommu->interrupts, iommu->interrupts_hint);
}

static void save_report(const struct boot *boot)
{
	const struct context *context = &boot->context;
	int r = report_save("boot", &context->config, context_iommu(context), &context->plan,
			    context->config.dryrun ? &boot->steps : NULL);

	if (r < 0)
		log_line(LOG_WARNING,
			 REPORT_FILE ": cannot be written: %s; the lines above are the only record",
			 strerror(-r));
}

/* What waited for this stage and was pulled out by now waits no more. */
static bool settle_gone(void *data, struct report_device *device)
{
	const struct machine *machine = data;

	if (!device->found || device->verdict != VERDICT_DEFERRED ||
	    pci_find(machine->functions, machine->function_count, &device->function.address))
		return false;
	device->verdict = VERDICT_ABSENT;
	device->reason = verdict_sentence(&(struct outcome){
		.verdict = VERDICT_ABSENT, .reason = "it was there in the early stage and is gone" });
	device->hint = "look for this device in dmesg";
	device->function.driver[0] = '\0';
	log_line(LOG_WARNING, "%s %s; %s", pci_text(&device->function), device->reason, device->hint);
	return true;
}

/* What the image's own scripts know is written as on the kernel command line. */
static int accept_parameters(const struct options *options)
{
	for (size_t i = 0; i < options->word_count; i++) {
		if (options->late && strchr(options->words[i], '='))
			continue;
		fprintf(stderr,
			"vfio-early: boot takes arguments of the form NAME=VALUE, with --late only: '%s'\n",
			options->words[i]);
		return -EINVAL;
	}
	return 0;
}

static void log_steps(const struct boot *boot, const char *before)
{
	for (size_t i = 0; i < boot->steps.count;) {
		cleanup_texts struct text *mark = util_texts_mark();

		log_line(LOG_INFO, "%s%s", before, steps_next_text(&boot->context.plan, &boot->steps, &i));
	}
}

/* The dry run looks for variants first, to name them; the boot does so when every driver_override is written. */
static void make_steps(struct boot *boot, bool acts)
{
	if (!acts)
		bind_find_variants(&boot->context.plan);
	steps_make(&boot->context.plan, &boot->steps);
}

/* A dry run of the command: told to the person who asked, nothing is written anywhere. */
static int show_plan(struct boot *boot)
{
	log_start(LOG_TO_STDOUT, boot->context.config.debug);
	make_steps(boot, false);
	if (boot->options->json) {
		pci_names_open();
		report_print(stdout, "boot", &boot->context.config, context_iommu(&boot->context),
			     &boot->context.plan, &boot->steps);
		pci_names_close();
	} else {
		log_errors(&boot->context.config);
		context_add_notes(&boot->context);
		for (size_t i = 0; i < boot->context.note_count; i++)
			log_line(LOG_NOTICE, "%s", boot->context.notes[i]);
		log_facts(&boot->context.facts);
		log_matches(boot);
		log_idle_keeps(&boot->context);
		log_verdicts(&boot->context.plan, boot->late);
		log_interrupts(boot);
		log_steps(boot, "");
		if (!boot->context.plan.count)
			puts("nothing is claimed: neither rd.vfio.ids= nor " CONFIG_READ_FILE
			     " names a device");
	}
	return plan_failed(&boot->context.plan, &boot->context.config) || boot->context.config.error_count ?
		       EXIT_FAILED :
		       EXIT_DONE;
}

/* The late stage decides what waits, and looks again for what was not there. */
static bool waits(const struct plan_entry *entry)
{
	return entry->verdict == VERDICT_DEFERRED || entry->verdict == VERDICT_ABSENT;
}

/* No target wants the unit: in a boot where nothing waits for it, nothing is ordered behind it. */
static void start_late_unit(void)
{
	int r = service_start(SERVICE_LATE);

	if (r < 0)
		log_line(LOG_WARNING,
			 SERVICE_LATE ": cannot be started: %s; deferred devices stay with the host",
			 strerror(-r));
}

static bool any_waits(const struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		if (waits(&plan->entries[i]))
			return true;
	return false;
}

/* Comes before the first write: without the flag nobody would return what is reserved. */
static void prepare_late(struct plan *plan)
{
	int r = any_waits(plan) ? report_set_waiting() : 0;

	if (r == 0)
		return;
	log_line(LOG_WARNING, REPORT_LATE_FILE ": cannot be written: %s; deferred devices stay with the host",
		 strerror(-r));
	for (size_t i = 0; i < plan->count; i++)
		plan->entries[i].reserved = false;
}

static void announce_late(const struct plan *plan)
{
	/* Binding may have deferred a device whose IOMMU has no driver yet. */
	if (!any_waits(plan) || (!report_is_waiting() && report_set_waiting() < 0))
		return;
	if (service_manager_runs())
		start_late_unit();
}

/* The late stage has come to its end: nothing is left to do for whoever runs behind it. */
static void conclude_late(void)
{
	int r = report_clear_waiting();

	if (r < 0)
		log_line(LOG_WARNING, REPORT_LATE_FILE ": cannot be removed: %s", strerror(-r));
}

/*
 * What a guest's driver has already, and no claim names: vfio-pci may be built in, or loaded before us with
 * ids=.
 */
static void log_strangers(const struct context *context)
{
	const struct machine *machine = &context->machine;

	for (size_t i = 0; i < machine->function_count; i++) {
		const struct pci_function *function = &machine->functions[i];

		if (pci_is_guest_driver(function->driver) && !plan_entry_of(&context->plan, function))
			log_line(LOG_WARNING,
				 "%s is bound to %s already and is not claimed; it is not changed",
				 pci_text(function), function->driver);
	}
}

/* What hangs is left to who comes later: the driver may let go by then. */
static void leave_stuck(const struct plan *plan)
{
	bool stuck = false;
	int r;

	for (size_t i = 0; i < plan->count; i++)
		stuck |= plan->entries[i].verdict == VERDICT_STUCK;
	r = report_set_stuck(stuck);
	if (r < 0)
		log_line(LOG_WARNING, REPORT_STUCK_FILE ": %s; nothing retries the stuck devices",
			 strerror(-r));
}

static void save_facts(const struct facts *facts)
{
	int r = facts->state == FACTS_USED ? report_save_facts(facts->text) : 0;

	if (r < 0)
		log_line(LOG_WARNING, REPORT_FACTS_FILE ": cannot be written: %s", strerror(-r));
}

/*
 * What is begun is ended: the memory for the work on the devices is there before the first of them is touched. Returns
 * false where it is not.
 */
static bool prepare_memory(struct plan *plan)
{
	if (!util_is_short_of_memory() && util_reserve(RESERVE / 2 + plan->count * RESERVE_ENTRY) &&
	    deadline_reserve() == 0)
		return true;
	(void)util_free_reserve();
	log_line(LOG_ERROR,
		 "no memory is left: nothing more is claimed; look for memory in dmesg, and reboot");
	plan_give_up(plan);
	return false;
}

static int carry_out(struct boot *boot, unsigned long long start)
{
	struct bind_times times = { 0 };
	int r = rootdir_mkdir(REPORT_FOLDER);
	bool prepared;

	log_start(LOG_TO_KERNEL, boot->context.config.debug);
	prepared = prepare_memory(&boot->context.plan);
	if (r < 0)
		log_line(LOG_WARNING, REPORT_FOLDER ": cannot be created: %s; this boot has no report",
			 strerror(-r));
	/* The late stage finds the same errors again; they are told once. */
	if (!boot->late) {
		log_errors(&boot->context.config);
		log_facts(&boot->context.facts);
		log_matches(boot);
		log_idle_keeps(&boot->context);
		log_strangers(&boot->context);
	}
	if (!boot->late)
		prepare_late(&boot->context.plan);
	make_steps(boot, !boot->context.config.dryrun);
	if (!boot->context.config.dryrun)
		bind_apply(&boot->context.plan, &boot->steps, boot->context.cmdline, &times);
	log_verdicts(&boot->context.plan, boot->late);
	if (!boot->late)
		log_interrupts(boot);
	if (boot->context.config.dryrun) {
		log_steps(boot, "would ");
		log_line(LOG_NOTICE, "rd.vfio.dryrun: nothing was written");
	}
	log_line(LOG_DEBUG, "done in %llu us, of which loading vfio-pci took %llu us and the devices %llu us",
		 util_now() - start, times.modules, times.devices);
	save_report(boot);
	/* Where it cannot be written that was said. */
	if (boot->context.plan.gone_count)
		(void)!report_amend(settle_gone, &boot->context.machine);
	if (!boot->late)
		save_facts(&boot->context.facts);
	leave_stuck(&boot->context.plan);
	if (boot->late)
		conclude_late();
	else
		announce_late(&boot->context.plan);
	return plan_failed(&boot->context.plan, &boot->context.config) || !prepared ? EXIT_FAILED : EXIT_DONE;
}

/*
 * It binds devices before the host is up, once a boot. Returns EXIT_DONE, or EXIT_USAGE where this is another
 * time or place.
 */
static int refuse_elsewhere(const struct boot *boot)
{
	if (!rootdir_is_initramfs())
		fputs("vfio-early: boot runs in an initramfs only; boot --dry-run prints its plan, and check "
		      "predicts the next boot\n",
		      stderr);
	else if (rootdir_is_host() && !boot->late && report_exists())
		fputs("vfio-early: boot has run already: " REPORT_FILE
		      " is the report of this boot; status prints it\n",
		      stderr);
	else
		return EXIT_DONE;
	return EXIT_USAGE;
}

static void begin(void)
{
	deadline_block_signals();
	util_on_no_memory(log_no_memory);
	/* Without a reserve it may come to its end all the same. */
	(void)!util_reserve(RESERVE);
}

int cmd_boot(const struct options *options)
{
	__attribute__((cleanup(clear_boot))) struct boot boot = { .options = options, .late = options->late };
	unsigned long long start = util_now();

	if (accept_parameters(options) < 0 || (!options->dry_run && refuse_elsewhere(&boot) != EXIT_DONE))
		return EXIT_USAGE;
	if (boot.late && !options->dry_run && !report_is_waiting())
		return EXIT_DONE;
	if (!options->dry_run)
		begin();
	context_load(NULL, NULL, &boot.context);
	context_plan(&boot.context, boot.late ? &plan_late : &plan_early, !options->dry_run, options->words,
		     options->word_count);
	if (options->dry_run)
		return show_plan(&boot);
	return carry_out(&boot, start);
}
