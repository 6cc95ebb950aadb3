/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Carries out a plan: the only writer to sysfs. */
#pragma once

#include "plan.h"

/* Where the time went, in microseconds. */
struct bind_times {
	unsigned long long modules, devices;
};

/*
 * Bind every entry of verdict would-bind to its driver and give it its outcome: bound, deferred, no-driver,
 * refused or stuck. Every driver_override is written first, so that nothing can slip in between; then the
 * driver is loaded; then each device is unbound from whoever holds it, probed, and its driver link read back.
 * @cmdline is the kernel command line, where a module may be forbidden.
 * The override stays, except on a device that is refused: that one goes back to its host driver.
 */
void bind_apply(struct plan *plan, const char *cmdline, struct bind_times *ret_times);

/*
 * Return a function that has waited, and that no late stage has settled, to the host: where it has no driver, its
 * driver_override is cleared and it is probed. Its driver is read into it, before and after.
 */
void bind_release(struct pci_function *function);
