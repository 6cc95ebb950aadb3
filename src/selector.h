/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Selectors: what a user writes to name PCI functions. Pure: text in, structs out. */
#pragma once

#include "pci.h"

/* An id field that any value matches; the kernel's PCI_ANY_ID. */
#define SELECTOR_ANY 0xffffffffU

enum selector_kind {
	SELECTOR_ID,
	SELECTOR_ADDRESS,
};

struct selector {
	enum selector_kind kind;
	union {
		struct {
			uint32_t vendor, device, subvendor, subdevice;
			uint32_t class, class_mask; /* a mask of 0 matches every class */
		} id;
		struct pci_address address;
	};
};

/* What is wrong with a text, for the user: found, expected, and what was probably meant. */
struct selector_error {
	size_t offset; /* of the offending byte, from the start of the text */
	char what[256];
};

/*
 * Parse one selector of @length bytes:
 *   id       vendor:device[:subvendor[:subdevice[:class[:class_mask]]]], the fields of vfio-pci.ids=
 *            (drivers/vfio/pci/vfio_pci.c, vfio_pci_fill_ids()); "*" or ffffffff is any. A class without a
 *            mask is compared whole; the kernel would not compare it at all.
 *   address  [segment:]bus:slot.function
 * Hexadecimal, either case, a 0x before an id's number allowed.
 * Returns 0, or -EINVAL with @error filled in.
 */
int selector_parse(const char *text, size_t length, struct selector *ret, struct selector_error *error) must_check;

/* Does the selector name this function? */
bool selector_matches(const struct selector *selector, const struct pci_function *function);
