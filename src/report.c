/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "json-read.h"
#include "root.h"
#include "schema.h"

#define REPORT_LIMIT (16 << 20)

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

	schema_open(&json, command, iommu);
	schema_plan(&json, plan);
	schema_errors(&json, config);
	if (writes) {
		json_open(&json, "writes", '[');
		plan_steps(plan, print_step, &json);
		json_close(&json, ']');
	}
	schema_close(&json);
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
