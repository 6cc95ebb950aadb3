/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The plan: every wanted function with exactly one verdict. Pure: no I/O. A verdict of would-bind is an
 * action still to be carried out; bind.h does that and writes the outcome into the same entry.
 */
#pragma once

#include "config.h"
#include "iommu.h"
#include "verdict.h"

#define PLAN_DRIVER "vfio-pci"

struct plan_entry {
	const struct pci_function *function; /* NULL: the selector found nothing */
	const struct claim *claim;
	enum verdict verdict;
	char driver[PCI_DRIVER_SIZE]; /* bound now; "" none */
	char reason[256], hint[256];
	int iommu_group;
};

struct plan {
	struct plan_entry *entries;
	size_t count;
};

/*
 * Which functions are wanted? Marks each in @wanted (one per function) with the index of the claim that
 * wants it, the last that matches, or -1. Returns how many are wanted.
 */
size_t plan_match(const struct config *config, const struct pci_function *functions, size_t count, int *wanted);

/*
 * Make the plan of @count functions, sorted by address, whose details were read where @wanted says so.
 * Order of judgement: off, bridges, storage, the last display, the IOMMU. Functions, claims and config stay
 * the caller's and must outlive the plan. Free it with plan_clear().
 */
void plan_make(const struct config *config, const struct pci_function *functions, size_t count, const int *wanted,
	       const struct iommu *iommu, struct plan *ret);
void plan_clear(struct plan *plan);

/* Is there anything to bind? */
bool plan_has_work(const struct plan *plan);
/* Did anything that was asked for fail? */
bool plan_failed(const struct plan *plan);

/* Give an entry its verdict and the reason; @hint is what to do, "" for nothing. */
void plan_decide(struct plan_entry *entry, enum verdict verdict, const char *hint, const char *reason, ...)
	printf_format(4, 5);
/* Write the entry's sentence, as verdict_sentence(). */
const char *plan_sentence(const struct plan_entry *entry, char *buffer, size_t size);
