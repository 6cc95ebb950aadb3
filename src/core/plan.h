/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The plan: every wanted function with exactly one verdict. Pure: no I/O. A verdict of would-bind is an
 * action still to be carried out; bind.h does that and writes the outcome into the same entry.
 */
#pragma once

#include "core/block.h"
#include "core/config.h"
#include "core/facts.h"
#include "core/iommu.h"
#include "core/network.h"
#include "core/verdict.h"

#define PLAN_DRIVER "vfio-pci"

struct plan_entry {
	const struct pci_function *function; /* NULL: the selector found nothing */
	const struct claim *claim;
	enum verdict verdict;
	const char *wanted_driver;    /* never changes; see plan_driver() */
	char driver[PCI_DRIVER_SIZE]; /* bound now; "" none */
	const char *variant;          /* the module of a variant of vfio-pci that is made for it; NULL none */
	const char *variant_driver;   /* that module's driver, NULL until the module is loaded */
	const char *reason, *hint;    /* never NULL; hint is "" where there is nothing to do */
	int iommu_group;
	/* kept because this function of its group is, which expand=group takes along; else NULL */
	const struct pci_function *because;
	/* Of guard_displays() and advice_find(): what to claim too, addresses with blanks between them, "" for nothing. */
	const char *claim_too;
	bool instead; /* in place of the entry's claim */
	/* a bridge that its claim takes in with other devices, by ".*", a class or expand=slot: that it stays is no failure */
	bool incidental;
	bool late; /* the late stage decides it */
	/*
	 * Deferred, and driver_override is written all the same: no host driver takes the device until the
	 * late stage binds it or gives it back.
	 */
	bool reserved;
	bool withheld;      /* a guest's driver or our driver_override is on it now */
	bool give_back;     /* not taken: it has our driver_override, or a guest's driver is bound */
	bool decided_early; /* in the late stage: the early one has decided it, and nothing is left to do */
	const char *json;   /* in the late stage: the early stage's object in the report, else NULL */
};

/* What the early stage has decided of a function: read back from its report. */
struct early_verdict {
	struct pci_address address;
	enum verdict verdict;
	char *json; /* its object in the report */
};

/* A function that is not taken and stands in the way of one that is. */
struct plan_neighbour {
	const struct pci_function *function;
	bool wanted; /* it has an entry of its own, which says why it is not taken */
	bool blocks; /* no guest can use the group while its driver holds it */
	const char *reason, *hint;
	const char *claim;      /* as a plan_entry's */
	bool group_is_unusable; /* the line of a struct plan_group tells why */
};

/* A group that no guest can use as a whole: advice_find() says why. */
struct plan_group {
	int iommu_group;
	const struct pci_function *function; /* what is claimed of it, the first one */
	const struct pci_function
		*cause; /* what stands in the way, of this group or of one that goes along */
	const char *reason, *hint;
};

struct plan {
	struct plan_entry *entries;
	size_t count;
	struct plan_neighbour *neighbours;
	size_t neighbour_count;
	struct plan_group *groups;
	size_t group_count;
	bool *advised; /* of advice_find(), one a function: what it says to claim too; NULL for nothing yet */
	/* in the late stage: the early stage's objects in the report of functions that are gone by now */
	const char **gone;
	size_t gone_count;
};

/* "consumer depends on supplier": the kernel's device links between functions. */
struct plan_link {
	struct pci_address supplier, consumer;
};

/* When a plan is made, by what it may go by. Another one is another constant of these properties. */
struct plan_stage {
	/* no driver is loaded: no block device and no route is there, and what may carry the root waits */
	bool before_disks;
	bool after_early; /* the early stage of this boot has run: what it has decided is not decided again */
	bool acts;        /* the plan is carried out, and not a forecast */
	/* every function is looked at, not only what is wanted and what belongs to that */
	bool whole_machine;
	enum block_view view; /* who looks at the block devices */
};
extern const struct plan_stage plan_early; /* of the initramfs before udev */
extern const struct plan_stage plan_late;  /* of the initramfs when the root device is there */
/* of the next boot, both of these in one, seen from the running host */
extern const struct plan_stage plan_next;
/* no plan: what the host facts are made from */
extern const struct plan_stage plan_facts;

/* What a plan is made from. All of it stays the caller's and must outlive the plan. */
struct plan_input {
	const struct plan_stage *stage;
	bool foreseen; /* the functions are as the running host has them, and the stage is of the next boot */
	const struct config *config;
	const struct pci_function *functions; /* sorted by address */
	size_t function_count;
	const struct iommu *iommu;
	const struct plan_link *links;
	size_t link_count;
	const struct host_needs *needs;
	const struct facts *facts; /* located by facts_locate(); missing ones are facts too */
	/* Of any stage but the early one, else NULL: what stands on what, which cards have a route. */
	const struct block_devices *storage;
	const struct network *network;
	/* What this boot's early stage has decided, where it has left a report. */
	const struct early_verdict *early_verdicts;
	size_t early_verdict_count;
	bool reported;
	/*
	 * Of any stage but the early one, where the report does not say what the early stage does: its plan.
	 */
	const struct plan *early;
};

/* Free what planner_make() has stored. */
void plan_clear(struct plan *plan);

/* What this boot's early stage has reported of the function, or NULL. */
const struct early_verdict *plan_find_early_verdict(const struct plan_input *input,
						    const struct pci_function *function);

/* The driver that the device is to be on: the variant's, once that is known, or the wanted one. */
const char *plan_driver(const struct plan_entry *entry);

/* Is the entry's device still to be bound: not what the early stage has decided? */
bool plan_is_pending(const struct plan_entry *entry);

/* Is the entry's device taken, now or when the plan is carried out? */
bool plan_is_taken(const struct plan_entry *entry);

/* The entry of this function, one of those that the plan was made from, or NULL. */
const struct plan_entry *plan_entry_of(const struct plan *plan, const struct pci_function *function);

/* Is the function taken, now or when the plan is carried out? */
bool plan_takes(const struct plan *plan, const struct pci_function *function);
/* The first function of the group that the plan takes, or NULL. */
const struct pci_function *plan_taken_of_group(const struct plan *plan, int group);

/* Is the entry's device absent and optional, or a bridge that nobody means? That it is not taken is no failure. */
bool plan_is_excused(const struct plan_entry *entry);

/* No memory was left while the plan was made, or is left to carry it out: the host keeps what it would take. */
void plan_give_up(struct plan *plan);

/* Did anything that was asked for fail? The absence of what is optional is no failure, nor is a keep that is obeyed. */
bool plan_failed(const struct plan *plan, const struct config *config);

/*
 * Is the entry at @index the first one that its driver is loaded for? It is loaded for what is bound to it,
 * and where its ids= claim something: whoever loads it later, with them, would take devices past every guard.
 */
bool plan_loads_driver(const struct plan *plan, size_t index);

/*
 * Give an entry its verdict and the reason. @hint is what to do, "" for nothing: a text of util_text() or of the
 * program, for the entry keeps the pointer.
 */
void plan_decide(struct plan_entry *entry, enum verdict verdict, const char *hint, const char *reason, ...)
	printf_format(4, 5);
/* The entry's sentence, as verdict_sentence(). */
const char *plan_sentence(const struct plan_entry *entry) must_check;
/* Syslog level of the entry's line: verdict_level(), less where the device is optional. */
int plan_level(const struct plan_entry *entry);
