/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads PCI functions from sysfs. */
#pragma once

#include "core/pci.h"
#include "host/rootdir.h"

/*
 * Read ids and class of every function, one read each, sorted by address. The caller frees the array.
 * A function whose file cannot be read is left out. Returns the number of functions or -errno.
 */
ssize_t pci_read_functions(struct pci_function **ret_functions) must_check;

/* Read the driver, where it was not read yet. */
void pci_read_driver(struct pci_function *function);

/*
 * Read the header type of the @count functions whose indexes are in @which. One that cannot be read in time,
 * and those behind it, stay "not read", and are judged by their class.
 */
void pci_read_headers(struct pci_function *functions, const size_t *which, size_t count);
/* Read what only wanted functions need: IOMMU group, boot_vga. What fails stays "not read". */
void pci_read_details(struct pci_function *function);
/* Give every function of the IOMMU group @group its number. */
void pci_read_group(struct pci_function *functions, size_t count, int group);
/* Read the path, or boot_vga of a VGA device. What fails stays "not read". */
void pci_read_path(struct pci_function *function);
/* Read whether it is a virtual function. */
void pci_read_virtual(struct pci_function *function);
void pci_read_boot_vga(struct pci_function *function);

/* Read of a display whether a monitor is connected, and whether it is a virtual function. */
void pci_read_display(struct pci_function *function);

/*
 * Read what matters of a wanted function only: whether it is an SR-IOV virtual function, and of a display the
 * signs that the firmware drew on it.
 */
void pci_read_state(struct pci_function *function);

/*
 * Store the ways in which the function can be reset, separated by blanks, "" for none: its reset_method
 * (Documentation/ABI/testing/sysfs-bus-pci, Linux 5.15), before that "yes" where it has any. A function
 * without any has neither file (drivers/pci/pci-sysfs.c, pci_dev_reset_attr_is_visible()), so @known says
 * whether another function has one, pci_read_has_resets(). Returns 0, or -errno where it cannot be told.
 */
int pci_read_resets(const struct pci_function *function, bool known, struct rootdir_text *ret) must_check;
bool pci_read_has_resets(const struct pci_function *functions, size_t count);
