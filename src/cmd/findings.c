/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/config-read.h"

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

/* @text with @to in place of the first @from in it. */
static const char *replace(const char *text, const char *from, const char *to)
{
	const char *found = strstr(text, from);

	return found ? util_text("%.*s%s%s", (int)(found - text), text, to, found + strlen(from)) : text;
}

void finding_cure_on_cmdline(struct finding *finding)
{
	const char *hint = finding->hint, *claim = finding->claim;

	if (claim && claim[0]) {
		char *list = util_copy(claim, strlen(claim));

		for (char *c = list; (c = strchr(c, ' '));)
			*c = ',';
		hint = replace(hint, util_text("claim %s", claim),
			       util_text("put rd.vfio.ids=%s on the kernel command line", list));
		hint = replace(hint, "add to the configuration: ", "");
		free(list);
	}
	hint = replace(hint, "'set last-display=claim' to " CONFIG_READ_FILE,
		       "rd.vfio.last-display=claim to the kernel command line");
	finding->hint = replace(hint, " (in " CONFIG_READ_FILE ")", "");
}

void findings_add_errors(struct findings *findings, enum finding_level level, const struct config *config)
{
	for (size_t i = 0; i < config->error_count; i++)
		findings_add(findings, level, config->errors[i].where, "", "%s", config->errors[i].what)
			->code = CODE_CONFIG_ERROR;
	if (config->errors_left_out)
		findings_add(findings, level, "configuration", "", "%s", config_text_left_out(config))->code =
			CODE_CONFIG_ERROR;
}

void findings_add_neighbour(struct findings *findings, enum finding_level level,
			    const struct plan_neighbour *neighbour)
{
	struct finding *finding = findings_add(findings, level, pci_text(neighbour->function),
					       neighbour->hint, "%s", neighbour->reason);

	finding->code = !neighbour->blocks                 ? CODE_COMPANION :
			neighbour->function->later_drivers ? CODE_GROUP_LATER :
							     CODE_GROUP;
	finding->claim = neighbour->claim;
	if (neighbour->claim && neighbour->claim[0])
		finding_cure(finding, "%s (in " CONFIG_READ_FILE ")", neighbour->hint);
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

static int by_place(const struct finding *a, const struct finding *b)
{
	return (a->place > b->place) - (a->place < b->place);
}

static int by_subject(const void *a, const void *b)
{
	const struct finding *one = *(const struct finding *const *)a,
			     *other = *(const struct finding *const *)b;
	int order = strcmp(one->subject, other->subject);

	return order ? order : by_place(one, other);
}

static int by_hint(const void *a, const void *b)
{
	const struct finding *one = *(const struct finding *const *)a,
			     *other = *(const struct finding *const *)b;
	int order = strcmp(one->hint, other->hint);

	return order ? order : by_place(one, other);
}

/* Subjects in the order of their first finding; of each, what fails first. */
static int by_rank(const void *a, const void *b)
{
	const struct finding *one = a, *other = b;
	int order = (one->first > other->first) - (one->first < other->first);

	if (!order)
		order = (other->level == FINDING_FAIL) - (one->level == FINDING_FAIL);
	return order ? order : by_place(one, other);
}

/* Number the findings, and point to them in the order of @compare. The caller frees the result. */
static struct finding **sort(struct findings *findings, int (*compare)(const void *a, const void *b))
{
	struct finding **sorted = util_zeroed(findings->count, sizeof(struct finding *));

	for (size_t i = 0; i < findings->count; i++) {
		findings->list[i].place = i;
		sorted[i] = &findings->list[i];
	}
	qsort(sorted, findings->count, sizeof(struct finding *), compare);
	return sorted;
}

static void find_firsts(struct findings *findings)
{
	cleanup_free struct finding **sorted = sort(findings, by_subject);

	for (size_t i = 0, next; i < findings->count; i = next) {
		bool fails = false;

		for (next = i; next < findings->count && !strcmp(sorted[next]->subject, sorted[i]->subject);
		     next++) {
			sorted[next]->first = sorted[i]->place;
			fails |= sorted[next]->level == FINDING_FAIL;
		}
		for (size_t k = i; fails && k < next; k++)
			if (sorted[k]->level == FINDING_PASS)
				sorted[k]->level = FINDING_WARN;
	}
}

static void find_cures(struct findings *findings)
{
	cleanup_free struct finding **sorted = sort(findings, by_hint);

	for (size_t i = 0; i < findings->count; i++)
		sorted[i]->first = i && !strcmp(sorted[i]->hint, sorted[i - 1]->hint) ? sorted[i - 1]->first :
											sorted[i]->place;
}

void findings_arrange(struct findings *findings, const struct pci_function *functions, size_t function_count)
{
	for (size_t i = 0; i < findings->count; i++)
		if (!findings->list[i].function)
			findings->list[i].function =
				find_function(findings->list[i].subject, functions, function_count);
	find_firsts(findings);
	if (findings->count)
		qsort(findings->list, findings->count, sizeof(*findings->list), by_rank);
	find_cures(findings);
}

const struct finding *findings_same_cure(const struct findings *findings, size_t index)
{
	const struct finding *finding = &findings->list[index];

	return finding->hint[0] && finding->first < index ? &findings->list[finding->first] : NULL;
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
