/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verdicts: one table of words that the log, the report and every command read. Pure. */
#pragma once

#include "util.h"

enum verdict {
#define VERDICT(constant, name, level, failure, sentence, meaning) VERDICT_##constant,
#include "core/verdicts.def"
#undef VERDICT
	VERDICT_COUNT,
};

/* What a sentence is made of. Strings that are not known are "". */
struct outcome {
	enum verdict verdict;
	const char *driver; /* the wanted driver */
	const char *was;    /* the driver that was bound before, "" for none */
	int iommu_group;    /* -1 unknown */
	const char *reason; /* why; verdicts other than bound and would-bind need one */
};

/* The verdict's name in the report, as "bound". */
const char *verdict_name(enum verdict verdict);
/* The verdict of that name, or -1. */
int verdict_by_name(const char *name);
/* Syslog level of its line, 3 (error) to 6 (information). */
int verdict_level(enum verdict verdict);
/* Is it a failure of something that was asked for? */
bool verdict_is_failure(enum verdict verdict);
/* The sentence about the outcome, without the device and without the hint: a util_text(). */
const char *verdict_sentence(const struct outcome *outcome) must_check;
