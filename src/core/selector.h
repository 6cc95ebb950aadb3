/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Selectors: what a user writes to name PCI functions. Pure: text in, structs out. */
#pragma once

#include "core/pci.h"

/* An id field that any value matches; the kernel's PCI_ANY_ID. */
#define SELECTOR_ANY 0xffffffffU

enum selector_kind {
	SELECTOR_ID,       /* also what class: becomes */
	SELECTOR_ADDRESS,  /* with a pin: and only if that id is found there */
	SELECTOR_PATH,     /* the way down from the root bus: survives renumbering */
	SELECTOR_BOOT_VGA, /* the display that the firmware used */
};

struct selector_id {
	uint32_t vendor, device, subvendor, subdevice;
	uint32_t class, class_mask; /* a mask of 0 matches every class */
};

struct selector {
	enum selector_kind kind;
	bool every_function;        /* ".*" in place of the function's number */
	bool pinned;                /* an address with "@id" */
	struct selector_id id;      /* of SELECTOR_ID, or the pin */
	struct pci_address address; /* of SELECTOR_ADDRESS */
	struct pci_path path;       /* of SELECTOR_PATH */
};

/* What is wrong with a text, for the user: found and expected. */
struct selector_error {
	size_t offset; /* of the offending byte, from the start of the text */
	const char *what;
};

/*
 * Parse one selector of @length bytes:
 *   id       vendor:device[:subvendor[:subdevice[:class[:class_mask]]]], the fields of vfio-pci.ids=
 *            (drivers/vfio/pci/vfio_pci.c, vfio_pci_fill_ids()); "*" or ffffffff is any. A class without a
 *            mask is compared whole; the kernel would not compare it at all.
 *   address  [segment:]bus:slot.function, where function may be "*", and "@id" may follow
 *   path     [segment:]bus:slot.function/slot.function..., the bridges below the root bus and then the device
 *   class    class:BBSSPP or a shorter, even prefix of it
 *   boot-vga
 * Hexadecimal, either case, a 0x before an id's number allowed.
 * Returns 0, or -EINVAL with @error filled in.
 */
int selector_parse(const char *text, size_t length, struct selector *ret,
		   struct selector_error *error) must_check;

/* What a message says of an address that is none. */
extern const char selector_expected_address[];
/* The same of an id. */
extern const char selector_expected_id[];

/* Is it a selector? Stores it then, without words on what is wrong otherwise. */
bool selector_is(const char *text, size_t length, struct selector *ret);

enum selector_match {
	SELECTOR_NO,
	SELECTOR_YES,
	SELECTOR_MOVED, /* the function stands at the pinned address and has another id */
};

/* Does the selector name this function? What it goes by must have been read: selector_add_reads(). */
enum selector_match selector_match(const struct selector *selector, const struct pci_function *function);

/*
 * What selectors go by and one read of a function does not show: the fields of struct pci_function of these
 * names.
 */
struct selector_reads {
	bool path, boot_vga;
};

/* Add to @reads what the selector goes by. */
void selector_add_reads(const struct selector *selector, struct selector_reads *reads);
