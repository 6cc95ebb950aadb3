/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Work that may never return, in a child process that the boot does not wait for. */
#pragma once

#include "util.h"

/*
 * Allow each piece of work @seconds. A piece that uses them up halves what the next ones get, so that all
 * hanging writes together cost a boot at most twice as long.
 */
void deadline_set(unsigned int seconds);

/*
 * Run @work with @argument in a child process. Returns what it returns (0 or -errno), -ETIMEDOUT where it did
 * not come back in time (the child is killed, or left behind where it cannot be), or -errno of the fork.
 * The child's memory is a copy: @work can hand back nothing but its result.
 */
int deadline_run(int (*work)(const void *argument), const void *argument) must_check;

/*
 * The same for @work that reads something: what it leaves in the @size bytes of @result comes back to the caller's
 * @result, which keeps what it held where the work did not end.
 */
int deadline_read(int (*work)(const void *argument, void *result), const void *argument, void *result, size_t size)
	must_check;

/* Wait until @done says so, looking every @interval_ms, as long as one piece of work may take. */
void deadline_wait(bool (*done)(void *data), void *data, unsigned int interval_ms);
