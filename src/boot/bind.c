/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "boot/bind.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "boot/log.h"
#include "boot/modules.h"
#include "boot/work.h"
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
static void log_returned(struct work *work, const struct deadline_task *task, void *data)
{
	const struct plan_entry *entry = work->entry;
	const char *subject = pci_text(entry->function);

	(void)data;
	if (task->state != DEADLINE_ENDED && pci_is_guest_driver(work->was))
		log_line(LOG_ERROR, "%s is bound to %s and cannot be returned to the host: %s; reboot",
			 subject, work->was,
			 task->state == DEADLINE_NOT_STARTED ? strerror(-task->status) : work_hangs(work));
	else if (task->state != DEADLINE_ENDED)
		log_line(LOG_ERROR, "%s cannot be returned to the host: %s; reboot", subject,
			 strerror(-task->status));
	else if (pci_is_guest_driver(work->was))
		log_line(pci_is_guest_driver(entry->driver) ? LOG_ERROR : LOG_WARNING,
			 "%s was bound to %s already, which is built in or was loaded with ids=; %s", subject,
			 work->was,
			 pci_is_guest_driver(entry->driver) ? "the driver does not release it" :
							      "it is returned to the host");
	else if (pci_is_guest_driver(entry->driver))
		log_line(LOG_ERROR, "%s is bound to %s; the driver does not release it", subject,
			 entry->driver);
}

static void decide_refused(struct plan_entry *entry, const char *what, int error)
{
	plan_decide(entry, VERDICT_REFUSED, "look for this device in dmesg", "%s: %s; %s", what,
		    strerror(-error),
		    entry->driver[0] ? util_text("bound to %s again", entry->driver) : "no driver is bound");
}

static void decide_override(struct work *work, const struct deadline_task *task, void *data)
{
	(void)data;
	if (!work->entry->reserved && task->status < 0 && !work_decide_stuck(work, task))
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
static const char *release_framebuffer(const struct plan_entry *entry)
{
	const struct pci_address *address = &entry->function->address;
	const char *name = sysfs_framebuffer_of(address), *label;

	if (name)
		log_line(LOG_DEBUG, "%s unbind: %s", name,
			 strerror(-deadline_run(unbind_framebuffer, name, deadline_write_end())));
	label = sysfs_framebuffer_range(address);
	if (!label)
		return "";
	/*
	 * The range of sysfb's own platform device (drivers/firmware/sysfb_simplefb.c) survives the unbind of
	 * its driver.
	 */
	return util_text("the firmware's framebuffer (%s) still reserves a BAR of the device, so a guest "
			 "cannot map it; add %s to the kernel command line",
			 label,
			 UTIL_IS_ONE_OF(label, "efifb", "vesafb") ? "video=efifb:off,vesafb:off" :
								    "initcall_blacklist=sysfb_init");
}

static void decide_bound(const struct work *work)
{
	struct plan_entry *entry = work->entry;
	const char *hint = "";

	for (size_t i = 0; i < work->count; i++)
		if (work->steps[i].kind == STEP_FRAMEBUFFER && step_applies(&work->steps[i], entry, false))
			hint = release_framebuffer(entry);
	entry->iommu_group = sysfs_pci_iommu_group(&entry->function->address);
	plan_decide(entry, VERDICT_BOUND, hint, "%s", "");
}

static void decide_taken(struct work *work, const struct deadline_task *task, void *data)
{
	struct plan_entry *entry = work->entry;
	int result;

	(void)data;
	if (!sysfs_pci_exists(&entry->function->address)) {
		plan_decide(entry, VERDICT_ABSENT, "", "it was removed during the boot");
		return;
	}
	/*
	 * The link is made before the driver's own probe (drivers/base/dd.c, really_probe()), which may hang.
	 */
	if (work_decide_stuck(work, task))
		return;
	if (work_is_bound(entry))
		decide_bound(work);
	else if (work_has_ended(work, STEP_READ_BACK, &result) && result < 0 && result != -EBUSY)
		decide_refused(entry, "its driver cannot be read", result);
	else if (work_has_ended(work, STEP_UNBIND, &result) && !work_is_let_go(result))
		decide_refused(entry, "its host driver does not release it", result);
	else if (!work_has_ended(work, STEP_BIND, &result))
		decide_refused(entry, "another driver took the device", -EBUSY);
	else if (work_is_deferral(result))
		plan_decide(
			entry, VERDICT_DEFERRED, "",
			"the driver of its IOMMU is not loaded yet; the kernel probes the device when it is");
	else
		decide_refused(entry, "the kernel's probe failed", result < 0 ? result : -EINVAL);
}

/*
 * What the kernel says to a module (kernel/module/main.c and signing.c, Linux 5.10 to 7.2): EKEYREJECTED
 * without a signature that it trusts where signatures are enforced, EPERM where lockdown asks for one, or
 * module_blacklist=.
 */
static const char *why_not_loaded(int error, const char *driver, const char *cmdline, const char **ret_hint)
{
	cleanup_free char *module = modprobe_module_name(driver, strlen(driver));

	*ret_hint = "look for 'module' and 'vfio' in dmesg";
	if (error == -EKEYREJECTED || error == -ENOKEY || error == -EBADMSG) {
		*ret_hint = "use the distribution's own kernel and modules, or sign the module and enrol the "
			    "key (mokutil --import)";
		return "the kernel enforces module signatures (Secure Boot) and does not trust this module's";
	}
	if (error == -EPERM && cmdline_has(cmdline, "module_blacklist", module)) {
		*ret_hint = "remove it from module_blacklist= on the kernel command line";
		return "module_blacklist= on the kernel command line forbids its module";
	}
	if (error == -EPERM) {
		*ret_hint = "use the distribution's own kernel and modules, or sign the module and enrol the "
			    "key (mokutil --import)";
		return "the kernel is locked down (Secure Boot) and does not trust this module's signature";
	}
	return strerror(-error);
}

/* Where no host driver has the device the override stays, and whoever loads the driver later finds it. */
static void decide_no_driver(struct plan_entry *entry, int error, const char *cmdline)
{
	bool held = entry->driver[0];
	const char *with = held ? util_text("; it stays with %s", entry->driver) : "";
	const char *why, *what_to_do;

	if (error == -ETIMEDOUT) {
		plan_decide(entry, VERDICT_STUCK, "look for 'vfio' in dmesg; increase rd.vfio.deadline=",
			    "loading the driver did not return in time%s", with);
	} else if (error == -ENOENT) {
		plan_decide(
			entry, VERDICT_NO_DRIVER,
			held ? "regenerate the initramfs" :
			       util_text("regenerate the initramfs; to bind the device now: sudo modprobe %s",
					 entry->wanted_driver),
			"%s is neither built into this kernel nor in this image%s", entry->wanted_driver,
			with);
	} else {
		why = why_not_loaded(error, entry->wanted_driver, cmdline, &what_to_do);
		plan_decide(entry, VERDICT_NO_DRIVER,
			    held ? what_to_do : util_text("%s; driver_override stays", what_to_do),
			    "%s cannot be loaded: %s%s", entry->wanted_driver, why, with);
	}
}

/* --- programs of the list --- */

/* A list that is being carried out. */
struct carrying {
	struct plan *plan;
	const struct step_list *list;
	const char *cmdline;
};

static struct work work_of(const struct carrying *carrying, size_t first, size_t count)
{
	const struct step *steps = &carrying->list->steps[first];

	return (struct work){
		.entry = &carrying->plan->entries[steps->entry],
		.steps = steps,
		.count = count,
	};
}

/* How many steps from @first on have this condition, those of one device or driver. */
static size_t count_with(const struct step_list *list, size_t first, unsigned int condition)
{
	size_t end = first, most = steps_count_program(list, first);

	while (end < first + most && list->steps[end].conditions & condition)
		end++;
	return end - first;
}

/* Run the programs of a phase whose entries are @wanted. */
static void run_phase(const struct carrying *carrying, enum step_phase phase,
		      bool (*wanted)(const struct work *work), bool together, unsigned long long end,
		      void (*done)(struct work *work, const struct deadline_task *task, void *data))
{
	const struct step_list *list = carrying->list;
	cleanup_free struct work *works = util_zeroed(carrying->plan->count, sizeof(*works));
	size_t count = 0, length;

	for (size_t i = 0; i < list->count; i += length) {
		length = steps_count_program(list, i);
		if (list->steps[i].phase != phase)
			continue;
		works[count] = work_of(carrying, i, length);
		count += !wanted || wanted(&works[count]);
	}
	work_on(works, count, together, end, done, NULL);
}

/* --- drivers --- */

static int load(const char *module)
{
	int r = deadline_run(work_load_module, module, deadline_step_end());

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
		struct rootdir_text modalias;

		/* Without a variant, and where that cannot be told, it is vfio-pci. */
		if (plan_is_pending(entry) && !entry->claim->driver[0] &&
		    sysfs_pci_read(&entry->function->address, "modalias", &modalias) == 0)
			(void)!modules_find_variant(modalias.text, names[i], sizeof(*names));
	}
	return 0;
}

void bind_find_variants(struct plan *plan)
{
	cleanup_free module_name *names = util_zeroed(plan->count, sizeof(*names));
	bool pending = false;

	for (size_t i = 0; i < plan->count; i++)
		pending |= plan_is_pending(&plan->entries[i]);
	if (!pending || !rootdir_is_host() ||
	    deadline_read(find_variants, plan, names, plan->count * sizeof(*names), deadline_step_end()) < 0)
		return;
	for (size_t i = 0; i < plan->count; i++)
		if (names[i][0])
			plan->entries[i].variant = util_text("%s", names[i]);
}

/*
 * A module's driver has a name of its own, known once it is loaded; until then the override names vfio-pci and keeps
 * the host's drivers away.
 */
static void use_variant(struct work *work)
{
	char driver[PCI_DRIVER_SIZE];

	if (!plan_is_pending(work->entry) ||
	    sysfs_pci_driver_of_module(work->entry->variant, driver, sizeof(driver)) < 0)
		return;
	work->entry->variant_driver = util_text("%s", driver);
	work_on(work, 1, false, 0, decide_override, NULL);
}

/* Load this entry's driver, and decide all entries that wait for it where that fails. */
static void load_driver(const struct carrying *carrying, const char *driver)
{
	struct plan *plan = carrying->plan;
	int r = load(driver);

	if (sysfs_pci_driver_exists(driver))
		return;
	for (size_t i = 0; i < plan->count; i++) {
		struct plan_entry *entry = &plan->entries[i];

		if (!plan_is_pending(entry) || strcmp(plan_driver(entry), driver) != 0)
			continue;
		/* Where that cannot be read it is the one that the plan has seen. */
		(void)!work_read_driver(entry);
		decide_no_driver(entry, r < 0 ? r : -ENOENT, carrying->cmdline);
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
	const struct work *model;
	struct work *works;
	size_t count;
};

static void add_taken(void *data, const struct pci_address *address)
{
	struct taken *taken = data;
	struct plan_entry *entry = entry_at(taken->plan, address);

	if (!entry || plan_is_taken(entry) || entry->decided_early || entry->reserved)
		return;
	/* It was listed by this driver. */
	(void)!work_read_driver(entry);
	taken->works = util_grow(taken->works, taken->count, sizeof(*taken->works));
	taken->works[taken->count] = *taken->model;
	taken->works[taken->count++].entry = entry;
}

/* Loading a driver must not have taken what stays: look at all that is on it now. */
static void check_driver(const struct carrying *carrying, const char *driver, const struct work *give_back)
{
	struct taken taken = { .plan = carrying->plan, .model = give_back };

	sysfs_pci_bound_to(driver, add_taken, &taken);
	work_on(taken.works, taken.count, true, 0, log_returned, NULL);
	free(taken.works);
}

/*
 * Do the step at @first, and those that belong to it: what a failure of a variant's override calls for, and what
 * returns each function that a driver has taken. Returns how many these are.
 */
static size_t run_driver_step(const struct carrying *carrying, size_t first)
{
	const struct step *step = &carrying->list->steps[first];
	const struct plan_entry *entry = &carrying->plan->entries[step->entry];
	size_t behind;
	struct work work;

	switch ((enum step_kind)step->kind) {
	case STEP_LOAD_VARIANT:
		(void)!load(entry->variant);
		return 1;
	case STEP_LOAD:
		load_driver(carrying, entry->wanted_driver);
		return 1;
	case STEP_OVERRIDE_VARIANT:
		behind = count_with(carrying->list, first + 1, STEP_IF_FAILED);
		work = work_of(carrying, first, 1 + behind);
		use_variant(&work);
		return 1 + behind;
	default:
		behind = count_with(carrying->list, first + 1, STEP_IF_TAKEN);
		work = work_of(carrying, first + 1, behind);
		check_driver(carrying, entry->wanted_driver, &work);
		return 1 + behind;
	}
}

static void run_driver_phase(const struct carrying *carrying)
{
	for (size_t i = 0; i < carrying->list->count;)
		i += carrying->list->steps[i].phase == PHASE_DRIVERS ? run_driver_step(carrying, i) : 1;
}

/* --- the whole list --- */

/* Loading the module has probed what nobody held: a child is made only for the others. */
static bool is_to_take(const struct work *work)
{
	if (!plan_is_pending(work->entry))
		return false;
	if (work_read_driver(work->entry) < 0 || !work_is_bound(work->entry))
		return true;
	decide_bound(work);
	return false;
}

static bool is_unfinished(const struct work *work)
{
	const struct plan_entry *entry = work->entry;

	return (entry->verdict == VERDICT_STUCK || entry->verdict == VERDICT_NO_DRIVER) && entry->driver[0] &&
	       !pci_is_guest_driver(entry->driver);
}

static void ignore_result(struct work *work, const struct deadline_task *task, void *data)
{
	(void)work;
	(void)task;
	(void)data;
}

/* --- without memory --- */

/* What is carried out now. */
static const struct plan *plan_at_work;

/* Neither bound nor given back yet: the host gets it, whatever was written. */
static void release(const struct plan_entry *entry)
{
	const struct pci_address *address = &entry->function->address;
	char driver[PCI_DRIVER_SIZE] = "";

	if (sysfs_pci_driver(address, driver, sizeof(driver)) < 0 || pci_is_guest_driver(driver))
		return;
	/* Nothing is left to do where one of these fails. */
	(void)!sysfs_pci_set_override(address, NULL);
	if (!driver[0])
		(void)!sysfs_pci_probe(address);
}

/* A util_last_word: in a child, for a write may hang. */
static void abandon(void)
{
	unsigned long long end = deadline_write_end();
	pid_t child;

	log_no_memory();
	child = fork();
	while (child > 0 && !waitpid(child, NULL, WNOHANG) && util_now() < end)
		usleep(1000);
	for (size_t i = 0; child <= 0 && i < plan_at_work->count; i++) {
		const struct plan_entry *entry = &plan_at_work->entries[i];

		if (plan_is_pending(entry) || entry->reserved)
			release(entry);
	}
	_exit(child ? 1 : 0);
}

void bind_apply(struct plan *plan, struct step_list *list, const char *cmdline, struct bind_times *ret_times)
{
	const struct carrying carrying = { plan, list, cmdline };
	unsigned long long start;

	util_last_word *before;

	*ret_times = (struct bind_times){ 0 };
	plan_at_work = plan;
	before = util_on_no_memory(abandon);
	deadline_write();
	run_phase(&carrying, PHASE_OVERRIDE, NULL, true, 0, decide_override);
	run_phase(&carrying, PHASE_GIVE_BACK, NULL, true, 0, log_returned);
	start = util_now();
	/* Only now: libkmod reads files, and until then no driver_override would be written. */
	bind_find_variants(plan);
	steps_clear(list);
	steps_make(plan, list);
	run_driver_phase(&carrying);
	ret_times->modules = util_now() - start;
	start = util_now();
	run_phase(&carrying, PHASE_TAKE, is_to_take, false, deadline_write_end(), decide_taken);
	ret_times->devices = util_now() - start;
	run_phase(&carrying, PHASE_SETTLE, is_unfinished, false, util_now() + LAST_TIME, ignore_result);
	util_on_no_memory(before);
}
