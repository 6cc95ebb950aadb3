/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the report of this boot. */
#pragma once

#include "core/json-read.h"
#include "core/plan.h"

#define REPORT_FOLDER "/run/vfio-early"
#define REPORT_FILE REPORT_FOLDER "/report.json"
/* The hooks and the units look for these too. */
#define REPORT_LATE_FILE REPORT_FOLDER "/late"
#define REPORT_FACTS_FILE REPORT_FOLDER "/facts"
#define REPORT_STUCK_FILE REPORT_FOLDER "/stuck"

#define REPORT_LIMIT (64 << 20)

/* A device of the report. Strings are "" where the report has null. */
struct report_device {
	bool found;                   /* false: a selector that found nothing, and no function */
	struct pci_function function; /* what the report says of it; its driver is that of the time */
	enum verdict verdict;
	/* Texts of util_text(), "" where the report has none. An earlier version writes no selector. */
	const char *was, *selector, *wanted_by, *reason, *hint;
};

struct report {
	struct report_device *devices; /* those that were asked for */
	size_t count;
};

/*
 * Read the report of this boot. Returns 0, -ENOENT where there is none, -EBADMSG where it is none that can be
 * read, or -errno. Free with report_free().
 */
int report_load(struct report *ret) must_check;
void report_free(struct report *report);

/*
 * Read what the early stage has reported of each function. Stores an array that report_free_early_verdicts()
 * frees, and its length. Returns 0, -ENOENT where there is no report, -EBADMSG where it cannot be understood,
 * or -errno.
 */
int report_load_early_verdicts(struct early_verdict **ret_verdicts, size_t *ret_count) must_check;
void report_free_early_verdicts(struct early_verdict *found, size_t count);

/* Call @found for each device of a report's text. Returns 0, or -EBADMSG where it is no report. */
int report_each_device(const char *text, size_t length,
		       void (*found)(void *data, const struct json_value *device), void *data) must_check;

/* Returns false for what stood in the way, and nobody asked for: it has no verdict. */
bool report_read_device(const struct json_value *device, struct report_device *ret) must_check;

/* Do REPORT_LATE_FILE and REPORT_STUCK_FILE exist? */
bool report_is_waiting(void);
bool report_is_stuck(void);

/* Was it a dry run (rd.vfio.dryrun): does the report list the writes that were not made? */
bool report_is_dry_run(void);

/* Has this boot a report already? */
bool report_exists(void);
