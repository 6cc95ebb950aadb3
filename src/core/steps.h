/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The list of steps that carries a plan out. It is made once: the dry run prints it, the report contains it, and
 * the boot executes it (boot/bind.h) and nothing else. Pure: no I/O.
 */
#pragma once

#include "core/plan.h"

/*
 * A phase begins when the one before it has ended. The steps of one are done to all devices at the same time, but for
 * those of PHASE_DRIVERS.
 */
enum step_phase {
	PHASE_OVERRIDE,  /* before all else, so that nothing can slip in between */
	PHASE_GIVE_BACK, /* what the plan leaves with the host, and a guest's driver or our override has */
	PHASE_DRIVERS,   /* one after the other */
	PHASE_TAKE,
	PHASE_SETTLE, /* what has failed, and its host driver has */
};

enum step_kind {
	STEP_OVERRIDE,
	STEP_OVERRIDE_VARIANT, /* with the name of the variant's driver, known when its module is loaded */
	STEP_CLEAR,
	STEP_REMOVE_ID,
	STEP_UNBIND,
	STEP_PROBE,
	STEP_BIND,
	STEP_READ_BACK, /* fails where the device is not on its driver */
	STEP_FRAMEBUFFER,
	STEP_LOAD,
	STEP_LOAD_VARIANT,
	STEP_READ_BACK_KEPT, /* which functions that the plan keeps the driver has */
};

/*
 * A step with conditions is done where all of them hold when its turn comes. One without STEP_IF_FAILED is left
 * out once a step of the device has failed.
 */
enum step_condition {
	STEP_IF_FAILED = 1 << 0,
	STEP_IF_NOT_BOUND = 1 << 1, /* to the driver that the plan wants */
	STEP_IF_BOUND = 1 << 2,
	STEP_IF_HELD = 1 << 3, /* by another driver */
	STEP_IF_ON_GUEST_DRIVER = 1 << 4,
	STEP_IF_NO_DRIVER = 1 << 5,
	STEP_IF_TAKEN = 1 << 6,      /* the driver that was loaded has it, and the plan keeps it */
	STEP_IF_UNFINISHED = 1 << 7, /* it is stuck, or its driver is not there */
	STEP_IF_ON_HOST_DRIVER = 1 << 8,
	STEP_IF_LOADED = 1 << 9, /* its driver is there */
};
/* Conditions that only the caller of the program knows: a program runs where they hold. */
#define STEP_IF_OF_CALLER (STEP_IF_TAKEN | STEP_IF_UNFINISHED | STEP_IF_LOADED)
#define STEP_CONDITION_COUNT 10

/* At most so many steps are done to one device in one phase. */
#define STEP_MOST 12

struct step {
	unsigned char kind, phase;
	unsigned short conditions;
	/* Index in the plan. Of a step that is done to a driver: the first entry that needs it. */
	unsigned int entry;
};

struct step_list {
	struct step *steps; /* by phase, then by entry */
	size_t count;
};

/* Make the list of @plan, to be freed with steps_clear(). Its indexes are those of @plan->entries. */
void steps_make(const struct plan *plan, struct step_list *list);
void steps_clear(struct step_list *list);

/* How many steps from @first on are of the same phase and entry: what is done to one device, in order. */
size_t steps_count_program(const struct step_list *list, size_t first);

/* Add to @list what gives the device of @entry back to the host. */
void steps_add_give_back(struct step_list *list, size_t entry);
/*
 * Add what finishes a device whose work did not return in time: a probe, or, where its host driver has kept it
 * (@held), no override.
 */
void steps_add_resume(struct step_list *list, size_t entry, bool held);

/*
 * Is the step's turn, with the driver that the entry names now? @failed: a step of the device has failed.
 * Conditions of the caller count as true.
 */
bool step_applies(const struct step *step, const struct plan_entry *entry, bool failed);

/*
 * Is it a write or a load that is done if nothing fails, as far as the entry's driver tells that now?
 */
bool step_is_expected(const struct step *step, const struct plan_entry *entry);

/* A step as text: each a util_text(), or "" */
struct step_text {
	const char *verb;  /* "write", "clear", "load", "read" or "release" */
	const char *path;  /* "" of load and release */
	const char *value; /* what is written, loaded or released */
};

/*
 * Describe the step. "*" stands for each function that a loaded driver has and the plan keeps, and for a driver that
 * is known only then.
 */
struct step_text step_describe(const struct plan *plan, const struct step *step);

/*
 * The next step from *@cursor on and its conditions in words, as "write 0000:01:00.0 to /sys/bus/pci/drivers_probe": a
 * util_text(). Steps that return a device to the host together are one line. *@cursor is moved behind it.
 */
const char *steps_next_text(const struct plan *plan, const struct step_list *list, size_t *cursor) must_check;

/* The name in JSON of the condition of bit @bit, from 0 to STEP_CONDITION_COUNT - 1. */
const char *step_condition_name(unsigned int bit);
