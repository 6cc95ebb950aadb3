/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/show.h"

const char *show_iommu_sentence(const struct iommu *iommu)
{
	static const char *const remapping[] = {
		"",
		", interrupts are remapped",
		", interrupts are not remapped",
	};

	if (iommu->state == IOMMU_ON)
		return util_text("%s is on%s", iommu_title(iommu), remapping[iommu->remapping]);
	return util_text("off: %s", iommu->reason);
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
	bool on = iommu->state == IOMMU_ON;

	show_line(term, "IOMMU:", on && !iommu->interrupts[0] ? TERM_GREEN : TERM_YELLOW,
		  show_iommu_sentence(iommu), on ? iommu->interrupts_hint : iommu->hint);
}

void show_errors(struct term *term, const struct config *config)
{
	for (size_t i = 0; i < config->error_count; i++)
		show_line(term, util_text("%s:", config->errors[i].where), TERM_YELLOW,
			  config->errors[i].what, "");
	if (config->errors_left_out)
		show_line(term, "configuration:", TERM_YELLOW,
			  util_text("%zu more errors of this kind are not shown", config->errors_left_out),
			  "");
}

void show_notes(struct term *term, const struct context *context)
{
	for (size_t i = 0; i < context->note_count; i++)
		show_line(term, "note:", TERM_PLAIN, context->notes[i], "run it with sudo");
}

const char *show_subject(const struct plan_entry *entry)
{
	return entry->function ? pci_text(entry->function) : entry->claim->text;
}

enum term_style show_style(const struct plan_entry *entry)
{
	if (plan_is_taken(entry))
		return TERM_GREEN;
	return verdict_is_failure(entry->verdict) ? TERM_RED : TERM_YELLOW;
}

void show_entry(struct term *term, const struct plan_entry *entry)
{
	show_line(term, show_subject(entry), show_style(entry), plan_sentence(entry), entry->hint);
}
