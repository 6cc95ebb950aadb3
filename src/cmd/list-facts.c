/* SPDX-License-Identifier: GPL-2.0-or-later */
/* list: what is said of a device, as pieces of text and as JSON. */
#include <stdlib.h>
#include <string.h>

#include "boot/schema.h"
#include "cmd/list.h"
#include "cmd/show.h"
#include "core/carry.h"
#include "host/pci-names.h"
#include "host/pci-read.h"
#include "host/sysfs.h"

void list_read_details(struct list *list)
{
	struct machine *machine = &list->context.machine;

	list->links = util_zeroed(list->count, sizeof(*list->links));
	details_read_links(list->shown, list->count, list->links);
	details_read_aliases(&list->aliases);
	for (size_t i = 0; i < list->count; i++)
		pci_read_path(&machine->functions[list->shown[i] - machine->functions]);
}

/* --- disks --- */

static bool is_disk_of(const struct block_devices *storage, size_t block, const struct pci_function *function)
{
	const struct block *disk = &storage->blocks[block];

	return !disk->virtual && disk->whole < 0 && function->header_type <= 0 &&
	       block_is_on(disk, &function->address);
}

/* "1.0 TB", as disks are sold. */
static const char *size_text(unsigned long long bytes)
{
	static const char *const units[] = { "kB", "MB", "GB", "TB", "PB" };
	size_t unit = 0;

	for (; bytes >= 1000000 && unit + 1 < ARRAY_SIZE(units); unit++)
		bytes /= 1000;
	return bytes < 10000 ? util_text("%llu.%llu %s", bytes / 1000, bytes / 100 % 10, units[unit]) :
			       util_text("%llu %s", bytes / 1000, units[unit]);
}

/* "nvme0n1 1.0 TB Samsung SSD 980 (/, /boot), nvme0n2" */
static const char *describe_disks(const struct list *list, const struct pci_function *function, bool uses)
{
	const struct block_devices *storage = list->context.machine.storage;
	const char *text = "";

	for (size_t i = 0; i < storage->count; i++) {
		const char *before = " (";
		struct rootdir_text model;
		unsigned long long size;

		if (!is_disk_of(storage, i, function))
			continue;
		size = details_read_disk(storage->blocks[i].name, &model);
		text = util_text_add(text, "%s%s%s%s%s%s", text[0] ? ", " : "", storage->blocks[i].name,
				     size ? " " : "", size ? size_text(size) : "", model.text[0] ? " " : "",
				     model.text);
		for (size_t u = 0; u < storage->use_count && uses; u++) {
			if (!block_stands_on(storage, storage->uses[u].block, i))
				continue;
			text = util_text_add(text, "%s%s", before, block_use_name(&storage->uses[u]));
			before = ", ";
		}
		text = util_text_add(text, "%s", before[0] == ',' ? ")" : "");
	}
	return text;
}

static void print_disks(struct json *json, const struct block_devices *storage,
			const struct pci_function *function)
{
	json_open(json, "disks", '[');
	for (size_t i = 0; i < storage->count; i++) {
		struct rootdir_text model;
		unsigned long long size;

		if (!is_disk_of(storage, i, function))
			continue;
		size = details_read_disk(storage->blocks[i].name, &model);
		json_open(json, NULL, '{');
		json_string(json, "name", storage->blocks[i].name);
		json_string(json, "model", model.text[0] ? model.text : NULL);
		if (size)
			json_number(json, "size", (long)size);
		else
			json_null(json, "size");
		json_open(json, "uses", '[');
		for (size_t u = 0; u < storage->use_count; u++)
			if (block_stands_on(storage, storage->uses[u].block, i))
				json_string(json, NULL, block_use_name(&storage->uses[u]));
		json_close(json, ']');
		json_close(json, '}');
	}
	json_close(json, ']');
}

/* --- what the host does with it --- */

/* A card has a line for each of its routes. */
static bool is_repeated(const struct network *network, size_t card)
{
	for (size_t i = 0; i < card; i++)
		if (!strcmp(network->cards[i].interface, network->cards[card].interface) &&
		    !pci_address_compare(&network->cards[i].address, &network->cards[card].address))
			return true;
	return false;
}

void list_uses(const struct list *list, const struct pci_function *function,
	       void (*found)(void *data, const char *kind, const char *name), void *data)
{
	const struct machine *machine = &list->context.machine;
	const struct block_devices *storage = machine->storage;

	/* What a bridge leads to is said of the device behind it. */
	if (function->header_type > 0)
		return;
	for (size_t u = 0; u < storage->use_count; u++) {
		if (!block_use_is_on(storage, &storage->uses[u], &function->address))
			continue;
		if (storage->uses[u].place)
			found(data, "mounted", storage->uses[u].place);
		else
			found(data, "swap", "");
	}
	for (size_t i = 0; i < machine->network.count; i++)
		if (!pci_address_compare(&machine->network.cards[i].address, &function->address) &&
		    !is_repeated(&machine->network, i))
			found(data, "route", machine->network.cards[i].interface);
	if (function->has_keyboard)
		found(data, "keyboard", "");
}

const char *list_need(const struct list *list, const struct pci_function *function)
{
	const struct context *context = &list->context;
	const struct machine *machine = &context->machine;
	const char *reason, *need;
	bool key;

	if (function->header_type > 0)
		return NULL;
	if (context->needs.network && pci_is_network(function) &&
	    network_leads_through(&machine->network, &function->address) &&
	    network_keeps(&machine->network, &function->address,
			  context->needs.network_later ? NETWORK_OF_MOUNT : NETWORK_OF_ROOT,
			  context->needs.network, &reason))
		return reason;
	need = carry_describe(machine->storage, &function->address, &key);
	return need ? util_text("it carries %s", need) : NULL;
}

/* A disk may be mounted in a hundred places. */
#define USES_SHOWN 4
struct uses {
	const char *text;
	size_t count;
};

/* "/, /boot, swap, route eno1" */
static void add_use(void *data, const char *kind, const char *name)
{
	bool mounted = !strcmp(kind, "mounted");
	struct uses *uses = data;

	if (uses->count++ < USES_SHOWN)
		uses->text = util_text_add(uses->text, "%s%s%s%s", uses->text[0] ? ", " : "",
					   mounted ? "" : kind, name[0] && !mounted ? " " : "", name);
}

static const char *monitors_of(const struct pci_function *function)
{
	return function->monitor >= 0 ? sysfs_drm_monitors(&function->address) : NULL;
}

static void add(struct list_piece *pieces, size_t *count, enum term_style style, const char *text)
{
	pieces[(*count)++] = (struct list_piece){ style, text };
}

/* @uses: those of a disk are said with it, and what becomes of a claim is said too. */
static void add_marks(const struct list *list, const struct pci_function *function, bool uses,
		      struct list_piece *ret, size_t *count)
{
	const char *monitors = monitors_of(function), *need = list_need(list, function), *disks;
	struct uses used = { "", 0 };

	if (function->boot_vga == 1)
		add(ret, count, TERM_YELLOW, "the boot display");
	if (monitors)
		add(ret, count, monitors[0] ? TERM_YELLOW : TERM_PLAIN,
		    monitors[0] ? util_text("monitor: %s", monitors) : "no monitor");
	/* A claim's sentence says it. */
	if (need && !(uses && plan_entry_of(&list->context.plan, function)))
		add(ret, count, TERM_YELLOW, util_text("kept: %s", need));
	list_uses(list, function, add_use, &used);
	if (used.count > USES_SHOWN)
		used.text = util_text_add(used.text, " and %zu more", used.count - USES_SHOWN);
	if (used.count)
		add(ret, count, TERM_YELLOW, util_text("in use: %s", used.text));
	disks = describe_disks(list, function, uses);
	if (disks[0])
		add(ret, count, TERM_PLAIN, util_text("disks: %s", disks));
}

size_t list_marks(const struct list *list, size_t index, struct list_piece *ret)
{
	const struct plan_entry *entry = plan_entry_of(&list->context.plan, list->shown[index]);
	size_t count = 0;

	if (entry)
		add(ret, &count, show_style(entry), util_text("claimed: %s", verdict_name(entry->verdict)));
	add_marks(list, list->shown[index], false, ret, &count);
	return count;
}

/* "2.5 GT/s x16 (max 8.0 GT/s)" */
static const char *link_text(const struct pci_link *link)
{
	const char *text = util_text("link: %s GT/s x%u", link->speed, link->width);
	bool slower = strcmp(link->speed, link->max_speed) != 0, narrower = link->max_width > link->width;

	if (!link->speed[0] || !link->max_speed[0] || !(slower || narrower))
		return text;
	return util_text("%s (max %s%s%s)", text, slower ? util_text("%s GT/s", link->max_speed) : "",
			 slower && narrower ? " " : "", narrower ? util_text("x%u", link->max_width) : "");
}

size_t list_facts(const struct list *list, size_t index, struct list_piece *ret)
{
	const struct pci_function *function = list->shown[index];
	struct rootdir_text resets;
	const char *modules;
	size_t count = 0;

	add_marks(list, function, true, ret, &count);
	if (function->header_type == 0 && pci_read_resets(function, list->tells_resets, &resets) == 0)
		add(ret, &count, TERM_DIM, util_text("resets: %s", resets.text[0] ? resets.text : "none"));
	modules = list->aliases.known ? modaliases_describe(&list->aliases.aliases, function) : "";
	if (modules[0])
		add(ret, &count, TERM_DIM, util_text("modules: %s", modules));
	if (list->links[index].width)
		add(ret, &count, TERM_DIM, link_text(&list->links[index]));
	if (function->path.hops > 1)
		add(ret, &count, TERM_DIM, util_text("path: %s", pci_path_text(&function->path)));
	return count;
}

size_t list_claim(const struct list *list, const struct pci_function *function, struct list_piece *ret)
{
	const struct plan_entry *entry = plan_entry_of(&list->context.plan, function);
	size_t count = 0;

	if (!entry)
		return 0;
	add(ret, &count, TERM_PLAIN,
	    util_text("claimed by %s%s", entry->claim->wanted_by, show_along(&list->context.config, entry)));
	add(ret, &count, show_style(entry), plan_sentence(entry));
	return count;
}

/* --- JSON --- */

static void print_words(struct json *json, const char *key, const char *text, const char *separators)
{
	if (!text) {
		json_null(json, key);
		return;
	}
	json_open(json, key, '[');
	for (; *text; text += strcspn(text, separators), text += strspn(text, separators))
		json_string(json, NULL, util_text("%.*s", (int)strcspn(text, separators), text));
	json_close(json, ']');
}

static void print_resets(struct json *json, const struct list *list, const struct pci_function *function)
{
	struct rootdir_text methods;
	bool known =
		function->header_type == 0 && pci_read_resets(function, list->tells_resets, &methods) == 0;

	print_words(json, "resets", known ? methods.text : NULL, " ");
}

static void print_link(struct json *json, const struct pci_link *link)
{
	if (!link->width) {
		json_null(json, "link");
		return;
	}
	json_open(json, "link", '{');
	json_string(json, "speed", link->speed[0] ? util_text("%s GT/s", link->speed) : NULL);
	json_number(json, "width", link->width);
	json_string(json, "max_speed", link->max_speed[0] ? util_text("%s GT/s", link->max_speed) : NULL);
	if (link->max_width)
		json_number(json, "max_width", link->max_width);
	else
		json_null(json, "max_width");
	json_close(json, '}');
}

static void print_use(void *data, const char *kind, const char *name)
{
	struct json *json = data;

	json_open(json, NULL, '{');
	json_string(json, "kind", kind);
	json_string(json, "name", name[0] ? name : NULL);
	json_close(json, '}');
}

void list_json_device(struct json *json, const struct list *list, size_t index)
{
	cleanup_texts struct text *mark = util_texts_mark();
	const struct pci_function *function = list->shown[index];
	const struct plan_entry *entry = plan_entry_of(&list->context.plan, function);
	const char *modules =
		list->aliases.known ? modaliases_describe(&list->aliases.aliases, function) : NULL;
	struct schema_device device = {
		.function = function,
		.name = pci_names_device(function),
		.driver = function->driver,
		.was = "",
		.iommu_group = function->iommu_group,
		.selector = entry ? entry->claim->text : NULL,
		.wanted_by = entry ? entry->claim->wanted_by : NULL,
		.verdict = entry ? verdict_name(entry->verdict) : NULL,
		.reason = entry ? plan_sentence(entry) : "",
		.hint = entry ? entry->hint : "",
	};

	schema_open_device(json, &device);
	json_bool(json, "same_group", list->mate[index]);
	json_string(json, "path", function->path.hops ? pci_path_text(&function->path) : NULL);
	print_words(json, "modules", modules, ",");
	print_link(json, &list->links[index]);
	print_words(json, "monitors", monitors_of(function), ",");
	json_open(json, "in_use", '[');
	list_uses(list, function, print_use, json);
	json_close(json, ']');
	json_string(json, "kept", list_need(list, function));
	print_resets(json, list, function);
	print_disks(json, list->context.machine.storage, function);
	schema_close_device(json);
}
