/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "boot/bind.h"
#include "boot/work.h"
#include "host/sysfs.h"

/* Microseconds for what is stuck. */
#define FINISH_TIME 1000000
/* The probe of a GPU's driver takes seconds, with its firmware. */
#define RETURN_TIME 10000000

/* What may carry disks is never reserved, so another override there is not ours. */
static bool is_override_ours(const struct pci_function *function)
{
	struct rootdir_text override;

	/* The kernel shows "(null)" where none is set (drivers/base/driver.c). */
	return sysfs_pci_read(&function->address, "driver_override", &override) == 0 && override.text[0] &&
	       strcmp(override.text, "(null)") &&
	       (pci_is_guest_driver(override.text) || (function->class && !pci_may_carry_disks(function)));
}

/* Reserved by the early stage, and not taken by a late one: the host gets it. */
static bool is_to_return(const struct plan_entry *entry)
{
	/* A read of the attribute waits for a driver that probes or removes the device, up to Linux 6.11. */
	return !pci_is_guest_driver(entry->driver) && is_override_ours(entry->function);
}

/* What is without a driver is probed, which binds it to what its override names. */
static bool is_to_resume(const struct plan_entry *entry)
{
	return !entry->driver[0] || is_to_return(entry);
}

/* The leftovers, and an entry for each. */
struct leftovers {
	struct bind_leftover *list;
	struct plan_entry *entries;
};

static void note_finished(struct work *work, const struct deadline_task *task, void *data)
{
	struct leftovers *leftovers = data;
	struct bind_leftover *leftover = &leftovers->list[work->entry - leftovers->entries];

	strcpy(leftover->function.driver, work->entry->driver);
	leftover->hangs = task->state != DEADLINE_ENDED;
}

static bool waits_for_vfio(struct bind_leftover *leftovers, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct pci_function *function = &leftovers[i].function;

		if (leftovers[i].stuck &&
		    sysfs_pci_driver(&function->address, function->driver, sizeof(function->driver)) == 0 &&
		    !function->driver[0])
			return true;
	}
	return false;
}

/* Those that are @stuck, or those that wait. */
static void finish_some(struct leftovers *leftovers, size_t count, bool stuck, unsigned long long time)
{
	cleanup_free struct work *works = util_zeroed(count, sizeof(*works));
	struct step_list list = { 0 };
	size_t work_count = 0, first = 0;

	for (size_t i = 0; i < count; i++) {
		if (leftovers->list[i].stuck != stuck)
			continue;
		works[work_count++] = (struct work){ .entry = &leftovers->entries[i],
						     .is_due = stuck ? is_to_resume : is_to_return };
		if (stuck)
			steps_add_resume(&list, i, leftovers->entries[i].driver[0] != '\0');
		else
			steps_add_give_back(&list, i);
	}
	for (size_t i = 0; i < work_count; i++) {
		works[i].steps = &list.steps[first];
		works[i].count = steps_count_program(&list, first);
		first += works[i].count;
	}
	work_on(works, work_count, true, util_now() + time, note_finished, leftovers);
	steps_clear(&list);
}

void bind_finish(struct bind_leftover *list, size_t count)
{
	static const struct claim claim;
	cleanup_free struct plan_entry *entries = util_zeroed(count, sizeof(*entries));
	struct leftovers leftovers = { list, entries };

	/* Its image may have lacked the module, or the load hung. */
	if (waits_for_vfio(list, count) && !sysfs_pci_driver_exists(PLAN_DRIVER))
		(void)!deadline_run(work_load_module, PLAN_DRIVER, util_now() + FINISH_TIME);
	for (size_t i = 0; i < count; i++) {
		entries[i] = (struct plan_entry){ .function = &list[i].function,
						  .claim = &claim,
						  .wanted_driver = "" };
		/* "" then: it is finished like what has no driver. */
		(void)!work_read_driver(&entries[i]);
	}
	finish_some(&leftovers, count, false, RETURN_TIME);
	finish_some(&leftovers, count, true, FINISH_TIME);
}
