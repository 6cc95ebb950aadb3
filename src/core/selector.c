/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/selector.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

enum { VENDOR, DEVICE, SUBVENDOR, SUBDEVICE, CLASS, CLASS_MASK, ID_FIELDS };

static const char *const field_names[ID_FIELDS] = {
	"vendor", "device", "subvendor", "subdevice", "class", "class mask",
};

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Read 1 to @most hexadecimal digits that fill the text. Returns false where it is anything else. */
static bool all_hex(const char *text, size_t length, size_t most, uint32_t *ret)
{
	uint32_t value = 0;

	if (!length || length > most)
		return false;
	for (size_t i = 0; i < length; i++) {
		int digit = hex_digit(text[i]);

		if (digit < 0)
			return false;
		value = value << 4 | (uint32_t)digit;
	}
	*ret = value;
	return true;
}

/* Parse one field of an id; false where the number of digits is not the field's. */
static bool parse_field(const char *text, size_t length, int field, uint32_t *ret)
{
	bool prefixed = length > 2 && text[0] == '0' && (text[1] | 0x20) == 'x';

	if (util_equal(text, length, "*")) {
		*ret = SELECTOR_ANY;
		return true;
	}
	if (prefixed) {
		text += 2;
		length -= 2;
	}
	if (!all_hex(text, length, 8, ret))
		return false;
	if (field >= CLASS)
		return *ret <= 0xffffff || *ret == SELECTOR_ANY;
	return *ret == SELECTOR_ANY || (*ret <= 0xffff && (prefixed || length == 4));
}

static int fail(struct selector_error *error, size_t offset, const char *text, size_t length,
		const char *expected)
{
	error->offset = offset;
	error->what = util_text("'%s': %s", util_text_shown(text, length), expected);
	return -EINVAL;
}

static void set_id(struct selector_id *ret, const uint32_t fields[ID_FIELDS], int count)
{
	*ret = (struct selector_id){
		.vendor = fields[VENDOR],
		.device = fields[DEVICE],
		.subvendor = fields[SUBVENDOR],
		.subdevice = fields[SUBDEVICE],
		.class = fields[CLASS],
		.class_mask = fields[CLASS_MASK] & 0xffffff,
	};
	if (count <= CLASS || fields[CLASS] == SELECTOR_ANY)
		ret->class_mask = 0;
}

static int parse_id(const char *text, size_t length, struct selector_id *ret, struct selector_error *error)
{
	uint32_t fields[ID_FIELDS] = {
		SELECTOR_ANY, SELECTOR_ANY, SELECTOR_ANY, SELECTOR_ANY, 0, SELECTOR_ANY
	};
	const char *start = text, *end = text + length;
	int count = 0;

	for (;; start++) {
		const char *colon = memchr(start, ':', (size_t)(end - start));
		size_t size = (size_t)((colon ? colon : end) - start);

		if (count == ID_FIELDS)
			return fail(error, (size_t)(start - text), text, length,
				    "an id has at most six fields, "
				    "vendor:device:subvendor:subdevice:class:class_mask");
		if (!parse_field(start, size, count, &fields[count]))
			return fail(error, (size_t)(start - text), text, length,
				    util_text("the %s of an id is %s hexadecimal digits or *",
					      field_names[count], count < CLASS ? "four" : "up to six"));
		count++;
		if (!colon)
			break;
		start = colon;
	}
	if (count < 2)
		return fail(error, length, text, length, selector_expected_id);
	set_id(ret, fields, count);
	if (ret->vendor == SELECTOR_ANY && ret->device == SELECTOR_ANY && ret->subvendor == SELECTOR_ANY &&
	    ret->subdevice == SELECTOR_ANY && !ret->class_mask)
		return fail(error, 0, text, length,
			    "this id matches every device of the machine; name a vendor or a class");
	return 0;
}

/* class:BBSSPP or a prefix of it: an id whose class alone is compared. */
static int parse_class(const char *text, size_t length, struct selector *ret, struct selector_error *error)
{
	static const char prefix[] = "class:";
	size_t digits = length - strlen(prefix);
	unsigned int shift = (unsigned int)(6 - digits) * 4;
	uint32_t class;

	if (digits < 2 || digits > 6 || digits % 2 || !all_hex(text + strlen(prefix), digits, 6, &class))
		return fail(error, strlen(prefix), text, length,
			    "a class is two, four or six hexadecimal digits: base class, sub-class, "
			    "programming interface");
	ret->kind = SELECTOR_ID;
	ret->id = (struct selector_id){
		.vendor = SELECTOR_ANY,
		.device = SELECTOR_ANY,
		.subvendor = SELECTOR_ANY,
		.subdevice = SELECTOR_ANY,
		.class = class << shift,
		.class_mask = 0xffffffU << shift & 0xffffff,
	};
	return 0;
}

static int parse_path(const char *text, size_t length, struct selector *ret, struct selector_error *error)
{
	size_t offset;
	int r = pci_path_parse(text, length, &ret->path, &ret->every_function, &offset);

	ret->kind = SELECTOR_PATH;
	if (r < 0)
		return fail(error, offset, text, length,
			    r == -E2BIG ? "a path has at most sixteen levels" :
					  "a path is an address on a root bus, then /slot.function for each "
					  "level below, as in 0000:00:01.0/00.0");
	return 0;
}

const char selector_expected_id[] = "an id is vendor:device, four hexadecimal digits each";

const char selector_expected_address[] =
	"an address is [segment:]bus:slot.function, as in 0000:01:00.0 or 01:00.0";

static int parse_address(const char *text, size_t length, struct selector *ret, struct selector_error *error)
{
	const char *at = memchr(text, '@', length);
	size_t address_length = at ? (size_t)(at - text) : length;
	int r;

	ret->kind = SELECTOR_ADDRESS;
	if (pci_address_parse_any(text, address_length, &ret->address, &ret->every_function) < 0)
		return fail(error, 0, text, length, selector_expected_address);
	if (!at)
		return 0;
	ret->pinned = true;
	if (ret->every_function)
		return fail(error, address_length, text, length,
			    "an id can be pinned to one function only, not to SLOT.*");
	r = parse_id(at + 1, length - address_length - 1, &ret->id, error);
	if (r < 0)
		error->offset += address_length + 1;
	return r;
}

static bool starts_with(const char *text, size_t length, const char *prefix)
{
	return length >= strlen(prefix) && !strncasecmp(text, prefix, strlen(prefix));
}

static int parse_any(const char *text, size_t length, struct selector *ret, struct selector_error *error)
{
	if (util_equal(text, length, "boot-vga")) {
		ret->kind = SELECTOR_BOOT_VGA;
		return 0;
	}
	if (starts_with(text, length, "class:"))
		return parse_class(text, length, ret, error);
	if (memchr(text, '/', length))
		return parse_path(text, length, ret, error);
	if (!memchr(text, ':', length))
		return fail(error, 0, text, length,
			    "expected an id such as 10de:1c03 or an address such as 01:00.0");
	if (memchr(text, '.', length) || memchr(text, '@', length))
		return parse_address(text, length, ret, error);
	ret->kind = SELECTOR_ID;
	return parse_id(text, length, &ret->id, error);
}

bool selector_is(const char *text, size_t length, struct selector *ret)
{
	struct selector_error error;

	*ret = (struct selector){ 0 };
	return parse_any(text, length, ret, &error) == 0;
}

int selector_parse(const char *text, size_t length, struct selector *ret, struct selector_error *error)
{
	struct selector selector = { 0 };

	if (parse_any(text, length, &selector, error) < 0)
		return -EINVAL;
	*ret = selector;
	return 0;
}

static bool field_matches(uint32_t wanted, uint32_t found)
{
	return wanted == SELECTOR_ANY || wanted == found;
}

static bool id_matches(const struct selector_id *id, const struct pci_function *function)
{
	return field_matches(id->vendor, function->vendor) && field_matches(id->device, function->device) &&
	       field_matches(id->subvendor, function->subvendor) &&
	       field_matches(id->subdevice, function->subdevice) &&
	       !((id->class ^ function->class) & id->class_mask);
}

static bool path_matches(const struct selector *selector, const struct pci_path *path)
{
	const struct pci_path *wanted = &selector->path;

	if (wanted->segment != path->segment || wanted->root_bus != path->root_bus ||
	    wanted->hops != path->hops)
		return false;
	for (int i = 0; i < wanted->hops; i++) {
		bool last = i == wanted->hops - 1;

		if (wanted->hop[i].slot != path->hop[i].slot)
			return false;
		if (wanted->hop[i].function != path->hop[i].function && !(last && selector->every_function))
			return false;
	}
	return true;
}

enum selector_match selector_match(const struct selector *selector, const struct pci_function *function)
{
	bool matches = false;

	switch (selector->kind) {
	case SELECTOR_ID:
		matches = id_matches(&selector->id, function);
		break;
	case SELECTOR_ADDRESS:
		matches = selector->every_function ?
				  pci_same_slot(&selector->address, &function->address) :
				  !pci_address_compare(&selector->address, &function->address);
		if (matches && selector->pinned && !id_matches(&selector->id, function))
			return SELECTOR_MOVED;
		break;
	case SELECTOR_PATH:
		matches = path_matches(selector, &function->path);
		break;
	case SELECTOR_BOOT_VGA:
		matches = function->boot_vga == 1;
		break;
	}
	return matches ? SELECTOR_YES : SELECTOR_NO;
}

void selector_add_reads(const struct selector *selector, struct selector_reads *reads)
{
	reads->path |= selector->kind == SELECTOR_PATH;
	reads->boot_vga |= selector->kind == SELECTOR_BOOT_VGA;
}
