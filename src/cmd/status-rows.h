/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is wanted, what the boot did, what is now: put side by side, a row a device. Pure. */
#pragma once

#include "boot/report.h"
#include "host/context.h"

struct row {
	const struct pci_function *function; /* as it is now, or as the report has it; NULL for a selector */
	bool gone;                           /* it was there at boot and is not now */
	const struct plan_entry *entry;      /* wanted now, or NULL */
	const struct report_device *boot;    /* what the boot did, or NULL */
	bool kept;                           /* a keep leaves it with the host, as it was asked to */
	bool bound;                          /* on the wanted driver now */
	const char *now;                     /* what it is on now, and what changed */
	const char *hint;
};

struct status_rows {
	struct row *rows;
	size_t count;
};

/* What is compared; all of it stays the caller's. */
struct status_rows_input {
	const struct context *context; /* of plan_next */
	const struct report *report;   /* empty with @reported false where the boot has left none */
	bool reported;
	const char *
		renew; /* what makes the next boot do as the configuration says: to reboot where it is ready */
};

/*
 * A row for each entry of the plan, in its order, and then one for each device that only the report has. Free with
 * status_rows_clear(); the rows point into what was compared.
 */
void status_rows_make(const struct status_rows_input *input, struct status_rows *ret);
void status_rows_clear(struct status_rows *rows);

/* What the report says of the entry's device, or of its selector where that found nothing. */
const struct report_device *status_rows_find(const struct report *report, const struct plan_entry *entry);

/* Is the device not as it was asked for? */
bool status_rows_fails(const struct row *row);
/* Is everything that is wanted bound now? What is optional may be absent. */
bool status_rows_is_well(const struct status_rows *rows);
