/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * finish: what the stages of the initramfs have left. Some boots have no late stage (live images, a boot script of another program, a shell
 * that went on): what waits for it is returned to the host when the real root runs. What hung is finished or given back.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bind.h"
#include "cmd.h"
#include "log.h"
#include "report.h"
#include "sysfs.h"

/* What this run has found. */
struct finish {
	bool dry_run; /* of the boot: it has written nothing, so nothing is to be undone */
	bool stuck;   /* something still is */
};

static void settle(struct report_device *device, enum verdict verdict, const char *reason, const char *hint)
{
	struct outcome outcome = {
		.verdict = verdict,
		.driver = device->function.driver,
		.was = device->was,
		.iommu_group = device->function.iommu_group,
		.reason = reason,
	};

	device->verdict = verdict;
	verdict_sentence(&outcome, device->reason, sizeof(device->reason));
	util_format(device->hint, sizeof(device->hint), "%s", hint);
}

static void finish_waiting(struct finish *finish, struct report_device *device)
{
	if (!finish->dry_run)
		bind_release(&device->function);
	device->function.iommu_group = sysfs_pci_iommu_group(&device->function.address);
	if (pci_is_guest_driver(device->function.driver))
		settle(device, VERDICT_BOUND, "", "");
	else
		settle(device, VERDICT_KEPT, "it waits for the late stage, and this boot had none",
		       "a pinned address with stage=early needs no late stage; it takes the device whatever is on it");
}

static void finish_stuck(struct finish *finish, struct report_device *device)
{
	device->function.iommu_group = sysfs_pci_iommu_group(&device->function.address);
	if (bind_resume(&device->function)) {
		settle(device, VERDICT_BOUND, "", "");
		return;
	}
	finish->stuck |= !device->function.driver[0];
	if (device->function.driver[0])
		settle(device, VERDICT_STUCK, "it did not let go in time, and stays with its driver", "reboot to try again");
	else
		settle(device, VERDICT_STUCK, "it has not come back yet; it is bound when its driver lets go",
		       "look for this device in dmesg; then: sudo vfio-early finish");
}

static bool finish_device(void *data, struct report_device *device)
{
	char subject[96];

	if (!device->found || (device->verdict != VERDICT_DEFERRED && device->verdict != VERDICT_STUCK))
		return false;
	if (device->verdict == VERDICT_DEFERRED)
		finish_waiting(data, device);
	else
		finish_stuck(data, device);
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

static void conclude(const struct finish *finish)
{
	int r = report_is_waiting() ? report_clear_waiting() : 0;

	if (r < 0)
		log_line(LOG_WARNING, REPORT_LATE_FILE ": cannot be removed: %s", strerror(-r));
	r = report_set_stuck(finish->stuck);
	if (r < 0)
		log_line(LOG_WARNING, REPORT_STUCK_FILE ": %s", strerror(-r));
}

static int finish_all(void)
{
	struct finish finish = { .dry_run = report_is_dry_run() };
	int r = report_amend(finish_device, &finish);

	if (r < 0) {
		log_line(LOG_WARNING, REPORT_FILE ": %s; every device with a driver_override of vfio-pci and no driver is returned to "
			 "the host", strerror(-r));
		finish_blindly();
	}
	conclude(&finish);
	return finish.stuck ? EXIT_FAILED : EXIT_DONE;
}

int cmd_finish(int argc, char **argv)
{
	if (argc > 1) {
		fprintf(stderr, "vfio-early: finish takes no arguments, not '%s'\n", argv[1]);
		return EXIT_USAGE;
	}
	if (!report_is_waiting() && !report_is_stuck()) {
		if (isatty(STDOUT_FILENO))
			puts("nothing waits for the late stage, and nothing is stuck");
		return EXIT_DONE;
	}
	if (root_is_host() && geteuid() != 0) {
		fputs("vfio-early: finish writes to the devices, and needs root: sudo vfio-early finish\n", stderr);
		return EXIT_USAGE;
	}
	log_start(isatty(STDOUT_FILENO) ? LOG_TO_BOTH : LOG_TO_KERNEL, false);
	return finish_all();
}
