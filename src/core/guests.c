/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/guests.h"

#include <stdlib.h>
#include <string.h>

static void add(struct guest_devices *guests, const struct guest_device *device)
{
	guests->list = util_grow(guests->list, guests->count, sizeof(*guests->list));
	guests->list[guests->count++] = *device;
}

/* The file's name without what stands behind its dot. */
static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

	return util_text("%.*s", (int)strcspn(name, "."), name);
}

/* --- Proxmox --- */

/* "0000:01:00", "01:00.0": without a function every function of the slot. */
static void add_addresses(struct guest_devices *guests, struct guest_device *device, const char *list,
			  size_t length)
{
	for (size_t i = 0, size; i < length; i += size + 1) {
		const char *address;

		size = 0;
		while (i + size < length && list[i + size] != ';')
			size++;
		device->every_function = !memchr(list + i, '.', size);
		address = util_text("%.*s%s", (int)size, list + i, device->every_function ? ".0" : "");
		if (pci_address_parse(address, strlen(address), &device->address) == 0)
			add(guests, device);
	}
}

void guests_add_proxmox(struct guest_devices *guests, const char *path, const char *text)
{
	struct guest_device device = { .whole_group = true,
				       .guest = util_text("guest %s of Proxmox", name_of(path)),
				       .where = path };
	const char *line;
	size_t length;

	/* A line "[NAME]" starts a snapshot. */
	while (util_next_line(&text, &line, &length) && (!length || line[0] != '[')) {
		const char *value = memchr(line, ':', length), *end = line + length;

		if (!value || length < 7 || memcmp(line, "hostpci", 7) != 0)
			continue;
		for (value++; value < end && (*value == ' ' || !strncmp(value, "host=", 5));)
			value += *value == ' ' ? 1 : 5;
		add_addresses(guests, &device, value, strcspn(value, ",\n"));
	}
}

/* --- libvirt --- */

/* The value of NAME='...' in an element of XML, as a number; false where it is not there. */
static bool number_of(const char *element, size_t length, const char *name, unsigned long *ret)
{
	const char *key = util_text(" %s=", name), *found = memmem(element, length, key, strlen(key));

	if (!found || !found[strlen(key)])
		return false;
	*ret = strtoul(found + strlen(key) + 1, NULL, 0);
	return true;
}

static bool has_text(const char *element, size_t length, const char *name, const char *value)
{
	const char *single = util_text(" %s='%s'", name, value),
		   *twice = util_text(" %s=\"%s\"", name, value);

	return memmem(element, length, single, strlen(single)) ||
	       memmem(element, length, twice, strlen(twice));
}

static void add_hostdev(struct guest_devices *guests, struct guest_device *device, const char *element,
			const char *end)
{
	const char *source = memmem(element, (size_t)(end - element), "<source", 7), *address;
	unsigned long segment = 0, bus, slot, function;
	size_t length;

	address = source ? memmem(source, (size_t)(end - source), "<address", 8) : NULL;
	if (!address)
		return;
	length = strcspn(address, ">");
	if (!number_of(address, length, "bus", &bus) || !number_of(address, length, "slot", &slot) ||
	    !number_of(address, length, "function", &function))
		return;
	(void)!number_of(address, length, "domain", &segment);
	device->address =
		(struct pci_address){ (uint32_t)segment, (uint8_t)bus, (uint8_t)slot, (uint8_t)function };
	add(guests, device);
}

void guests_add_libvirt(struct guest_devices *guests, const char *path, const char *text)
{
	struct guest_device device = { .guest = util_text("guest %s of libvirt", name_of(path)),
				       .where = path };

	while ((text = strstr(text, "<hostdev "))) {
		const char *end = strstr(text, "</hostdev>");
		size_t head = strcspn(text, ">");

		end = end ? end : text + strlen(text);
		if (has_text(text, head, "type", "pci") && has_text(text, head, "managed", "yes"))
			add_hostdev(guests, &device, text, end);
		text = end;
	}
}

void guests_clear(struct guest_devices *guests)
{
	free(guests->list);
	*guests = (struct guest_devices){ 0 };
}

bool guests_names(const struct guest_device *device, const struct pci_function *function)
{
	return device->every_function ? pci_same_slot(&device->address, &function->address) :
					!pci_address_compare(&device->address, &function->address);
}
