/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "boot/bind.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "boot/log.h"
#include "boot/modules.h"
#include "boot/steps.h"
#include "core/budget.h"
#include "core/cmdline.h"
#include "core/modprobe.h"
#include "host/deadline.h"
#include "host/sysfs.h"

/* Microseconds for what is put right at the end of a stage. */
#define LAST_TIME 300000

/*
 * A guard keeps it, and a guest's driver or our own driver_override had it: built in, loaded before us, or
 * reserved.
 */
static void log_returned(struct step_work *work, const struct deadline_task *task, void *data)
{
	const struct plan_entry *entry = work->entry;
	char subject[96];

	(void)data;
	pci_format(entry->function, subject, sizeof(subject));
	if (task->state != DEADLINE_ENDED && pci_is_guest_driver(work->was))
		log_line(LOG_ERROR, "%s is on %s, and cannot be given back to the host: %s; reboot", subject,
			 work->was,
			 task->state == DEADLINE_NOT_STARTED ? strerror(-task->status) :
							       step_that_hangs(&work->record));
	else if (task->state != DEADLINE_ENDED)
		log_line(LOG_ERROR, "%s waits for the host, and cannot be given back to it: %s; reboot",
			 subject, strerror(-task->status));
	else if (pci_is_guest_driver(work->was))
		log_line(pci_is_guest_driver(entry->driver) ? LOG_ERROR : LOG_WARNING,
			 "%s was on %s already, which is built in or was loaded with ids=; %s", subject,
			 work->was,
			 pci_is_guest_driver(entry->driver) ? "the driver does not release it" :
							      "it is given back to the host");
}

static void decide_refused(struct plan_entry *entry, const char *what, int error)
{
	plan_decide(entry, VERDICT_REFUSED, "look for this device in dmesg", "%s: %s; back with %s", what,
		    strerror(-error), entry->driver[0] ? entry->driver : "the host, no driver yet");
}

static void decide_override(struct step_work *work, const struct deadline_task *task, void *data)
{
	(void)data;
	if (!work->entry->reserved && task->status < 0 && !step_decide_stuck(work, task))
		decide_refused(work->entry, "driver_override cannot be written", task->status);
}

static int unbind_framebuffer(const void *name)
{
	return sysfs_framebuffer_unbind(name);
}

/*
 * The firmware's framebuffer stands in the way of a guest that maps the BAR. From Linux 6.0 on vfio-pci
 * removes it by itself, for class 0300 only. It goes when the device is bound, never before: a bind that
 * fails must not cost the screen.
 */
static void release_framebuffer(struct plan_entry *entry, char *hint, size_t size)
{
	char name[64], label[32];
	const struct pci_address *address = &entry->function->address;

	if (!pci_is_display(entry->function))
		return;
	if (sysfs_framebuffer_of(address, name, sizeof(name)) == 0)
		log_line(LOG_DEBUG, "%s unbind: %s", name,
			 strerror(-deadline_run(unbind_framebuffer, name, deadline_write_end())));
	if (sysfs_framebuffer_range(address, label, sizeof(label)) < 0)
		return;
	/*
	 * The range of sysfb's own platform device (drivers/firmware/sysfb_simplefb.c) survives the unbind of
	 * its driver.
	 */
	util_format(hint, size,
		    "the firmware's framebuffer (%s) still reserves a BAR of it, which no guest can map; add "
		    "%s to the "
		    "kernel command line",
		    label,
		    UTIL_IS_ONE_OF(label, "efifb", "vesafb") ? "video=efifb:off,vesafb:off" :
							       "initcall_blacklist=sysfb_init");
}

static void decide_bound(struct plan_entry *entry)
{
	char hint[sizeof(entry->hint)] = "";

	release_framebuffer(entry, hint, sizeof(hint));
	entry->iommu_group = sysfs_pci_iommu_group(&entry->function->address);
	plan_decide(entry, VERDICT_BOUND, hint, "%s", "");
}

static bool is_gone(const struct plan_entry *entry)
{
	char driver[PCI_DRIVER_SIZE];

	return sysfs_pci_driver(&entry->function->address, driver) == -ENODEV;
}

static void decide_taken(struct step_work *work, const struct deadline_task *task, void *data)
{
	const struct step_record *record = &work->record;
	struct plan_entry *entry = work->entry;

	(void)data;
	if (is_gone(entry)) {
		plan_decide(entry, VERDICT_ABSENT, "", "it was removed while the boot worked on it");
		return;
	}
	/*
	 * The link is made before the driver's own probe (drivers/base/dd.c, really_probe()), which may hang.
	 */
	if (step_decide_stuck(work, task))
		return;
	if (!strcmp(entry->driver, entry->wanted_driver))
		decide_bound(entry);
	else if (record->ended[STEP_UNBIND] && !step_is_let_go(record->result[STEP_UNBIND]))
		decide_refused(entry, "its driver does not let go", record->result[STEP_UNBIND]);
	else if (!record->ended[STEP_BIND])
		decide_refused(entry, "another driver took the device", -EBUSY);
	else if (step_is_deferral(record->result[STEP_BIND]))
		plan_decide(entry, VERDICT_DEFERRED, "",
			    "its IOMMU's driver is not loaded yet; the kernel tries again then");
	else
		decide_refused(entry, "the kernel's probe failed",
			       record->result[STEP_BIND] < 0 ? record->result[STEP_BIND] : -EINVAL);
}

/*
 * What the kernel says to a module (kernel/module/main.c and signing.c, Linux 5.10 to 7.2): EKEYREJECTED
 * without a signature that it trusts where signatures are enforced, EPERM where lockdown asks for one, or
 * module_blacklist=.
 */
static const char *why_not_loaded(int error, const char *driver, const char *cmdline, const char **ret_hint)
{
	char module[PCI_DRIVER_SIZE];

	modprobe_module_name(driver, module, sizeof(module));
	*ret_hint = "look for 'module' and 'vfio' in dmesg";
	if (error == -EKEYREJECTED || error == -ENOKEY || error == -EBADMSG) {
		*ret_hint = "use the distribution's own kernel and modules, or sign the module and enrol the "
			    "key (mokutil --import)";
		return "its module has no signature that this kernel trusts, and signatures are enforced "
		       "(Secure Boot)";
	}
	if (error == -EPERM && cmdline_has(cmdline, "module_blacklist", module)) {
		*ret_hint = "remove it from module_blacklist= on the kernel command line";
		return "module_blacklist= on the kernel command line forbids its module";
	}
	if (error == -EPERM) {
		*ret_hint = "use the distribution's own kernel and modules, or sign the module and enrol the "
			    "key (mokutil --import)";
		return "its module has no signature that this kernel trusts, and the kernel is locked down "
		       "(Secure Boot)";
	}
	return strerror(-error);
}

/* Where no host driver has the device the override stays, and whoever loads the driver later finds it. */
static void decide_no_driver(struct plan_entry *entry, int error, const char *cmdline)
{
	bool held = entry->driver[0];
	char hint[256], with[PCI_DRIVER_SIZE + 32] = "";
	const char *why, *what_to_do;

	if (held)
		util_format(with, sizeof(with), "; it stays with %s", entry->driver);
	if (error == -ETIMEDOUT) {
		plan_decide(entry, VERDICT_STUCK,
			    "look for 'vfio' in dmesg; rd.vfio.deadline= gives it more time",
			    "loading the driver did not return in time%s", with);
	} else if (error == -ENOENT) {
		util_format(hint, sizeof(hint),
			    held ? "regenerate the initramfs" :
				   "regenerate the initramfs; driver_override stays, so modprobe %s finishes "
				   "the work",
			    entry->wanted_driver);
		plan_decide(entry, VERDICT_NO_DRIVER, hint,
			    "%s is neither built into this kernel nor in this image%s", entry->wanted_driver,
			    with);
	} else {
		why = why_not_loaded(error, entry->wanted_driver, cmdline, &what_to_do);
		util_format(hint, sizeof(hint), "%s%s", what_to_do, held ? "" : "; driver_override stays");
		plan_decide(entry, VERDICT_NO_DRIVER, hint, "%s cannot be loaded: %s%s", entry->wanted_driver,
			    why, with);
	}
}

/* --- drivers --- */

static int load(const char *module)
{
	int r = deadline_run(step_load_module, module, deadline_step_end());

	log_line(LOG_DEBUG, "load %s: %s", module, r < 0 ? strerror(-r) : "done");
	return r;
}

typedef char module_name[PCI_DRIVER_SIZE];

/* libkmod reads files that are somebody else's, so this is a child's work too. */
static int find_variants(const void *argument, void *result)
{
	const struct plan *plan = argument;
	module_name *names = result;

	for (size_t i = 0; i < plan->count; i++) {
		const struct plan_entry *entry = &plan->entries[i];
		char modalias[256];

		if (plan_is_pending(entry) && !entry->claim->driver[0] &&
		    sysfs_pci_read(&entry->function->address, "modalias", modalias, sizeof(modalias)) >= 0 &&
		    modules_find_variant(modalias, names[i], sizeof(*names)) < 0)
			names[i][0] = '\0';
	}
	return 0;
}

static void use_variant(struct plan_entry *entry, const char *module)
{
	if (sysfs_pci_driver_of_module(module, entry->wanted_driver) == 0)
		step_work_on(&entry, 1, step_set_override, false, 0, decide_override, NULL);
}

/*
 * Where the kernel has a variant of vfio-pci for a device, that one is meant. A module's driver has a name of
 * its own, known once it is loaded; until then the override names vfio-pci and keeps the host's drivers away.
 */
static void choose_variants(struct plan *plan)
{
	cleanup_free module_name *names = util_zeroed(plan->count, sizeof(*names));

	if (!rootdir_is_host() ||
	    deadline_read(find_variants, plan, names, plan->count * sizeof(*names), deadline_step_end()) < 0)
		return;
	for (size_t i = 0; i < plan->count; i++) {
		bool seen = false;

		if (!names[i][0])
			continue;
		/* What hangs once costs its time once. */
		for (size_t before = 0; before < i && !seen; before++)
			seen = !strcmp(names[before], names[i]);
		if (!seen)
			(void)!load(names[i]);
		use_variant(&plan->entries[i], names[i]);
	}
}

/* Load this entry's driver, and decide all entries that wait for it where that fails. */
static void load_driver_of(struct plan *plan, const char *driver, const char *cmdline)
{
	int r = load(driver);

	if (sysfs_pci_driver_exists(driver))
		return;
	for (size_t i = 0; i < plan->count; i++) {
		struct plan_entry *entry = &plan->entries[i];

		if (!plan_is_pending(entry) || strcmp(entry->wanted_driver, driver) != 0)
			continue;
		step_read_driver(entry);
		decide_no_driver(entry, r < 0 ? r : -ENOENT, cmdline);
	}
}

static struct plan_entry *entry_at(struct plan *plan, const struct pci_address *address)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->entries[i].function &&
		    !pci_address_compare(&plan->entries[i].function->address, address))
			return &plan->entries[i];
	return NULL;
}

/* What a driver has that the plan leaves to the host. */
struct taken {
	struct plan *plan;
	struct plan_entry **entries;
	size_t count;
};

static void add_taken(void *data, const struct pci_address *address)
{
	struct taken *taken = data;
	struct plan_entry *entry = entry_at(taken->plan, address);

	if (!entry || plan_is_taken(entry) || entry->decided_early || entry->reserved)
		return;
	step_read_driver(entry);
	taken->entries = util_grow(taken->entries, taken->count, sizeof(*taken->entries));
	taken->entries[taken->count++] = entry;
}

/* Loading a driver must not have taken what stays: look at all that is on it now. */
static void check_driver(struct plan *plan, const char *driver)
{
	struct taken taken = { .plan = plan };

	sysfs_pci_bound_to(driver, add_taken, &taken);
	step_work_on(taken.entries, taken.count, step_give_back, true, 0, log_returned, NULL);
	free(taken.entries);
}

static void load_drivers(struct plan *plan, const char *cmdline)
{
	bool pending = false;

	for (size_t i = 0; i < plan->count; i++)
		pending |= plan_is_pending(&plan->entries[i]);
	if (pending)
		choose_variants(plan);
	for (size_t i = 0; i < plan->count; i++) {
		const char *driver = plan->entries[i].wanted_driver;

		if (!plan_loads_driver(plan, i))
			continue;
		load_driver_of(plan, driver, cmdline);
		if (pci_is_guest_driver(driver))
			check_driver(plan, driver);
	}
}

/* --- the whole plan --- */

/* Loading the module has probed what nobody held: a child is made only for the others. */
static bool is_to_take(struct plan_entry *entry)
{
	if (!plan_is_pending(entry))
		return false;
	if (!step_read_driver(entry))
		return true;
	decide_bound(entry);
	return false;
}

static bool gets_override(struct plan_entry *entry)
{
	return plan_is_pending(entry) || entry->reserved;
}

static bool is_given_back(struct plan_entry *entry)
{
	return entry->give_back;
}

/*
 * Its host driver has it still, or again, and an override against that one would be a trap at its next
 * unbind.
 */
static bool is_left_with_host(struct plan_entry *entry)
{
	return (entry->verdict == VERDICT_STUCK || entry->verdict == VERDICT_NO_DRIVER) &&
	       !entry->decided_early && entry->driver[0] && !pci_is_guest_driver(entry->driver);
}

static void ignore_result(struct step_work *work, const struct deadline_task *task, void *data)
{
	(void)work;
	(void)task;
	(void)data;
}

void bind_apply(struct plan *plan, const char *cmdline, struct bind_times *ret_times)
{
	unsigned long long start;

	*ret_times = (struct bind_times){ 0 };
	deadline_write();
	step_work_on_all(plan, gets_override, step_set_override, true, 0, decide_override);
	step_work_on_all(plan, is_given_back, step_give_back, true, 0, log_returned);
	start = util_now();
	load_drivers(plan, cmdline);
	ret_times->modules = util_now() - start;
	start = util_now();
	step_work_on_all(plan, is_to_take, step_take, false, deadline_write_end(), decide_taken);
	ret_times->devices = util_now() - start;
	step_work_on_all(plan, is_left_with_host, step_clear_override, false, util_now() + LAST_TIME,
			 ignore_result);
}
