/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/guests.h"

#include <stdlib.h>
#include <string.h>

static void add(struct guest_devices *guests, const struct guest_device *device)
{
	guests->list = util_grow(guests->list, guests->count, sizeof(*guests->list));
	guests->list[guests->count++] = *device;
}

/* The file's name without its ending. */
static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');

	return util_text("%.*s", (int)(dot ? (size_t)(dot - name) : strlen(name)), name);
}

/* --- Proxmox --- */

/* "0000:01:00;01:00.0": without a function every function of the slot. */
static void add_addresses(struct guest_devices *guests, struct guest_device *device, const char *list,
			  size_t length)
{
	for (size_t i = 0, size; i < length; i += size + 1) {
		const char *address;

		for (size = 0; i + size < length && list[i + size] != ';';)
			size++;
		device->every_function = !memchr(list + i, '.', size);
		address = util_text("%.*s%s", (int)size, list + i, device->every_function ? ".0" : "");
		if (pci_address_parse(address, strlen(address), &device->address) == 0)
			add(guests, device);
	}
}

/*
 * The value of NAME= in a list such as "01:00.0,pcie=1"; an item without a name has the name @first.
 * Returns false where it is not there.
 */
static bool find_property(const char *list, const char *end, const char *name, const char *first,
			  const char **ret, size_t *ret_length)
{
	const char *item;
	size_t length;

	while (util_next_item(&list, end, &item, &length)) {
		const char *equals = memchr(item, '=', length);
		size_t behind = equals ? (size_t)(equals + 1 - item) : 0;

		if (equals ? !util_equal(item, behind - 1, name) : strcmp(name, first) != 0)
			continue;
		*ret = item + behind;
		*ret_length = length - behind;
		return true;
	}
	return false;
}

/* The end of what stands in a line, without blanks, and the start moved behind them. */
static const char *trim(const char **line, size_t length)
{
	const char *end = *line + length;

	while (*line < end && strchr(" \t", **line))
		++*line;
	while (end > *line && strchr(" \t\r", end[-1]))
		end--;
	return end;
}

/*
 * Sections that begin with the name of a mapping, and lines "map id=8086:1533,node=pve,path=0000:05:00.0". A
 * cluster has those of all of its nodes.
 */
static void add_mapping(struct guest_devices *guests, struct guest_device *device,
			const struct guest_mappings *mappings, const char *name, size_t name_length)
{
	const char *text = mappings->text, *line, *value;
	bool inside = false;
	size_t length, size;

	while (util_next_line(&text, &line, &length)) {
		bool header = length && !strchr(" \t\r#", line[0]);
		const char *end = trim(&line, length);

		if (header)
			inside = (size_t)(end - line) == name_length && !memcmp(line, name, name_length);
		if (header || !inside || end - line < 4 || memcmp(line, "map", 3) != 0 ||
		    !strchr(" \t", line[3]))
			continue;
		line += 4;
		if (mappings->node[0] && find_property(line, end, "node", "", &value, &size) &&
		    !util_equal(value, size, mappings->node))
			continue;
		if (find_property(line, end, "path", "", &value, &size))
			add_addresses(guests, device, value, size);
	}
}

/* A mediated device is made by the host's driver, which stays. */
static void add_hostpci(struct guest_devices *guests, struct guest_device *device,
			const struct guest_mappings *mappings, const char *list, const char *end)
{
	const char *value;
	size_t length;

	if (find_property(list, end, "mdev", "", &value, &length))
		return;
	if (find_property(list, end, "host", "host", &value, &length))
		add_addresses(guests, device, value, length);
	else if (find_property(list, end, "mapping", "", &value, &length))
		add_mapping(guests, device, mappings, value, length);
}

/* Does a line "onboot: 1" stand in the part that counts? */
static bool starts_by_itself(const char *text)
{
	const char *line;
	size_t length;

	while (util_next_line(&text, &line, &length) && (!length || line[0] != '['))
		if (length >= 9 && util_starts_with(line, "onboot: 1"))
			return true;
	return false;
}

void guests_add_proxmox(struct guest_devices *guests, const char *path, const char *text,
			const struct guest_mappings *mappings)
{
	struct guest_device device = { .whole_group = true,
				       .guest = util_text("guest %s of Proxmox%s", name_of(path),
							  starts_by_itself(text) ? " (onboot)" : ""),
				       .where = path };
	bool counts = true;
	const char *line;
	size_t length;

	while (util_next_line(&text, &line, &length)) {
		const char *value, *end = trim(&line, length);

		/* A snapshot counts when somebody goes back to it, what is pending at the next start. */
		if (end > line && *line == '[')
			counts = util_equal(line, (size_t)(end - line), "[PENDING]");
		value = memchr(line, ':', (size_t)(end - line));
		if (!counts || !value || !util_starts_with(line, "hostpci"))
			continue;
		value++;
		end = trim(&value, (size_t)(end - value));
		add_hostpci(guests, &device, mappings, value, end);
	}
}

/* --- libvirt --- */

/* A part of a text of XML: from an element's "<" to behind its ">", or to the end of its content. */
struct part {
	const char *start, *end;
};

static void blank_comments(char *text)
{
	while ((text = strstr(text, "<!--"))) {
		const char *end = strstr(text + 4, "-->");

		for (end = end ? end + 3 : text + strlen(text); text < end;)
			*text++ = ' ';
	}
}

/* Where the element's tag ends, behind its ">"; a ">" within quotes is none. */
static const char *end_of_tag(const char *c, const char *end)
{
	char quote = 0;

	for (; c < end; c++) {
		if (quote)
			quote = *c == quote ? 0 : quote;
		else if (*c == '"' || *c == '\'')
			quote = *c;
		else if (*c == '>')
			return c + 1;
	}
	return end;
}

/* Find the next element NAME in @in: its tag, and what is in it. */
static bool find_element(const struct part *in, const char *name, struct part *ret_tag,
			 struct part *ret_content)
{
	const char *open = util_text("<%s", name), *close = util_text("</%s>", name), *found = in->start;
	size_t length = strlen(open);

	for (; (found = memmem(found, (size_t)(in->end - found), open, length)); found += length)
		if (found + length < in->end && strchr(" \t\r\n/>", found[length]))
			break;
	if (!found)
		return false;
	*ret_tag = (struct part){ found, end_of_tag(found, in->end) };
	*ret_content = (struct part){ ret_tag->end, ret_tag->end };
	if (ret_tag->end - found >= 2 && ret_tag->end[-2] == '/')
		return true;
	found = memmem(ret_tag->end, (size_t)(in->end - ret_tag->end), close, strlen(close));
	ret_content->end = found ? found : in->end;
	return true;
}

static const char *skip_blanks(const char *c, const char *end)
{
	while (c < end && strchr(" \t\r\n", *c))
		c++;
	return c;
}

/* The value of an attribute of the tag: a util_text(), NULL where it is not there. */
static const char *attribute(const struct part *tag, const char *name)
{
	const char *c = tag->start, *end = tag->end;

	for (c += strcspn(c, " \t\r\n/>"); c < end;) {
		const char *start = skip_blanks(c, end), *value;
		size_t length = strcspn(start, " \t\r\n=/>");

		c = skip_blanks(start + length, end);
		if (c >= end || *c != '=')
			return NULL;
		c = skip_blanks(c + 1, end);
		if (c >= end || (*c != '"' && *c != '\''))
			return NULL;
		value = c + 1;
		c = memchr(value, *c, (size_t)(end - value));
		if (!c)
			return NULL;
		if (util_equal(start, length, name))
			return util_text("%.*s", (int)(c - value), value);
		c++;
	}
	return NULL;
}

static bool attribute_is(const struct part *tag, const char *name, const char *expected)
{
	const char *value = attribute(tag, name);

	return value && !strcmp(value, expected);
}

/* As libvirt reads it: decimal, hexadecimal with 0x or octal with 0. -1 where it is no number up to @most. */
static long number_of(const struct part *tag, const char *name, unsigned long most)
{
	const char *value = attribute(tag, name);
	unsigned long number;
	char *end;

	if (!value || !strchr("0123456789", value[0]) || !value[0])
		return -1;
	number = strtoul(value, &end, 0);
	return *end || number > most ? -1 : (long)number;
}

static void add_source(struct guest_devices *guests, struct guest_device *device, const struct part *in)
{
	struct part tag, source, address, content;
	long segment, bus, slot, function;

	if (!find_element(in, "source", &tag, &source) ||
	    !find_element(&source, "address", &address, &content))
		return;
	segment = attribute(&address, "domain") ? number_of(&address, "domain", 0xffff) : 0;
	bus = number_of(&address, "bus", 0xff);
	slot = number_of(&address, "slot", 0x1f);
	function = number_of(&address, "function", 7);
	if (segment < 0 || bus < 0 || slot < 0 || function < 0)
		return;
	device->address =
		(struct pci_address){ (uint32_t)segment, (uint8_t)bus, (uint8_t)slot, (uint8_t)function };
	add(guests, device);
}

/* Of every element NAME whose type= is @type. With managed='yes' libvirt takes it from the host. */
static void add_elements(struct guest_devices *guests, struct guest_device *device, const char *text,
			 const char *name, const char *type)
{
	struct part rest = { text, text + strlen(text) }, tag, content;

	for (; find_element(&rest, name, &tag, &content); rest.start = content.end)
		if (attribute_is(&tag, "type", type) && attribute_is(&tag, "managed", "yes"))
			add_source(guests, device, &content);
}

void guests_add_libvirt(struct guest_devices *guests, const char *path, const char *text, bool starts)
{
	struct guest_device device = { .guest = util_text("guest %s of libvirt%s", name_of(path),
							  starts ? " (autostart)" : ""),
				       .where = path };
	cleanup_free char *plain = util_copy(text, strlen(text));

	blank_comments(plain);
	add_elements(guests, &device, plain, "hostdev", "pci");
	add_elements(guests, &device, plain, "interface", "hostdev");
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
