/* SPDX-License-Identifier: GPL-2.0-or-later */
/* status: what the last boot did, beside the present state. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "boot/log.h"
#include "boot/schema.h"
#include "cmd.h"
#include "cmd/options.h"
#include "cmd/show.h"
#include "cmd/status-rows.h"
#include "core/facts-compare.h"
#include "host/facts-read.h"
#include "host/pci-names.h"
#include "host/rootdir.h"

#define LOG_LIMIT (1 << 20)

struct status {
	struct options options;
	struct context context;
	struct distro distro;
	struct report report;
	int reported; /* 0, or why there is no report */
	struct status_rows rows;
	struct facts_change *changes; /* since the host facts were made */
	size_t change_count;
	char *log; /* the early log, or NULL */
};

static void clear_status(struct status *status)
{
	status_rows_clear(&status->rows);
	report_free(&status->report);
	context_clear(&status->context);
	pci_names_close();
	free(status->changes);
	free(status->log);
}

/* "" where the report tells, else why it does not. */
static const char *missing_report(const struct status *status)
{
	if (status->reported == 0)
		return "";
	if (status->reported == -ENOENT)
		return rootdir_exists(REPORT_FOLDER) ?
			       "the report of this boot is gone (" REPORT_FILE ")" :
			       "this boot has left no report: its image does not contain vfio-early";
	return status->reported == -EBADMSG ? "the report of this boot cannot be understood (" REPORT_FILE
					      ")" :
					      "the report of this boot cannot be read (" REPORT_FILE ")";
}

static const char *at_boot(const struct status *status, const struct row *row)
{
	if (row->boot)
		return row->boot->reason;
	return status->reported ? "not known" : "not asked for";
}

static void print_row(struct json *json, const struct row *row)
{
	const struct schema_device device = {
		.function = row->function,
		.name = row->function ? pci_names_device(row->function) : "",
		.driver = row->function && !row->gone ? row->function->driver : "",
		.was = row->boot ? row->boot->was : "",
		.iommu_group = row->function ? row->function->iommu_group : -1,
		.selector = row->entry ? row->entry->claim->text : NULL,
		.wanted_by = row->entry ? row->entry->claim->wanted_by : NULL,
		.verdict = row->boot ? verdict_name(row->boot->verdict) : NULL,
		.reason = row->boot ? row->boot->reason : "",
		.hint = row->hint,
	};

	schema_open_device(json, &device);
	json_bool(json, "bound", row->bound);
	json_string(json, "now", row->now);
	schema_close_device(json);
}

static void print_log(struct json *json, const char *log)
{
	const char *line;
	size_t length;

	json_open(json, "log", '[');
	while (log && util_next_line(&log, &line, &length))
		json_string(json, NULL, util_text("%.*s", (int)length, line));
	json_close(json, ']');
}

static void print_changes(struct json *json, const struct status *status)
{
	json_open(json, "changes", '[');
	for (size_t i = 0; i < status->change_count; i++)
		json_string(json, NULL,
			    util_text("%s: %s", status->changes[i].subject, status->changes[i].what));
	json_close(json, ']');
}

static void print_json(const struct status *status)
{
	struct json json = { .out = stdout };

	schema_open(&json, "status", &status->context.machine.iommu);
	for (size_t i = 0; i < status->rows.count; i++)
		print_row(&json, &status->rows.rows[i]);
	schema_neighbours(&json, &status->context.plan);
	schema_errors(&json, &status->context.config);
	schema_notes(&json, status->context.notes, status->context.note_count);
	json_string(&json, "report", status->reported ? missing_report(status) : NULL);
	print_changes(&json, status);
	print_log(&json, status->log);
	schema_close(&json);
}

static void show_field(struct term *term, const char *field, enum term_style style, const char *text)
{
	if (!term->terminal) {
		term_mark(term, ';');
		term_put(term, TERM_PLAIN, "%s: %s", field, text);
		return;
	}
	term_close(term);
	term_open(term, "    ", "            ");
	term_cell(term, TERM_DIM, 7, field);
	term_put(term, style, "%s", text);
}

static void show_row(struct status *status, const struct row *row)
{
	struct term *term = &status->options.term;
	enum term_style style = row->bound ? TERM_GREEN : row->entry || row->gone ? TERM_RED : TERM_YELLOW;

	term_open(term, "", "    ");
	if (row->function)
		term_put(term, TERM_BOLD, "%s", pci_text(row->function));
	else
		term_put(term, TERM_BOLD, "%s",
			 row->entry             ? row->entry->claim->text :
			 row->boot->selector[0] ? row->boot->selector :
						  row->boot->wanted_by);
	if (row->function && term->terminal)
		term_put(term, TERM_PLAIN, "%s", pci_names_device(row->function));
	show_field(term, "wanted", TERM_PLAIN,
		   row->entry ? util_text("by %s", row->entry->claim->wanted_by) : "no");
	show_field(term, "at boot", TERM_PLAIN, at_boot(status, row));
	show_field(term, "now", style, row->now);
	if (row->hint[0])
		show_field(term, "cure", TERM_PLAIN, row->hint);
	term_close(term);
}

static void show_neighbours(struct status *status)
{
	const struct plan *plan = &status->context.plan;

	for (size_t i = 0; i < plan->neighbour_count; i++) {
		const struct plan_neighbour *neighbour = &plan->neighbours[i];

		show_line(&status->options.term, pci_text(neighbour->function),
			  neighbour->blocks ? TERM_RED : TERM_YELLOW, neighbour->reason, neighbour->hint);
	}
}

static void show_log(struct status *status)
{
	struct term *term = &status->options.term;
	const char *log = status->log, *line;
	size_t length;

	if (!log || !*log)
		return;
	if (term->terminal)
		term_heading(term, "The early log (" LOG_FILE "):");
	while (util_next_line(&log, &line, &length)) {
		term_open(term, term->terminal ? "  " : "log: ", "      ");
		term_put(term, TERM_DIM, "%.*s", (int)length, line);
		term_close(term);
	}
}

static void show(struct status *status)
{
	struct term *term = &status->options.term;

	show_iommu(term, &status->context.machine.iommu);
	show_errors(term, &status->context.config);
	show_notes(term, &status->context);
	if (status->reported)
		show_line(term, "report:", TERM_YELLOW, missing_report(status),
			  status->reported == -ENOENT && !rootdir_exists(REPORT_FOLDER) ?
				  distro_regenerate(&status->distro) :
				  "");
	if (!status->rows.count)
		show_line(term, "configuration:", TERM_YELLOW, "nothing is asked for",
			  "vfio-early list shows what can be named");
	for (size_t i = 0; i < status->rows.count; i++) {
		if (term->terminal)
			term_blank(term);
		show_row(status, &status->rows.rows[i]);
	}
	show_neighbours(status);
	for (size_t i = 0; i < status->change_count; i++)
		show_line(term, status->changes[i].subject, TERM_YELLOW, status->changes[i].what,
			  distro_regenerate(&status->distro));
	show_log(status);
}

/* What is other now than in the facts that this boot goes by. */
static void read_changes(struct status *status)
{
	struct machine *machine = &status->context.machine;
	struct facts facts;
	size_t length;
	char *text;

	if (rootdir_read_file(REPORT_FACTS_FILE, FACTS_LIMIT, &text, &length) < 0)
		return;
	facts_read_text(&status->context.config, text, length, &facts);
	machine_read_paths(machine);
	status->change_count =
		facts_compare(&facts, machine->functions, machine->function_count, &status->changes);
	facts_clear(&facts);
}

int cmd_status(const struct options *options)
{
	__attribute__((cleanup(clear_status))) struct status status = { .options = *options };
	size_t length;

	pci_names_open();
	context_load(NULL, NULL, &status.context);
	context_plan(&status.context, &plan_next, false, NULL, 0);
	context_add_notes(&status.context);
	distro_read(&status.distro);
	status.reported = report_load(&status.report);
	status_rows_make(&status.context, &status.report, status.reported == 0, &status.distro, &status.rows);
	read_changes(&status);
	if (rootdir_read_file(LOG_FILE, LOG_LIMIT, &status.log, &length) < 0)
		status.log = NULL;
	if (status.options.json)
		print_json(&status);
	else
		show(&status);
	return status_rows_is_well(&status.rows) ? EXIT_DONE : EXIT_FAILED;
}
