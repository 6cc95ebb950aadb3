/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/facts-make.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/carry.h"

/* --- text --- */

struct fact_text {
	char *bytes;
	size_t length, lines;
};

static void add_byte(struct fact_text *text, char byte)
{
	text->bytes = util_grow(text->bytes, text->length, 1);
	text->bytes[text->length++] = byte;
}

static void printf_format(2, 3) add_line(struct fact_text *text, const char *format, ...)
{
	cleanup_texts struct text *mark = util_texts_mark();
	const char *line;
	va_list args;

	va_start(args, format);
	line = util_text_list(format, args);
	va_end(args);
	/* Names come from disks, which a guest may have written. */
	for (const char *c = line; *c; c++)
		add_byte(text, *c == '\n' || *c == '\r' ? ' ' : *c);
	add_byte(text, '\n');
	text->lines++;
}

/* --- what protects --- */

static void add_fact(struct fact_text *text, enum fact_kind kind, const struct pci_function *function,
		     const char *uuids, const char *what)
{
	/* A path may be longer than any that is known. */
	if (!function->path.hops) {
		add_line(text, "unresolved the path of %s, which carries %s",
			 pci_address_text(&function->address), what);
		return;
	}
	add_line(text, "%s %s %s %04x:%04x %s %s", facts_kind_name(kind),
		 pci_address_text(&function->address), pci_path_text(&function->path), function->vendor,
		 function->device, uuids[0] ? uuids : "-", what[0] ? what : "-");
}

/* The UUIDs of what is needed on the function's disks: by them the disk is known in another slot too. */
static const char *list_uuids(const struct block_devices *storage, const struct pci_function *function)
{
	const char *uuids = "";

	for (size_t i = 0; i < storage->count; i++)
		if (storage->marks[i].set && storage->marks[i].rank < CARRY_RANK_KEY &&
		    block_is_on(&storage->blocks[i], &function->address))
			uuids = block_add_uuid(uuids, &storage->blocks[i]);
	return uuids;
}

static void add_disk(struct fact_text *text, const struct facts_source *source,
		     const struct pci_function *function, bool keys)
{
	bool key;
	const char *what = carry_describe(source->storage, &function->address, &key);

	if (what && key == keys)
		add_fact(text, keys ? FACT_KEY : FACT_DISK, function,
			 keys ? "" : list_uuids(source->storage, function), what);
}

static void add_network(struct fact_text *text, const struct facts_source *source,
			const struct pci_function *function)
{
	const struct host_needs *needs = source->needs;
	const char *reason;

	if (needs->network && !needs->network_later &&
	    network_leads_through(source->network, &function->address) &&
	    network_keeps(source->network, &function->address, NETWORK_OF_ROOT, needs->network, &reason))
		add_fact(text, FACT_NETWORK, function, "", reason);
}

/* Whatever is on it may be wanted by then, and may be plugged in elsewhere. */
static void add_attached(struct fact_text *text, const struct facts_source *source,
			 const struct pci_function *function)
{
	bool key;

	if (function->has_disk && pci_has_removable_disks(function) &&
	    !carry_describe(source->storage, &function->address, &key))
		add_fact(text, FACT_ATTACHED, function, "", "");
}

static void add_display(struct fact_text *text, const struct pci_function *function)
{
	static const char *const signs[] = {
		[PCI_CONSOLE_NONE] = "boot_vga",
		[PCI_CONSOLE_BOOT_DISPLAY] = "boot_display",
		[PCI_CONSOLE_FRAMEBUFFER] = "framebuffer",
	};

	if (pci_is_display(function) && (function->boot_vga == 1 || function->console != PCI_CONSOLE_NONE))
		add_fact(text, FACT_DISPLAY, function, "",
			 signs[function->boot_vga == 1 ? PCI_CONSOLE_NONE : function->console]);
}

static void add_facts_of(struct fact_text *text, const struct facts_source *source, enum fact_kind kind)
{
	for (size_t i = 0; i < source->function_count; i++) {
		const struct pci_function *function = &source->functions[i];

		if (pci_is_real_bridge(function))
			continue;
		if (kind == FACT_DISK || kind == FACT_KEY)
			add_disk(text, source, function, kind == FACT_KEY);
		else if (kind == FACT_NETWORK)
			add_network(text, source, function);
		else if (kind == FACT_ATTACHED)
			add_attached(text, source, function);
		else if (kind == FACT_KEYBOARD && function->has_keyboard)
			add_fact(text, FACT_KEYBOARD, function, "", "");
		else if (kind == FACT_DISPLAY)
			add_display(text, function);
	}
}

/* --- what was found, and what was not --- */

static void add_needs(struct fact_text *text, const struct facts_source *source)
{
	const struct block_devices *storage = source->storage;
	const char *const reasons[] = { source->unseen, storage->unknown, storage->missing, storage->partial,
					storage->unmet };
	for (size_t n = 0; n < source->needs->count; n++) {
		const struct need *need = &source->needs->list[n];
		const char *uuids;

		if (need->spare || !host_needs_is_on_disk(need) || !carry_finds(storage, need))
			continue;
		uuids = carry_list_uuids(storage, need);
		add_line(text, "resolved %s %s", uuids[0] ? uuids : "-", need->text);
	}
	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++)
		if (reasons[i] && reasons[i][0])
			add_line(text, "unresolved %s", reasons[i]);
}

/* --- the topology --- */

static const char *number(int value)
{
	return value < 0 ? "-" : util_text("%d", value);
}

static void add_function(struct fact_text *text, const struct pci_function *function)
{
	cleanup_texts struct text *mark = util_texts_mark();

	/* Virtual functions come and go with the driver of their physical function. */
	if (function->is_virtual || !function->path.hops)
		return;
	add_line(text, "function %s %s %04x:%04x %04x:%04x %06x %s %s", pci_address_text(&function->address),
		 pci_path_text(&function->path), function->vendor, function->device, function->subvendor,
		 function->subdevice, function->class, number(function->header_type),
		 number(function->iommu_group));
}

char *facts_make(const struct facts_source *source)
{
	struct fact_text text = { 0 };

	add_line(&text, "vfio-early facts 1");
	add_line(&text, "machine %s", source->machine[0] ? source->machine : "-");
	add_line(&text, "made %s", source->made);
	add_line(&text, "version %s", source->version);
	for (enum fact_kind kind = FACT_DISK; kind <= FACT_DISPLAY; kind++)
		add_facts_of(&text, source, kind);
	add_needs(&text, source);
	for (size_t i = 0; i < source->function_count; i++)
		add_function(&text, &source->functions[i]);
	add_line(&text, "end %zu", text.lines);
	add_byte(&text, '\0');
	return text.bytes;
}
