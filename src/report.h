/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The report: what a command found and did, as JSON of schema 1. The door to /run. */
#pragma once

#include <stdio.h>

#include "plan.h"

#define REPORT_FOLDER "/run/vfio-early"
#define REPORT_FILE REPORT_FOLDER "/report.json"

/*
 * Write the report of @command to @out. @iommu is NULL where it was not judged. @writes adds what carrying the
 * plan out would write, in order.
 */
void report_print(FILE *out, const char *command, const struct config *config, const struct iommu *iommu,
		  const struct plan *plan, bool writes);

/* Replace REPORT_FILE by the report of report_print(), whole or not at all. Returns 0 or -errno. */
int report_save(const char *command, const struct config *config, const struct iommu *iommu, const struct plan *plan,
		bool writes) must_check;
