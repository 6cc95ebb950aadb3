/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The report: what a command found and did, as JSON of schema 1. The door to /run. */
#pragma once

#include <stdio.h>

#include "core/plan.h"

#define REPORT_FOLDER "/run/vfio-early"
#define REPORT_FILE REPORT_FOLDER "/report.json"
/* The hooks and the units look for these too. */
#define REPORT_LATE_FILE REPORT_FOLDER "/late"
#define REPORT_STUCK_FILE REPORT_FOLDER "/stuck"

/*
 * Write the report of @command to @out. @iommu is NULL where it was not judged. @writes adds what carrying the
 * plan out would write, in order.
 */
void report_print(FILE *out, const char *command, const struct config *config, const struct iommu *iommu,
		  const struct plan *plan, bool writes);

/* A device of the report. Strings are "" where the report has null. */
struct report_device {
	bool found;                   /* false: a selector that found nothing, and no function */
	struct pci_function function; /* what the report says of it; its driver is that of the time */
	enum verdict verdict;
	char was[PCI_DRIVER_SIZE], wanted_by[256], reason[512], hint[256];
};

struct report {
	struct report_device *devices; /* those that were asked for */
	size_t count;
};

/*
 * Read the report of this boot. Returns 0, -ENOENT where there is none, -EBADMSG where it is none that can be read, or
 * -errno. Free with report_free().
 */
int report_load(struct report *ret) must_check;
void report_free(struct report *report);

/*
 * Read what the early stage has reported of each function. Stores an array that report_free_settled() frees, and its
 * length. Returns 0, -ENOENT where there is no report, -EBADMSG where it cannot be understood, or -errno.
 */
int report_load_settled(struct plan_settled **ret_settled, size_t *ret_count) must_check;
void report_free_settled(struct plan_settled *settled, size_t count);

/*
 * Offer each device of the report to @amend, which may change its driver, verdict, reason and hint and returns whether it
 * did; then replace the report, whole or not at all. Returns as report_load().
 */
int report_amend(bool (*amend)(void *data, struct report_device *device), void *data) must_check;

/* REPORT_LATE_FILE exists from the early stage on until nothing waits any more. Each returns 0 or -errno. */
int report_set_waiting(void) must_check;
int report_clear_waiting(void) must_check;
bool report_is_waiting(void);

/* REPORT_STUCK_FILE exists while something that a stage or finish has worked on is stuck. Returns 0 or -errno. */
int report_set_stuck(bool stuck) must_check;
bool report_is_stuck(void);

/* Was it a dry run (rd.vfio.dryrun): does the report list the writes that were not made? */
bool report_is_dry_run(void);

/* Has this boot a report already? */
bool report_exists(void);

/* Replace REPORT_FILE by the report of report_print(), whole or not at all. Returns 0 or -errno. */
int report_save(const char *command, const struct config *config, const struct iommu *iommu, const struct plan *plan,
		bool writes) must_check;
