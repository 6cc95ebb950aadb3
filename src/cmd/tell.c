/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/tell.h"

const char *tell_iommu_sentence(const struct iommu *iommu, char *buffer, size_t size)
{
	static const char *const remapping[] = {
		"", ", interrupts are remapped", ", interrupts are not remapped",
	};

	if (iommu->state == IOMMU_ON)
		return util_format(buffer, size, "%s is on%s", iommu_title(iommu), remapping[iommu->remapping]);
	return util_format(buffer, size, "off: %s", iommu->reason);
}

void tell(struct page *page, const char *subject, enum page_style style, const char *what, const char *hint)
{
	page_open(page, "", "    ");
	page_put(page, PAGE_BOLD, "%s", subject);
	page_put(page, style, "%s", what);
	page_cure(page, "  ", "    ", hint);
}

void tell_iommu(struct page *page, const struct iommu *iommu)
{
	char sentence[512];
	bool on = iommu->state == IOMMU_ON;

	tell(page, "IOMMU:", on && !iommu->interrupts[0] ? PAGE_GREEN : PAGE_YELLOW,
	     tell_iommu_sentence(iommu, sentence, sizeof(sentence)), on ? iommu->interrupts_hint : iommu->hint);
}

void tell_errors(struct page *page, const struct config *config)
{
	char subject[256];

	for (size_t i = 0; i < config->error_count; i++)
		tell(page, util_format(subject, sizeof(subject), "%s:", config->errors[i].where), PAGE_YELLOW,
		     config->errors[i].what, "");
}

const char *tell_subject(const struct plan_entry *entry, char *buffer, size_t size)
{
	if (!entry->function)
		return util_format(buffer, size, "%.64s", entry->claim->text);
	return pci_format(entry->function, buffer, size);
}

enum page_style tell_style(const struct plan_entry *entry)
{
	if (plan_is_taken(entry))
		return PAGE_GREEN;
	return verdict_is_failure(entry->verdict) ? PAGE_RED : PAGE_YELLOW;
}

void tell_entry(struct page *page, const struct plan_entry *entry)
{
	char subject[96], sentence[512];

	tell(page, tell_subject(entry, subject, sizeof(subject)), tell_style(entry),
	     plan_sentence(entry, sentence, sizeof(sentence)), entry->hint);
}
