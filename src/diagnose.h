/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Would the next boot do what is wanted? Findings, each with its cure in this system's own terms. Pure. */
#pragma once

#include "kernels.h"
#include "outlook.h"
#include "rivals.h"
#include "seat.h"
#include "system.h"

enum finding_level { FINDING_PASS, FINDING_WARN, FINDING_FAIL };

struct finding {
	enum finding_level level;
	char subject[128], what[640], hint[512]; /* hint: what to do, "" for nothing */
};

struct findings {
	struct finding *list;
	size_t count;
};

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
void findings_clear(struct findings *findings);

/* "PASS", "WARN", "FAIL". */
const char *finding_name(enum finding_level level);
size_t findings_count(const struct findings *findings, enum finding_level level);
