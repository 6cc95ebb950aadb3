/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "boot/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "boot/schema.h"
#include "core/json-read.h"
#include "host/rootdir.h"

static void print_conditions(struct json *json, unsigned int conditions)
{
	if (!conditions)
		return;
	json_open(json, "if", '[');
	for (unsigned int bit = 0; bit < STEP_CONDITION_COUNT; bit++)
		if (conditions & 1u << bit)
			json_string(json, NULL, step_condition_name(bit));
	json_close(json, ']');
}

/* A write has a path and a value; anything else is what its verb says. */
static void print_step(struct json *json, const struct plan *plan, const struct step *step, bool conditions)
{
	cleanup_texts struct text *mark = util_texts_mark();
	struct step_text text = step_describe(plan, step);

	json_open(json, NULL, '{');
	if (UTIL_IS_ONE_OF(text.verb, "write", "clear")) {
		json_string(json, "path", text.path);
		json_string(json, "value", text.value);
	} else {
		json_string(json, text.verb, text.path[0] ? text.path : text.value);
	}
	print_conditions(json, conditions ? step->conditions : 0);
	json_close(json, '}');
}

void report_print(FILE *out, const char *command, const struct config *config, const struct iommu *iommu,
		  const struct plan *plan, const struct step_list *steps)
{
	struct json json = { .out = out };

	schema_open(&json, command, iommu);
	schema_plan(&json, plan);
	schema_errors(&json, config);
	if (steps) {
		json_open(&json, "writes", '[');
		for (size_t i = 0; i < steps->count; i++)
			if (step_is_expected(&steps->steps[i], &plan->entries[steps->steps[i].entry]))
				print_step(&json, plan, &steps->steps[i], false);
		json_close(&json, ']');
		json_open(&json, "steps", '[');
		for (size_t i = 0; i < steps->count; i++)
			print_step(&json, plan, &steps->steps[i], true);
		json_close(&json, ']');
	}
	schema_close(&json);
}

/*
 * A file in memory. open_memstream(3) of musl leaves out what it has no memory for, and ferror(3) does not tell.
 */
struct memory_file {
	char *text;
	size_t length, room;
	bool failed;
};

static ssize_t add_bytes(void *data, const char *bytes, size_t size)
{
	struct memory_file *file = data;

	if (file->length + size > file->room) {
		size_t room = 2 * file->room + size;
		char *larger = util_resize(file->text, room);

		file->failed |= !larger;
		/* fopencookie(3): an error is 0. */
		if (!larger)
			return 0;
		file->text = larger;
		file->room = room;
	}
	memcpy(file->text + file->length, bytes, size);
	file->length += size;
	return (ssize_t)size;
}

static FILE *open_memory(struct memory_file *file)
{
	FILE *out;

	do {
		out = fopencookie(file, "w", (cookie_io_functions_t){ .write = add_bytes });
	} while (!out && util_free_reserve());
	return out;
}

/* Replace the report by what was written, where that is all of it. */
static int close_report(FILE *out, struct memory_file *file)
{
	int r = fclose(out) || file->failed ? -ENOMEM :
					      rootdir_replace(REPORT_FILE, file->text, file->length);

	free(file->text);
	return r;
}

/* A report that is written again, with some members replaced. */
struct amendment {
	bool (*amend)(void *data, struct report_device *device);
	void *data;
	const char *cursor; /* up to here it is written */
	FILE *out;
};

static void replace_member(struct amendment *amendment, const struct json_value *device, const char *key,
			   const char *text)
{
	struct json json = { .out = amendment->out };
	struct json_value value;

	/* They come in the order in which they were written; what does not is left as it is. */
	if (!json_member(device, key, &value) || value.start < amendment->cursor)
		return;
	fwrite(amendment->cursor, 1, (size_t)(value.start - amendment->cursor), amendment->out);
	json_string(&json, NULL, text);
	amendment->cursor = value.start + value.length;
}

static void amend_device(void *data, const struct json_value *device)
{
	struct amendment *amendment = data;
	struct report_device one;

	if (!report_read_device(device, &one) || !amendment->amend(amendment->data, &one))
		return;
	replace_member(amendment, device, "driver", one.function.driver[0] ? one.function.driver : NULL);
	replace_member(amendment, device, "verdict", verdict_name(one.verdict));
	replace_member(amendment, device, "reason", one.reason);
	replace_member(amendment, device, "hint", one.hint);
}

int report_amend(bool (*amend)(void *data, struct report_device *device), void *data)
{
	cleanup_free char *text = NULL;
	struct amendment amendment = { .amend = amend, .data = data };
	struct memory_file amended = { 0 };
	size_t length;
	int r = rootdir_read_file(REPORT_FILE, REPORT_LIMIT, &text, &length);

	if (r < 0)
		return r;
	amendment.cursor = text;
	amendment.out = open_memory(&amended);
	if (!amendment.out)
		return -ENOMEM;
	r = report_each_device(text, length, amend_device, &amendment);
	fputs(amendment.cursor, amendment.out);
	if (r == 0)
		return close_report(amendment.out, &amended);
	fclose(amendment.out);
	free(amended.text);
	return r;
}

int report_set_waiting(void)
{
	return rootdir_replace(REPORT_LATE_FILE, "", 0);
}

int report_clear_waiting(void)
{
	return rootdir_remove(REPORT_LATE_FILE);
}

int report_set_stuck(bool stuck)
{
	if (stuck)
		return rootdir_replace(REPORT_STUCK_FILE, "", 0);
	return report_is_stuck() ? rootdir_remove(REPORT_STUCK_FILE) : 0;
}

int report_save_facts(const char *text)
{
	return rootdir_replace(REPORT_FACTS_FILE, text, strlen(text));
}

int report_save(const char *command, const struct config *config, const struct iommu *iommu,
		const struct plan *plan, const struct step_list *steps)
{
	struct memory_file file = { 0 };
	FILE *out = open_memory(&file);

	if (!out)
		return -ENOMEM;
	report_print(out, command, config, iommu, plan, steps);
	return close_report(out, &file);
}
