/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cmd/show.h"

#include <string.h>

#include "core/match.h"
#include "host/pci-names.h"

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

const char *show_iommu_cure(const struct iommu *iommu, const struct distro *distro)
{
	if (iommu->remove[0])
		return distro_remove(distro, iommu->remove);
	return iommu->add[0] ? distro_add(distro, iommu->add) : iommu->hint;
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
		show_line(term, "configuration:", TERM_YELLOW, config_text_left_out(config), "");
}

void show_notes(struct term *term, const struct context *context)
{
	for (size_t i = 0; i < context->note_count; i++)
		show_line(term, "note:", TERM_PLAIN, context->notes[i], "run it with sudo");
}

static void show_level(struct term *term, enum finding_level level)
{
	static const enum term_style styles[] = { TERM_GREEN, TERM_YELLOW, TERM_RED };

	term_put(term, styles[level], "%s", finding_name(level));
}

/* What is found, and its cure, unless that stands above. */
static void show_sentence(struct term *term, const struct findings *findings, size_t index,
			  const char *before)
{
	const struct finding *finding = &findings->list[index];
	const struct finding *same = findings_same_cure(findings, index);
	const char *cure = finding->hint;

	term_put(term, TERM_PLAIN, "%s", finding->what);
	if (finding->more[0] && term->terminal) {
		term_close(term);
		term_open(term, before, before);
	} else if (finding->more[0]) {
		term_mark(term, ';');
	}
	term_put(term, TERM_PLAIN, "%s", finding->more);
	if (same)
		cure = strcmp(same->subject, finding->subject) != 0 ?
			       util_text("see %s above", same->function ?
								 pci_address_text(&same->function->address) :
								 same->subject) :
			       "see above";
	term_cure(term, before, term->unicode ? util_text("%s  ", before) : util_text("%s   ", before), cure);
}

/* As lspci has it. */
static void show_device_name(struct term *term, const struct pci_function *function)
{
	const char *name = pci_names_device(function);

	if (name[0])
		term_put(term, TERM_PLAIN, "%s: %s", pci_names_class(function), name);
}

/* On a terminal the name of a device is a heading, and its findings are below. */
static void show_device(struct term *term, const struct findings *findings, size_t index)
{
	const struct finding *finding = &findings->list[index];

	if (!index || findings->list[index - 1].function != finding->function) {
		term_blank(term);
		term_open(term, "", "    ");
		term_put(term, TERM_BOLD, "%s", finding->subject);
		show_device_name(term, finding->function);
		term_close(term);
	}
	term_open(term, "  ", "       ");
	show_level(term, finding->level);
	show_sentence(term, findings, index, "       ");
}

static void show_finding(struct term *term, const struct findings *findings, size_t index)
{
	const struct finding *finding = &findings->list[index];
	const char *name = finding->function ? pci_names_device(finding->function) : "";

	if (index && findings->list[index - 1].function && term->terminal)
		term_blank(term);
	term_open(term, "", "     ");
	show_level(term, finding->level);
	term_put(term, TERM_BOLD, "%s%s", finding->subject, name[0] ? "" : ":");
	if (name[0])
		term_put(term, TERM_PLAIN, "%s:", name);
	show_sentence(term, findings, index, "     ");
}

void show_findings(struct term *term, const struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		if (term->terminal && findings->list[i].function)
			show_device(term, findings, i);
		else
			show_finding(term, findings, i);
	}
}

void show_end(struct term *term, const char *sentence)
{
	if (term->terminal) {
		term_heading(term, "%s", sentence);
		return;
	}
	term_open(term, "", "");
	term_put(term, TERM_PLAIN, "%s", sentence);
	term_close(term);
}

/* What the hint says to claim, for programs. */
static void print_claim(struct json *json, const struct finding *finding)
{
	const char *cursor = finding->claim ? finding->claim : "", *end = cursor + strlen(cursor), *word;
	size_t length;

	json_open(json, "claim", '[');
	while (util_next_word(&cursor, end, &word, &length))
		json_string(json, NULL, util_text("%.*s", (int)length, word));
	json_close(json, ']');
	json_string(json, "replaces", finding->replaces);
}

void show_findings_json(struct json *json, const struct findings *findings)
{
	json_open(json, "findings", '[');
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->list[i];
		const struct pci_function *function = finding->function;
		const char *name = function ? pci_names_device(function) : "";

		json_open(json, NULL, '{');
		json_string(json, "level", finding_name(finding->level));
		json_string(json, "code", finding_code_name(finding));
		json_string(json, "subject", finding->subject);
		json_string(json, "address", function ? pci_address_text(&function->address) : NULL);
		json_string(json, "name", name[0] ? name : NULL);
		json_string(json, "what", finding->what);
		json_string(json, "hint", finding->hint);
		print_claim(json, finding);
		json_close(json, '}');
	}
	json_close(json, ']');
}

const char *show_subject(const struct plan_entry *entry)
{
	return entry->function ? pci_text(entry->function) : entry->claim->text;
}

bool show_is_named(const struct plan_entry *entry)
{
	return !entry->function || selector_match(&entry->claim->selector, entry->function) != SELECTOR_NO;
}

const char *show_along(const struct config *config, const struct plan_entry *entry)
{
	if (show_is_named(entry))
		return "";
	return util_text(", with %s because of expand=%s", entry->claim->text,
			 config_expand_of(config, entry->claim) == EXPAND_SLOT ? "slot" : "group");
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
