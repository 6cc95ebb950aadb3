/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one shape, schema 1, that the report and the --json of every command share. */
#pragma once

#include "boot/json.h"
#include "core/plan.h"

/* One element of "devices". Strings are never NULL but where they say so. */
struct schema_device {
	const struct pci_function *function; /* NULL: a selector that found nothing */
	const char *name;                    /* of the names list, "" where it is not known */
	const char *driver, *was;            /* now and before, "" for none */
	int iommu_group;                     /* -1 for none */
	/* NULL: nobody asked for it */
	const char *selector, *wanted_by, *verdict;
	const char *reason, *hint;
};

/* Write the head of the document, up to the open "devices". @iommu is NULL where it was not judged. */
void schema_open(struct json *json, const char *command, const struct iommu *iommu);
/* Write a device; what a command adds to it stands between these two. */
void schema_open_device(struct json *json, const struct schema_device *device);
void schema_close_device(struct json *json);
/* The "devices" of a plan, those in its way included; and those in its way alone. */
void schema_plan(struct json *json, const struct plan *plan);
void schema_neighbours(struct json *json, const struct plan *plan);
/* Close "devices" and write "errors", and how many more there are. */
void schema_errors(struct json *json, const struct config *config);
/* Write "notes": what limits the answer of a command. */
void schema_notes(struct json *json, const char *const *notes, size_t count);
void schema_close(struct json *json);
