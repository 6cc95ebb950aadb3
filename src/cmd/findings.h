/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings of check: a level, a subject, what was found, what to do. Pure. */
#pragma once

#include "util.h"

enum finding_level { FINDING_PASS, FINDING_WARN, FINDING_FAIL };

struct finding {
	enum finding_level level;
	const char *subject, *what, *hint; /* hint: what to do, "" for nothing */
	/* what the hint says to claim too: addresses with blanks between them, NULL or "" for nothing */
	const char *claim;
	const char *replaces; /* the selector in whose place it is to be claimed, NULL for none */
};

struct findings {
	struct finding *list;
	size_t count;
};

/*
 * Add a finding: @hint is what to do, "" for nothing, and the format makes its text. @subject and @hint are texts of
 * util_text() or of the program. The finding that is returned stays where it is until the next one is added.
 */
struct finding *findings_add(struct findings *findings, enum finding_level level, const char *subject,
			     const char *hint, const char *what, ...) printf_format(5, 6);
/* Say what to do, in place of what was said before. */
void finding_cure(struct finding *finding, const char *hint, ...) printf_format(2, 3);
void findings_clear(struct findings *findings);

/* "PASS", "WARN", "FAIL". */
const char *finding_name(enum finding_level level);
size_t findings_count(const struct findings *findings, enum finding_level level);
