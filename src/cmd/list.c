/* SPDX-License-Identifier: GPL-2.0-or-later */
/* list: IOMMU groups and what is in them, as a tree for the eye or a line a device. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "boot/schema.h"
#include "cmd.h"
#include "cmd/options.h"
#include "cmd/show.h"
#include "host/context.h"
#include "host/pci-names.h"
#include "host/pci-read.h"

struct list {
	struct options options;
	struct context context;
	struct selector *selectors; /* of the words */
	const struct pci_function **shown;
	size_t count;
	bool tells_resets; /* this kernel, or this record of a machine, tells of resets */
};

static void clear_list(struct list *list)
{
	context_clear(&list->context);
	free(list->selectors);
	free(list->shown);
	pci_names_close();
}

static int parse_selectors(struct list *list)
{
	struct selector_error error;

	list->selectors = util_zeroed(list->options.word_count, sizeof(*list->selectors));
	for (size_t i = 0; i < list->options.word_count; i++) {
		const char *word = list->options.words[i];

		if (selector_parse(word, strlen(word), &list->selectors[i], &error) == 0)
			continue;
		fprintf(stderr, "vfio-early: %s:%zu: %s\n", word, error.offset + 1, error.what);
		return -EINVAL;
	}
	return 0;
}

static bool is_asked_for(const struct list *list, const struct pci_function *function)
{
	for (size_t i = 0; i < list->options.word_count; i++)
		if (selector_match(&list->selectors[i], function) == SELECTOR_YES)
			return true;
	return !list->options.word_count;
}

/* Groups in their order, those without one behind them. */
static int by_group(const void *a, const void *b)
{
	const struct pci_function *x = *(const struct pci_function *const *)a,
				  *y = *(const struct pci_function *const *)b;

	if (x->iommu_group != y->iommu_group)
		return (unsigned int)x->iommu_group < (unsigned int)y->iommu_group ? -1 : 1;
	return pci_address_compare(&x->address, &y->address);
}

static void choose(struct list *list)
{
	struct machine *machine = &list->context.machine;
	struct selector_reads reads = { 0 };

	for (size_t i = 0; i < list->options.word_count; i++)
		selector_add_reads(&list->selectors[i], &reads);
	machine_read_for(&reads, machine);
	list->tells_resets = pci_read_has_resets(machine->functions, machine->function_count);
	list->shown = util_zeroed(machine->function_count, sizeof(*list->shown));
	for (size_t i = 0; i < machine->function_count; i++)
		if (is_asked_for(list, &machine->functions[i]))
			list->shown[list->count++] = &machine->functions[i];
	if (list->count)
		qsort(list->shown, list->count, sizeof(*list->shown), by_group);
}

/* --- what is said of a device --- */

struct disks {
	const struct block_devices *storage;
	const struct pci_function *function;
};

static bool is_disk_of(const struct disks *disks, size_t block)
{
	const struct block *disk = &disks->storage->blocks[block];

	return !disk->virtual && disk->whole < 0 && disks->function->header_type <= 0 &&
	       block_is_on(disk, &disks->function->address);
}

/* "nvme0n1 (/, /boot), nvme0n2" */
static const char *describe_disks(const struct disks *disks)
{
	const char *text = "";

	for (size_t i = 0; i < disks->storage->count; i++) {
		const char *before = " (";

		if (!is_disk_of(disks, i))
			continue;
		text = util_text_add(text, "%s%s", text[0] ? ", " : "", disks->storage->blocks[i].name);
		for (size_t u = 0; u < disks->storage->use_count; u++) {
			if (!block_stands_on(disks->storage, disks->storage->uses[u].block, i))
				continue;
			text = util_text_add(text, "%s%s", before, block_use_name(&disks->storage->uses[u]));
			before = ", ";
		}
		text = util_text_add(text, "%s", before[0] == ',' ? ")" : "");
	}
	return text;
}

static void print_disks(struct json *json, const struct disks *disks)
{
	json_open(json, "disks", '[');
	for (size_t i = 0; i < disks->storage->count; i++) {
		if (!is_disk_of(disks, i))
			continue;
		json_open(json, NULL, '{');
		json_string(json, "name", disks->storage->blocks[i].name);
		json_open(json, "uses", '[');
		for (size_t u = 0; u < disks->storage->use_count; u++)
			if (block_stands_on(disks->storage, disks->storage->uses[u].block, i))
				json_string(json, NULL, block_use_name(&disks->storage->uses[u]));
		json_close(json, ']');
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void print_resets(struct json *json, const struct list *list, const struct pci_function *function)
{
	struct rootdir_text methods;
	char *rest = methods.text, *method;

	if (function->header_type != 0 || pci_read_resets(function, list->tells_resets, &methods) < 0) {
		json_null(json, "resets");
		return;
	}
	json_open(json, "resets", '[');
	while ((method = strsep(&rest, " ")))
		if (method[0])
			json_string(json, NULL, method);
	json_close(json, ']');
}

static void print_json(const struct list *list)
{
	struct json json = { .out = stdout };

	schema_open(&json, "list", &list->context.machine.iommu);
	for (size_t i = 0; i < list->count; i++) {
		cleanup_texts struct text *mark = util_texts_mark();
		const struct pci_function *function = list->shown[i];
		const struct plan_entry *entry = plan_entry_of(&list->context.plan, function);
		struct schema_device device = {
			.function = function,
			.name = pci_names_device(function),
			.driver = function->driver,
			.was = "",
			.iommu_group = function->iommu_group,
			.selector = entry ? entry->claim->text : NULL,
			.wanted_by = entry ? entry->claim->wanted_by : NULL,
			.verdict = entry ? verdict_name(entry->verdict) : NULL,
			.reason = entry ? plan_sentence(entry) : "",
			.hint = entry ? entry->hint : "",
		};

		schema_open_device(&json, &device);
		print_resets(&json, list, function);
		print_disks(&json, &(struct disks){ list->context.machine.storage, function });
		schema_close_device(&json);
	}
	schema_errors(&json, &list->context.config);
	schema_notes(&json, list->context.notes, list->context.note_count);
	schema_close(&json);
}

/* --- for the eye --- */

/* What is told below a device's first line, one piece a call, in both ways of writing. */
typedef void say_piece(void *data, enum term_style style, const char *text);

static void describe(const struct list *list, const struct pci_function *function, say_piece *say, void *data)
{
	const struct plan_entry *entry = plan_entry_of(&list->context.plan, function);
	const struct disks disks = { list->context.machine.storage, function };
	const char *name = pci_names_device(function), *on = describe_disks(&disks);
	struct rootdir_text resets;

	if (name[0])
		say(data, TERM_DIM, name);
	if (function->boot_vga == 1)
		say(data, TERM_YELLOW, "the boot display");
	if (function->header_type == 0 && pci_read_resets(function, list->tells_resets, &resets) == 0)
		say(data, TERM_PLAIN, util_text("resets: %s", resets.text[0] ? resets.text : "none"));
	if (on[0])
		say(data, TERM_PLAIN, util_text("disks: %s", on));
	if (entry) {
		say(data, TERM_PLAIN, util_text("claimed by %s", entry->claim->wanted_by));
		say(data, show_style(entry), plan_sentence(entry));
	}
}

struct branch {
	struct term *term;
	const char *below; /* what stands before the lines below the first */
};

static void say_below(void *data, enum term_style style, const char *text)
{
	struct branch *branch = data;

	term_open(branch->term, branch->below, branch->below);
	term_put(branch->term, style, "%s", text);
	term_close(branch->term);
}

static void show_function(struct list *list, const struct pci_function *function, bool last)
{
	cleanup_texts struct text *mark = util_texts_mark();
	struct term *term = &list->options.term;
	const char *stem = term->unicode ? last ? "└─ " : "├─ " : last ? "`- " : "|- ";
	struct branch branch = { term, term->unicode && !last ? "│    " : last ? "     " : "|    " };

	term_open(term, stem, branch.below);
	term_put(term, TERM_BOLD, "%s", pci_address_text(&function->address));
	term_put(term, TERM_PLAIN, "%04x:%04x", function->vendor, function->device);
	term_cell(term, strstr(function->driver, "vfio") ? TERM_GREEN : TERM_PLAIN, 14,
		  function->driver[0] ? function->driver : "-");
	term_put(term, TERM_PLAIN, "%s", pci_names_class(function));
	term_close(term);
	describe(list, function, say_below, &branch);
}

static void show_tree(struct list *list)
{
	struct term *term = &list->options.term;

	for (size_t i = 0; i < list->count; i++) {
		int group = list->shown[i]->iommu_group;

		if (!i || list->shown[i - 1]->iommu_group != group) {
			if (group >= 0)
				term_heading(term, "IOMMU group %d", group);
			else
				term_heading(term, "No IOMMU group");
		}
		show_function(list, list->shown[i],
			      i + 1 == list->count || list->shown[i + 1]->iommu_group != group);
	}
}

static void say_behind(void *data, enum term_style style, const char *text)
{
	struct term *term = data;

	term_mark(term, ';');
	term_put(term, style, "%s", text);
}

/* A line a device, for grep. */
static void show_lines(struct list *list)
{
	struct term *term = &list->options.term;

	for (size_t i = 0; i < list->count; i++) {
		cleanup_texts struct text *mark = util_texts_mark();
		const struct pci_function *function = list->shown[i];

		term_open(term, "", "");
		term_put(term, TERM_PLAIN, "%s", pci_text(function));
		if (function->iommu_group >= 0)
			term_put(term, TERM_PLAIN, "group=%d", function->iommu_group);
		else
			term_put(term, TERM_PLAIN, "group=-");
		term_put(term, TERM_PLAIN, "driver=%s %s", function->driver[0] ? function->driver : "-",
			 pci_names_class(function));
		describe(list, function, say_behind, term);
		term_close(term);
	}
}

static void show(struct list *list)
{
	show_iommu(&list->options.term, &list->context.machine.iommu);
	show_errors(&list->options.term, &list->context.config);
	show_notes(&list->options.term, &list->context);
	if (list->options.term.terminal)
		show_tree(list);
	else
		show_lines(list);
	if (!list->count)
		fprintf(stderr, "vfio-early: no device matches\n");
	for (size_t i = 0; i < list->context.plan.count; i++)
		if (!list->context.plan.entries[i].function && !list->options.word_count)
			show_entry(&list->options.term, &list->context.plan.entries[i]);
}

int cmd_list(const struct options *options)
{
	__attribute__((cleanup(clear_list))) struct list list = { .options = *options };

	if (parse_selectors(&list) < 0)
		return EXIT_USAGE;
	pci_names_open();
	context_load(NULL, NULL, &list.context);
	/* Where nothing is claimed, they would change nothing. */
	if (list.context.config.claim_count)
		context_go_by(&list.context, NULL);
	context_plan(&list.context, &plan_next, false, NULL, 0);
	context_add_notes(&list.context);
	choose(&list);
	if (list.options.json)
		print_json(&list);
	else
		show(&list);
	return list.count ? EXIT_DONE : EXIT_FAILED;
}
