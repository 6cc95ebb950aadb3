/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "boot/work.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "boot/log.h"
#include "boot/modules.h"
#include "core/budget.h"
#include "host/sysfs.h"

/* What a child does: the other kinds of steps are its parent's. */
static const struct {
	const char *name;  /* for the debug log */
	const char *hangs; /* the subject of "did not return in time" */
} steps[] = {
	[STEP_OVERRIDE] = { "driver_override", "the write to driver_override" },
	[STEP_OVERRIDE_VARIANT] = { "driver_override", "the write to driver_override" },
	[STEP_CLEAR] = { "clear driver_override", "clearing driver_override" },
	[STEP_REMOVE_ID] = { "remove_id", "the write to remove_id" },
	[STEP_UNBIND] = { "unbind", "unbinding its driver" },
	[STEP_PROBE] = { "drivers_probe", "the probe" },
	[STEP_BIND] = { "bind", "the bind" },
	[STEP_READ_BACK] = { "driver", "reading its driver" },
};

int work_load_module(const void *name)
{
	return modules_load(name);
}

int work_read_driver(struct plan_entry *entry)
{
	return sysfs_pci_driver(&entry->function->address, entry->driver, sizeof(entry->driver));
}

bool work_is_bound(const struct plan_entry *entry)
{
	return !strcmp(entry->driver, plan_driver(entry));
}

bool work_is_let_go(int r)
{
	return r >= 0 || r == -ENODEV || r == -ENOENT;
}

bool work_is_deferral(int r)
{
	return r == -EAGAIN || r == -517;
}

/* --- in the child --- */

/* A program that runs. */
struct run {
	struct plan_entry entry; /* a copy, with the driver that it has now */
	bool read;               /* nothing was done since that was read, */
	int unread;              /* or could not be: -errno */
	bool failed;
	int bind; /* the result of STEP_BIND */
};

static void read_driver(struct run *run)
{
	if (!run->read)
		run->unread = work_read_driver(&run->entry);
	run->read = true;
}

/* The kernel has taken the link away when the write returns: no read is needed. */
static int unbind(struct run *run)
{
	int r = sysfs_pci_unbind(&run->entry.function->address);

	if (work_is_let_go(r))
		run->entry.driver[0] = '\0';
	return r;
}

static int do_step(struct run *run, enum step_kind kind)
{
	const struct plan_entry *entry = &run->entry;
	const struct pci_address *address = &entry->function->address;

	switch (kind) {
	case STEP_OVERRIDE:
	case STEP_OVERRIDE_VARIANT:
		return sysfs_pci_set_override(address, plan_driver(entry));
	case STEP_CLEAR:
		return sysfs_pci_set_override(address, NULL);
	case STEP_REMOVE_ID:
		return sysfs_pci_remove_id(entry->function, entry->driver);
	case STEP_UNBIND:
		return unbind(run);
	case STEP_PROBE:
		run->read = false;
		return sysfs_pci_probe(address);
	case STEP_BIND:
		run->read = false;
		return run->bind = sysfs_pci_bind(address, plan_driver(entry));
	default:
		read_driver(run);
		if (run->unread < 0)
			return run->unread;
		return work_is_bound(entry) ? 0 : -EBUSY;
	}
}

/*
 * remove_id fails where the driver has no such id, which is as good. Of a probe and a bind the link tells. The kernel
 * itself comes back to what it has deferred.
 */
static bool is_failure(const struct run *run, enum step_kind kind, int r)
{
	switch (kind) {
	case STEP_UNBIND:
		return !work_is_let_go(r);
	case STEP_READ_BACK:
		return r < 0 && !work_is_deferral(run->bind);
	case STEP_OVERRIDE:
	case STEP_OVERRIDE_VARIANT:
	case STEP_CLEAR:
		return r < 0;
	default:
		return false;
	}
}

static bool is_turn(struct run *run, const struct step *step)
{
	/* Without conditions, and of another branch, the driver is of no interest: one read less. */
	if (run->failed != !!(step->conditions & STEP_IF_FAILED) || step->kind == STEP_FRAMEBUFFER)
		return false;
	if (step->conditions & ~(unsigned int)(STEP_IF_FAILED | STEP_IF_OF_CALLER))
		read_driver(run);
	return step_applies(step, &run->entry, run->failed);
}

/* Returns the result of the step that failed, or 0. */
static int run_steps(const void *argument, void *result)
{
	const struct work *work = argument;
	struct work_record *record = result;
	struct run run = { .entry = *work->entry };
	int status = 0;

	if (work->is_due && !work->is_due(work->entry))
		return 0;
	for (size_t i = 0; i < work->count; i++) {
		int r;

		if (!is_turn(&run, &work->steps[i]))
			continue;
		record->begun[i] = true;
		r = record->result[i] = do_step(&run, work->steps[i].kind);
		record->ended[i] = true;
		if (!is_failure(&run, work->steps[i].kind, r))
			continue;
		if (run.failed)
			break;
		run.failed = true;
		status = r;
	}
	return status;
}

/* --- what came of it --- */

bool work_has_ended(const struct work *work, enum step_kind kind, int *ret_result)
{
	for (size_t i = 0; i < work->count; i++) {
		if (work->steps[i].kind != kind || work->steps[i].conditions & STEP_IF_FAILED ||
		    !work->record.ended[i])
			continue;
		*ret_result = work->record.result[i];
		return true;
	}
	return false;
}

static void log_record(const struct work *work)
{
	for (size_t i = 0; i < work->count; i++)
		if (work->record.begun[i])
			log_line(LOG_DEBUG, "%s %s: %s", pci_address_text(&work->entry->function->address),
				 steps[work->steps[i].kind].name,
				 !work->record.ended[i]     ? "did not return in time" :
				 work->record.result[i] < 0 ? strerror(-work->record.result[i]) :
							      "done");
}

const char *work_hangs(const struct work *work)
{
	for (size_t i = 0; i < work->count; i++) {
		const struct step *step = &work->steps[i];

		if (!work->record.begun[i] || work->record.ended[i])
			continue;
		if (step->kind == STEP_PROBE && !(step->conditions & STEP_IF_NOT_BOUND))
			return "its host driver's probe";
		return steps[step->kind].hangs;
	}
	return "its work";
}

bool work_decide_stuck(const struct work *work, const struct deadline_task *task)
{
	if (task->state == DEADLINE_ENDED)
		return false;
	if (task->state == DEADLINE_NOT_STARTED && task->status != -ETIME)
		plan_decide(work->entry, VERDICT_STUCK, "reboot; look for 'Out of memory' in dmesg",
			    "no process can be started to bind it (%s)", strerror(-task->status));
	else if (task->state == DEADLINE_NOT_STARTED)
		plan_decide(work->entry, VERDICT_STUCK, "increase rd.vfio.deadline=",
			    "the deadline expired while other devices were bound");
	else if (task->state == DEADLINE_DIED)
		plan_decide(work->entry, VERDICT_STUCK,
			    "look for this device, 'Oops' and 'Out of memory' in dmesg, and reboot",
			    "the process that binds it died during %s", work_hangs(work));
	else
		plan_decide(work->entry, VERDICT_STUCK,
			    "look for this device in dmesg; when its driver returns: sudo vfio-early finish; "
			    "increase rd.vfio.deadline=",
			    "%s did not return in time", work_hangs(work));
	return true;
}

/* Works that one child does, one after the other. */
struct batch {
	struct work *works;
	size_t count;
};

/* What it hands back of each. */
struct batch_result {
	bool ended;
	int status;
	struct work_record record;
};

static int work_through(const void *argument, void *result)
{
	const struct batch *batch = argument;
	struct batch_result *results = result;

	for (size_t i = 0; i < batch->count; i++) {
		results[i].status = run_steps(&batch->works[i], &results[i].record);
		__atomic_store_n(&results[i].ended, true, __ATOMIC_RELEASE);
	}
	return 0;
}

/*
 * Steps that take no time unless the device hangs share one child, which is cheaper than one each. Takes over
 * what has ended. The first that has not is the one that hangs; those behind it are left for children of
 * their own.
 */
static size_t work_together(const struct batch *batch, struct deadline_task *tasks, unsigned long long end)
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
		batch->works[ended].record = results[ended].record;
		tasks[ended].state = DEADLINE_ENDED;
		tasks[ended].status = results[ended].status;
	}
	if (ended == batch->count || task.state == DEADLINE_NOT_STARTED)
		return ended;
	batch->works[ended].record = results[ended].record;
	tasks[ended].state = task.state;
	tasks[ended].status = task.status;
	return ended + 1;
}

void work_on(struct work *works, size_t count, bool together, unsigned long long end,
	     void (*done)(struct work *work, const struct deadline_task *task, void *data), void *data)
{
	cleanup_free struct deadline_task *tasks = util_zeroed(count, sizeof(*tasks));
	const struct batch batch = { works, count };
	size_t first = 0;

	for (size_t i = 0; i < count; i++) {
		strcpy(works[i].was, works[i].entry->driver);
		tasks[i] = (struct deadline_task){
			.work = run_steps,
			.argument = &works[i],
			.result = &works[i].record,
			.size = sizeof(works[i].record),
		};
	}
	if (together && count > 1)
		first = work_together(&batch, tasks,
				      end ? budget_step_end(util_now(), end) : deadline_step_end());
	deadline_run_tasks(tasks + first, count - first, end ? end : deadline_step_end());
	for (size_t i = 0; i < count; i++) {
		log_record(&works[i]);
		/* The child's read back tells of an error. */
		(void)!work_read_driver(works[i].entry);
		done(&works[i], &tasks[i], data);
	}
}
