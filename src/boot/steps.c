/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "boot/steps.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "boot/log.h"
#include "boot/modules.h"
#include "core/budget.h"
#include "host/sysfs.h"

static const struct {
	const char *name;  /* for the debug log */
	const char *hangs; /* the subject of "did not return in time" */
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

int step_load_module(const void *name)
{
	return modules_load(name);
}

int step_do(const struct plan_entry *entry, struct step_record *record, enum step step)
{
	record->begun[step] = true;
	record->result[step] = write_step(entry, step);
	record->ended[step] = true;
	return record->result[step];
}

/* Read who holds the device into the entry. Returns whether that is the wanted driver. */
bool step_read_driver(struct plan_entry *entry)
{
	return sysfs_pci_driver(&entry->function->address, entry->driver) == 0 &&
	       !strcmp(entry->driver, entry->wanted_driver);
}

/*
 * Give the device back to the host: no override, no guest's driver, and whichever driver wants it. Whether
 * that worked, the link shows. remove_id fails where the driver has no such id, which is as good.
 */
int step_give_back(const void *argument, void *result)
{
	struct plan_entry entry = *(const struct plan_entry *)argument;
	struct step_record *record = result;
	int r = step_do(&entry, record, STEP_CLEAR);

	step_read_driver(&entry);
	if (r < 0)
		return r;
	if (pci_is_guest_driver(entry.driver)) {
		(void)!step_do(&entry, record, STEP_REMOVE_ID);
		r = step_do(&entry, record, STEP_RELEASE);
		if (r < 0)
			return r;
		entry.driver[0] = '\0';
	}
	return entry.driver[0] ? 0 : step_do(&entry, record, STEP_RETURN);
}

/* What is reserved waits without it: the late stage finds the device with its host driver. */
int step_set_override(const void *argument, void *result)
{
	const struct plan_entry *entry = argument;
	int r = step_do(entry, result, STEP_OVERRIDE);

	if (r < 0 && !entry->reserved)
		(void)!step_give_back(entry, result);
	return r;
}

/* The host's driver has it, and it stays there. */
int step_clear_override(const void *entry, void *result)
{
	return step_do(entry, result, STEP_CLEAR);
}

/* ENODEV, ENOENT: it has let go by itself. */
bool step_is_let_go(int r)
{
	return r >= 0 || r == -ENODEV || r == -ENOENT;
}

/* EPROBE_DEFER, should it leak. */
bool step_is_deferral(int r)
{
	return r == -EAGAIN || r == -517;
}

/* Take it from whoever has it. What the kernel refuses goes back to the host. */
int step_take(const void *argument, void *result)
{
	struct plan_entry entry = *(const struct plan_entry *)argument;
	struct step_record *record = result;
	int r;

	step_read_driver(&entry);
	if (entry.driver[0] && !step_is_let_go(step_do(&entry, record, STEP_UNBIND)))
		return step_give_back(argument, result);
	(void)!step_do(&entry, record, STEP_PROBE);
	if (step_read_driver(&entry))
		return 0;
	/* The probe left the device without our driver: ask for the errno that drivers_probe swallows. */
	r = entry.driver[0] ? -EBUSY : step_do(&entry, record, STEP_BIND);
	return step_read_driver(&entry) || step_is_deferral(r) ? 0 : step_give_back(argument, result);
}

static void log_record(const struct step_work *work)
{
	char name[PCI_ADDRESS_SIZE];

	for (size_t step = 0; step < STEP_COUNT; step++)
		if (work->record.begun[step])
			log_line(LOG_DEBUG, "%s %s: %s",
				 pci_address_format(&work->entry->function->address, name), steps[step].name,
				 !work->record.ended[step]     ? "did not return in time" :
				 work->record.result[step] < 0 ? strerror(-work->record.result[step]) :
								 "done");
}

const char *step_that_hangs(const struct step_record *record)
{
	for (size_t step = 0; step < STEP_COUNT; step++)
		if (record->begun[step] && !record->ended[step])
			return steps[step].hangs;
	return "its work";
}

/*
 * Whose work hangs, or cannot be begun, is stuck: finish comes back to it when the real root runs. Returns
 * whether it is.
 */
bool step_decide_stuck(const struct step_work *work, const struct deadline_task *task)
{
	if (task->state == DEADLINE_ENDED)
		return false;
	if (task->state == DEADLINE_NOT_STARTED && task->status != -ETIME)
		plan_decide(work->entry, VERDICT_STUCK, "reboot; look for memory in dmesg",
			    "no process can be started for it (%s)", strerror(-task->status));
	else if (task->state == DEADLINE_NOT_STARTED)
		plan_decide(work->entry, VERDICT_STUCK, "rd.vfio.deadline= gives it more time",
			    "other devices have used up the time");
	else if (task->state == DEADLINE_DIED)
		plan_decide(work->entry, VERDICT_STUCK,
			    "look for this device, 'Oops' and 'Out of memory' in dmesg, and reboot",
			    "the process that works on it has died during %s",
			    step_that_hangs(&work->record));
	else
		plan_decide(work->entry, VERDICT_STUCK,
			    "look for this device in dmesg; when its driver returns: sudo vfio-early finish; "
			    "rd.vfio.deadline= gives it "
			    "more time",
			    "%s did not return in time", step_that_hangs(&work->record));
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
	struct step_record record;
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
 * Steps that take no time unless the device hangs share one child, which is cheaper than one each. Takes over
 * what has ended. The first that has not is the one that hangs; those behind it are left for children of
 * their own.
 */
static size_t work_together(struct step_work *works, struct deadline_task *tasks, const struct batch *batch,
			    unsigned long long end)
{
	cleanup_free struct batch_result *results = util_zeroed(batch->count, sizeof(*results));
	struct deadline_task task = {
		.work = work_through,
		.argument = batch,
		.result = results,
		.size = batch->count * sizeof(*results),
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
 * Do the same to the devices of @count entries, @together or in a child each; @done decides what came of
 * each. @end is 0 for that of a step.
 */
void step_work_on(struct plan_entry **entries, size_t count, int (*what)(const void *entry, void *record),
		  bool together, unsigned long long end,
		  void (*done)(struct step_work *work, const struct deadline_task *task, void *data),
		  void *data)
{
	cleanup_free struct step_work *works = util_zeroed(count, sizeof(*works));
	cleanup_free struct deadline_task *tasks = util_zeroed(count, sizeof(*tasks));
	struct batch batch = { entries, count, what };
	size_t first = 0;

	for (size_t i = 0; i < count; i++) {
		works[i].entry = entries[i];
		strcpy(works[i].was, entries[i]->driver);
		tasks[i] = (struct deadline_task){
			.work = what,
			.argument = entries[i],
			.result = &works[i].record,
			.size = sizeof(works[i].record),
		};
	}
	if (together && count > 1)
		first = work_together(works, tasks, &batch,
				      end ? budget_step_end(util_now(), end) : deadline_step_end());
	deadline_run_tasks(tasks + first, count - first, end ? end : deadline_step_end());
	for (size_t i = 0; i < count; i++) {
		log_record(&works[i]);
		step_read_driver(works[i].entry);
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

void step_work_on_all(struct plan *plan, bool (*wanted)(struct plan_entry *entry),
		      int (*what)(const void *entry, void *record), bool together, unsigned long long end,
		      void (*done)(struct step_work *work, const struct deadline_task *task, void *data))
{
	cleanup_free struct plan_entry **picked = util_zeroed(plan->count, sizeof(*picked));

	step_work_on(picked, pick(plan, wanted, picked), what, together, end, done, NULL);
}
