/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The writes to sysfs, in child processes: what is done to one device, and to all of them at the same time.
 */
#pragma once

#include "core/plan.h"
#include "host/deadline.h"

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

/* What the child leaves: flat, and true at each moment, for it may hang. */
struct step_record {
	bool begun[STEP_COUNT];
	bool ended[STEP_COUNT];
	int result[STEP_COUNT]; /* of what has ended: 0 or -errno */
};

/* One device and what is done to it. */
struct step_work {
	struct plan_entry *entry;
	char was[PCI_DRIVER_SIZE];
	struct step_record record;
};

/* Load the module @name, as the work of a child process (deadline.h). Returns as modules_load(). */
int step_load_module(const void *name);

/* Do one step to the device, and record it before and after. Returns 0 or -errno. */
int step_do(const struct plan_entry *entry, struct step_record *record, enum step step);

/* Read who holds the device into the entry. Returns whether that is the wanted driver. */
bool step_read_driver(struct plan_entry *entry);

/*
 * Give the device back to the host: no override, no guest's driver, and whichever driver wants it. Whether
 * that worked, the link shows. remove_id fails where the driver has no such id, which is as good.
 */
int step_give_back(const void *argument, void *result);

/* What is reserved waits without it: the late stage finds the device with its host driver. */
int step_set_override(const void *argument, void *result);

/* The host's driver has it, and it stays there. */
int step_clear_override(const void *entry, void *result);

/* ENODEV, ENOENT: it has let go by itself. */
bool step_is_let_go(int r);

/* EPROBE_DEFER, should it leak. */
bool step_is_deferral(int r);

/* Take it from whoever has it. What the kernel refuses goes back to the host. */
int step_take(const void *argument, void *result);

/* Which step the child has begun and not ended, for "... did not return in time". */
const char *step_that_hangs(const struct step_record *record);

/*
 * Whose work hangs, or cannot be begun, is stuck: finish comes back to it when the real root runs. Returns
 * whether it is.
 */
bool step_decide_stuck(const struct step_work *work, const struct deadline_task *task);

/*
 * Do the same to the devices of @count entries, @together or in a child each; @done decides what came of
 * each. @end is 0 for that of a step.
 */
void step_work_on(struct plan_entry **entries, size_t count, int (*what)(const void *entry, void *record),
		  bool together, unsigned long long end,
		  void (*done)(struct step_work *work, const struct deadline_task *task, void *data),
		  void *data);

/* The same of the entries of @plan that are @wanted. */
void step_work_on_all(struct plan *plan, bool (*wanted)(struct plan_entry *entry),
		      int (*what)(const void *entry, void *record), bool together, unsigned long long end,
		      void (*done)(struct step_work *work, const struct deadline_task *task, void *data));
