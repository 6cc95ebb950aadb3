/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/steps.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name, *words;
} condition_names[STEP_CONDITION_COUNT] = {
	{ "failed", "that fails" },
	{ "not-bound", "it is not bound" },
	{ "bound", "it is bound" },
	{ "held", "another driver is bound" },
	{ "on-guest-driver", "a guest's driver is bound" },
	{ "no-driver", "no driver is bound" },
	{ "taken", "the driver is bound to it" },
	{ "unfinished", "it cannot be bound" },
	{ "on-host-driver", "its host driver is bound" },
	/* The line of the load says it for all. */
	{ "loaded", NULL },
};

/* One thing that is done to a device, as a program has it. */
struct action {
	enum step_kind kind;
	unsigned int conditions;
};

static const struct action override[] = { { STEP_OVERRIDE, 0 } };
static const struct action override_variant[] = { { STEP_OVERRIDE_VARIANT, 0 } };
static const struct action load[] = { { STEP_LOAD, 0 } };
static const struct action load_variant[] = { { STEP_LOAD_VARIANT, 0 } };
static const struct action read_back_kept[] = { { STEP_READ_BACK_KEPT, 0 } };
/* remove_id: the driver would take it again at the next probe, whatever its override is. */
static const struct action give_back[] = {
	{ STEP_CLEAR, 0 },
	{ STEP_REMOVE_ID, STEP_IF_ON_GUEST_DRIVER },
	{ STEP_UNBIND, STEP_IF_ON_GUEST_DRIVER },
	{ STEP_PROBE, STEP_IF_NO_DRIVER },
};
static const struct action take[] = {
	{ STEP_UNBIND, STEP_IF_LOADED | STEP_IF_HELD },
	{ STEP_PROBE, STEP_IF_LOADED | STEP_IF_NOT_BOUND },
	/* drivers_probe swallows the errno, and bind has it. */
	{ STEP_BIND, STEP_IF_LOADED | STEP_IF_NO_DRIVER },
	{ STEP_READ_BACK, STEP_IF_LOADED },
};
static const struct action framebuffer[] = { { STEP_FRAMEBUFFER, STEP_IF_BOUND } };
/* An override against the driver that has the device would be a trap at its next unbind. */
static const struct action settle[] = { { STEP_CLEAR, STEP_IF_UNFINISHED | STEP_IF_ON_HOST_DRIVER } };
/*
 * Where a driver hangs still, the kernel begins the probe when it has let go, whatever becomes of the process.
 */
static const struct action resume_idle[] = { { STEP_PROBE, STEP_IF_NO_DRIVER } };
static const struct action resume_held[] = { { STEP_CLEAR, STEP_IF_ON_HOST_DRIVER } };

_Static_assert(ARRAY_SIZE(take) + ARRAY_SIZE(give_back) + ARRAY_SIZE(framebuffer) <= STEP_MOST,
	       "a program of one device has too many steps");

/* --- the list --- */

struct maker {
	struct step_list *list;
	enum step_phase phase;
	size_t entry;
};

static void add(const struct maker *maker, const struct action *actions, size_t count,
		unsigned int conditions)
{
	struct step_list *list = maker->list;

	for (size_t i = 0; i < count; i++) {
		list->steps = util_grow(list->steps, list->count, sizeof(*list->steps));
		list->steps[list->count++] = (struct step){
			.kind = (unsigned char)actions[i].kind,
			.phase = (unsigned char)maker->phase,
			.conditions = (unsigned short)(actions[i].conditions | conditions),
			.entry = (unsigned int)maker->entry,
		};
	}
}

#define ADD(maker, program, conditions) add(maker, program, ARRAY_SIZE(program), conditions)

static bool is_first_of_variant(const struct plan *plan, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (plan_is_pending(&plan->entries[i]) && plan->entries[i].variant &&
		    !strcmp(plan->entries[i].variant, plan->entries[index].variant))
			return false;
	return true;
}

static void add_variant(const struct maker *maker, const struct plan *plan)
{
	const struct plan_entry *entry = &plan->entries[maker->entry];

	if (!plan_is_pending(entry) || !entry->variant)
		return;
	/* What hangs once costs its time once. */
	if (is_first_of_variant(plan, maker->entry))
		ADD(maker, load_variant, 0);
	ADD(maker, override_variant, 0);
	ADD(maker, give_back, STEP_IF_FAILED);
}

static void add_driver(const struct maker *maker, const struct plan *plan)
{
	if (!plan_loads_driver(plan, maker->entry))
		return;
	ADD(maker, load, 0);
	if (!pci_is_guest_driver(plan->entries[maker->entry].wanted_driver))
		return;
	ADD(maker, read_back_kept, 0);
	ADD(maker, give_back, STEP_IF_TAKEN);
}

static void add_take(const struct maker *maker, const struct plan_entry *entry)
{
	if (!plan_is_pending(entry))
		return;
	ADD(maker, take, 0);
	ADD(maker, give_back, STEP_IF_FAILED);
	if (pci_is_display(entry->function))
		ADD(maker, framebuffer, 0);
}

static void add_override(const struct maker *maker, const struct plan_entry *entry)
{
	if (entry->reserved) {
		ADD(maker, override, 0);
	} else if (plan_is_pending(entry)) {
		ADD(maker, override, 0);
		ADD(maker, give_back, STEP_IF_FAILED);
	}
}

static void add_device(const struct maker *maker, const struct plan_entry *entry)
{
	if (!entry->function)
		return;
	if (maker->phase == PHASE_OVERRIDE)
		add_override(maker, entry);
	else if (maker->phase == PHASE_GIVE_BACK && entry->give_back)
		ADD(maker, give_back, 0);
	else if (maker->phase == PHASE_TAKE)
		add_take(maker, entry);
	else if (maker->phase == PHASE_SETTLE && plan_is_pending(entry))
		ADD(maker, settle, 0);
}

void steps_make(const struct plan *plan, struct step_list *list)
{
	struct maker maker = { .list = list };

	*list = (struct step_list){ 0 };
	for (maker.phase = PHASE_OVERRIDE; maker.phase <= PHASE_SETTLE; maker.phase++) {
		if (maker.phase == PHASE_DRIVERS)
			for (maker.entry = 0; maker.entry < plan->count; maker.entry++)
				add_variant(&maker, plan);
		for (maker.entry = 0; maker.entry < plan->count; maker.entry++) {
			if (maker.phase == PHASE_DRIVERS)
				add_driver(&maker, plan);
			else
				add_device(&maker, &plan->entries[maker.entry]);
		}
	}
}

void steps_clear(struct step_list *list)
{
	free(list->steps);
	*list = (struct step_list){ 0 };
}

size_t steps_count_program(const struct step_list *list, size_t first)
{
	size_t end = first;

	while (end < list->count && list->steps[end].phase == list->steps[first].phase &&
	       list->steps[end].entry == list->steps[first].entry)
		end++;
	return end - first;
}

void steps_add_give_back(struct step_list *list, size_t entry)
{
	const struct maker maker = { .list = list, .phase = PHASE_GIVE_BACK, .entry = entry };

	ADD(&maker, give_back, 0);
}

void steps_add_resume(struct step_list *list, size_t entry, bool held)
{
	const struct maker maker = { .list = list, .phase = PHASE_TAKE, .entry = entry };

	if (held)
		ADD(&maker, resume_held, 0);
	else
		ADD(&maker, resume_idle, 0);
}

bool step_applies(const struct step *step, const struct plan_entry *entry, bool failed)
{
	bool guest = pci_is_guest_driver(entry->driver);
	bool bound = entry->driver[0] && !strcmp(entry->driver, plan_driver(entry));
	unsigned int holds = STEP_IF_OF_CALLER;

	holds |= failed ? STEP_IF_FAILED : 0;
	holds |= bound ? STEP_IF_BOUND : STEP_IF_NOT_BOUND;
	holds |= guest ? STEP_IF_ON_GUEST_DRIVER : 0;
	if (!entry->driver[0])
		holds |= STEP_IF_NO_DRIVER;
	else
		holds |= (bound ? 0 : STEP_IF_HELD) | (guest ? 0 : STEP_IF_ON_HOST_DRIVER);
	return (step->conditions & ~holds) == 0 && failed == !!(step->conditions & STEP_IF_FAILED);
}

bool step_is_expected(const struct step *step, const struct plan_entry *entry)
{
	if (step->conditions & (STEP_IF_FAILED | STEP_IF_TAKEN | STEP_IF_UNFINISHED))
		return false;
	switch ((enum step_kind)step->kind) {
	case STEP_OVERRIDE:
	case STEP_CLEAR:
	case STEP_REMOVE_ID:
	case STEP_UNBIND:
	case STEP_LOAD:
		return step_applies(step, entry, false);
	case STEP_PROBE:
		/* A guest's driver has released the device by then. */
		return step_applies(step, entry, false) ||
		       (step->phase == PHASE_GIVE_BACK && pci_is_guest_driver(entry->driver));
	default:
		return false;
	}
}

/* --- text --- */

static struct step_text write_to_device(const char *device, const char *attribute, const char *value)
{
	return (struct step_text){ value[0] ? "write" : "clear",
				   util_text("/sys/bus/pci/devices/%s/%s", device, attribute), value };
}

static struct step_text write_to_driver(const char *driver, const char *attribute, const char *value)
{
	return (struct step_text){ "write", util_text("/sys/bus/pci/drivers/%s/%s", driver, attribute),
				   value };
}

static struct step_text remove_id_of(const struct plan_entry *entry, bool any)
{
	if (any)
		return write_to_driver(entry->wanted_driver, "remove_id", "*");
	return write_to_driver(pci_is_guest_driver(entry->driver) ? entry->driver : "*", "remove_id",
			       util_text("%04x %04x", entry->function->vendor, entry->function->device));
}

struct step_text step_describe(const struct plan *plan, const struct step *step)
{
	const struct plan_entry *entry = &plan->entries[step->entry];
	bool any = (step->conditions & STEP_IF_TAKEN) || !entry->function;
	const char *device = any ? "*" : pci_address_text(&entry->function->address);

	switch ((enum step_kind)step->kind) {
	case STEP_OVERRIDE:
		return write_to_device(device, "driver_override", entry->wanted_driver);
	case STEP_OVERRIDE_VARIANT:
		return write_to_device(device, "driver_override",
				       util_text("the driver of module %s", entry->variant));
	case STEP_CLEAR:
		return write_to_device(device, "driver_override", "");
	case STEP_REMOVE_ID:
		return remove_id_of(entry, any);
	case STEP_UNBIND:
		return write_to_device(device, "driver/unbind", device);
	case STEP_PROBE:
		return (struct step_text){ "write", "/sys/bus/pci/drivers_probe", device };
	case STEP_BIND:
		/* The name of a variant's driver is known only then. */
		return write_to_driver(entry->variant && !entry->variant_driver ? "*" : plan_driver(entry),
				       "bind", device);
	case STEP_READ_BACK:
		return (struct step_text){ "read", util_text("/sys/bus/pci/devices/%s/driver", device), "" };
	case STEP_FRAMEBUFFER:
		return (struct step_text){ "release", "", device };
	case STEP_LOAD:
		return (struct step_text){ "load", "", entry->wanted_driver };
	case STEP_LOAD_VARIANT:
		return (struct step_text){ "load", "", entry->variant };
	case STEP_READ_BACK_KEPT:
	default:
		return (struct step_text){ "read", util_text("/sys/bus/pci/drivers/%s", entry->wanted_driver),
					   "" };
	}
}

const char *step_condition_name(unsigned int bit)
{
	return condition_names[bit].name;
}

static const char *add_conditions(const char *text, const struct step *step)
{
	const char *before = " if ";

	for (unsigned int bit = 0; bit < STEP_CONDITION_COUNT; bit++) {
		if (!(step->conditions & 1u << bit) || !condition_names[bit].words)
			continue;
		text = util_text_add(text, "%s%s", before, condition_names[bit].words);
		before = " and ";
	}
	return text;
}

const char *steps_next_text(const struct plan *plan, const struct step_list *list, size_t *cursor)
{
	const struct step *step = &list->steps[*cursor];
	struct step_text parts = step_describe(plan, step);
	unsigned int group = step->conditions & (STEP_IF_FAILED | STEP_IF_TAKEN);

	++*cursor;
	if (group) {
		while (*cursor < list->count && list->steps[*cursor].entry == step->entry &&
		       list->steps[*cursor].conditions & group)
			++*cursor;
		return util_text(group & STEP_IF_FAILED ?
					 "if a step for %s fails, return it to the host: clear "
					 "driver_override, unbind it from a guest driver, probe it" :
					 "return each kept device that %s has bound to the host: clear "
					 "driver_override, remove the id, unbind, probe",
				 group & STEP_IF_FAILED ?
					 pci_address_text(&plan->entries[step->entry].function->address) :
					 plan->entries[step->entry].wanted_driver);
	}
	if (step->kind == STEP_LOAD)
		return util_text("load %s; if this fails, skip the devices that need it", parts.value);
	return add_conditions(
		util_text("%s %s%s%s%s", parts.verb,
			  step->kind == STEP_FRAMEBUFFER ? "the firmware's framebuffer of " : "", parts.value,
			  parts.path[0] && parts.value[0] ? " to " : "", parts.path),
		step);
}
