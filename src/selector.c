/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "selector.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SHOWN 48 /* bytes of a bad text that a message repeats */

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

static int fail(struct selector_error *error, size_t offset, const char *text, size_t length, const char *expected)
{
	char shown[SHOWN];

	error->offset = offset;
	util_format(error->what, sizeof(error->what), "'%s': %s",
		    util_printable(shown, sizeof(shown), text, length), expected);
	return -EINVAL;
}

static void set_id(struct selector *ret, const uint32_t fields[ID_FIELDS], int count)
{
	ret->kind = SELECTOR_ID;
	ret->id.vendor = fields[VENDOR];
	ret->id.device = fields[DEVICE];
	ret->id.subvendor = fields[SUBVENDOR];
	ret->id.subdevice = fields[SUBDEVICE];
	ret->id.class = fields[CLASS];
	ret->id.class_mask = fields[CLASS_MASK] & 0xffffff;
	if (count <= CLASS || fields[CLASS] == SELECTOR_ANY)
		ret->id.class_mask = 0;
}

static int parse_id(const char *text, size_t length, struct selector *ret, struct selector_error *error)
{
	uint32_t fields[ID_FIELDS] = { SELECTOR_ANY, SELECTOR_ANY, SELECTOR_ANY, SELECTOR_ANY, 0, SELECTOR_ANY };
	const char *start = text, *end = text + length;
	char expected[128];
	int count = 0;

	for (;; start++) {
		const char *colon = memchr(start, ':', (size_t)(end - start));
		size_t size = (size_t)((colon ? colon : end) - start);

		if (count == ID_FIELDS)
			return fail(error, (size_t)(start - text), text, length,
				    "an id has at most six fields, vendor:device:subvendor:subdevice:class:class_mask");
		if (!parse_field(start, size, count, &fields[count])) {
			util_format(expected, sizeof(expected), "the %s of an id is %s hexadecimal digits or *",
				    field_names[count], count < CLASS ? "four" : "up to six");
			return fail(error, (size_t)(start - text), text, length, expected);
		}
		count++;
		if (!colon)
			break;
		start = colon;
	}
	set_id(ret, fields, count);
	if (ret->id.vendor == SELECTOR_ANY && ret->id.device == SELECTOR_ANY && ret->id.subvendor == SELECTOR_ANY &&
	    ret->id.subdevice == SELECTOR_ANY && !ret->id.class_mask)
		return fail(error, 0, text, length, "this id matches every device of the machine; name a vendor or a class");
	return 0;
}

/* Common slips: leave @meant the text that was probably meant, or "". */
static void guess(const char *text, size_t length, char meant[static 32])
{
	unsigned int a, b, c, d;
	char copy[32];
	int end = 0;

	meant[0] = '\0';
	if (length >= sizeof(copy) || memchr(text, '\0', length))
		return;
	memcpy(copy, text, length);
	copy[length] = '\0';
	if (sscanf(copy, "%4x:%2x:%2x.%1x%n", &a, &b, &c, &d, &end) == 4 && !copy[end] && c < 0x20 && d < 8)
		util_format(meant, 32, "%04x:%02x:%02x.%x", a, b, c, d);
	else if (sscanf(copy, "%2x:%2x.%1x%n", &b, &c, &d, &end) == 3 && !copy[end] && c < 0x20 && d < 8)
		util_format(meant, 32, "%02x:%02x.%x", b, c, d);
	else if (sscanf(copy, "%4x%*1[-.:]%4x%n", &a, &b, &end) == 2 && !copy[end])
		util_format(meant, 32, "%04x:%04x", a, b);
}

int selector_parse(const char *text, size_t length, struct selector *ret, struct selector_error *error)
{
	bool dot = memchr(text, '.', length), colon = memchr(text, ':', length);
	struct selector selector = { 0 };
	char meant[32];
	int r;

	if (colon && !dot) {
		r = parse_id(text, length, &selector, error);
	} else if (colon) {
		selector.kind = SELECTOR_ADDRESS;
		r = pci_address_parse(text, length, &selector.address);
		if (r < 0)
			fail(error, 0, text, length, "an address is [segment:]bus:slot.function, as 0000:01:00.0 or 01:00.0");
	} else {
		r = fail(error, 0, text, length, "expected an id such as 10de:1c03 or an address such as 01:00.0");
	}
	if (r < 0) {
		guess(text, length, meant);
		if (meant[0])
			util_append(error->what, sizeof(error->what), "; did you mean %s?", meant);
		return r;
	}
	*ret = selector;
	return 0;
}

static bool field_matches(uint32_t wanted, uint32_t found)
{
	return wanted == SELECTOR_ANY || wanted == found;
}

bool selector_matches(const struct selector *selector, const struct pci_function *function)
{
	if (selector->kind == SELECTOR_ADDRESS)
		return !pci_address_compare(&selector->address, &function->address);
	return field_matches(selector->id.vendor, function->vendor) &&
	       field_matches(selector->id.device, function->device) &&
	       field_matches(selector->id.subvendor, function->subvendor) &&
	       field_matches(selector->id.subdevice, function->subdevice) &&
	       !((selector->id.class ^ function->class) & selector->id.class_mask);
}
