/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "boot/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/json-read.h"
#include "host/root.h"
#include "boot/schema.h"

#define REPORT_LIMIT (64 << 20)

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

static int each_device_of(const char *text, size_t length, void (*found)(void *data, const struct json_value *device),
			  void *data)
{
	struct json_value report, devices, device;
	size_t cursor = 0;

	if (!json_read(text, length, &report) || !json_member(&report, "devices", &devices))
		return -EBADMSG;
	while (json_element(&devices, &cursor, &device))
		found(data, &device);
	return 0;
}

/* Call @found for each device of the report. Returns 0 or -errno. */
static int each_device(void (*found)(void *data, const struct json_value *device), void *data)
{
	cleanup_free char *text = NULL;
	size_t length;
	int r = root_read_file(REPORT_FILE, REPORT_LIMIT, &text, &length);

	return r < 0 ? r : each_device_of(text, length, found, data);
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

int report_load_settled(struct plan_settled **ret_settled, size_t *ret_count)
{
	struct settled_list settled = { 0 };
	int r = each_device(add_settled, &settled);

	*ret_settled = settled.list;
	*ret_count = settled.count;
	return r;
}

static void read_function(const struct json_value *device, struct pci_function *ret)
{
	char text[32];
	unsigned int vendor = 0, model = 0, subvendor = 0, submodel = 0;

	*ret = (struct pci_function){ .header_type = -1, .iommu_group = -1, .boot_vga = -1 };
	read_member(device, "driver", ret->driver, sizeof(ret->driver));
	read_member(device, "id", text, sizeof(text));
	sscanf(text, "%4x:%4x", &vendor, &model);
	read_member(device, "subsystem", text, sizeof(text));
	sscanf(text, "%4x:%4x", &subvendor, &submodel);
	ret->vendor = (uint16_t)vendor;
	ret->device = (uint16_t)model;
	ret->subvendor = (uint16_t)subvendor;
	ret->subdevice = (uint16_t)submodel;
	read_member(device, "class", text, sizeof(text));
	sscanf(text, "%6x", &ret->class);
}

/* Returns false for what stood in the way, and nobody asked for: it has no verdict. */
static bool read_device(const struct json_value *device, struct report_device *ret)
{
	char text[32];
	int known;

	*ret = (struct report_device){ 0 };
	read_member(device, "verdict", text, sizeof(text));
	read_member(device, "reason", ret->reason, sizeof(ret->reason));
	known = verdict_by_name(text);
	if (known < 0 || !ret->reason[0])
		return false;
	ret->verdict = (enum verdict)known;
	read_function(device, &ret->function);
	read_member(device, "wanted_by", ret->wanted_by, sizeof(ret->wanted_by));
	read_member(device, "hint", ret->hint, sizeof(ret->hint));
	read_member(device, "was", ret->was, sizeof(ret->was));
	read_member(device, "address", text, sizeof(text));
	ret->found = pci_address_parse(text, strlen(text), &ret->function.address) == 0;
	return true;
}

static void add_device(void *data, const struct json_value *device)
{
	struct report *report = data;
	struct report_device one;

	if (!read_device(device, &one))
		return;
	report->devices = util_grow(report->devices, report->count, sizeof(*report->devices));
	report->devices[report->count++] = one;
}

/* A report that is written again, with some members replaced. */
struct amendment {
	bool (*amend)(void *data, struct report_device *device);
	void *data;
	const char *cursor; /* up to here it is written */
	FILE *out;
};

static void replace_member(struct amendment *amendment, const struct json_value *device, const char *key, const char *text)
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

	if (!read_device(device, &one) || !amendment->amend(amendment->data, &one))
		return;
	replace_member(amendment, device, "driver", one.function.driver[0] ? one.function.driver : NULL);
	replace_member(amendment, device, "verdict", verdict_name(one.verdict));
	replace_member(amendment, device, "reason", one.reason);
	replace_member(amendment, device, "hint", one.hint);
}

int report_amend(bool (*amend)(void *data, struct report_device *device), void *data)
{
	cleanup_free char *text = NULL, *amended = NULL;
	struct amendment amendment = { .amend = amend, .data = data };
	size_t length, size = 0;
	int r = root_read_file(REPORT_FILE, REPORT_LIMIT, &text, &length);

	if (r < 0)
		return r;
	amendment.cursor = text;
	amendment.out = open_memstream(&amended, &size);
	if (!amendment.out)
		return -ENOMEM;
	r = each_device_of(text, length, amend_device, &amendment);
	fputs(amendment.cursor, amendment.out);
	if (fclose(amendment.out))
		return -ENOMEM;
	return r < 0 ? r : root_replace(REPORT_FILE, amended, size);
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

int report_set_waiting(void)
{
	return root_replace(REPORT_LATE_FILE, "", 0);
}

int report_clear_waiting(void)
{
	return root_remove(REPORT_LATE_FILE);
}

bool report_is_waiting(void)
{
	return root_exists(REPORT_LATE_FILE);
}

int report_set_stuck(bool stuck)
{
	if (stuck)
		return root_replace(REPORT_STUCK_FILE, "", 0);
	return report_is_stuck() ? root_remove(REPORT_STUCK_FILE) : 0;
}

bool report_is_stuck(void)
{
	return root_exists(REPORT_STUCK_FILE);
}

bool report_is_dry_run(void)
{
	cleanup_free char *text = NULL;
	struct json_value report, writes;
	size_t length;

	return root_read_file(REPORT_FILE, REPORT_LIMIT, &text, &length) == 0 && json_read(text, length, &report) &&
	       json_member(&report, "writes", &writes);
}

bool report_exists(void)
{
	return root_exists(REPORT_FILE);
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
