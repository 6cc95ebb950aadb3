/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes the report: what a command found and did, as JSON of schema 1. */
#pragma once

#include <stdio.h>

#include "core/steps.h"
#include "host/report-read.h"

/*
 * Write the report of @command to @out. @iommu is NULL where it was not judged. @steps are
 * those that carry the plan out, or NULL.
 */
void report_print(FILE *out, const char *command, const struct config *config, const struct iommu *iommu,
		  const struct plan *plan, const struct step_list *steps);

/*
 * Offer each device of the report to @amend, which may change its driver, verdict, reason and hint and
 * returns whether it did; then replace the report, whole or not at all. Returns as report_load().
 */
int report_amend(bool (*amend)(void *data, struct report_device *device), void *data) must_check;

/* REPORT_LATE_FILE exists from the early stage on until nothing waits any more. Each returns 0 or -errno. */
int report_set_waiting(void) must_check;
int report_clear_waiting(void) must_check;

/*
 * REPORT_STUCK_FILE exists while something that a stage or finish has worked on is stuck. Returns 0 or
 * -errno.
 */
int report_set_stuck(bool stuck) must_check;

/* Leave the facts that the boot goes by to the running system, as REPORT_FACTS_FILE. Returns 0 or -errno. */
int report_save_facts(const char *text) must_check;

/* Replace REPORT_FILE by the report of report_print(), whole or not at all. Returns 0 or -errno. */
int report_save(const char *command, const struct config *config, const struct iommu *iommu,
		const struct plan *plan, const struct step_list *steps) must_check;
