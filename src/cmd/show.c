/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/show.h"

const char *show_iommu_sentence(const struct iommu *iommu, char *buffer, size_t size)
{
	static const char *const remapping[] = {
		"",
		", interrupts are remapped",
		", interrupts are not remapped",
	};

	if (iommu->state == IOMMU_ON)
		return util_format(buffer, size, "%s is on%s", iommu_title(iommu),
				   remapping[iommu->remapping]);
	return util_format(buffer, size, "off: %s", iommu->reason);
}

void show_line(struct term *term, const char *subject, enum term_style style, const char *what,
	       const char *hint)
{
	term_open(term, "", "    ");
	term_put(term, TERM_BOLD, "%s", subject);
	term_put(term, style, "%s", what);
	term_cure(term, "  ", "    ", hint);
}

void show_iommu(struct term *term, const struct iommu *iommu)
{
	char sentence[512];
	bool on = iommu->state == IOMMU_ON;

	show_line(term, "IOMMU:", on && !iommu->interrupts[0] ? TERM_GREEN : TERM_YELLOW,
		  show_iommu_sentence(iommu, sentence, sizeof(sentence)),
		  on ? iommu->interrupts_hint : iommu->hint);
}

void show_errors(struct term *term, const struct config *config)
{
	char subject[256];

	for (size_t i = 0; i < config->error_count; i++)
		show_line(term, util_format(subject, sizeof(subject), "%s:", config->errors[i].where),
			  TERM_YELLOW, config->errors[i].what, "");
}

const char *show_subject(const struct plan_entry *entry, char *buffer, size_t size)
{
	if (!entry->function)
		return util_format(buffer, size, "%.64s", entry->claim->text);
	return pci_format(entry->function, buffer, size);
}

enum term_style show_style(const struct plan_entry *entry)
{
	if (plan_is_taken(entry))
		return TERM_GREEN;
	return verdict_is_failure(entry->verdict) ? TERM_RED : TERM_YELLOW;
}

void show_entry(struct term *term, const struct plan_entry *entry)
{
	char subject[96], sentence[512];

	show_line(term, show_subject(entry, subject, sizeof(subject)), show_style(entry),
		  plan_sentence(entry, sentence, sizeof(sentence)), entry->hint);
}
