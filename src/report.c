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

static void read_member(const struct json_value *device, const char *key, char *buffer, size_t size)
{
	struct json_value value;

	buffer[0] = '\0';
	/* null is no text, and leaves it "". */
	if (json_member(device, key, &value))
		(void)!json_text(&value, buffer, size);
}

/* Call @found for each device of the report. Returns 0 or -errno. */
static int each_device(void (*found)(void *data, const struct json_value *device), void *data)
{
	cleanup_free char *text = NULL;
	struct json_value report, devices, device;
	size_t length, cursor = 0;
	int r = root_read_file(REPORT_FILE, REPORT_LIMIT, &text, &length);

	if (r < 0)
		return r;
	if (!json_read(text, length, &report) || !json_member(&report, "devices", &devices))
		return -EBADMSG;
	while (json_element(&devices, &cursor, &device))
		found(data, &device);
	return 0;
}

struct settled_list {
	struct plan_settled *list;
	size_t count;
};

static void add_settled(void *data, const struct json_value *device)
{
	struct settled_list *settled = data;
	char address[PCI_ADDRESS_SIZE], verdict[32];
	struct plan_settled one;
	int known;

	read_member(device, "address", address, sizeof(address));
	read_member(device, "verdict", verdict, sizeof(verdict));
	known = verdict_by_name(verdict);
	if (known < 0 || pci_address_parse(address, strlen(address), &one.address) < 0)
		return;
	one.verdict = (enum verdict)known;
	one.told = util_copy(device->start, device->length);
	settled->list = util_grow(settled->list, settled->count, sizeof(*settled->list));
	settled->list[settled->count++] = one;
}

size_t report_load_settled(struct plan_settled **ret_settled)
{
	struct settled_list settled = { 0 };

	/* Where there is none, nothing is settled. */
	(void)!each_device(add_settled, &settled);
	*ret_settled = settled.list;
	return settled.count;
}

static void add_device(void *data, const struct json_value *device)
{
	struct report *report = data;
	struct report_device *one;
	char text[32], reason[512];
	unsigned int vendor = 0, model = 0, subvendor = 0, submodel = 0;
	int known;

	read_member(device, "verdict", text, sizeof(text));
	read_member(device, "reason", reason, sizeof(reason));
	/* Those without a verdict stood in the way, and nobody asked for them. */
	known = verdict_by_name(text);
	if (known < 0 || !reason[0])
		return;
	report->devices = util_grow(report->devices, report->count, sizeof(*report->devices));
	one = &report->devices[report->count++];
	*one = (struct report_device){ .function = { .header_type = -1, .iommu_group = -1, .boot_vga = -1 },
				       .verdict = (enum verdict)known };
	read_member(device, "wanted_by", one->wanted_by, sizeof(one->wanted_by));
	read_member(device, "reason", one->reason, sizeof(one->reason));
	read_member(device, "hint", one->hint, sizeof(one->hint));
	read_member(device, "was", one->was, sizeof(one->was));
	read_member(device, "driver", one->function.driver, sizeof(one->function.driver));
	read_member(device, "address", text, sizeof(text));
	one->found = pci_address_parse(text, strlen(text), &one->function.address) == 0;
	read_member(device, "id", text, sizeof(text));
	sscanf(text, "%4x:%4x", &vendor, &model);
	read_member(device, "subsystem", text, sizeof(text));
	sscanf(text, "%4x:%4x", &subvendor, &submodel);
	one->function.vendor = (uint16_t)vendor;
	one->function.device = (uint16_t)model;
	one->function.subvendor = (uint16_t)subvendor;
	one->function.subdevice = (uint16_t)submodel;
	read_member(device, "class", text, sizeof(text));
	sscanf(text, "%6x", &one->function.class);
}

int report_load(struct report *ret)
{
	*ret = (struct report){ 0 };
	return each_device(add_device, ret);
}

void report_free(struct report *report)
{
	free(report->devices);
	*report = (struct report){ 0 };
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
