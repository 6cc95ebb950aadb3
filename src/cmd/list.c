/* SPDX-License-Identifier: GPL-2.0-or-later */
/* list: IOMMU groups and what is in them; list-choose.c, list-facts.c and list-show.c do the work. */
#include <stdlib.h>

#include "boot/schema.h"
#include "cmd.h"
#include "cmd/list.h"
#include "host/pci-names.h"

static void clear_list(struct list *list)
{
	context_clear(&list->context);
	details_clear_aliases(&list->aliases);
	free(list->words);
	free(list->shown);
	free(list->mate);
	free(list->links);
	pci_names_close();
}

static void print_json(const struct list *list)
{
	struct json json = { .out = stdout };

	schema_open(&json, "list", &list->context.machine.iommu);
	for (size_t i = 0; i < list->count; i++)
		list_json_device(&json, list, i);
	schema_errors(&json, &list->context.config);
	schema_notes(&json, list->context.notes, list->context.note_count);
	schema_close(&json);
}

/* For filters, on a terminal. */
static bool is_table(const struct list *list)
{
	const struct options *options = &list->options;

	return !options->json && !options->tree && options->term.terminal &&
	       (options->lines || list_has_filter(list)) && list_has_room(list);
}

int cmd_list(const struct options *options)
{
	__attribute__((cleanup(clear_list))) struct list list = { .options = *options };

	if (list_parse(&list) < 0)
		return EXIT_USAGE;
	pci_names_open();
	context_load(NULL, NULL, &list.context);
	/* Where nothing is claimed, they would change nothing. */
	if (list.context.config.claim_count)
		context_go_by(&list.context, NULL);
	context_plan(&list.context, &plan_next, false, NULL, 0);
	context_add_notes(&list.context);
	list_choose(&list);
	machine_mark_keyboards(&list.context.machine);
	list.table = is_table(&list);
	if (!list.table)
		list_read_details(&list);
	if (list.options.json)
		print_json(&list);
	else
		list_show(&list);
	list_say_unmet(&list);
	return list.chosen ? EXIT_DONE : EXIT_FAILED;
}
