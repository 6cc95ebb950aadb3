/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI functions: their addresses, what the kernel says of them, and how they are read. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "util.h"

#define PCI_ADDRESS_SIZE 20 /* "ffffffff:ff:1f.7" and its end */
#define PCI_DRIVER_SIZE 64

/* Where a function sits. Segments are 16 bits wide by specification; Linux gives VMD domains above ffff. */
struct pci_address {
	uint32_t segment;
	uint8_t bus, slot, function;
};

/* One PCI function as sysfs shows it. */
struct pci_function {
	struct pci_address address;
	uint16_t vendor, device, subvendor, subdevice;
	uint32_t class;                 /* base class, sub-class, programming interface: 0xBBSSPP */
	char driver[PCI_DRIVER_SIZE];   /* "" where no driver is bound */
	int header_type;                /* 0 endpoint, 1 bridge, 2 CardBus; -1 not read */
	int iommu_group;                /* -1 none or not read */
	int boot_vga;                   /* 1 the firmware's display, 0 another, -1 not read or no display */
};

/*
 * Parse an address as sysfs and lspci print it: [segment:]bus:slot.function in hexadecimal, either case,
 * two digits of bus and slot, four to eight of segment. Returns 0, or -EINVAL where it is anything else.
 */
int pci_address_parse(const char *text, size_t length, struct pci_address *ret) must_check;
/* Write the address as sysfs names it, segment included. Returns @buffer. */
const char *pci_address_format(const struct pci_address *address, char buffer[static PCI_ADDRESS_SIZE]);
/* Order by segment, bus, slot, function: negative, 0 or positive. */
int pci_address_compare(const struct pci_address *a, const struct pci_address *b);
bool pci_same_slot(const struct pci_address *a, const struct pci_address *b);

/*
 * Take ids, class and driver from the text of a function's uevent file: PCI_ID, PCI_SUBSYS_ID, PCI_CLASS and
 * DRIVER (pci_uevent() in drivers/pci/pci-driver.c, the same from Linux 3.0 to 7.2).
 * Returns 0, or -EINVAL where the ids or the class are missing.
 */
int pci_parse_uevent(const char *text, struct pci_function *function) must_check;

/* Class codes that the program knows by name (PCI Code and ID Assignment Specification). */
static inline unsigned int pci_base_class(const struct pci_function *function)
{
	return function->class >> 16;
}
#define PCI_BASE_STORAGE 0x01
#define PCI_BASE_BRIDGE 0x06
#define PCI_SUB_VGA 0x0300
#define PCI_SUB_DISPLAY_OTHER 0x0380

/* Does a screen hang off this function? A 3D controller (0302) drives none. */
static inline bool pci_is_display(const struct pci_function *function)
{
	unsigned int sub = function->class >> 8;

	return sub == PCI_SUB_VGA || sub == PCI_SUB_DISPLAY_OTHER;
}

/*
 * Read ids, class and driver of every function, one read each, sorted by address. The caller frees the array.
 * A function whose file cannot be read is left out. Returns the number of functions or -errno.
 */
ssize_t pci_scan(struct pci_function **ret_functions) must_check;

/* Read what only wanted functions need: header type, IOMMU group, boot_vga. What fails stays "not read". */
void pci_read_details(struct pci_function *function);
