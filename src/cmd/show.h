/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sentences that several commands put on the terminal. */
#pragma once

#include "boot/json.h"
#include "cmd/findings.h"
#include "cmd/term.h"
#include "host/context.h"
#include "host/distro.h"

/* "VT-d is on, interrupts are remapped", or "off: " and why. */
const char *show_iommu_sentence(const struct iommu *iommu);

/* The cure of an IOMMU that is off, in this system's terms. */
const char *show_iommu_cure(const struct iommu *iommu, const struct distro *distro) must_check;

/* Subject, sentence and what to do: the last on a line of its own where there is a terminal. */
void show_line(struct term *term, const char *subject, enum term_style style, const char *what,
	       const char *hint);

/*
 * Findings that findings_arrange() has put in order, each cure once. On a terminal what is said of a device stands
 * below its name; anywhere else each finding is a line of its own.
 */
void show_findings(struct term *term, const struct findings *findings);
/* The last line of a command, a sentence that says what all of it comes to. */
void show_end(struct term *term, const char *sentence);
/* The findings as the member "findings" of a document. */
void show_findings_json(struct json *json, const struct findings *findings);

/* A line of its own about the IOMMU. */
void show_iommu(struct term *term, const struct iommu *iommu);
/* A line for each error of the configuration. */
void show_errors(struct term *term, const struct config *config);
/* A line for each note of the context. */
void show_notes(struct term *term, const struct context *context);
/* A line about a device of a plan: subject, sentence, cure. */
void show_entry(struct term *term, const struct plan_entry *entry);

/* The colour of an entry's sentence. */
enum term_style show_style(const struct plan_entry *entry);

/* Does the selector of the claim match it? false where only expand= takes it along. */
bool show_is_named(const struct plan_entry *entry);
/* ", with 02:00.1 because of expand=group" for what it takes along, since the claim does not name it; else "". */
const char *show_along(const struct config *config, const struct plan_entry *entry);

/* "0000:01:00.0 10de:1c03", or the selector that found nothing. */
const char *show_subject(const struct plan_entry *entry);
