/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/verdict.h"

#include <string.h>

static const struct {
	const char *name;
	int level;
	bool failure;
	const char *sentence;
} verdicts[VERDICT_COUNT] = {
#define VERDICT(constant, name, level, failure, sentence, meaning) { name, level, failure, sentence },
#include "core/verdicts.def"
#undef VERDICT
};

const char *verdict_name(enum verdict verdict)
{
	return verdicts[verdict].name;
}

int verdict_by_name(const char *name)
{
	for (int i = 0; i < VERDICT_COUNT; i++)
		if (!strcmp(verdicts[i].name, name))
			return i;
	return -1;
}

int verdict_level(enum verdict verdict)
{
	return verdicts[verdict].level;
}

bool verdict_is_failure(enum verdict verdict)
{
	return verdicts[verdict].failure;
}

static const char *field_text(const struct outcome *outcome, char field)
{
	switch (field) {
	case 'd':
		return outcome->driver;
	case 'w':
		return outcome->was[0] ? outcome->was : "no driver";
	case 'g':
		return outcome->iommu_group >= 0 ? util_text("IOMMU group %d", outcome->iommu_group) :
						   "IOMMU group not known yet";
	default:
		return outcome->reason;
	}
}

const char *verdict_sentence(const struct outcome *outcome)
{
	const char *text = "", *format = verdicts[outcome->verdict].sentence;

	while (*format) {
		size_t plain = strcspn(format, "%");
		bool field = format[plain] == '%';

		text = util_text_add(text, "%.*s%s", (int)plain, format,
				     field ? field_text(outcome, format[plain + 1]) : "");
		format += plain + (field ? 2 : 0);
	}
	return text;
}
