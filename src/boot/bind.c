/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "boot/bind.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "boot/log.h"
#include "boot/modules.h"
#include "core/budget.h"
#include "core/cmdline.h"
#include "core/modprobe.h"
#include "host/deadline.h"
#include "host/sysfs.h"

/* Microseconds for what is put right at the end of a stage, and for all that finish does. */
#define LAST_TIME 300000
#define FINISH_TIME 1000000
/* The probe of a GPU's driver takes seconds, with its firmware. */
#define RETURN_TIME 10000000

/* --- what a child does to one device --- */

/* The writes, in the order in which one child makes them. */
enum step {
	STEP_OVERRIDE,
	STEP_UNBIND,
	STEP_PROBE,
	STEP_BIND,
	/* What gives the device back to the host. */
	STEP_CLEAR,
	STEP_REMOVE_ID,
	STEP_RELEASE,
	STEP_RETURN,
	STEP_COUNT,
};

static const struct {
	const char *name;   /* for the debug log */
	const char *hangs;  /* the subject of "did not return in time" */
} steps[STEP_COUNT] = {
	[STEP_OVERRIDE] = { "driver_override", "the write to driver_override" },
	[STEP_UNBIND] = { "unbind", "unbinding its driver" },
	[STEP_PROBE] = { "drivers_probe", "the probe" },
	[STEP_BIND] = { "bind", "the bind" },
	[STEP_CLEAR] = { "clear driver_override", "clearing driver_override" },
	[STEP_REMOVE_ID] = { "remove_id", "the write to remove_id" },
	[STEP_RELEASE] = { "unbind", "unbinding its driver" },
	[STEP_RETURN] = { "drivers_probe", "its host driver's probe" },
};

/* What the child leaves: flat, and true at each moment, for it may hang. */
struct record {
	bool begun[STEP_COUNT];
	bool ended[STEP_COUNT];
	int result[STEP_COUNT]; /* of what has ended: 0 or -errno */
};

/* One device and what is done to it. */
struct work {
	struct plan_entry *entry;
	char was[PCI_DRIVER_SIZE];
	struct record record;
};

static int write_step(const struct plan_entry *entry, enum step step)
{
	const struct pci_address *address = &entry->function->address;

	switch (step) {
	case STEP_OVERRIDE:
		return sysfs_pci_set_override(address, entry->wanted_driver);
	case STEP_BIND:
		return sysfs_pci_bind(address, entry->wanted_driver);
	case STEP_CLEAR:
		return sysfs_pci_set_override(address, NULL);
	case STEP_REMOVE_ID:
		return sysfs_pci_remove_id(entry->function, entry->driver);
	case STEP_UNBIND:
	case STEP_RELEASE:
		return sysfs_pci_unbind(address);
	default:
		return sysfs_pci_probe(address);
	}
}

static int do_step(const struct plan_entry *entry, struct record *record, enum step step)
{
	record->begun[step] = true;
	record->result[step] = write_step(entry, step);
	record->ended[step] = true;
	return record->result[step];
}

/* Read who holds the device into the entry. Returns whether that is the wanted driver. */
static bool read_driver(struct plan_entry *entry)
{
	return sysfs_pci_driver(&entry->function->address, entry->driver) == 0 &&
	       !strcmp(entry->driver, entry->wanted_driver);
}

/*
 * Give the device back to the host: no override, no guest's driver, and whichever driver wants it. Whether that worked,
 * the link shows. remove_id fails where the driver has no such id, which is as good.
 */
static int give_back(const void *argument, void *result)
{
	struct plan_entry entry = *(const struct plan_entry *)argument;
	struct record *record = result;
	int r = do_step(&entry, record, STEP_CLEAR);

	read_driver(&entry);
	if (r < 0)
		return r;
	if (pci_is_guest_driver(entry.driver)) {
		(void)!do_step(&entry, record, STEP_REMOVE_ID);
		r = do_step(&entry, record, STEP_RELEASE);
		if (r < 0)
			return r;
		entry.driver[0] = '\0';
	}
	return entry.driver[0] ? 0 : do_step(&entry, record, STEP_RETURN);
}

/* What is reserved waits without it: the late stage finds the device with its host driver. */
static int set_override(const void *argument, void *result)
{
	const struct plan_entry *entry = argument;
	int r = do_step(entry, result, STEP_OVERRIDE);

	if (r < 0 && !entry->reserved)
		(void)!give_back(entry, result);
	return r;
}

/* The host's driver has it, and it stays there. */
static int clear_override(const void *entry, void *result)
{
	return do_step(entry, result, STEP_CLEAR);
}

/* ENODEV, ENOENT: it has let go by itself. */
static bool is_let_go(int r)
{
	return r >= 0 || r == -ENODEV || r == -ENOENT;
}

/* EPROBE_DEFER, should it leak. */
static bool is_deferral(int r)
{
	return r == -EAGAIN || r == -517;
}

/* Take it from whoever has it. What the kernel refuses goes back to the host. */
static int take(const void *argument, void *result)
{
	struct plan_entry entry = *(const struct plan_entry *)argument;
	struct record *record = result;
	int r;

	read_driver(&entry);
	if (entry.driver[0] && !is_let_go(do_step(&entry, record, STEP_UNBIND)))
		return give_back(argument, result);
	(void)!do_step(&entry, record, STEP_PROBE);
	if (read_driver(&entry))
		return 0;
	/* The probe left the device without our driver: ask for the errno that drivers_probe swallows. */
	r = entry.driver[0] ? -EBUSY : do_step(&entry, record, STEP_BIND);
	return read_driver(&entry) || is_deferral(r) ? 0 : give_back(argument, result);
}

/* --- all devices at the same time --- */

static void log_record(const struct work *work)
{
	char name[PCI_ADDRESS_SIZE];

	for (size_t step = 0; step < STEP_COUNT; step++)
		if (work->record.begun[step])
			log_line(LOG_DEBUG, "%s %s: %s", pci_address_format(&work->entry->function->address, name), steps[step].name,
				 !work->record.ended[step] ? "did not return in time" :
				 work->record.result[step] < 0 ? strerror(-work->record.result[step]) : "done");
}

static const char *hanging_step(const struct record *record)
{
	for (size_t step = 0; step < STEP_COUNT; step++)
		if (record->begun[step] && !record->ended[step])
			return steps[step].hangs;
	return "its work";
}

/* Whose work hangs, or cannot be begun, is stuck: finish comes back to it when the real root runs. Returns whether it is. */
static bool decide_stuck(const struct work *work, const struct deadline_task *task)
{
	if (task->state == DEADLINE_ENDED)
		return false;
	if (task->state == DEADLINE_NOT_STARTED && task->status != -ETIME)
		plan_decide(work->entry, VERDICT_STUCK, "reboot; look for memory in dmesg",
			    "no process can be started for it (%s)", strerror(-task->status));
	else if (task->state == DEADLINE_NOT_STARTED)
		plan_decide(work->entry, VERDICT_STUCK, "rd.vfio.deadline= gives it more time", "other devices have used up the time");
	else if (task->state == DEADLINE_DIED)
		plan_decide(work->entry, VERDICT_STUCK, "look for this device, 'Oops' and 'Out of memory' in dmesg, and reboot",
			    "the process that works on it has died during %s", hanging_step(&work->record));
	else
		plan_decide(work->entry, VERDICT_STUCK,
			    "look for this device in dmesg; when its driver returns: sudo vfio-early finish; rd.vfio.deadline= gives it "
			    "more time", "%s did not return in time", hanging_step(&work->record));
	return true;
}

/* Devices that one child works on, one after the other. */
struct batch {
	struct plan_entry **entries;
	size_t count;
	int (*what)(const void *entry, void *record);
};

/* What it hands back of each. */
struct batch_result {
	bool ended;
	int status;
	struct record record;
};

static int work_through(const void *argument, void *result)
{
	const struct batch *batch = argument;
	struct batch_result *results = result;

	for (size_t i = 0; i < batch->count; i++) {
		results[i].status = batch->what(batch->entries[i], &results[i].record);
		__atomic_store_n(&results[i].ended, true, __ATOMIC_RELEASE);
	}
	return 0;
}

/*
 * Steps that take no time unless the device hangs share one child, which is cheaper than one each. Takes over what has ended. The
 * first that has not is the one that hangs; those behind it are left for children of their own.
 */
static size_t work_together(struct work *works, struct deadline_task *tasks, const struct batch *batch, unsigned long long end)
{
	cleanup_free struct batch_result *results = util_zeroed(batch->count, sizeof(*results));
	struct deadline_task task = {
		.work = work_through, .argument = batch, .result = results, .size = batch->count * sizeof(*results),
	};
	size_t ended = 0;

	deadline_run_tasks(&task, 1, end);
	for (; ended < batch->count && results[ended].ended; ended++) {
		works[ended].record = results[ended].record;
		tasks[ended].state = DEADLINE_ENDED;
		tasks[ended].status = results[ended].status;
	}
	if (ended == batch->count || task.state == DEADLINE_NOT_STARTED)
		return ended;
	works[ended].record = results[ended].record;
	tasks[ended].state = task.state;
	tasks[ended].status = task.status;
	return ended + 1;
}

/*
 * Do the same to the devices of @count entries, @together or in a child each; @done decides what came of each. @end is 0 for that
 * of a step.
 */
static void work_on(struct plan_entry **entries, size_t count, int (*what)(const void *entry, void *record), bool together,
		    unsigned long long end, void (*done)(struct work *work, const struct deadline_task *task, void *data), void *data)
{
	cleanup_free struct work *works = util_zeroed(count, sizeof(*works));
	cleanup_free struct deadline_task *tasks = util_zeroed(count, sizeof(*tasks));
	struct batch batch = { entries, count, what };
	size_t first = 0;

	for (size_t i = 0; i < count; i++) {
		works[i].entry = entries[i];
		strcpy(works[i].was, entries[i]->driver);
		tasks[i] = (struct deadline_task){
			.work = what, .argument = entries[i], .result = &works[i].record, .size = sizeof(works[i].record),
		};
	}
	if (together && count > 1)
		first = work_together(works, tasks, &batch, end ? budget_step_end(util_now(), end) : deadline_step_end());
	deadline_run_tasks(tasks + first, count - first, end ? end : deadline_step_end());
	for (size_t i = 0; i < count; i++) {
		log_record(&works[i]);
		read_driver(works[i].entry);
		done(&works[i], &tasks[i], data);
	}
}

static size_t pick(struct plan *plan, bool (*wanted)(struct plan_entry *entry), struct plan_entry **picked)
{
	size_t count = 0;

	for (size_t i = 0; i < plan->count; i++)
		if (wanted(&plan->entries[i]))
			picked[count++] = &plan->entries[i];
	return count;
}

static void work_on_all(struct plan *plan, bool (*wanted)(struct plan_entry *entry),
			int (*what)(const void *entry, void *record), bool together, unsigned long long end,
			void (*done)(struct work *work, const struct deadline_task *task, void *data))
{
	cleanup_free struct plan_entry **picked = util_zeroed(plan->count, sizeof(*picked));

	work_on(picked, pick(plan, wanted, picked), what, together, end, done, NULL);
}

/* --- what came of it --- */

/* A guard keeps it, and a guest's driver or our own driver_override had it: built in, loaded before us, or reserved. */
static void tell_returned(struct work *work, const struct deadline_task *task, void *data)
{
	const struct plan_entry *entry = work->entry;
	char subject[96];

	(void)data;
	pci_format(entry->function, subject, sizeof(subject));
	if (task->state != DEADLINE_ENDED && pci_is_guest_driver(work->was))
		log_line(LOG_ERROR, "%s is on %s, and cannot be given back to the host: %s; reboot", subject, work->was,
			 task->state == DEADLINE_NOT_STARTED ? strerror(-task->status) : hanging_step(&work->record));
	else if (task->state != DEADLINE_ENDED)
		log_line(LOG_ERROR, "%s waits for the host, and cannot be given back to it: %s; reboot", subject, strerror(-task->status));
	else if (pci_is_guest_driver(work->was))
		log_line(pci_is_guest_driver(entry->driver) ? LOG_ERROR : LOG_WARNING,
			 "%s was on %s already, which is built in or was loaded with ids=; %s", subject, work->was,
			 pci_is_guest_driver(entry->driver) ? "the driver does not release it" : "it is given back to the host");
}

static void decide_refused(struct plan_entry *entry, const char *what, int error)
{
	plan_decide(entry, VERDICT_REFUSED, "look for this device in dmesg", "%s: %s; back with %s", what,
		    strerror(-error), entry->driver[0] ? entry->driver : "the host, no driver yet");
}

static void decide_override(struct work *work, const struct deadline_task *task, void *data)
{
	(void)data;
	if (!work->entry->reserved && task->status < 0 && !decide_stuck(work, task))
		decide_refused(work->entry, "driver_override cannot be written", task->status);
}

static int unbind_framebuffer(const void *name)
{
	return sysfs_framebuffer_unbind(name);
}

/*
 * The firmware's framebuffer stands in the way of a guest that maps the BAR. From Linux 6.0 on vfio-pci removes it by itself,
 * for class 0300 only. It goes when the device is bound, never before: a bind that fails must not cost the screen.
 */
static void release_framebuffer(struct plan_entry *entry, char *hint, size_t size)
{
	char name[64], label[32];
	const struct pci_address *address = &entry->function->address;

	if (!pci_is_display(entry->function))
		return;
	if (sysfs_framebuffer_of(address, name, sizeof(name)) == 0)
		log_line(LOG_DEBUG, "%s unbind: %s", name, strerror(-deadline_run(unbind_framebuffer, name, deadline_write_end())));
	if (sysfs_framebuffer_range(address, label, sizeof(label)) < 0)
		return;
	/* The range of sysfb's own platform device (drivers/firmware/sysfb_simplefb.c) survives the unbind of its driver. */
	util_format(hint, size, "the firmware's framebuffer (%s) still reserves a BAR of it, which no guest can map; add %s to the "
		    "kernel command line", label,
		    UTIL_IS_ONE_OF(label, "efifb", "vesafb") ? "video=efifb:off,vesafb:off" : "initcall_blacklist=sysfb_init");
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

static void decide_taken(struct work *work, const struct deadline_task *task, void *data)
{
	const struct record *record = &work->record;
	struct plan_entry *entry = work->entry;

	(void)data;
	if (is_gone(entry)) {
		plan_decide(entry, VERDICT_ABSENT, "", "it was removed while the boot worked on it");
		return;
	}
	/* The link is made before the driver's own probe (drivers/base/dd.c, really_probe()), which may hang. */
	if (decide_stuck(work, task))
		return;
	if (!strcmp(entry->driver, entry->wanted_driver))
		decide_bound(entry);
	else if (record->ended[STEP_UNBIND] && !is_let_go(record->result[STEP_UNBIND]))
		decide_refused(entry, "its driver does not let go", record->result[STEP_UNBIND]);
	else if (!record->ended[STEP_BIND])
		decide_refused(entry, "another driver took the device", -EBUSY);
	else if (is_deferral(record->result[STEP_BIND]))
		plan_decide(entry, VERDICT_DEFERRED, "", "its IOMMU's driver is not loaded yet; the kernel tries again then");
	else
		decide_refused(entry, "the kernel's probe failed", record->result[STEP_BIND] < 0 ? record->result[STEP_BIND] : -EINVAL);
}

/*
 * What the kernel says to a module (kernel/module/main.c and signing.c, Linux 5.10 to 7.2): EKEYREJECTED without a
 * signature that it trusts where signatures are enforced, EPERM where lockdown asks for one, or module_blacklist=.
 */
static const char *why_not_loaded(int error, const char *driver, const char *cmdline, const char **ret_hint)
{
	char module[PCI_DRIVER_SIZE];

	modprobe_module_name(driver, module, sizeof(module));
	*ret_hint = "look for 'module' and 'vfio' in dmesg";
	if (error == -EKEYREJECTED || error == -ENOKEY || error == -EBADMSG) {
		*ret_hint = "use the distribution's own kernel and modules, or sign the module and enrol the key (mokutil --import)";
		return "its module has no signature that this kernel trusts, and signatures are enforced (Secure Boot)";
	}
	if (error == -EPERM && cmdline_has(cmdline, "module_blacklist", module)) {
		*ret_hint = "remove it from module_blacklist= on the kernel command line";
		return "module_blacklist= on the kernel command line forbids its module";
	}
	if (error == -EPERM) {
		*ret_hint = "use the distribution's own kernel and modules, or sign the module and enrol the key (mokutil --import)";
		return "its module has no signature that this kernel trusts, and the kernel is locked down (Secure Boot)";
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
		plan_decide(entry, VERDICT_STUCK, "look for 'vfio' in dmesg; rd.vfio.deadline= gives it more time",
			    "loading the driver did not return in time%s", with);
	} else if (error == -ENOENT) {
		util_format(hint, sizeof(hint), held ? "regenerate the initramfs" :
			    "regenerate the initramfs; driver_override stays, so modprobe %s finishes the work", entry->wanted_driver);
		plan_decide(entry, VERDICT_NO_DRIVER, hint, "%s is neither built into this kernel nor in this image%s",
			    entry->wanted_driver, with);
	} else {
		why = why_not_loaded(error, entry->wanted_driver, cmdline, &what_to_do);
		util_format(hint, sizeof(hint), "%s%s", what_to_do, held ? "" : "; driver_override stays");
		plan_decide(entry, VERDICT_NO_DRIVER, hint, "%s cannot be loaded: %s%s", entry->wanted_driver, why, with);
	}
}

/* --- drivers --- */

static int load_driver(const void *name)
{
	return modules_load(name);
}

static int load(const char *module)
{
	int r = deadline_run(load_driver, module, deadline_step_end());

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
		work_on(&entry, 1, set_override, false, 0, decide_override, NULL);
}

/*
 * Where the kernel has a variant of vfio-pci for a device, that one is meant. A module's driver has a name of its
 * own, known once it is loaded; until then the override names vfio-pci and keeps the host's drivers away.
 */
static void choose_variants(struct plan *plan)
{
	cleanup_free module_name *names = util_zeroed(plan->count, sizeof(*names));

	if (!rootdir_is_host() || deadline_read(find_variants, plan, names, plan->count * sizeof(*names), deadline_step_end()) < 0)
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
		read_driver(entry);
		decide_no_driver(entry, r < 0 ? r : -ENOENT, cmdline);
	}
}

static struct plan_entry *entry_at(struct plan *plan, const struct pci_address *address)
{
	for (size_t i = 0; i < plan->count; i++)
		if (plan->entries[i].function && !pci_address_compare(&plan->entries[i].function->address, address))
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
	read_driver(entry);
	taken->entries = util_grow(taken->entries, taken->count, sizeof(*taken->entries));
	taken->entries[taken->count++] = entry;
}

/* Loading a driver must not have taken what stays: look at all that is on it now. */
static void check_driver(struct plan *plan, const char *driver)
{
	struct taken taken = { .plan = plan };

	sysfs_pci_bound_to(driver, add_taken, &taken);
	work_on(taken.entries, taken.count, give_back, true, 0, tell_returned, NULL);
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
	if (!read_driver(entry))
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

/* Its host driver has it still, or again, and an override against that one would be a trap at its next unbind. */
static bool is_left_with_host(struct plan_entry *entry)
{
	return (entry->verdict == VERDICT_STUCK || entry->verdict == VERDICT_NO_DRIVER) && !entry->decided_early && entry->driver[0] &&
	       !pci_is_guest_driver(entry->driver);
}

static void ignore_result(struct work *work, const struct deadline_task *task, void *data)
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
	work_on_all(plan, gets_override, set_override, true, 0, decide_override);
	work_on_all(plan, is_given_back, give_back, true, 0, tell_returned);
	start = util_now();
	load_drivers(plan, cmdline);
	ret_times->modules = util_now() - start;
	start = util_now();
	work_on_all(plan, is_to_take, take, false, deadline_write_end(), decide_taken);
	ret_times->devices = util_now() - start;
	work_on_all(plan, is_left_with_host, clear_override, false, util_now() + LAST_TIME, ignore_result);
}

/* --- what the boot has left half done --- */

/* What may carry disks is never reserved, so another override there is not ours. */
static bool is_override_ours(const struct pci_function *function)
{
	char text[PCI_DRIVER_SIZE];
	ssize_t length = sysfs_pci_read(&function->address, "driver_override", text, sizeof(text));

	text[length > 0 ? strcspn(text, "\n") : 0] = '\0';
	/* The kernel shows "(null)" where none is set (drivers/base/driver.c). */
	return text[0] && strcmp(text, "(null)") &&
	       (pci_is_guest_driver(text) || (function->class && !pci_may_carry_disks(function)));
}

/* The host gets it: reserved by the early stage, and not taken by a late one. */
static int return_waiting(const void *argument, void *record)
{
	const struct plan_entry *entry = argument;

	/* A read of the attribute waits for a driver that probes or removes the device, up to Linux 6.11. */
	return pci_is_guest_driver(entry->driver) || !is_override_ours(entry->function) ? 0 : give_back(entry, record);
}

/*
 * What is without a driver is probed, which binds it to what its override names: where a driver hangs still, the kernel begins with that
 * when it has let go, whatever becomes of the process. What its host driver has kept stays there.
 */
static int resume_stuck(const void *argument, void *record)
{
	const struct plan_entry *entry = argument;

	if (!entry->driver[0])
		return do_step(entry, record, STEP_PROBE);
	return pci_is_guest_driver(entry->driver) || !is_override_ours(entry->function) ? 0 : do_step(entry, record, STEP_CLEAR);
}

static int finish_one(const void *argument, void *record)
{
	const struct plan_entry *entry = argument;

	return entry->verdict == VERDICT_STUCK ? resume_stuck(entry, record) : return_waiting(entry, record);
}

/* The leftovers, and an entry for each. */
struct leftovers {
	struct bind_leftover *list;
	struct plan_entry *entries;
};

static void note_finished(struct work *work, const struct deadline_task *task, void *data)
{
	struct leftovers *leftovers = data;
	struct bind_leftover *leftover = &leftovers->list[work->entry - leftovers->entries];

	strcpy(leftover->function.driver, work->entry->driver);
	leftover->hangs = task->state != DEADLINE_ENDED;
}

static bool waits_for_vfio(const struct bind_leftover *leftovers, size_t count)
{
	char driver[PCI_DRIVER_SIZE];

	for (size_t i = 0; i < count; i++)
		if (leftovers[i].stuck && sysfs_pci_driver(&leftovers[i].function.address, driver) == 0 && !driver[0])
			return true;
	return false;
}

void bind_finish(struct bind_leftover *list, size_t count)
{
	static const struct claim claim;
	cleanup_free struct plan_entry *entries = util_zeroed(count, sizeof(*entries));
	cleanup_free struct plan_entry **stuck = util_zeroed(count, sizeof(*stuck));
	cleanup_free struct plan_entry **waiting = util_zeroed(count, sizeof(*waiting));
	struct leftovers leftovers = { list, entries };
	size_t stuck_count = 0, waiting_count = 0;

	/* Its image may have lacked the module, or the load hung. */
	if (waits_for_vfio(list, count) && !sysfs_pci_driver_exists(PLAN_DRIVER))
		(void)!deadline_run(load_driver, PLAN_DRIVER, util_now() + FINISH_TIME);
	for (size_t i = 0; i < count; i++) {
		entries[i] = (struct plan_entry){ .function = &list[i].function, .claim = &claim };
		entries[i].verdict = list[i].stuck ? VERDICT_STUCK : VERDICT_DEFERRED;
		read_driver(&entries[i]);
		if (list[i].stuck)
			stuck[stuck_count++] = &entries[i];
		else
			waiting[waiting_count++] = &entries[i];
	}
	work_on(waiting, waiting_count, finish_one, true, util_now() + RETURN_TIME, note_finished, &leftovers);
	work_on(stuck, stuck_count, finish_one, true, util_now() + FINISH_TIME, note_finished, &leftovers);
}
