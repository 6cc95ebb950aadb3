/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The door to libpci: names of devices and classes from the system's pci.ids. */
#pragma once

#include "core/pci.h"

/* Use the system's list, of the other root where there is one. Without a list every name is "". */
void pci_names_open(void);
void pci_names_close(void);

/* "NVIDIA Corporation GP106 [GeForce GTX 1060 6GB]", "" where it is not known: a util_text(). */
const char *pci_names_device(const struct pci_function *function) must_check;

/* The same without the vendor, which stands alone where the device is not known. */
const char *pci_names_model(const struct pci_function *function) must_check;

/* "VGA compatible controller", or "class 030000" where it is not known: a util_text(). */
const char *pci_names_class(const struct pci_function *function) must_check;
