/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "json-read.h"
#include "json.h"
#include "root.h"

#define REPORT_LIMIT (16 << 20)

static void print_iommu(struct json *json, const struct iommu *iommu)
{
	json_open(json, "iommu", '{');
	json_string(json, "state", iommu ? iommu_state_name(iommu) : NULL);
	json_string(json, "kind", iommu ? iommu_kind_name(iommu) : NULL);
	json_string(json, "cause", iommu ? iommu_cause_name(iommu) : NULL);
	if (iommu && iommu->remapping != IOMMU_REMAPPING_UNKNOWN)
		json_bool(json, "interrupt_remapping", iommu->remapping == IOMMU_REMAPPING_ON);
	else
		json_null(json, "interrupt_remapping");
	json_string(json, "reason", iommu ? iommu->reason : "");
	json_string(json, "hint", iommu ? iommu->hint : "");
	json_close(json, '}');
}

static const char *or_null(const char *text)
{
	return text[0] ? text : NULL;
}

static void print_function(struct json *json, const struct pci_function *function)
{
	char text[PCI_ADDRESS_SIZE];

	json_string(json, "address", pci_address_format(&function->address, text));
	json_string(json, "id", util_format(text, sizeof(text), "%04x:%04x", function->vendor, function->device));
	json_string(json, "subsystem",
		    util_format(text, sizeof(text), "%04x:%04x", function->subvendor, function->subdevice));
	json_string(json, "class", util_format(text, sizeof(text), "%06x", function->class));
	json_null(json, "name");
}

static void print_no_function(struct json *json)
{
	static const char *const keys[] = { "address", "id", "subsystem", "class", "name" };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		json_null(json, keys[i]);
}

static void print_number_or_null(struct json *json, const char *key, int number)
{
	if (number >= 0)
		json_number(json, key, number);
	else
		json_null(json, key);
}

static void print_boot_vga(struct json *json, const struct pci_function *function)
{
	if (function && function->boot_vga >= 0)
		json_bool(json, "boot_vga", function->boot_vga);
	else
		json_null(json, "boot_vga");
}

/* What the function is: the first half of a device in the report. */
static void open_device(struct json *json, const struct pci_function *function, const char *driver, int iommu_group)
{
	json_open(json, NULL, '{');
	if (function)
		print_function(json, function);
	else
		print_no_function(json);
	json_string(json, "driver", or_null(driver));
	json_string(json, "was", function ? or_null(function->driver) : NULL);
	print_number_or_null(json, "iommu_group", iommu_group);
	print_boot_vga(json, function);
}

/* What becomes of it: the second half. */
static void close_device(struct json *json, const char *wanted_by, const char *verdict, const char *reason,
			 const char *hint)
{
	json_string(json, "wanted_by", wanted_by);
	json_string(json, "verdict", verdict);
	json_string(json, "reason", reason);
	json_string(json, "hint", hint);
	json_close(json, '}');
}

static void print_entry(struct json *json, const struct plan_entry *entry)
{
	char sentence[512];

	if (entry->told) {
		json_raw(json, NULL, entry->told);
		return;
	}
	open_device(json, entry->function, entry->driver, entry->iommu_group);
	close_device(json, entry->claim->wanted_by, verdict_name(entry->verdict),
		     plan_sentence(entry, sentence, sizeof(sentence)), entry->hint);
}

/* Nobody asked for it, so it has no verdict; the reason says whose way it stands in. */
static void print_neighbour(struct json *json, const struct plan_neighbour *neighbour)
{
	const struct pci_function *function = neighbour->function;

	open_device(json, function, function->driver, function->iommu_group);
	close_device(json, NULL, NULL, neighbour->reason, neighbour->hint);
}

static void print_errors(struct json *json, const struct config *config)
{
	json_open(json, "errors", '[');
	for (size_t i = 0; i < config->error_count; i++) {
		json_open(json, NULL, '{');
		json_string(json, "where", config->errors[i].where);
		json_string(json, "what", config->errors[i].what);
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void print_step(void *data, const char *path, const char *value)
{
	struct json *json = data;

	json_open(json, NULL, '{');
	json_string(json, path ? "path" : "load", path ? path : value);
	if (path)
		json_string(json, "value", value);
	json_close(json, '}');
}

void report_print(FILE *out, const char *command, const struct config *config, const struct iommu *iommu,
		  const struct plan *plan, bool writes)
{
	struct json json = { .out = out };

	json_open(&json, NULL, '{');
	json_number(&json, "schema", 1);
	json_string(&json, "command", command);
	print_iommu(&json, iommu);
	json_open(&json, "devices", '[');
	for (size_t i = 0; i < plan->count; i++)
		print_entry(&json, &plan->entries[i]);
	for (size_t i = 0; i < plan->neighbour_count; i++)
		if (!plan->neighbours[i].wanted)
			print_neighbour(&json, &plan->neighbours[i]);
	json_close(&json, ']');
	print_errors(&json, config);
	if (writes) {
		json_open(&json, "writes", '[');
		plan_steps(plan, print_step, &json);
		json_close(&json, ']');
	}
	json_close(&json, '}');
}

static bool read_settled(const struct json_value *device, struct plan_settled *ret)
{
	char address[PCI_ADDRESS_SIZE], verdict[32];
	struct json_value value;
	int known;

	if (!json_member(device, "address", &value) || !json_text(&value, address, sizeof(address)) ||
	    pci_address_parse(address, strlen(address), &ret->address) < 0 || !json_member(device, "verdict", &value) ||
	    !json_text(&value, verdict, sizeof(verdict)))
		return false;
	known = verdict_by_name(verdict);
	if (known < 0)
		return false;
	ret->verdict = (enum verdict)known;
	ret->told = util_copy(device->start, device->length);
	return true;
}

size_t report_load_settled(struct plan_settled **ret_settled)
{
	cleanup_free char *text = NULL;
	struct json_value report, devices, device;
	struct plan_settled *settled = NULL, one;
	size_t length, count = 0, cursor = 0;

	*ret_settled = NULL;
	if (root_read_file(REPORT_FILE, REPORT_LIMIT, &text, &length) < 0 || !json_read(text, length, &report) ||
	    !json_member(&report, "devices", &devices))
		return 0;
	while (json_element(&devices, &cursor, &device)) {
		if (!read_settled(&device, &one))
			continue;
		settled = util_grow(settled, count, sizeof(*settled));
		settled[count++] = one;
	}
	*ret_settled = settled;
	return count;
}

void report_free_settled(struct plan_settled *settled, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(settled[i].told);
	free(settled);
}

int report_leave_word(void)
{
	return root_replace(REPORT_LATE_FILE, "", 0);
}

bool report_take_word(void)
{
	return root_remove(REPORT_LATE_FILE) == 0;
}

int report_save(const char *command, const struct config *config, const struct iommu *iommu, const struct plan *plan,
		bool writes)
{
	cleanup_free char *text = NULL;
	size_t length = 0;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		return -ENOMEM;
	report_print(out, command, config, iommu, plan, writes);
	if (fclose(out))
		return -ENOMEM;
	return root_replace(REPORT_FILE, text, length);
}
