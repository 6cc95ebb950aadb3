/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct finding *findings_add(struct findings *findings, enum finding_level level, const char *subject,
			     const char *hint, const char *what, ...)
{
	struct finding *finding;
	va_list args;

	findings->list = util_grow(findings->list, findings->count, sizeof(*findings->list));
	finding = &findings->list[findings->count++];
	*finding = (struct finding){ .level = level, .more = "" };
	finding->subject = subject;
	finding->hint = hint;
	va_start(args, what);
	finding->what = util_text_list(what, args);
	va_end(args);
	return finding;
}

void finding_cure(struct finding *finding, const char *hint, ...)
{
	va_list args;

	va_start(args, hint);
	finding->hint = util_text_list(hint, args);
	va_end(args);
}

void findings_clear(struct findings *findings)
{
	free(findings->list);
	*findings = (struct findings){ 0 };
}

/* A subject that is a function starts with its address. */
static const struct pci_function *find_function(const char *subject, const struct pci_function *functions,
						size_t count)
{
	struct pci_address address;
	const struct pci_function *function;

	if (pci_address_parse(subject, strcspn(subject, " "), &address) < 0)
		return NULL;
	function = pci_find(functions, count, &address);
	return function && !strcmp(pci_text(function), subject) ? function : NULL;
}

static bool is_taken_out(const struct finding *finding)
{
	return !finding->subject;
}

/* Move the findings of one subject behind the @count that are arranged: what fails, then the rest. */
static size_t take_subject(struct findings *findings, size_t start, struct finding *arranged, size_t count)
{
	const char *subject = findings->list[start].subject;
	size_t first = count;

	for (int rest = 0; rest < 2; rest++) {
		for (size_t i = start; i < findings->count; i++) {
			struct finding *finding = &findings->list[i];

			if (is_taken_out(finding) || strcmp(finding->subject, subject) != 0 ||
			    (!rest && finding->level != FINDING_FAIL))
				continue;
			arranged[count++] = *finding;
			finding->subject = NULL;
		}
	}
	for (size_t i = first; i < count; i++)
		if (arranged[first].level == FINDING_FAIL && arranged[i].level == FINDING_PASS)
			arranged[i].level = FINDING_WARN;
	return count;
}

void findings_arrange(struct findings *findings, const struct pci_function *functions, size_t function_count)
{
	struct finding *arranged = util_zeroed(findings->count, sizeof(*arranged));
	size_t count = 0;

	for (size_t i = 0; i < findings->count; i++)
		if (!findings->list[i].function)
			findings->list[i].function =
				find_function(findings->list[i].subject, functions, function_count);
	for (size_t i = 0; i < findings->count; i++)
		if (!is_taken_out(&findings->list[i]))
			count = take_subject(findings, i, arranged, count);
	/* util_grow() goes by the count of what the array holds, and nothing is added any more. */
	free(findings->list);
	findings->list = arranged;
}

const struct finding *findings_same_cure(const struct findings *findings, size_t index)
{
	const struct finding *finding = &findings->list[index];

	for (size_t i = 0; finding->hint[0] && i < index; i++)
		if (!strcmp(findings->list[i].hint, finding->hint))
			return &findings->list[i];
	return NULL;
}

const char *finding_name(enum finding_level level)
{
	static const char *const names[] = { "PASS", "WARN", "FAIL" };

	return names[level];
}

const char *finding_code_name(const struct finding *finding)
{
	static const char *const codes[] = {
#define FINDING(constant, code, meaning) code,
#include "cmd/findings.def"
#undef FINDING
	};

	return finding->code == CODE_VERDICT ? verdict_name(finding->verdict) : codes[finding->code];
}

size_t findings_count(const struct findings *findings, enum finding_level level)
{
	size_t count = 0;

	for (size_t i = 0; i < findings->count; i++)
		count += findings->list[i].level == level;
	return count;
}
