/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Steps (core/steps.h) in child processes: those of one device, one after the other, and those of all devices at
 * the same time.
 */
#pragma once

#include "core/steps.h"
#include "host/deadline.h"

/* What the child leaves of each step: flat, and true at each moment, for it may hang. */
struct work_record {
	bool begun[STEP_MOST];
	bool ended[STEP_MOST];
	int result[STEP_MOST]; /* of what has ended: 0 or -errno */
};

/* One device and what is done to it. */
struct work {
	struct plan_entry *entry;
	const struct step *steps;
	size_t count;                                   /* at most STEP_MOST */
	bool (*is_due)(const struct plan_entry *entry); /* asked in the child; NULL: it is */
	char was[PCI_DRIVER_SIZE];                      /* its driver before, set by work_on() */
	struct work_record record;
};

/* Load the module @name, as the work of a child process (deadline.h). Returns as modules_load(). */
int work_load_module(const void *name) must_check;

/*
 * Read who holds the device into the entry. Returns 0, or -errno with the driver that it was on before, ""
 * where the device is gone.
 */
int work_read_driver(struct plan_entry *entry) must_check;

/* Is the device on the wanted driver, as it was read last? */
bool work_is_bound(const struct plan_entry *entry);

/* Has the step of this kind ended, not counting those that give the device back? Stores its result then. */
bool work_has_ended(const struct work *work, enum step_kind kind, int *ret_result);

/* ENODEV, ENOENT: it has let go by itself. */
bool work_is_let_go(int r);

/* EPROBE_DEFER, should it leak. */
bool work_is_deferral(int r);

/* Which step the child has begun and not ended, for "... did not return in time". */
const char *work_hangs(const struct work *work);

/*
 * Whose work hangs, or cannot be begun, is stuck: finish comes back to it when the real root runs. Returns
 * whether it is.
 */
bool work_decide_stuck(const struct work *work, const struct deadline_task *task);

/*
 * Run the steps of each of @count works, @together in one child or in a child each; @done decides what came of
 * each. @end is 0 for that of a step.
 */
void work_on(struct work *works, size_t count, bool together, unsigned long long end,
	     void (*done)(struct work *work, const struct deadline_task *task, void *data), void *data);
