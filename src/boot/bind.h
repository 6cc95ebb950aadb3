/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Carries out the list of steps of a plan. Its child processes are in work.h. */
#pragma once

#include "core/steps.h"

/* Where the time went, in microseconds. */
struct bind_times {
	unsigned long long modules, devices;
};

/*
 * Look for variants of vfio-pci for what is pending (plan_is_pending()), and note their modules in the entries, for
 * steps_make(). Below another root there are none.
 */
void bind_find_variants(struct plan *plan);

/*
 * Execute @list, which was made from @plan, and give every entry that is pending its outcome: bound, deferred,
 * no-driver, refused or stuck.
 *
 * The steps of a phase are done to all devices at the same time, in child processes, and end in time (budget.h): a
 * device that hangs is stuck, and the others go on. The override stays, except on a device that is refused or given
 * back, which goes to its host driver, and on one that its host driver has kept. When every override is written it
 * looks for variants, and adds their steps to the list. @cmdline is the kernel command
 * line, where a module may be forbidden.
 */
void bind_apply(struct plan *plan, struct step_list *list, const char *cmdline, struct bind_times *ret_times);

/* A device that the stages have left half done. */
struct bind_leftover {
	struct pci_function function; /* its driver is read into it */
	bool stuck;                   /* false: it waits for a late stage */
	bool hangs;                   /* it did not return in time once more */
};

/*
 * Finish what the stages have left. What is stuck gets two seconds, however many devices hang; what waits
 * gets ten, because a host driver that probes takes its time. What waits goes to the host: its
 * driver_override is cleared, if it is ours, and it is probed where it has no driver; of a function without a
 * class, not read, only the override of a guest's driver counts as ours. What is stuck and has no driver is
 * probed, which binds it to what its driver_override names; what its host driver has keeps that one, without
 * the override.
 */
void bind_finish(struct bind_leftover *leftovers, size_t count);
