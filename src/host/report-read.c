/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/report-read.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/rootdir.h"

/* The text of a member, "" where it is null or missing. */
static const char *read_member(const struct json_value *device, const char *key)
{
	struct json_value value;
	const char *text = json_member(device, key, &value) ? json_text(&value) : NULL;

	return text ? text : "";
}

int report_each_device(const char *text, size_t length,
		       void (*found)(void *data, const struct json_value *device), void *data)
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
	int r = rootdir_read_file(REPORT_FILE, REPORT_LIMIT, &text, &length);

	return r < 0 ? r : report_each_device(text, length, found, data);
}

struct early_verdict_list {
	struct early_verdict *list;
	size_t count;
};

static void add_early_verdict(void *data, const struct json_value *device)
{
	struct early_verdict_list *found = data;
	const char *address = read_member(device, "address");
	int known = verdict_by_name(read_member(device, "verdict"));
	struct early_verdict one;

	if (known < 0 || pci_address_parse(address, strlen(address), &one.address) < 0)
		return;
	one.verdict = (enum verdict)known;
	one.json = util_copy(device->start, device->length);
	found->list = util_grow(found->list, found->count, sizeof(*found->list));
	found->list[found->count++] = one;
}

int report_load_early_verdicts(struct early_verdict **ret_verdicts, size_t *ret_count)
{
	struct early_verdict_list found = { 0 };
	int r = each_device(add_early_verdict, &found);

	*ret_verdicts = found.list;
	*ret_count = found.count;
	return r;
}

static void read_function(const struct json_value *device, struct pci_function *ret)
{
	unsigned int vendor = 0, model = 0, subvendor = 0, submodel = 0;

	*ret = (struct pci_function){ .header_type = -1, .iommu_group = -1, .boot_vga = -1 };
	util_format(ret->driver, sizeof(ret->driver), "%s", read_member(device, "driver"));
	sscanf(read_member(device, "id"), "%4x:%4x", &vendor, &model);
	sscanf(read_member(device, "subsystem"), "%4x:%4x", &subvendor, &submodel);
	ret->vendor = (uint16_t)vendor;
	ret->device = (uint16_t)model;
	ret->subvendor = (uint16_t)subvendor;
	ret->subdevice = (uint16_t)submodel;
	sscanf(read_member(device, "class"), "%6x", &ret->class);
}

bool report_read_device(const struct json_value *device, struct report_device *ret)
{
	const char *address = read_member(device, "address");
	int known = verdict_by_name(read_member(device, "verdict"));

	*ret = (struct report_device){ .reason = read_member(device, "reason") };
	if (known < 0 || !ret->reason[0])
		return false;
	ret->verdict = (enum verdict)known;
	read_function(device, &ret->function);
	ret->selector = read_member(device, "selector");
	ret->wanted_by = read_member(device, "wanted_by");
	ret->hint = read_member(device, "hint");
	ret->was = read_member(device, "was");
	ret->found = pci_address_parse(address, strlen(address), &ret->function.address) == 0;
	return true;
}

static void add_device(void *data, const struct json_value *device)
{
	struct report *report = data;
	struct report_device one;

	if (!report_read_device(device, &one))
		return;
	report->devices = util_grow(report->devices, report->count, sizeof(*report->devices));
	report->devices[report->count++] = one;
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

void report_free_early_verdicts(struct early_verdict *found, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(found[i].json);
	free(found);
}

bool report_is_waiting(void)
{
	return rootdir_exists(REPORT_LATE_FILE);
}

bool report_is_stuck(void)
{
	return rootdir_exists(REPORT_STUCK_FILE);
}

bool report_is_dry_run(void)
{
	cleanup_free char *text = NULL;
	struct json_value report, writes;
	size_t length;

	return rootdir_read_file(REPORT_FILE, REPORT_LIMIT, &text, &length) == 0 &&
	       json_read(text, length, &report) && json_member(&report, "writes", &writes);
}

bool report_exists(void)
{
	return rootdir_exists(REPORT_FILE);
}
