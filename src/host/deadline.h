/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Work that may never return, in child processes that the boot does not wait for: at the same time, until a
 * common end. A process that waits for a device cannot be killed before the kernel returns.
 */
#pragma once

#include "util.h"

/*
 * Start the budget of a stage of @seconds: see budget.h. Ends are times of util_now().
 */
void deadline_begin(unsigned int seconds);
/*
 * The end of reading that begins now and has more behind it, and of all reading; and how long a disk may
 * stall.
 */
unsigned long long deadline_read_end(void);
unsigned long long deadline_look_end(void);
unsigned long long deadline_stall(void);
/* From now on the stage writes: fixes the end of that. */
void deadline_write(void);
/* The end of writing, and of a step of it that the others wait for. */
unsigned long long deadline_write_end(void);
unsigned long long deadline_step_end(void);

/*
 * From now on one child at a time can be made where no memory is left. Returns 0 or -errno.
 */
int deadline_reserve(void) must_check;

/*
 * Name what the children show as their command line: @name is main()'s argv[0], in place, and begins with "@"
 * in a child. systemd does not kill such a process, or wait for it, when it switches the root or shuts down
 * (systemd.io, "Storage Daemons for the Root File System"). The stop of a unit is another matter: the units
 * say KillMode=process.
 */
void deadline_name(char *name);

/*
 * A signal between two writes to a device would leave it half done: until the process ends, which it does in
 * time, none arrives.
 */
void deadline_block_signals(void);

enum deadline_state {
	DEADLINE_NOT_STARTED, /* no time was left (-ETIME), or no child could be made until then (-errno) */
	DEADLINE_ENDED,       /* with what the work returned */
	DEADLINE_DIED,        /* -EIO: the process has died without a result */
	DEADLINE_HANGS,       /* -ETIMEDOUT: killed, or left behind where it cannot be */
};

/* A piece of work in a child process, whose memory is a copy: nothing but @status and @result comes back. */
struct deadline_task {
	int (*work)(const void *argument, void *result); /* returns 0 or -errno */
	const void *argument;
	void *result; /* @size bytes; of work that hangs, what it has left there until then */
	size_t size;
	unsigned long long
		stall; /* microseconds without progress that count as hanging; 0: only the common end does */
	enum deadline_state state;
	int status;
};

/* In the work of a task: it has made progress, and is not hanging. */
void deadline_progress(void);

/* Run the @count tasks at the same time until @end, and set their state, status and result. */
void deadline_run_tasks(struct deadline_task *tasks, size_t count, unsigned long long end);

/*
 * Run one piece of work until @end. Returns what it returns (0 or -errno), -ETIMEDOUT where it did not come
 * back in time, -EIO where its process died, or -errno where no child could be made.
 */
int deadline_run(int (*work)(const void *argument), const void *argument, unsigned long long end) must_check;

/* The same for @work that reads something into the @size bytes of @result. */
int deadline_read(int (*work)(const void *argument, void *result), const void *argument, void *result,
		  size_t size, unsigned long long end) must_check;

/* Wait until @done says so, looking every @interval_ms, until @end. */
void deadline_wait(bool (*done)(void *data), void *data, unsigned int interval_ms, unsigned long long end);
