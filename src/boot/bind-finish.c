/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "boot/bind.h"
#include "boot/steps.h"
#include "host/sysfs.h"

/* Microseconds for what is stuck. */
#define FINISH_TIME 1000000
/* The probe of a GPU's driver takes seconds, with its firmware. */
#define RETURN_TIME 10000000

/* What may carry disks is never reserved, so another override there is not ours. */
static bool is_override_ours(const struct pci_function *function)
{
	char text[PCI_DRIVER_SIZE];
	ssize_t length = sysfs_pci_read(&function->address, "driver_override", text, sizeof(text));

	text[length > 0 ? strcspn(text, "\n") : 0] = '\0';
	/* The kernel shows "(null)" where none is set (drivers/base/driver.c). */
	return text[0] && strcmp(text, "(null)") &&
	       (pci_is_guest_driver(text) || (function->class && !pci_may_carry_disks(function)));
}

/* The host gets it: reserved by the early stage, and not taken by a late one. */
static int return_waiting(const void *argument, void *record)
{
	const struct plan_entry *entry = argument;

	/* A read of the attribute waits for a driver that probes or removes the device, up to Linux 6.11. */
	return pci_is_guest_driver(entry->driver) || !is_override_ours(entry->function) ?
		       0 :
		       step_give_back(entry, record);
}

/*
 * What is without a driver is probed, which binds it to what its override names: where a driver hangs still,
 * the kernel begins with that when it has let go, whatever becomes of the process. What its host driver has
 * kept stays there.
 */
static int resume_stuck(const void *argument, void *record)
{
	const struct plan_entry *entry = argument;

	if (!entry->driver[0])
		return step_do(entry, record, STEP_PROBE);
	return pci_is_guest_driver(entry->driver) || !is_override_ours(entry->function) ?
		       0 :
		       step_do(entry, record, STEP_CLEAR);
}

/* The leftovers, and an entry for each. */
struct leftovers {
	struct bind_leftover *list;
	struct plan_entry *entries;
};

static void note_finished(struct step_work *work, const struct deadline_task *task, void *data)
{
	struct leftovers *leftovers = data;
	struct bind_leftover *leftover = &leftovers->list[work->entry - leftovers->entries];

	strcpy(leftover->function.driver, work->entry->driver);
	leftover->hangs = task->state != DEADLINE_ENDED;
}

static bool waits_for_vfio(const struct bind_leftover *leftovers, size_t count)
{
	char driver[PCI_DRIVER_SIZE];

	for (size_t i = 0; i < count; i++)
		if (leftovers[i].stuck && sysfs_pci_driver(&leftovers[i].function.address, driver) == 0 &&
		    !driver[0])
			return true;
	return false;
}

void bind_finish(struct bind_leftover *list, size_t count)
{
	static const struct claim claim;
	cleanup_free struct plan_entry *entries = util_zeroed(count, sizeof(*entries));
	cleanup_free struct plan_entry **stuck = util_zeroed(count, sizeof(*stuck));
	cleanup_free struct plan_entry **waiting = util_zeroed(count, sizeof(*waiting));
	struct leftovers leftovers = { list, entries };
	size_t stuck_count = 0, waiting_count = 0;

	/* Its image may have lacked the module, or the load hung. */
	if (waits_for_vfio(list, count) && !sysfs_pci_driver_exists(PLAN_DRIVER))
		(void)!deadline_run(step_load_module, PLAN_DRIVER, util_now() + FINISH_TIME);
	for (size_t i = 0; i < count; i++) {
		entries[i] = (struct plan_entry){ .function = &list[i].function, .claim = &claim };
		step_read_driver(&entries[i]);
		if (list[i].stuck)
			stuck[stuck_count++] = &entries[i];
		else
			waiting[waiting_count++] = &entries[i];
	}
	step_work_on(waiting, waiting_count, return_waiting, true, util_now() + RETURN_TIME, note_finished,
		     &leftovers);
	step_work_on(stuck, stuck_count, resume_stuck, true, util_now() + FINISH_TIME, note_finished,
		     &leftovers);
}
