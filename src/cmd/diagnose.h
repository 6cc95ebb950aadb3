/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Would the next boot do what is wanted? Findings, each with its cure in this system's own terms. Pure. */
#pragma once

#include "cmd/findings.h"
#include "host/kernels.h"
#include "host/outlook.h"
#include "host/rivals.h"
#include "host/seat.h"
#include "host/system.h"

/* What there is to judge by; all of it stays the caller's. */
struct diagnosis {
	const struct outlook *outlook;  /* of PLAN_NEXT */
	const struct system *system;
	const struct kernel *kernels;
	size_t kernel_count;
	const struct image *host;       /* the configuration as it is on the host */
	const struct rivals *rivals;
	const struct seat *seat;
	const bool *unresettable;       /* for each entry of the plan: it cannot be reset */
	const char *next_path;          /* the file whose command line the plan goes by, NULL for that of this boot */
	bool unprivileged;              /* not run by root: some things cannot be seen */
};

/* Judge all of it, in the order in which a reader wants to know. Free with findings_clear(). */
void diagnose(const struct diagnosis *diagnosis, struct findings *ret);

/* The part of it that looks at kernels and their images, and the one that looks at other methods. */
void diagnose_kernels(const struct diagnosis *diagnosis, struct findings *findings);
void diagnose_rivals(const struct diagnosis *diagnosis, struct findings *findings);

/* Would the function be taken? */
bool diagnose_is_taken(const struct diagnosis *diagnosis, const struct pci_function *function);
