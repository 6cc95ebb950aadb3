/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/acpi.h"

#include <string.h>

#define HEADER_SIZE 36 /* of every table (ACPI 6.5, 5.2.6) */

static uint32_t get16(const uint8_t *bytes)
{
	return bytes[0] | (uint32_t)bytes[1] << 8;
}

static uint32_t get32(const uint8_t *bytes)
{
	return get16(bytes) | get16(bytes + 2) << 16;
}

/* How a table's structures follow each other, and which of them are IOMMUs. */
struct layout {
	const char *signature;
	size_t head; /* bytes in front of the first structure, at least */
	/* where the table says that the first one starts; 0: behind the head. Two bytes or four. */
	size_t start_field;
	size_t start_size;
	size_t type_size;    /* of a structure: its type stands first */
	size_t length_field; /* its length, of two bytes */
	uint8_t units[4];    /* the types of IOMMUs, 0xff for none */
};

static const struct layout layouts[] = {
	{ "DMAR", 48, 0, 0, 2, 2, { 0x00, 0xff, 0xff, 0xff } },
	{ "IVRS", 48, 0, 0, 1, 2, { 0x10, 0x11, 0x40, 0xff } },
	{ "IORT", 48, 40, 4, 1, 1, { 0x03, 0x04, 0xff, 0xff } },
	{ "VIOT", 48, 38, 2, 1, 2, { 0x03, 0x04, 0xff, 0xff } },
};

static const struct layout *layout_of(const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; length >= HEADER_SIZE && i < ARRAY_SIZE(layouts); i++)
		if (!memcmp(bytes, layouts[i].signature, 4))
			return &layouts[i];
	return NULL;
}

static size_t start_of(const struct layout *layout, const uint8_t *bytes)
{
	size_t start = layout->head;

	if (layout->start_field)
		start = layout->start_size == 2 ? get16(bytes + layout->start_field) :
						  get32(bytes + layout->start_field);
	return start;
}

static bool is_unit(const struct layout *layout, const uint8_t *structure)
{
	uint32_t type = layout->type_size == 2 ? get16(structure) : structure[0];

	for (size_t i = 0; i < ARRAY_SIZE(layout->units); i++)
		if (layout->units[i] != 0xff && type == layout->units[i])
			return true;
	return false;
}

void acpi_parse(const uint8_t *bytes, size_t length, struct acpi_table *ret)
{
	const struct layout *layout = layout_of(bytes, length);
	size_t end, at;

	*ret = (struct acpi_table){ .exists = true, .read = true };
	if (!layout || length < layout->head || get32(bytes + 4) > length ||
	    get32(bytes + 4) < layout->head) {
		ret->damaged = true;
		return;
	}
	end = get32(bytes + 4);
	ret->remaps_interrupts = !strcmp(layout->signature, "DMAR") && bytes[37] & 1;
	ret->opts_in = !strcmp(layout->signature, "DMAR") && bytes[37] & 4;
	for (at = start_of(layout, bytes); at + 4 <= end; at += get16(bytes + at + layout->length_field)) {
		size_t size = get16(bytes + at + layout->length_field);

		if (at < HEADER_SIZE || size < 4 || size > end - at) {
			ret->damaged = true;
			return;
		}
		ret->units += is_unit(layout, bytes + at);
	}
}
