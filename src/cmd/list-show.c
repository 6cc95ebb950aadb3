/* SPDX-License-Identifier: GPL-2.0-or-later */
/* list: a tree of groups for the eye, a table of one line a device, or lines for grep. */
#include <string.h>

#include "cmd/list.h"
#include "cmd/show.h"
#include "host/pci-names.h"

/* A table is none where names have not so many columns. */
#define NAME_MIN 20
/* From here on the vendor's name has room. */
#define TABLE_WIDE 120

static enum term_style style_of(const struct list *list, size_t index, enum term_style style)
{
	return list->mate[index] ? TERM_DIM : style;
}

static enum term_style driver_style(const struct list *list, size_t index)
{
	return style_of(list, index, strstr(list->shown[index]->driver, "vfio") ? TERM_GREEN : TERM_PLAIN);
}

static const char *driver_of(const struct pci_function *function)
{
	return function->driver[0] ? function->driver : "-";
}

/* Put pieces with "; " between them. One that fits on a line of its own is not broken. */
static void put_pieces(const struct list *list, size_t index, const struct list_piece *pieces, size_t count)
{
	struct term *term = (struct term *)&list->options.term;

	for (size_t i = 0; i < count; i++) {
		unsigned int columns = term_columns(pieces[i].text) + (i + 1 < count);

		if (!term->blank && !term_has_room(term, columns) &&
		    term_columns(term->rest) + columns <= term->width)
			term_break(term);
		term_put(term, style_of(list, index, pieces[i].style), "%s%s", pieces[i].text,
			 i + 1 < count ? ";" : "");
	}
}

static unsigned int columns_of_pieces(const struct list_piece *pieces, size_t count)
{
	unsigned int columns = 0;

	for (size_t i = 0; i < count; i++)
		columns += term_columns(pieces[i].text) + (i ? 2 : 0);
	return columns;
}

/* --- the tree --- */

/* Behind what stands on the device's first line, if they fit there and nothing has gone below it yet; else below. */
static void put_behind_or_below(struct list *list, size_t index, char separator,
				const struct list_piece *pieces, size_t count)
{
	struct term *term = &list->options.term;

	if (!count)
		return;
	if (!term->width || term->below || !term_has_room(term, columns_of_pieces(pieces, count) + 1))
		term_break(term);
	else
		term_mark(term, separator);
	put_pieces(list, index, pieces, count);
}

static void show_function(struct list *list, size_t index, bool last)
{
	cleanup_texts struct text *mark = util_texts_mark();
	const struct pci_function *function = list->shown[index];
	struct term *term = &list->options.term;
	const char *stem = term->unicode ? last ? "└─ " : "├─ " : last ? "`- " : "|- ";
	const char *below = term->unicode && !last ? "│    " : last ? "     " : "|    ";
	struct list_piece pieces[LIST_PIECES] = { { TERM_PLAIN, pci_names_device(function) } };

	term_open(term, stem, below);
	term_put(term, style_of(list, index, TERM_BOLD), "%s", pci_address_text(&function->address));
	term_put(term, style_of(list, index, TERM_PLAIN), "%04x:%04x", function->vendor, function->device);
	term_cell(term, driver_style(list, index), 14, driver_of(function));
	term_put(term, style_of(list, index, TERM_PLAIN), "%s", pci_names_class(function));
	if (list->mate[index] && !term->colour)
		term_put(term, TERM_PLAIN, "(same group)");
	put_behind_or_below(list, index, ':', pieces, pieces[0].text[0] != '\0');
	put_behind_or_below(list, index, ';', pieces, list_facts(list, index, pieces));
	put_behind_or_below(list, index, ';', pieces, list_claim(list, function, pieces));
	term_close(term);
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
		show_function(list, i, i + 1 == list->count || list->shown[i + 1]->iommu_group != group);
	}
}

/* --- the table --- */

/* Words of the filters, and of what is often in one group with what they find. */
static const char *kind_of(const struct pci_function *function)
{
	static const struct {
		unsigned int class, shift;
		const char *kind;
	} kinds[] = {
		{ PCI_BASE_DISPLAY, 16, "gpu" },   { PCI_BASE_ACCELERATOR, 16, "gpu" },
		{ PCI_SUB_USB, 8, "usb" },         { PCI_BASE_MULTIMEDIA, 16, "audio" },
		{ PCI_BASE_BRIDGE, 16, "bridge" }, { PCI_SUB_SMBUS, 8, "smbus" },
	};

	if (pci_is_network(function))
		return "net";
	if (pci_is_storage(function))
		return "storage";
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (function->class >> kinds[i].shift == kinds[i].class)
			return kinds[i].kind;
	return "other";
}

struct table {
	unsigned int address, driver, kind, start; /* columns; start: where names start */
};

static const char *address_of(const struct list *list, const struct pci_function *function)
{
	const char *address = pci_address_text(&function->address);

	return list->one_segment ? strchr(address, ':') + 1 : address;
}

static const char *name_of(const struct list *list, const struct pci_function *function)
{
	const char *name = list->options.term.width < TABLE_WIDE ? pci_names_model(function) :
								   pci_names_device(function);

	return name[0] ? name : pci_names_class(function);
}

static void widen(unsigned int *columns, const char *text)
{
	unsigned int width = term_columns(text);

	*columns = width > *columns ? width : *columns;
}

/* How wide is what is to be shown? */
static struct table measure(const struct list *list)
{
	struct table table = { .address = 7, .driver = 6, .kind = 7 };

	for (size_t i = 0; i < list->count; i++) {
		cleanup_texts struct text *mark = util_texts_mark();

		widen(&table.address, address_of(list, list->shown[i]));
		widen(&table.driver, driver_of(list->shown[i]));
	}
	if (list->chosen < list->count && !list->options.term.colour)
		table.kind += 2;
	table.start = 5 + 1 + table.address + 1 + 9 + 1 + table.driver + 1 + table.kind + 1;
	return table;
}

bool list_has_room(const struct list *list)
{
	return measure(list).start + NAME_MIN <= list->options.term.width;
}

static void show_row(struct list *list, const struct table *table, size_t index)
{
	cleanup_texts struct text *mark = util_texts_mark();
	const struct pci_function *function = list->shown[index];
	bool first = !index || function->iommu_group < 0 ||
		     list->shown[index - 1]->iommu_group != function->iommu_group;
	const char *group = function->iommu_group >= 0 ? util_text("%5d", function->iommu_group) : "    -";
	struct term *term = &list->options.term;
	struct list_piece marks[LIST_PIECES];
	size_t count = list_marks(list, index, marks);

	/* The group's number stands at its first device. What has no room behind the name goes below the ids. */
	term_open(term, first ? group : "     ", util_text("%*s", (int)table->address + 7, ""));
	term->blank = false;
	term_cell(term, style_of(list, index, TERM_BOLD), table->address, address_of(list, function));
	term_cell(term, style_of(list, index, TERM_PLAIN), 9,
		  util_text("%04x:%04x", function->vendor, function->device));
	term_cell(term, driver_style(list, index), table->driver, driver_of(function));
	term_cell(term, style_of(list, index, TERM_PLAIN), table->kind,
		  util_text(list->mate[index] && !term->colour ? "(%s)" : "%s", kind_of(function)));
	term_cut(term, style_of(list, index, TERM_PLAIN), name_of(list, function));
	if (count && term_has_room(term, columns_of_pieces(marks, count) + 1))
		term_mark(term, ' ');
	else if (count)
		term_break(term);
	put_pieces(list, index, marks, count);
	term_close(term);
}

static void show_table(struct list *list)
{
	struct table table = measure(list);
	struct term *term = &list->options.term;

	if (!list->count)
		return;
	term_open(term, "", "");
	term_put(term, TERM_BOLD, "GROUP");
	term_cell(term, TERM_BOLD, table.address, "ADDRESS");
	term_cell(term, TERM_BOLD, 9, "ID");
	term_cell(term, TERM_BOLD, table.driver, "DRIVER");
	term_cell(term, TERM_BOLD, table.kind, "KIND");
	term_put(term, TERM_BOLD, "DEVICE");
	term_close(term);
	for (size_t i = 0; i < list->count; i++)
		show_row(list, &table, i);
}

/* --- lines --- */

/* A line a device, for grep. */
static void show_lines(struct list *list)
{
	struct term *term = &list->options.term;

	for (size_t i = 0; i < list->count; i++) {
		cleanup_texts struct text *mark = util_texts_mark();
		const struct pci_function *function = list->shown[i];
		const char *name = pci_names_device(function);
		struct list_piece pieces[LIST_PIECES] = { { TERM_PLAIN, pci_names_class(function) },
							  { TERM_PLAIN, name } };
		size_t count = name[0] ? 2 : 1;

		term_open(term, "", "");
		term_put(term, TERM_PLAIN, "%s", pci_text(function));
		if (function->iommu_group >= 0)
			term_put(term, TERM_PLAIN, "group=%d", function->iommu_group);
		else
			term_put(term, TERM_PLAIN, "group=-");
		term_put(term, TERM_PLAIN, "driver=%s%s", driver_of(function),
			 list->mate[i] ? " (same group)" : "");
		count += list_facts(list, i, pieces + count);
		count += list_claim(list, function, pieces + count);
		put_pieces(list, i, pieces, count);
		term_close(term);
	}
}

/* --- the end --- */

struct sum {
	size_t groups, claimed, used;
};

static void count_use(void *data, const char *kind, const char *name)
{
	bool *used = data;

	(void)kind;
	(void)name;
	*used = true;
}

static struct sum sum_up(const struct list *list)
{
	struct sum sum = { 0 };

	for (size_t i = 0; i < list->count; i++) {
		const struct pci_function *function = list->shown[i];
		bool used = function->boot_vga == 1 || list_need(list, function);

		sum.groups += function->iommu_group >= 0 &&
			      (!i || list->shown[i - 1]->iommu_group != function->iommu_group);
		if (list->mate[i])
			continue;
		list_uses(list, function, count_use, &used);
		sum.claimed += plan_entry_of(&list->context.plan, function) != NULL;
		sum.used += used;
	}
	return sum;
}

static void show_sum(struct list *list)
{
	struct term *term = &list->options.term;
	struct sum sum = sum_up(list);
	size_t mates = list->count - list->chosen;

	if (!list->count)
		return;
	if (term->terminal)
		term_blank(term);
	term_open(term, "", "");
	term_put(term, TERM_PLAIN, "%zu device%s in %zu group%s", list->chosen, list->chosen == 1 ? "" : "s",
		 sum.groups, sum.groups == 1 ? "" : "s");
	if (mates)
		term_put(term, TERM_PLAIN, "(%zu more %s)", mates,
			 term->colour ? "dimmed" :
			 list->table  ? "in parentheses" :
					"of these groups");
	term_mark(term, ';');
	term_put(term, TERM_PLAIN, "%zu claimed, %zu used by the host", sum.claimed, sum.used);
	term_close(term);
}

void list_show(struct list *list)
{
	struct term *term = &list->options.term;
	const struct options *options = &list->options;

	show_iommu(term, &list->context.machine.iommu);
	show_errors(term, &list->context.config);
	show_notes(term, &list->context);
	if (list->table)
		show_table(list);
	else if (options->tree || (term->terminal && !options->lines))
		show_tree(list);
	else
		show_lines(list);
	for (size_t i = 0; i < list->context.plan.count; i++)
		if (!list->context.plan.entries[i].function && !options->word_count &&
		    (!list_has_filter(list) || options->filters & 1U << FILTER_WANTED))
			show_entry(term, &list->context.plan.entries[i]);
	show_sum(list);
}
