/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/status-rows.h"

#include <stdlib.h>
#include <string.h>

#include "core/match.h"

static struct row *add_row(struct status_rows *rows)
{
	rows->rows = util_grow(rows->rows, rows->count, sizeof(*rows->rows));
	rows->rows[rows->count] = (struct row){ .now = "", .hint = "" };
	return &rows->rows[rows->count++];
}

static bool is_of_selector(const struct report_device *device, const struct plan_entry *entry)
{
	/* An earlier version reports no selector. */
	return device->selector[0] ? !strcmp(device->selector, entry->claim->text) :
				     !strcmp(device->reason, plan_sentence(entry));
}

const struct report_device *status_rows_find(const struct report *report, const struct plan_entry *entry)
{
	for (size_t i = 0; i < report->count; i++) {
		const struct report_device *device = &report->devices[i];

		if (entry->function ? device->found && !pci_address_compare(&device->function.address,
									    &entry->function->address) :
				      !device->found && is_of_selector(device, entry))
			return device;
	}
	return NULL;
}

static bool has_entry(const struct status_rows *rows, const struct report_device *device)
{
	for (size_t i = 0; i < rows->count; i++)
		if (rows->rows[i].boot == device)
			return true;
	return false;
}

/* A variant driver is as good where the claim leaves the choice. */
static bool is_wanted_driver(const struct plan_entry *entry, const char *driver)
{
	return !strcmp(driver, entry->wanted_driver) || (!entry->claim->driver[0] && strstr(driver, "vfio"));
}

static const char *or_none(const char *driver)
{
	return driver[0] ? driver : "no driver";
}

static const char *hint_to_bind_again(const struct row *row)
{
	const char *address = pci_address_text(&row->function->address);
	const char *hint =
		util_text("reboot, or: echo %s | sudo tee /sys/bus/pci/devices/%s/driver_override && "
			  "echo %s | sudo tee ",
			  row->entry->wanted_driver, address, address);

	if (row->function->driver[0])
		hint = util_text_add(hint, "/sys/bus/pci/devices/%s/driver/unbind ", address);
	return util_text_add(hint, "/sys/bus/pci/drivers_probe");
}

/* It is wanted and not on its driver: since when, and what to do? */
static void explain(const struct status_rows_input *input, struct row *row)
{
	const char *driver = or_none(row->function->driver);

	row->now = driver;
	if (row->boot && row->boot->verdict == VERDICT_BOUND) {
		row->now = util_text("%s: it was unbound from %s after the boot", driver,
				     row->entry->wanted_driver);
		row->hint = hint_to_bind_again(row);
	} else if (row->boot) {
		row->hint = row->boot->hint;
	} else if (!input->reported && !verdict_is_failure(row->entry->verdict)) {
		row->hint = input->renew;
	} else if (input->reported) {
		row->now = util_text("%s: the image that was booted has an older configuration", driver);
		row->hint = input->renew;
	}
	if (!row->hint[0])
		row->hint = "vfio-early check predicts the next boot";
}

static void compare_entry(const struct status_rows_input *input, const struct plan_entry *entry,
			  struct status_rows *ret)
{
	struct row *row = add_row(ret);

	row->entry = entry;
	row->function = entry->function;
	row->boot = status_rows_find(input->report, entry);
	if (!row->function) {
		/* Where the boot has no word of it, why is said here. */
		row->now = !row->boot && verdict_is_failure(entry->verdict) ? entry->reason : "not there";
		row->hint = entry->hint;
		return;
	}
	row->kept = match_is_kept(&input->context->config, entry->function);
	row->bound = is_wanted_driver(entry, row->function->driver);
	if (!row->bound && row->kept)
		row->now = util_text("%s: a keep leaves it with the host", or_none(row->function->driver));
	else if (!row->bound)
		explain(input, row);
	else if (row->boot && row->boot->verdict != VERDICT_BOUND)
		row->now = util_text("%s: bound after the early stage", row->function->driver);
	else
		row->now = row->function->driver;
}

/* The boot was asked for it, and now it is not there, or nobody wants it any more. */
static void compare_rest(const struct context *context, const struct report_device *device,
			 struct status_rows *ret)
{
	const struct machine *machine = &context->machine;
	struct row *row = add_row(ret);

	row->boot = device;
	if (!device->found) {
		row->now = "no longer claimed";
		return;
	}
	row->function = pci_find(machine->functions, machine->function_count, &device->function.address);
	row->gone = !row->function;
	if (row->gone) {
		row->function = &device->function;
		row->now = "removed since the boot";
		row->hint =
			"plug it in again, or: echo 1 | sudo tee /sys/bus/pci/rescan; then reboot to bind it";
	} else {
		row->now = util_text("%s: no longer claimed", or_none(row->function->driver));
	}
}

void status_rows_make(const struct status_rows_input *input, struct status_rows *ret)
{
	const struct plan *plan = &input->context->plan;
	const struct report *report = input->report;

	*ret = (struct status_rows){ 0 };
	for (size_t i = 0; i < plan->count; i++)
		compare_entry(input, &plan->entries[i], ret);
	for (size_t i = 0; i < report->count; i++)
		if (!has_entry(ret, &report->devices[i]))
			compare_rest(input->context, &report->devices[i], ret);
}

void status_rows_clear(struct status_rows *rows)
{
	free(rows->rows);
	*rows = (struct status_rows){ 0 };
}

bool status_rows_fails(const struct row *row)
{
	if (row->entry && !row->bound)
		return !plan_is_excused(row->entry) && !row->kept;
	/*
	 * Asked for by the boot, taken, and gone: whoever still names it would have an entry that found nothing.
	 */
	return row->gone && row->boot->verdict == VERDICT_BOUND;
}

bool status_rows_is_well(const struct status_rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		if (status_rows_fails(&rows->rows[i]))
			return false;
	return true;
}
