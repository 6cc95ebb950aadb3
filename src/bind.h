/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Carries out a plan: the only writer to sysfs. */
#pragma once

#include "plan.h"

/* Where the time went, in microseconds. */
struct bind_times {
	unsigned long long modules, devices;
};

/*
 * Bind every entry that is pending (plan_is_pending()) to its driver and give it its outcome: bound, deferred, no-driver,
 * refused or stuck. All devices are worked on at the same time, a child process each, within the budget of the stage (budget.h): one that
 * hangs is stuck and costs the others nothing. Every driver_override is written first, also of what is reserved, so that nothing can slip in
 * between; then what the plan gives back goes to the host; then the drivers are loaded, and what they took of the
 * host's devices goes back too; then each device is unbound from whoever holds it, probed, and its driver link read
 * back. @cmdline is the kernel command line, where a module may be forbidden.
 * The override stays, except on a device that is refused or given back, which goes to its host driver, and on one that its host driver
 * still has.
 */
void bind_apply(struct plan *plan, const char *cmdline, struct bind_times *ret_times);

/*
 * Return a function that has waited, and that no late stage has settled, to the host: its driver_override is cleared, if it
 * is ours, and it is probed where it has no driver. Its driver is read into it, before and after. Of a function without a
 * class, not read, only the override of a guest's driver counts as ours.
 */
void bind_release(struct pci_function *function);

/*
 * Finish what a stage has left stuck: a device without a driver is probed, which binds it to what its driver_override names; one that
 * its host driver has keeps that one, without the override. Its driver is read into it. Returns whether a guest's driver has it now.
 */
bool bind_resume(struct pci_function *function);
