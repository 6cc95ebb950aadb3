/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * finish: some boots have no late stage (live images, a boot script of another program, a shell that went on). What waits for
 * it is returned to the host when the real root runs, and gets its verdict.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bind.h"
#include "cmd.h"
#include "log.h"
#include "report.h"
#include "sysfs.h"

static void settle(struct report_device *device)
{
	struct outcome outcome = { .iommu_group = device->function.iommu_group, .was = device->was };
	bool bound = pci_is_guest_driver(device->function.driver);

	outcome.driver = device->function.driver;
	outcome.verdict = bound ? VERDICT_BOUND : VERDICT_KEPT;
	outcome.reason = "it waits for the late stage, and this boot had none";
	device->verdict = outcome.verdict;
	verdict_sentence(&outcome, device->reason, sizeof(device->reason));
	util_format(device->hint, sizeof(device->hint), "%s",
		    bound ? "" : "a pinned address with stage=early needs no late stage; it takes the device whatever is on it");
}

static bool finish_device(void *data, struct report_device *device)
{
	char subject[96];

	if (!device->found || device->verdict != VERDICT_DEFERRED)
		return false;
	if (!*(const bool *)data)
		bind_release(&device->function);
	settle(device);
	log_line(verdict_level(device->verdict), "%s %s%s%s", pci_format(&device->function, subject, sizeof(subject)),
		 device->reason, device->hint[0] ? "; " : "", device->hint);
	return true;
}

/* Without a report nothing says who waits: whoever has our override and no driver. */
static void finish_blindly(void)
{
	char **names;
	ssize_t count = sysfs_pci_list(&names);

	for (ssize_t i = 0; i < count; i++) {
		struct pci_function function = { .header_type = -1 };

		if (pci_address_parse(names[i], strlen(names[i]), &function.address) == 0)
			bind_release(&function);
	}
	root_list_free(names, count);
}

int cmd_finish(int argc, char **argv)
{
	bool dry_run;
	int r;

	if (argc > 1) {
		fprintf(stderr, "vfio-early: finish takes no arguments, not '%s'\n", argv[1]);
		return EXIT_USAGE;
	}
	if (!report_is_waiting())
		return EXIT_DONE;
	log_start(LOG_TO_KERNEL, false);
	dry_run = report_is_dry_run();
	r = report_amend(finish_device, &dry_run);
	if (r < 0)
		log_line(LOG_WARNING, REPORT_FILE ": %s; every device with a driver_override of vfio-pci and no driver is returned to "
			 "the host", strerror(-r));
	if (r < 0)
		finish_blindly();
	r = report_clear_waiting();
	if (r < 0)
		log_line(LOG_WARNING, REPORT_LATE_FILE ": cannot be removed: %s", strerror(-r));
	return EXIT_DONE;
}
