/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * finish: what the stages of the initramfs have left. Some boots have no late stage (live images, a boot
 * script of another program, a shell that went on): what waits for it is returned to the host. What hung is
 * finished or given back.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "boot/bind.h"
#include "boot/log.h"
#include "boot/report.h"
#include "cmd.h"
#include "host/deadline.h"
#include "host/sysfs.h"

/* What is to be finished, and whether the boot was a dry run, which has written nothing. */
struct finish {
	struct bind_leftover *leftovers;
	size_t count;
	bool dry_run;
	bool failed; /* something is stuck at the end */
};

static void add(struct finish *finish, const struct pci_function *function, bool stuck)
{
	finish->leftovers = util_grow(finish->leftovers, finish->count, sizeof(*finish->leftovers));
	finish->leftovers[finish->count++] = (struct bind_leftover){ .function = *function, .stuck = stuck };
}

/* Without a report nothing says who waits: whoever has our override. */
static void add_all(struct finish *finish)
{
	char **names;
	ssize_t count = sysfs_pci_list(&names);

	for (ssize_t i = 0; i < count; i++) {
		struct pci_function function = { .header_type = -1 };

		if (pci_address_parse(names[i], strlen(names[i]), &function.address) == 0)
			add(finish, &function, false);
	}
	rootdir_list_free(names, count);
}

/* Returns 0, or -errno of the report. */
static int find_leftovers(struct finish *finish)
{
	struct report report;
	int r = report_load(&report);

	for (size_t i = 0; i < report.count; i++) {
		const struct report_device *device = &report.devices[i];

		if (device->found &&
		    (device->verdict == VERDICT_DEFERRED || device->verdict == VERDICT_STUCK))
			add(finish, &device->function, device->verdict == VERDICT_STUCK);
	}
	report_free(&report);
	return r;
}

static const struct bind_leftover *leftover_of(const struct finish *finish,
					       const struct report_device *device)
{
	for (size_t i = 0; i < finish->count; i++)
		if (!pci_address_compare(&finish->leftovers[i].function.address, &device->function.address))
			return &finish->leftovers[i];
	return NULL;
}

static void settle(struct report_device *device, enum verdict verdict, const char *reason, const char *hint)
{
	struct outcome outcome = {
		.verdict = verdict,
		.driver = device->function.driver,
		.was = device->was,
		.iommu_group = sysfs_pci_iommu_group(&device->function.address),
		.reason = reason,
	};

	device->verdict = verdict;
	device->reason = verdict_sentence(&outcome);
	device->hint = hint;
}

static void judge(struct report_device *device, const struct bind_leftover *leftover)
{
	strcpy(device->function.driver, leftover->function.driver);
	if (leftover->hangs)
		settle(device, VERDICT_STUCK, "its driver still hangs",
		       "look for this device in dmesg; when its driver returns: sudo vfio-early finish");
	else if (pci_is_guest_driver(device->function.driver))
		settle(device, VERDICT_BOUND, "", "");
	else if (!leftover->stuck)
		settle(device, VERDICT_KEPT, "it waited for the late stage, and this boot had none",
		       "to bind it without a late stage, claim a pinned address with stage=early");
	else if (device->function.driver[0])
		settle(device, VERDICT_STUCK,
		       "it was not bound before the deadline, and its host driver keeps it",
		       "reboot to try again");
	else
		settle(device, VERDICT_STUCK, "no driver is bound to it",
		       "look for this device and 'vfio' in dmesg; reboot to try again");
}

static bool amend(void *data, struct report_device *device)
{
	struct finish *finish = data;
	const struct bind_leftover *leftover = device->found ? leftover_of(finish, device) : NULL;

	if (!leftover)
		return false;
	judge(device, leftover);
	finish->failed |= device->verdict == VERDICT_STUCK;
	log_line(verdict_level(device->verdict), "%s %s%s%s", pci_text(&device->function), device->reason,
		 device->hint[0] ? "; " : "", device->hint);
	return true;
}

/* What hangs is looked at again: by the next script or unit, or by a person. */
static void conclude(const struct finish *finish)
{
	bool hangs = false;
	int r = report_is_waiting() ? report_clear_waiting() : 0;

	if (r < 0)
		log_line(LOG_WARNING, REPORT_LATE_FILE ": cannot be removed: %s", strerror(-r));
	for (size_t i = 0; i < finish->count; i++)
		hangs |= finish->leftovers[i].hangs;
	/* In the initramfs it is early: an unbind that waits for the device may be carried out yet. */
	r = report_set_stuck(hangs || (finish->failed && rootdir_is_host() && rootdir_is_initramfs()));
	if (r < 0)
		log_line(LOG_WARNING, REPORT_STUCK_FILE ": %s", strerror(-r));
}

static int finish_all(void)
{
	struct finish finish = { .dry_run = report_is_dry_run() };
	int r = find_leftovers(&finish);

	if (!finish.count && !report_is_waiting() && !report_is_stuck()) {
		if (isatty(STDOUT_FILENO))
			puts("no device waits or is stuck");
		return EXIT_DONE;
	}
	if (r < 0) {
		log_line(LOG_WARNING,
			 REPORT_FILE ": %s; each device with driver_override=vfio-pci that is not bound to "
				     "it is returned to the host",
			 rootdir_error(r));
		add_all(&finish);
	}
	if (!finish.dry_run)
		bind_finish(finish.leftovers, finish.count);
	if (r == 0)
		r = report_amend(amend, &finish);
	if (r < 0)
		log_line(LOG_WARNING, REPORT_FILE ": cannot be amended: %s", rootdir_error(r));
	conclude(&finish);
	free(finish.leftovers);
	return finish.failed ? EXIT_FAILED : EXIT_DONE;
}

int cmd_finish(const struct options *options)
{
	(void)options;
	if (rootdir_is_host() && geteuid() != 0) {
		fputs("vfio-early: finish needs root: sudo vfio-early finish\n", stderr);
		return EXIT_USAGE;
	}
	deadline_block_signals();
	log_start(isatty(STDOUT_FILENO) ? LOG_TO_BOTH : LOG_TO_KERNEL, false);
	return finish_all();
}
