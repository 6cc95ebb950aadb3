/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What lib/configure of pciutils would write: no way to reach the hardware, which is the kernel's to show. */
#ifndef PCI_CONFIG_H
#define PCI_CONFIG_H
#define PCI_OS_LINUX
#define PCI_HAVE_64BIT_ADDRESS
#define PCI_HAVE_STDINT_H
#define PCI_IDS "pci.ids"
#define PCI_PATH_IDS_DIR "/usr/share/misc"
#define PCILIB_VERSION "@VERSION@"
#endif
