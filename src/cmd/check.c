/* SPDX-License-Identifier: GPL-2.0-or-later */
/* check: what the next boot would do, and whether it would work. */
#include <stdlib.h>
#include <string.h>

#include "boot/schema.h"
#include "cmd.h"
#include "cmd/check.h"
#include "cmd/options.h"
#include "cmd/show.h"
#include "core/boot-entry.h"
#include "host/bootloader.h"
#include "host/config-read.h"
#include "host/facts-read.h"
#include "host/other-setups-read.h"
#include "host/pci-names.h"
#include "host/pci-read.h"
#include "host/rootdir.h"

struct check {
	struct options options;
	struct context context;
	struct context live; /* by the running host; empty where that is what the other one goes by */
	struct distro distro;
	struct kernel *kernels;
	size_t kernel_count;
	struct initramfs host;
	struct other_setups setups;
	struct keyboards keyboards;
	bool *unresettable;
	struct module_index index;
	struct guest_devices guests;
	struct modprobe_ids ids;
	struct findings findings;
	char *booted; /* the command line of this boot */
	struct bootloader_next boot;
	const struct kernel *next;
	enum kernel_switch iommu_by_default;
	const char *elsewhere;   /* why host facts cannot be had here, "" where they can */
	const char *image;       /* its path, if the plan goes by that; NULL if by the running host */
	const char *other_entry; /* why another boot entry may be the default, "" for nothing */
	const char *next_path;  /* where the command line of the next boot stands, NULL if it is this one's */
	const char *next_place; /* the same, with the line */
};

static void clear_check(struct check *check)
{
	findings_clear(&check->findings);
	guests_clear(&check->guests);
	modprobe_clear(&check->ids);
	module_index_clear(&check->index);
	keyboard_read_clear(&check->keyboards);
	other_setups_clear(&check->setups);
	initramfs_clear(&check->host);
	kernels_free(check->kernels, check->kernel_count);
	context_clear(&check->live);
	context_clear(&check->context);
	free(check->unresettable);
	free(check->booted);
	pci_names_close();
}

/* An error of the command line stands in the file that the next boot has it from. */
static void name_next_file(struct config_error *error, const char *where)
{
	if (!util_starts_with(error->where, CONFIG_CMDLINE))
		return;
	free(error->where);
	error->where = util_copy(where, strlen(where));
}

/*
 * The next boot goes by the boot loader's files, which may say something else than this boot's command line.
 */
static void load(const struct check *check, struct context *ret)
{
	context_load(check->next_path ? check->boot.cmdline : NULL, check->booted, ret);
	for (size_t i = 0; check->next_path && i < ret->config.error_count; i++)
		name_next_file(&ret->config.errors[i], check->next_place);
}

static void read_boot_loader(struct check *check)
{
	/* What cannot be read is said where it is loaded. */
	(void)!config_read_cmdline(&check->booted);
	distro_read(check->booted, &check->distro);
	bootloader_read(&check->distro, &check->boot);
	if (!check->boot.cmdline || boot_entry_is_same(check->boot.cmdline, check->booted))
		return;
	check->next_path = check->boot.path;
	check->next_place = bootloader_find_line(check->boot.path, check->boot.cmdline);
}

/*
 * The next boot goes by what its image knows of the host. Where that cannot be looked into, or has no vfio-early
 * yet, it is what the next image will know.
 */
static void choose_image(struct check *check)
{
	const struct kernel *kernel;

	check->other_entry =
		bootloader_choose(&check->distro, &check->boot, check->kernels, check->kernel_count);
	kernel = check->next = kernels_find_next(check->kernels, check->kernel_count);

	if (kernel && kernel->path[0] && !kernel->error && kernel->initramfs.program)
		check->image = kernel->path;
	context_go_by(&check->context, check->image ? &kernel->initramfs : NULL);
	/* Whatever this boot came by. */
	distro_boots_next(&check->distro, kernel);
}

/* Debian's default leaves out the integrated graphics alone (CONFIG_INTEL_IOMMU_DEFAULT_ON_INTGPU_OFF). */
static void read_iommu_default(struct check *check)
{
	const char *version = check->next ? check->next->version : "";

	check->iommu_by_default = kernels_read_switch(version, "CONFIG_INTEL_IOMMU_DEFAULT_ON");
	if (check->iommu_by_default == KERNEL_SWITCH_OFF)
		check->iommu_by_default =
			kernels_read_switch(version, "CONFIG_INTEL_IOMMU_DEFAULT_ON_INTGPU_OFF");
	check->context.vtd_by_parameter = check->iommu_by_default == KERNEL_SWITCH_OFF;
}

/* Which drivers the next boot has for whom. */
static void read_drivers(struct check *check)
{
	other_setups_read(&check->setups, check->context.cmdline);
	config_read_module_ids(check->context.cmdline, &check->ids);
	module_index_read(check->next ? check->next->version : "", check->context.cmdline, &check->ids,
			  &check->index);
	check->context.index = &check->index;
	check->context.setups = &check->setups;
}

/* What would become of the devices if the image was made now. */
static void plan_live(struct check *check)
{
	if (!check->image || !check->context.config.claim_count || config_off_reason(&check->context.config))
		return;
	load(check, &check->live);
	context_go_by(&check->live, NULL);
	check->live.index = &check->index;
	check->live.setups = &check->setups;
	context_plan(&check->live, &plan_next, false, NULL, 0);
}

/* Where the hooks cannot take the facts, they put those into the image that were kept. */
static void read_elsewhere(struct check *check)
{
	check->elsewhere = facts_read_prevents();
	if (check->context.facts.state == FACTS_MISSING && rootdir_exists(FACTS_FILE))
		check->elsewhere = "";
}

static void read_resets(struct check *check)
{
	const struct plan *plan = &check->context.plan;
	bool known =
		pci_read_has_resets(check->context.machine.functions, check->context.machine.function_count);

	check->unresettable = util_zeroed(plan->count, sizeof(*check->unresettable));
	for (size_t i = 0; i < plan->count; i++) {
		struct rootdir_text methods;

		check->unresettable[i] = plan->entries[i].function &&
					 pci_read_resets(plan->entries[i].function, known, &methods) == 0 &&
					 !methods.text[0];
	}
}

/* "FILE" of "FILE:LINE" */
static const char *file_of(const char *where)
{
	return util_text("%.*s", (int)strcspn(where, ":"), where);
}

/* The first of the configuration's files that would claim or keep anything, if they counted; NULL for none. */
static const char *find_ignored(void)
{
	struct config config;
	cleanup_free char *cmdline = NULL;
	const char *found = NULL;

	config_read("", true, &config, &cmdline);
	for (size_t c = 0; c < config.claim_count && !found; c++)
		if (config.claims[c].rank == CLAIM_OF_FILE)
			found = file_of(config.claims[c].wanted_by);
	if (!found && config.keep_count)
		found = file_of(config.keeps[0].where);
	config_clear(&config);
	return found;
}

static void judge(struct check *check)
{
	struct bootloader_edit edit;
	const struct check_input input = {
		.context = &check->context,
		.live = check->live.cmdline ? &check->live : &check->context,
		.distro = &check->distro,
		.kernels = check->kernels,
		.kernel_count = check->kernel_count,
		.host = &check->host,
		.setups = &check->setups,
		.keyboards = &check->keyboards,
		.unresettable = check->unresettable,
		.next_path = check->next_path,
		.awaits_install =
			bootloader_awaits_install(&check->distro, &check->boot, check->context.cmdline),
		.next = check->next,
		.image = check->image,
		.elsewhere = check->elsewhere,
		.unprivileged = rootdir_is_unprivileged(),
		.index = &check->index,
		.iommu_by_default = check->iommu_by_default,
		.files_ignored = !config_wants_files(check->context.cmdline),
		.ignored_file = config_wants_files(check->context.cmdline) ? NULL : find_ignored(),
		.edit = bootloader_find_edit(&check->distro, check->context.cmdline, &edit) ? &edit : NULL,
		.guests = &check->guests,
		.ids = &check->ids,
		.boot = &check->boot,
		.other_entry = check->other_entry,
	};

	check_boot(&input, &check->findings);
	check_devices(&input, &check->findings);
	check_next(&input, &check->findings);
	check_kernels(&input, &check->findings);
	check_other_setups(&input, &check->findings);
	for (size_t i = 0; i < check->findings.count && input.files_ignored; i++)
		finding_cure_on_cmdline(&check->findings.list[i]);
}

static void print_json(const struct check *check)
{
	struct json json = { .out = stdout };

	schema_open(&json, "check", &check->context.machine.iommu);
	schema_plan(&json, &check->context.plan);
	schema_errors(&json, &check->context.config);
	show_findings_json(&json, &check->findings);
	schema_close(&json);
}

/* Is the device on the driver that the plan gives it? */
static bool is_bound_now(const struct plan_entry *entry)
{
	return pci_is_guest_driver(entry->function->driver) &&
	       (!entry->claim->driver[0] || !strcmp(entry->function->driver, entry->wanted_driver));
}

static bool has_ids(const struct check *check)
{
	const struct module_ids *ids = modprobe_find(&check->ids, "vfio_pci");

	return ids && ids->ids[0];
}

/* What the next boot comes to, for whoever reads no more than the last line. */
static const char *conclude(const struct check *check)
{
	const struct plan *plan = &check->context.plan;
	size_t failures = findings_count(&check->findings, FINDING_FAIL), bound = 0, waiting = 0;

	for (size_t i = 0; i < plan->count; i++) {
		if (!plan_is_taken(&plan->entries[i]))
			continue;
		bound++;
		waiting += !is_bound_now(&plan->entries[i]);
	}
	if (failures)
		return util_text("Not ready: %zu failure%s above.", failures, failures == 1 ? "" : "s");
	if (config_off_reason(&check->context.config))
		return util_text("vfio-early is off on the next boot (%s): it binds no device%s.",
				 config_off_parameter(&check->context.config),
				 has_ids(check) ? ", and leaves vfio-pci.ids= to the kernel" : "");
	if (!check->context.config.claim_count)
		return "No device is claimed: the next boot binds none.";
	if (check->context.config.dryrun)
		return "The next boot is a dry run and binds no device.";
	if (!bound)
		return "The next boot binds no device.";
	return util_text("Ready: the next boot binds %zu device%s.%s", bound, bound == 1 ? "" : "s",
			 waiting    ? " Reboot." :
			 bound == 1 ? " It is bound now." :
				      " They are bound now.");
}

static void show(struct check *check)
{
	struct term *term = &check->options.term;

	show_findings(term, &check->findings);
	show_end(term, conclude(check));
}

int cmd_check(const struct options *options)
{
	__attribute__((cleanup(clear_check))) struct check check = { .options = *options };

	pci_names_open();
	read_boot_loader(&check);
	load(&check, &check.context);
	check.kernel_count = kernels_read(&check.kernels);
	choose_image(&check);
	read_iommu_default(&check);
	read_drivers(&check);
	guests_read(&check.guests);
	check.context.guests = &check.guests;
	context_plan(&check.context, &plan_next, false, NULL, 0);
	plan_live(&check);
	read_elsewhere(&check);
	initramfs_read_host(&check.host);
	keyboard_read_all(check.context.cmdline, &check.keyboards);
	machine_read_topology(&check.context.machine);
	read_resets(&check);
	judge(&check);
	findings_arrange(&check.findings, check.context.machine.functions,
			 check.context.machine.function_count);
	if (check.options.json)
		print_json(&check);
	else
		show(&check);
	return findings_count(&check.findings, FINDING_FAIL) ? EXIT_FAILED : EXIT_DONE;
}
