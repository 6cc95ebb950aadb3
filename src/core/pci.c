/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/pci.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Read exactly @digits hexadecimal digits. Returns false where there are fewer. */
bool pci_hex_parse(const char **cursor, const char *end, int digits, uint32_t *ret)
{
	uint32_t value = 0;

	for (; digits; digits--, (*cursor)++) {
		char c = *cursor < end ? **cursor : '\0';

		if (c >= '0' && c <= '9')
			value = value << 4 | (uint32_t)(c - '0');
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			value = value << 4 | (uint32_t)((c | 0x20) - 'a' + 10);
		else
			return false;
	}
	*ret = value;
	return true;
}

static bool skip(const char **cursor, const char *end, char expected)
{
	if (*cursor == end || **cursor != expected)
		return false;
	(*cursor)++;
	return true;
}

/* slot.function at the end of a text; the function may be "*" where @ret_every is given. */
static bool slot_and_function(const char *cursor, const char *end, struct pci_hop *ret, bool *ret_every)
{
	uint32_t slot, function = 0;
	bool every;

	if (!pci_hex_parse(&cursor, end, 2, &slot) || !skip(&cursor, end, '.'))
		return false;
	every = ret_every && skip(&cursor, end, '*');
	if ((!every && !pci_hex_parse(&cursor, end, 1, &function)) || cursor != end || slot > 0x1f ||
	    function > 7)
		return false;
	if (ret_every)
		*ret_every = every;
	*ret = (struct pci_hop){ (uint8_t)slot, (uint8_t)function };
	return true;
}

int pci_hop_parse(const char *text, size_t length, struct pci_hop *ret, bool *ret_every)
{
	return slot_and_function(text, text + length, ret, ret_every) ? 0 : -EINVAL;
}

static int parse_address(const char *text, size_t length, struct pci_address *ret, bool *ret_every)
{
	const char *cursor = text, *end = text + length;
	const char *colon = memchr(text, ':', length);
	uint32_t segment = 0, bus;
	struct pci_hop hop;

	if (!colon)
		return -EINVAL;
	if (memchr(colon + 1, ':', (size_t)(end - colon - 1))) {
		if (colon - text < 4 || colon - text > 8)
			return -EINVAL;
		if (!pci_hex_parse(&cursor, end, (int)(colon - text), &segment) || !skip(&cursor, end, ':'))
			return -EINVAL;
	}
	if (!pci_hex_parse(&cursor, end, 2, &bus) || !skip(&cursor, end, ':') ||
	    !slot_and_function(cursor, end, &hop, ret_every))
		return -EINVAL;
	*ret = (struct pci_address){ segment, (uint8_t)bus, hop.slot, hop.function };
	return 0;
}

int pci_address_parse(const char *text, size_t length, struct pci_address *ret)
{
	return parse_address(text, length, ret, NULL);
}

int pci_address_parse_any(const char *text, size_t length, struct pci_address *ret, bool *ret_every)
{
	return parse_address(text, length, ret, ret_every);
}

const char *pci_address_text(const struct pci_address *address)
{
	return util_text("%04x:%02x:%02x.%x", address->segment, address->bus, address->slot & 0x1fU,
			 address->function & 7U);
}

static uint64_t rank(const struct pci_address *a)
{
	return (uint64_t)a->segment << 32 | (uint64_t)(a->bus << 16 | a->slot << 8 | a->function);
}

const char *pci_text(const struct pci_function *function)
{
	return util_text("%s %04x:%04x", pci_address_text(&function->address), function->vendor,
			 function->device);
}

bool pci_next_address(const char **cursor, struct pci_address *ret)
{
	bool found = false;

	while (**cursor && !found) {
		size_t length = strcspn(*cursor, "/");

		found = pci_address_parse(*cursor, length, ret) == 0;
		*cursor += length + ((*cursor)[length] == '/');
	}
	return found;
}

int pci_address_compare(const struct pci_address *a, const struct pci_address *b)
{
	return (rank(a) > rank(b)) - (rank(a) < rank(b));
}

static int path_error(int error, size_t offset, size_t *ret_offset)
{
	if (ret_offset)
		*ret_offset = offset;
	return error;
}

int pci_path_parse(const char *text, size_t length, struct pci_path *ret, bool *ret_every, size_t *ret_offset)
{
	const char *end = text + length, *part = memchr(text, '/', length);
	struct pci_address first;

	if (pci_address_parse(text, part ? (size_t)(part - text) : length, &first) < 0)
		return path_error(-EINVAL, 0, ret_offset);
	*ret = (struct pci_path){ .segment = first.segment, .root_bus = first.bus, .hops = 1 };
	ret->hop[0] = (struct pci_hop){ first.slot, first.function };
	while (part) {
		const char *start = part + 1;
		size_t rest = (size_t)(end - start);

		part = memchr(start, '/', rest);
		if (ret->hops == PCI_PATH_HOPS)
			return path_error(-E2BIG, (size_t)(start - text), ret_offset);
		/* Only the last step may stand for every function. */
		if (pci_hop_parse(start, part ? (size_t)(part - start) : rest, &ret->hop[ret->hops++],
				  part ? NULL : ret_every) < 0)
			return path_error(-EINVAL, (size_t)(start - text), ret_offset);
	}
	return 0;
}

const char *pci_path_text(const struct pci_path *path)
{
	const char *text;

	if (!path->hops)
		return "-";
	text = util_text("%04x:%02x:%02x.%x", path->segment, path->root_bus, path->hop[0].slot,
			 path->hop[0].function);
	for (int i = 1; i < path->hops; i++)
		text = util_text_add(text, "/%02x.%x", path->hop[i].slot, path->hop[i].function);
	return text;
}

bool pci_path_equal(const struct pci_path *a, const struct pci_path *b)
{
	return a->hops && a->segment == b->segment && a->root_bus == b->root_bus && a->hops == b->hops &&
	       !memcmp(a->hop, b->hop, a->hops * sizeof(a->hop[0]));
}

bool pci_same_slot(const struct pci_address *a, const struct pci_address *b)
{
	return a->segment == b->segment && a->bus == b->bus && a->slot == b->slot;
}

int pci_parse_uevent(const char *text, struct pci_function *function)
{
	bool ids = false, class = false;
	const char *line;
	size_t length;

	function->driver[0] = '\0';
	function->subvendor = function->subdevice = 0;
	while (util_next_line(&text, &line, &length)) {
		unsigned int a, b;

		if (sscanf(line, "PCI_ID=%4x:%4x", &a, &b) == 2) {
			function->vendor = (uint16_t)a;
			function->device = (uint16_t)b;
			ids = true;
		} else if (sscanf(line, "PCI_SUBSYS_ID=%4x:%4x", &a, &b) == 2) {
			function->subvendor = (uint16_t)a;
			function->subdevice = (uint16_t)b;
		} else if (sscanf(line, "PCI_CLASS=%6x", &a) == 1) {
			function->class = a;
			class = true;
		} else if (!strncmp(line, "DRIVER=", 7)) {
			util_format(function->driver, sizeof(function->driver), "%.*s", (int)(length - 7),
				    line + 7);
		}
	}
	return ids && class ? 0 : -EINVAL;
}

int pci_parse_modalias(const char *text, struct pci_function *function)
{
	unsigned int vendor, device, subvendor, subdevice, base, sub, interface;

	if (sscanf(text, "pci:v%8xd%8xsv%8xsd%8xbc%2xsc%2xi%2x", &vendor, &device, &subvendor, &subdevice,
		   &base, &sub, &interface) != 7)
		return -EINVAL;
	function->vendor = (uint16_t)vendor;
	function->device = (uint16_t)device;
	function->subvendor = (uint16_t)subvendor;
	function->subdevice = (uint16_t)subdevice;
	function->class = base << 16 | sub << 8 | interface;
	return 0;
}

/* "pciSEGMENT:BUS", as the kernel names a root bus. */
static bool is_root_bus(const char *name, size_t length, struct pci_path *ret)
{
	const char *cursor, *end = name + length, *colon = memchr(name, ':', length);
	uint32_t segment, bus;

	if (!colon || length < 6 || memcmp(name, "pci", 3))
		return false;
	cursor = name + 3;
	if (colon - cursor < 1 || colon - cursor > 8 ||
	    !pci_hex_parse(&cursor, end, (int)(colon - cursor), &segment) || !skip(&cursor, end, ':') ||
	    !pci_hex_parse(&cursor, end, 2, &bus) || cursor != end)
		return false;
	*ret = (struct pci_path){ .segment = segment, .root_bus = (uint8_t)bus };
	return true;
}

int pci_parse_path(const char *link, struct pci_path *ret)
{
	struct pci_path path = { 0 };
	bool rooted = false;

	for (const char *name = link; *name;) {
		size_t length = strcspn(name, "/");
		struct pci_address address;

		if (is_root_bus(name, length, &path)) {
			rooted = true;
		} else if (rooted && length) {
			if (pci_address_parse(name, length, &address) < 0 || path.hops == PCI_PATH_HOPS)
				return -EINVAL;
			path.hop[path.hops++] = (struct pci_hop){ address.slot, address.function };
		}
		name += length + (name[length] == '/');
	}
	if (!path.hops)
		return -EINVAL;
	*ret = path;
	return 0;
}

/*
 * Readers of memory cards whose class does not say so: drivers/misc/cardreader/,
 * drivers/mmc/host/sdhci-pci-core.c.
 */
static bool is_card_reader(const struct pci_function *function)
{
	static const struct {
		uint16_t vendor;
		unsigned int class, shift;
	} readers[] = {
		{ 0x10ec, PCI_BASE_VENDOR, 16 },     /* Realtek RTS5xxx: rtsx_pci */
		{ 0x1aea, PCI_BASE_VENDOR, 16 },     /* Alcor Micro AU66xx: alcor_pci */
		{ 0x1180, PCI_SUB_SYSTEM_OTHER, 8 }, /* Ricoh R5C8xx */
		{ 0x197b, PCI_SUB_SYSTEM_OTHER, 8 }, /* JMicron JMB38x */
		{ 0x1217, PCI_SUB_SYSTEM_OTHER, 8 }, /* O2 Micro */
	};

	for (size_t i = 0; i < ARRAY_SIZE(readers); i++)
		if (function->vendor == readers[i].vendor &&
		    function->class >> readers[i].shift == readers[i].class)
			return true;
	return false;
}

#define VENDOR_VIRTIO 0x1af4

bool pci_is_plan9(const struct pci_function *function)
{
	return function->vendor == VENDOR_VIRTIO &&
	       (function->device == 0x1009 || function->device == 0x1049);
}

bool pci_is_virtiofs(const struct pci_function *function)
{
	return function->vendor == VENDOR_VIRTIO && function->device == 0x105a;
}

static bool is_virtio_pmem(const struct pci_function *function)
{
	return function->vendor == VENDOR_VIRTIO && function->device == 0x105b;
}

bool pci_has_removable_disks(const struct pci_function *function)
{
	unsigned int sub = function->class >> 8;

	return sub == PCI_SUB_USB || sub == PCI_SUB_FIREWIRE || sub == PCI_SUB_SD_HOST ||
	       is_card_reader(function);
}

bool pci_may_carry_disks(const struct pci_function *function)
{
	return pci_is_storage(function) || pci_has_removable_disks(function) ||
	       function->class >> 8 == PCI_SUB_CXL_MEMORY || is_virtio_pmem(function) ||
	       pci_is_plan9(function) || pci_is_virtiofs(function);
}

bool pci_is_guest_driver(const char *driver)
{
	return strstr(driver, "vfio") || !strcmp(driver, "pci-stub");
}

bool pci_has_host_driver(const struct pci_function *function)
{
	return function->driver[0] && !pci_is_guest_driver(function->driver);
}

static int by_address(const void *a, const void *b)
{
	return pci_address_compare(&((const struct pci_function *)a)->address,
				   &((const struct pci_function *)b)->address);
}

/* A function's group, and which function that is. */
struct membership {
	int group;
	size_t function;
};

static int by_group(const void *a, const void *b)
{
	const struct membership *x = a, *y = b;

	return (x->group > y->group) - (x->group < y->group);
}

size_t *pci_group_numbers(const struct pci_function *functions, size_t count, size_t *ret_limit)
{
	size_t *numbers = util_zeroed(count, sizeof(*numbers)), members = 0, limit = 0;
	cleanup_free struct membership *sorted = util_zeroed(count, sizeof(*sorted));

	for (size_t i = 0; i < count; i++) {
		numbers[i] = PCI_NO_GROUP;
		if (functions[i].iommu_group >= 0)
			sorted[members++] = (struct membership){ functions[i].iommu_group, i };
	}
	if (members)
		qsort(sorted, members, sizeof(*sorted), by_group);
	for (size_t i = 0; i < members; i++) {
		limit += !i || sorted[i].group != sorted[i - 1].group;
		numbers[sorted[i].function] = limit - 1;
	}
	*ret_limit = limit;
	return numbers;
}

void pci_sort(struct pci_function *functions, size_t count)
{
	if (count)
		qsort(functions, count, sizeof(*functions), by_address);
}

const struct pci_function *pci_find(const struct pci_function *functions, size_t count,
				    const struct pci_address *address)
{
	struct pci_function key = { .address = *address };

	return count ? bsearch(&key, functions, count, sizeof(*functions), by_address) : NULL;
}

bool pci_is_bridge(const struct pci_function *function)
{
	return function->header_type > 0 || pci_base_class(function) == PCI_BASE_BRIDGE;
}

bool pci_is_real_bridge(const struct pci_function *function)
{
	unsigned int sub = function->class >> 8;

	return function->header_type > 0 || sub == PCI_SUB_HOST_BRIDGE || sub == PCI_SUB_ISA_BRIDGE ||
	       sub == PCI_SUB_PCI_BRIDGE || sub == PCI_SUB_CARDBUS_BRIDGE;
}

const struct pci_function *pci_find_vmd(const struct pci_function *functions, size_t count,
					const struct pci_function *function)
{
	for (size_t i = 0; pci_is_behind_vmd(function) && i < count; i++) {
		const struct pci_function *other = &functions[i];

		if (!pci_is_behind_vmd(other) && other->class >> 8 == PCI_SUB_RAID &&
		    other->iommu_group >= 0 && other->iommu_group == function->iommu_group)
			return other;
	}
	return NULL;
}

const struct pci_function *pci_find_physical(const struct pci_function *functions, size_t count,
					     const struct pci_function *function)
{
	return function->is_virtual ? pci_find(functions, count, &function->physical) : NULL;
}
