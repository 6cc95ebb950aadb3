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
#include "host/distro.h"
#include "host/bootloader.h"
#include "host/facts-read.h"
#include "host/kernels.h"
#include "host/pci-names.h"
#include "host/rootdir.h"

#define LOG_LIMIT (1 << 20)

struct status {
	struct options options;
	struct context context;
	struct distro distro;
	const char *renew; /* what makes the next boot do as the configuration says now */
	bool ready;        /* that is to reboot */
	struct report report;
	int reported; /* 0, or why there is no report */
	struct status_rows rows;
	struct findings findings;
	struct facts_change *changes; /* since the host facts were made */
	size_t change_count;
	char *log; /* the early log, or NULL */
};

static void clear_status(struct status *status)
{
	findings_clear(&status->findings);
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
			       "this boot has no report: its image does not contain vfio-early";
	return status->reported == -EBADMSG ? "the report of this boot is invalid (" REPORT_FILE ")" :
					      "the report of this boot cannot be read (" REPORT_FILE ")";
}

static const char *at_boot(const struct status *status, const struct row *row)
{
	if (row->boot)
		return row->boot->reason;
	return status->reported ? "unknown" : "not claimed";
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
	show_findings_json(&json, &status->findings);
	schema_close(&json);
}

/* --- what is to be said --- */

static const char *subject_of(const struct row *row)
{
	if (row->function)
		return pci_text(row->function);
	if (row->entry)
		return row->entry->claim->text;
	return row->boot->selector[0] ? row->boot->selector : row->boot->wanted_by;
}

static void add_row(struct status *status, const struct row *row)
{
	enum finding_level level = status_rows_fails(row)   ? FINDING_FAIL :
				   row->bound || row->entry ? FINDING_PASS :
							      FINDING_WARN;
	struct finding *finding =
		findings_add(&status->findings, level, subject_of(row), row->hint, "now: %s", row->now);

	finding->function = row->function;
	finding->more = util_text("at boot: %s; claimed: %s", at_boot(status, row),
				  row->entry ? util_text("by %s%s", row->entry->claim->wanted_by,
							 show_along(&status->context.config, row->entry)) :
					       "no");
	if (row->gone)
		finding->code = CODE_GONE;
	else if (!row->entry)
		finding->code = CODE_NOT_WANTED;
	else
		finding->code = row->bound ? CODE_BOUND_NOW : CODE_NOT_BOUND;
}

/* A line FAIL says that it is not bound: that is the verdict of this function. */
static bool has_failed(const struct status *status, const struct pci_function *function)
{
	const struct plan *plan = &status->context.plan;
	const struct plan_entry *entry = plan_entry_of(plan, function);

	return entry && status_rows_fails(&status->rows.rows[entry - plan->entries]);
}

static void add_neighbours(struct status *status)
{
	const struct plan *plan = &status->context.plan;

	for (size_t i = 0; i < plan->neighbour_count; i++)
		if (!has_failed(status, plan->neighbours[i].function))
			findings_add_neighbour(&status->findings, FINDING_WARN, &plan->neighbours[i]);
}

static void add_iommu(struct status *status)
{
	const struct iommu *iommu = &status->context.machine.iommu;
	bool on = iommu->state == IOMMU_ON;

	findings_add(&status->findings, on && !iommu->interrupts[0] ? FINDING_PASS : FINDING_WARN, "IOMMU",
		     on ? iommu->interrupts_hint : show_iommu_cure(iommu, &status->distro), "%s",
		     show_iommu_sentence(iommu))
		->code = CODE_IOMMU;
}

static void add_report(struct status *status)
{
	bool never = status->reported == -ENOENT && !rootdir_exists(REPORT_FOLDER);

	if (status->reported)
		findings_add(&status->findings, FINDING_WARN, "report", never ? status->renew : "", "%s%s",
			     missing_report(status),
			     never && status->ready ? ", but the image of the next boot does" : "")
			->code = CODE_NO_REPORT;
}

static void judge(struct status *status)
{
	add_iommu(status);
	findings_add_errors(&status->findings, FINDING_WARN, &status->context.config);
	for (size_t i = 0; i < status->context.note_count; i++)
		findings_add(&status->findings, FINDING_WARN, "user", "sudo vfio-early status", "%s",
			     status->context.notes[i])
			->code = CODE_NOT_ROOT;
	add_report(status);
	/* A line with an error says itself why it claims nothing. */
	if (!status->rows.count && !status->context.config.error_count)
		findings_add(&status->findings, FINDING_WARN, "configuration", FINDINGS_FIRST_CLAIM,
			     "nothing is claimed")
			->code = CODE_NO_CLAIM;
	for (size_t i = 0; i < status->rows.count; i++)
		add_row(status, &status->rows.rows[i]);
	add_neighbours(status);
	for (size_t i = 0; i < status->change_count; i++)
		findings_add(&status->findings, FINDING_WARN, status->changes[i].subject,
			     distro_regenerate(&status->distro), "%s", status->changes[i].what)
			->code = CODE_CHANGED;
	findings_arrange(&status->findings, status->context.machine.functions,
			 status->context.machine.function_count);
}

static const char *conclude(const struct status *status)
{
	size_t failures = findings_count(&status->findings, FINDING_FAIL), bound = 0;

	for (size_t i = 0; i < status->rows.count; i++)
		bound += status->rows.rows[i].bound;
	if (failures)
		return util_text("Not as claimed: %zu failure%s above.", failures, failures == 1 ? "" : "s");
	if (!bound)
		return "No device is bound, and none fails.";
	return bound == 1 ? "Bound: 1 device, as claimed." :
			    util_text("Bound: %zu devices, as claimed.", bound);
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
	show_findings(&status->options.term, &status->findings);
	show_log(status);
	show_end(&status->options.term, conclude(status));
}

/*
 * Where the image of the next boot has this program and the configuration as it is now, all that is left to do is to
 * reboot. Images take long to read, and are read only where that matters.
 */
static void find_renewal(struct status *status)
{
	struct kernel *kernels = NULL;
	struct initramfs host = { 0 };
	size_t count = kernels_read(&kernels);
	struct bootloader_next boot;
	const struct kernel *next;

	bootloader_read(&status->distro, &boot);
	(void)!bootloader_choose(&status->distro, &boot, kernels, count);
	next = kernels_find_next(kernels, count);
	distro_boots_next(&status->distro, next);
	initramfs_read_host(&host);
	status->ready = next && next->path[0] && !next->error && next->initramfs.program &&
			!initramfs_differs(&next->initramfs, &host);
	status->renew =
		status->ready ? "reboot" : util_text("%s, then reboot", distro_regenerate(&status->distro));
	initramfs_clear(&host);
	kernels_free(kernels, count);
}

/* Did the boot not look at something that is wanted, or leave no report? */
static bool needs_renewal(const struct status *status)
{
	if (status->reported)
		return true;
	for (size_t i = 0; i < status->context.plan.count; i++)
		if (!status_rows_find(&status->report, &status->context.plan.entries[i]))
			return true;
	return false;
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
	machine_read_topology(machine);
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
	distro_read(status.context.cmdline, &status.distro);
	status.reported = report_load(&status.report);
	status.renew = "";
	if (needs_renewal(&status))
		find_renewal(&status);
	status_rows_make(&(struct status_rows_input){ .context = &status.context,
						      .report = &status.report,
						      .reported = status.reported == 0,
						      .renew = status.renew },
			 &status.rows);
	read_changes(&status);
	if (rootdir_read_file(LOG_FILE, LOG_LIMIT, &status.log, &length) < 0)
		status.log = NULL;
	judge(&status);
	if (status.options.json)
		print_json(&status);
	else
		show(&status);
	return status_rows_is_well(&status.rows) ? EXIT_DONE : EXIT_FAILED;
}
