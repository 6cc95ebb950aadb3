/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings of check and status: a level, a subject, what was found, what to do. */
#pragma once

#include "core/config.h"
#include "core/plan.h"
#include "host/config-read.h"

enum finding_level { FINDING_PASS, FINDING_WARN, FINDING_FAIL };

/* What it is about, for programs: CODE_ROUTE and so on, of findings.def. */
enum finding_code {
#define FINDING(constant, code, meaning) CODE_##constant,
#include "cmd/findings.def"
#undef FINDING
	CODE_VERDICT, /* that of a device: its name is the verdict's */
};

struct finding {
	enum finding_level level;
	const char *subject, *what, *hint; /* hint: what to do, "" for nothing */
	const char *more;                  /* what stands below @what, "" for nothing */
	enum finding_code code;
	enum verdict verdict;                /* of CODE_VERDICT */
	const struct pci_function *function; /* that the subject names, or NULL */
	/* what the hint says to claim too: addresses with blanks between them, NULL or "" for nothing */
	const char *claim;
	const char *replaces; /* the selector in whose place it is to be claimed, NULL for none */
	/* Of findings_arrange(): its index, and that of the first one with the same cure. */
	size_t place, first;
};

/* What to do where nothing is claimed yet. */
#define FINDINGS_FIRST_CLAIM \
	"add a line to " CONFIG_READ_FILE ", for example: claim 01:00.0; " \
	"vfio-early list shows the addresses"

struct findings {
	struct finding *list;
	size_t count;
};

/*
 * Add a finding: @hint is what to do, "" for nothing, and the format makes its text. @subject and @hint are texts of
 * util_text() or of the program. The finding that is returned stays where it is until the next one is added; the caller
 * sets its code.
 */
struct finding *findings_add(struct findings *findings, enum finding_level level, const char *subject,
			     const char *hint, const char *what, ...) printf_format(5, 6);
/* Say what to do, in place of what was said before. */
void finding_cure(struct finding *finding, const char *hint, ...) printf_format(2, 3);
/* Say it in terms of the kernel command line, for a boot that ignores the configuration's files. */
void finding_cure_on_cmdline(struct finding *finding);
/* Add the errors of the configuration, and how many more there are. */
void findings_add_errors(struct findings *findings, enum finding_level level, const struct config *config);
/* Add what stands in the way of a group, or belongs to a device, and what to claim against it. */
void findings_add_neighbour(struct findings *findings, enum finding_level level,
			    const struct plan_neighbour *neighbour);
void findings_clear(struct findings *findings);

/*
 * Put them in the order in which a reader wants to know: what has one subject stands together, where the first of it
 * stood, with what fails first. A device that something fails for passes in nothing: one device, one result. Finds the
 * functions that subjects name, where nobody has set them.
 */
void findings_arrange(struct findings *findings, const struct pci_function *functions, size_t function_count);

/* An earlier finding that has the same cure, which is said once; or NULL. They were arranged. */
const struct finding *findings_same_cure(const struct findings *findings, size_t index);

/* "PASS", "WARN", "FAIL". */
const char *finding_name(enum finding_level level);
/* "route"; of CODE_VERDICT "would-bind" and so on. */
const char *finding_code_name(const struct finding *finding);
size_t findings_count(const struct findings *findings, enum finding_level level);
