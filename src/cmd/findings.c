/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct finding *findings_add(struct findings *findings, enum finding_level level, const char *subject,
			     const char *hint, const char *what, ...)
{
	struct finding *finding;
	va_list args;

	findings->list = util_grow(findings->list, findings->count, sizeof(*findings->list));
	finding = &findings->list[findings->count++];
	*finding = (struct finding){ .level = level };
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

const char *finding_name(enum finding_level level)
{
	static const char *const names[] = { "PASS", "WARN", "FAIL" };

	return names[level];
}

size_t findings_count(const struct findings *findings, enum finding_level level)
{
	size_t count = 0;

	for (size_t i = 0; i < findings->count; i++)
		count += findings->list[i].level == level;
	return count;
}
