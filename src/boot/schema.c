/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "boot/schema.h"

#include "host/pci-names.h"

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

void schema_open(struct json *json, const char *command, const struct iommu *iommu)
{
	json_open(json, NULL, '{');
	json_number(json, "schema", 1);
	json_string(json, "command", command);
	print_iommu(json, iommu);
	json_open(json, "devices", '[');
}

static const char *or_null(const char *text)
{
	return text[0] ? text : NULL;
}

static void print_ids(struct json *json, const struct pci_function *function)
{
	json_string(json, "address", pci_address_text(&function->address));
	json_string(json, "id", util_text("%04x:%04x", function->vendor, function->device));
	json_string(json, "subsystem", util_text("%04x:%04x", function->subvendor, function->subdevice));
	json_string(json, "class", util_text("%06x", function->class));
}

static void print_no_ids(struct json *json)
{
	static const char *const keys[] = { "address", "id", "subsystem", "class" };

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

void schema_open_device(struct json *json, const struct schema_device *device)
{
	json_open(json, NULL, '{');
	if (device->function)
		print_ids(json, device->function);
	else
		print_no_ids(json);
	json_string(json, "name", or_null(device->name));
	json_string(json, "driver", or_null(device->driver));
	json_string(json, "was", or_null(device->was));
	print_number_or_null(json, "iommu_group", device->iommu_group);
	print_boot_vga(json, device->function);
	json_string(json, "selector", device->selector);
	json_string(json, "wanted_by", device->wanted_by);
	json_string(json, "verdict", device->verdict);
	json_string(json, "reason", device->reason);
	json_string(json, "hint", device->hint);
}

void schema_close_device(struct json *json)
{
	json_close(json, '}');
}

static void print_entry(struct json *json, const struct plan_entry *entry)
{
	cleanup_texts struct text *mark = util_texts_mark();
	const struct schema_device device = {
		.function = entry->function,
		.name = entry->function ? pci_names_device(entry->function) : "",
		.driver = entry->driver,
		.was = entry->function ? entry->function->driver : "",
		.iommu_group = entry->iommu_group,
		.selector = entry->claim->text,
		.wanted_by = entry->claim->wanted_by,
		.verdict = verdict_name(entry->verdict),
		.reason = plan_sentence(entry),
		.hint = entry->hint,
	};

	if (entry->json) {
		json_raw(json, NULL, entry->json);
		return;
	}
	schema_open_device(json, &device);
	schema_close_device(json);
}

/* Nobody asked for it, so it has no verdict; the reason says whose way it stands in. */
static void print_neighbour(struct json *json, const struct plan_neighbour *neighbour)
{
	const struct pci_function *function = neighbour->function;
	const struct schema_device device = {
		.function = function,
		.name = pci_names_device(function),
		.driver = function->driver,
		.was = function->driver,
		.iommu_group = function->iommu_group,
		.reason = neighbour->reason,
		.hint = neighbour->hint,
	};

	schema_open_device(json, &device);
	schema_close_device(json);
}

void schema_neighbours(struct json *json, const struct plan *plan)
{
	for (size_t i = 0; i < plan->neighbour_count; i++)
		if (!plan->neighbours[i].wanted)
			print_neighbour(json, &plan->neighbours[i]);
}

void schema_plan(struct json *json, const struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		print_entry(json, &plan->entries[i]);
	for (size_t i = 0; i < plan->gone_count; i++)
		json_raw(json, NULL, plan->gone[i]);
	schema_neighbours(json, plan);
}

void schema_errors(struct json *json, const struct config *config)
{
	json_close(json, ']');
	json_open(json, "errors", '[');
	for (size_t i = 0; i < config->error_count; i++) {
		json_open(json, NULL, '{');
		json_string(json, "where", config->errors[i].where);
		json_string(json, "what", config->errors[i].what);
		json_close(json, '}');
	}
	json_close(json, ']');
	if (config->errors_left_out)
		json_number(json, "errors_left_out", (long)config->errors_left_out);
}

void schema_notes(struct json *json, const char *const *notes, size_t count)
{
	json_open(json, "notes", '[');
	for (size_t i = 0; i < count; i++)
		json_string(json, NULL, notes[i]);
	json_close(json, ']');
}

void schema_close(struct json *json)
{
	json_close(json, '}');
}
