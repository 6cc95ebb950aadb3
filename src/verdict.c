/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "verdict.h"

#include <string.h>

/* In a sentence %d is the wanted driver, %w the driver before, %g the IOMMU group, %r the reason. */
static const struct {
	const char *name;
	int level;
	bool failure;
	const char *sentence;
} verdicts[VERDICT_COUNT] = {
	[VERDICT_BOUND]      = { "bound", 6, false, "bound to %d, %g (was: %w)" },
	[VERDICT_WOULD_BIND] = { "would-bind", 6, false, "would be bound to %d, %g (now: %w)" },
	[VERDICT_DEFERRED]   = { "deferred", 5, false, "deferred: %r" },
	[VERDICT_KEPT]       = { "kept", 4, true, "stays with the host: %r" },
	[VERDICT_ABSENT]     = { "absent", 4, true, "not found: %r" },
	[VERDICT_MOVED]      = { "moved", 4, true, "not taken: %r" },
	[VERDICT_NO_IOMMU]   = { "no-iommu", 3, true, "not claimed, it cannot be isolated: %r" },
	[VERDICT_NO_DRIVER]  = { "no-driver", 3, true, "not bound: %r" },
	[VERDICT_REFUSED]    = { "refused", 3, true, "refused by %d: %r" },
	[VERDICT_STUCK]      = { "stuck", 3, true, "given up: %r" },
	[VERDICT_OFF]        = { "off", 5, false, "left alone: %r" },
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
