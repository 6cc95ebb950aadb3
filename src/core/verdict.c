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

static void append_field(const struct outcome *outcome, char field, char *buffer, size_t size)
{
	switch (field) {
	case 'd':
		util_append(buffer, size, "%s", outcome->driver);
		break;
	case 'w':
		util_append(buffer, size, "%s", outcome->was[0] ? outcome->was : "no driver");
		break;
	case 'g':
		if (outcome->iommu_group >= 0)
			util_append(buffer, size, "IOMMU group %d", outcome->iommu_group);
		else
			util_append(buffer, size, "IOMMU group not known yet");
		break;
	default:
		util_append(buffer, size, "%s", outcome->reason);
	}
}

const char *verdict_sentence(const struct outcome *outcome, char *buffer, size_t size)
{
	buffer[0] = '\0';
	for (const char *c = verdicts[outcome->verdict].sentence; *c; c++) {
		if (*c == '%')
			append_field(outcome, *++c, buffer, size);
		else
			util_append(buffer, size, "%c", *c);
	}
	return buffer;
}
