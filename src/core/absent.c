/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/absent.h"

#include <string.h>

#define COMPARE "compare with lspci -nn; the card may be in another slot, or disabled in the firmware setup"

/* How many devices are named. */
#define NAMED 3

const char *absent_in_segments(const struct pci_function *functions, size_t count, const struct claim *claim)
{
	const struct pci_address *asked = &claim->selector.address;
	const char *text = "", *last = NULL, *colon = strchr(claim->text, ':');

	if (claim->selector.kind != SELECTOR_ADDRESS || !colon ||
	    memchr(colon + 1, ':', strcspn(colon + 1, "@")))
		return "";
	for (size_t i = 0; i < count; i++) {
		struct pci_address here = functions[i].address;

		here.segment = asked->segment;
		if (claim->selector.every_function)
			here.function = asked->function;
		if (pci_address_compare(&here, asked) ||
		    (i && claim->selector.every_function &&
		     pci_same_slot(&functions[i].address, &functions[i - 1].address)))
			continue;
		if (last)
			text = util_text_add(text, "%s%s", text[0] ? ", " : "are ", last);
		last = pci_address_text(&functions[i].address);
	}
	if (!last)
		return "";
	return text[0] ? util_text_add(text, " and %s", last) : util_text("is %s", last);
}

/* What may have been meant, by which devices are alike, the likeliest first. */
struct likeness {
	bool (*is_alike)(const struct pci_function *function, const struct selector *selector);
	const char *before, *behind; /* the devices that are */
};

/* The first devices that @is_alike to the claim, as "0000:01:00.0 10de:1c82, ..."; "" for none. */
static const char *
list_alike(const struct pci_function *functions, size_t count, const int *wanted, const struct claim *claim,
	   bool (*is_alike)(const struct pci_function *function, const struct selector *selector))
{
	const char *text = "";
	size_t found = 0;

	for (size_t i = 0; i < count; i++) {
		if (!is_alike(&functions[i], &claim->selector) || (wanted && wanted[i] >= 0))
			continue;
		if (found < NAMED)
			text = util_text_add(text, "%s%s", text[0] ? ", " : "", pci_text(&functions[i]));
		found++;
	}
	return found > NAMED ? util_text_add(text, " and %zu more", found - NAMED) : text;
}

static const char *hint_by(const struct likeness *kinds, size_t kind_count,
			   const struct pci_function *functions, size_t count, const int *wanted,
			   const struct claim *claim)
{
	for (size_t i = 0; i < kind_count; i++) {
		const char *list = list_alike(functions, count, wanted, claim, kinds[i].is_alike);

		if (list[0])
			return util_text("%s%s%s", kinds[i].before, list, kinds[i].behind);
	}
	return COMPARE;
}

/* --- addresses --- */

static bool is_in_slot(const struct pci_function *function, const struct selector *selector)
{
	return pci_same_slot(&function->address, &selector->address);
}

static bool is_on_bus(const struct pci_function *function, const struct selector *selector)
{
	return function->address.segment == selector->address.segment &&
	       function->address.bus == selector->address.bus;
}

static bool has_pin(const struct pci_function *function, const struct selector *selector)
{
	struct selector id = { .kind = SELECTOR_ID, .id = selector->id };

	return selector->pinned && selector_match(&id, function) == SELECTOR_YES;
}

/* Buses are numbered anew when a card comes or goes. */
static bool is_on_another_bus(const struct pci_function *function, const struct selector *selector)
{
	int distance = function->address.bus - selector->address.bus;

	return function->address.segment == selector->address.segment && distance >= -1 && distance <= 1 &&
	       function->address.slot == selector->address.slot &&
	       function->address.function == selector->address.function && !pci_is_bridge(function);
}

static bool is_in_another_segment(const struct pci_function *function, const struct selector *selector)
{
	struct pci_address address = function->address;

	address.segment = selector->address.segment;
	return !pci_address_compare(&address, &selector->address);
}

static const struct likeness like_address[] = {
	{ has_pin, "the pinned id is at ", "; change the address, or claim it by its path" },
	{ is_in_slot, "that slot has ", "; " COMPARE },
	{ is_on_bus, "that bus has ", "; " COMPARE },
	{ is_in_another_segment, "did you mean ", "? " COMPARE },
	{ is_on_another_bus, "near it there is ", "; " COMPARE },
};

/* --- ids --- */

static bool is_swapped(const struct pci_function *function, const struct selector *selector)
{
	return function->vendor == selector->id.device && function->device == selector->id.vendor;
}

/* Do two numbers of four digits differ in one digit, or in two neighbours that changed places? */
static bool is_slip(uint32_t a, uint32_t b)
{
	unsigned int shifts[4], differ = 0;

	for (unsigned int shift = 0; shift < 16; shift += 4)
		if ((a >> shift & 0xf) != (b >> shift & 0xf))
			shifts[differ++] = shift;
	if (differ != 2)
		return differ == 1;
	return shifts[1] == shifts[0] + 4 && (a >> shifts[0] & 0xf) == (b >> shifts[1] & 0xf) &&
	       (a >> shifts[1] & 0xf) == (b >> shifts[0] & 0xf);
}

static bool is_misspelt(const struct pci_function *function, const struct selector *selector)
{
	const struct selector_id *id = &selector->id;

	return (function->vendor == id->vendor && is_slip(function->device, id->device)) ||
	       (function->device == id->device && is_slip(function->vendor, id->vendor));
}

static bool has_other_subsystem(const struct pci_function *function, const struct selector *selector)
{
	return function->vendor == selector->id.vendor && function->device == selector->id.device;
}

static bool is_of_vendor(const struct pci_function *function, const struct selector *selector)
{
	return function->vendor == selector->id.vendor && !pci_is_bridge(function);
}

static const struct likeness like_id[] = {
	{ has_other_subsystem, "another subsystem or class has ", "; " COMPARE },
	{ is_swapped, "the vendor comes first: did you mean ", "?" },
	{ is_misspelt, "did you mean ", "? " COMPARE },
	{ is_of_vendor, "of this vendor there is ", "; " COMPARE },
};

/* --- classes --- */

static bool is_of_base_class(const struct pci_function *function, const struct selector *selector)
{
	return pci_base_class(function) == selector->id.class >> 16;
}

static const char *hint_to_class(const struct pci_function *functions, size_t count,
				 const struct claim *claim)
{
	const char *list = list_alike(functions, count, NULL, claim, is_of_base_class);

	if (!list[0])
		return util_text(
			"no device has the base class %02x either; compare the classes with lspci -nn",
			claim->selector.id.class >> 16);
	return util_text("of class:%02x there is %s; compare the classes with lspci -nn",
			 claim->selector.id.class >> 16, list);
}

/* --- paths --- */

/* How many hops of the path lead to a function that there is? */
static const struct pci_function *find_deepest(const struct pci_function *functions, size_t count,
					       const struct pci_path *path)
{
	const struct pci_function *deepest = NULL;

	for (size_t i = 0; i < count; i++) {
		const struct pci_path *one = &functions[i].path;

		if (one->hops && one->hops < path->hops && one->segment == path->segment &&
		    one->root_bus == path->root_bus && (!deepest || one->hops > deepest->path.hops) &&
		    !memcmp(one->hop, path->hop, one->hops * sizeof(one->hop[0])))
			deepest = &functions[i];
	}
	return deepest;
}

static const char *hint_to_path(const struct pci_function *functions, size_t count, const struct claim *claim)
{
	const struct pci_function *deepest = find_deepest(functions, count, &claim->selector.path);
	const char *behind = "";

	for (size_t i = 0; deepest && i < count; i++)
		if (functions[i].path.hops == deepest->path.hops + 1 &&
		    functions[i].path.segment == deepest->path.segment &&
		    functions[i].path.root_bus == deepest->path.root_bus &&
		    !memcmp(functions[i].path.hop, deepest->path.hop,
			    deepest->path.hops * sizeof(deepest->path.hop[0])))
			behind = util_text_add(behind, "%s%s", behind[0] ? ", " : "",
					       pci_path_text(&functions[i].path));
	if (!deepest)
		return "no device has the first step of this path; compare with the links in "
		       "/sys/bus/pci/devices";
	return util_text("the path exists down to %s; behind that there is %s", pci_text(deepest),
			 behind[0] ? behind : "nothing: the card may be in another slot");
}

const char *absent_hint(const struct pci_function *functions, size_t count, const int *wanted,
			const struct claim *claim)
{
	const struct selector *selector = &claim->selector;

	switch (selector->kind) {
	case SELECTOR_ADDRESS:
		return hint_by(like_address, ARRAY_SIZE(like_address), functions, count, NULL, claim);
	case SELECTOR_PATH:
		return hint_to_path(functions, count, claim);
	case SELECTOR_ID:
		return selector->id.vendor == SELECTOR_ANY ?
			       hint_to_class(functions, count, claim) :
			       hint_by(like_id, ARRAY_SIZE(like_id), functions, count, wanted, claim);
	case SELECTOR_BOOT_VGA:
		break;
	}
	return "no display is marked as the firmware's (boot_vga); claim the card by its address";
}
