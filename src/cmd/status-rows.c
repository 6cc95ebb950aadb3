/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/status-rows.h"

#include <stdlib.h>
#include <string.h>

static struct row *add_row(struct status_rows *rows)
{
	rows->rows = util_grow(rows->rows, rows->count, sizeof(*rows->rows));
	rows->rows[rows->count] = (struct row){ 0 };
	return &rows->rows[rows->count++];
}

/* What the report says of the entry's device; of a selector that found nothing, by the same words. */
static const struct report_device *find_boot(const struct report *report, const struct plan_entry *entry)
{
	char sentence[512];

	plan_sentence(entry, sentence, sizeof(sentence));
	for (size_t i = 0; i < report->count; i++) {
		const struct report_device *device = &report->devices[i];

		if (entry->function ? device->found && !pci_address_compare(&device->function.address,
									    &entry->function->address) :
				      !device->found && !strcmp(device->reason, sentence))
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

static void hint_to_bind_again(const struct row *row, char *hint, size_t size)
{
	char address[PCI_ADDRESS_SIZE];

	pci_address_format(&row->function->address, address);
	util_format(hint, size,
		    "reboot, or: echo %s | sudo tee /sys/bus/pci/devices/%s/driver_override && echo %s | "
		    "sudo tee ",
		    row->entry->wanted_driver, address, address);
	if (row->function->driver[0])
		util_append(hint, size, "/sys/bus/pci/devices/%s/driver/unbind ", address);
	util_append(hint, size, "/sys/bus/pci/drivers_probe");
}

/* It is wanted and not on its driver: since when, and what to do? */
static void explain(struct row *row, bool reported, const struct distro *distro)
{
	const char *driver = or_none(row->function->driver);

	if (row->boot && row->boot->verdict == VERDICT_BOUND) {
		util_format(row->now, sizeof(row->now), "%s: it was taken off %s after the boot", driver,
			    row->entry->wanted_driver);
		hint_to_bind_again(row, row->hint, sizeof(row->hint));
	} else if (row->boot) {
		util_format(row->now, sizeof(row->now), "%s", driver);
		util_format(row->hint, sizeof(row->hint), "%s", row->boot->hint);
	} else if (reported) {
		util_format(row->now, sizeof(row->now),
			    "%s: the image that was booted has an older configuration", driver);
		util_format(row->hint, sizeof(row->hint), "%s, then reboot", distro_regenerate(distro));
	} else {
		util_format(row->now, sizeof(row->now), "%s", driver);
	}
	if (!row->hint[0])
		util_format(row->hint, sizeof(row->hint),
			    "vfio-early check tells what the next boot would do");
}

static void compare_entry(const struct plan_entry *entry, const struct report *report, bool reported,
			  const struct distro *distro, struct status_rows *ret)
{
	struct row *row = add_row(ret);

	row->entry = entry;
	row->function = entry->function;
	row->boot = find_boot(report, entry);
	if (!row->function) {
		util_format(row->now, sizeof(row->now), "not there");
		util_format(row->hint, sizeof(row->hint), "%s", entry->hint);
		return;
	}
	row->bound = is_wanted_driver(entry, row->function->driver);
	if (!row->bound)
		explain(row, reported, distro);
	else if (row->boot && row->boot->verdict != VERDICT_BOUND)
		util_format(row->now, sizeof(row->now), "%s: bound after the boot's early stage",
			    row->function->driver);
	else
		util_format(row->now, sizeof(row->now), "%s", row->function->driver);
}

/* The boot was asked for it, and now it is not there, or nobody wants it any more. */
static void compare_rest(const struct context *context, const struct report_device *device,
			 struct status_rows *ret)
{
	const struct machine *machine = &context->machine;
	struct row *row = add_row(ret);

	row->boot = device;
	if (!device->found) {
		util_format(row->now, sizeof(row->now), "not wanted any more");
		return;
	}
	row->function = pci_find(machine->functions, machine->function_count, &device->function.address);
	row->gone = !row->function;
	if (row->gone) {
		row->function = &device->function;
		util_format(row->now, sizeof(row->now), "gone: it was there at boot");
		util_format(row->hint, sizeof(row->hint),
			    "plug it in again, or: echo 1 | sudo tee /sys/bus/pci/rescan; what was claimed "
			    "by then is lost with it");
	} else {
		util_format(row->now, sizeof(row->now), "%s: not wanted any more",
			    or_none(row->function->driver));
	}
}

void status_rows_make(const struct context *context, const struct report *report, bool reported,
		      const struct distro *distro, struct status_rows *ret)
{
	*ret = (struct status_rows){ 0 };
	for (size_t i = 0; i < context->plan.count; i++)
		compare_entry(&context->plan.entries[i], report, reported, distro, ret);
	for (size_t i = 0; i < report->count; i++)
		if (!has_entry(ret, &report->devices[i]))
			compare_rest(context, &report->devices[i], ret);
}

void status_rows_clear(struct status_rows *rows)
{
	free(rows->rows);
	*rows = (struct status_rows){ 0 };
}

bool status_rows_is_well(const struct status_rows *rows)
{
	for (size_t i = 0; i < rows->count; i++) {
		const struct row *row = &rows->rows[i];

		if (row->entry && !row->bound && !plan_is_excused(row->entry))
			return false;
		/*
		 * Asked for by the boot, taken, and gone: whoever still names it would have an entry that
		 * found nothing.
		 */
		if (row->gone && row->boot->verdict == VERDICT_BOUND)
			return false;
	}
	return true;
}
