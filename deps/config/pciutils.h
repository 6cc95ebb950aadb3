/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What lib/configure of pciutils would write; deps/build adds the version. */
#ifndef PCI_CONFIG_H
#define PCI_CONFIG_H
#define PCI_OS_LINUX
#define PCI_HAVE_64BIT_ADDRESS
#define PCI_HAVE_LINUX_BYTEORDER_H
#define PCI_IDS "pci.ids"
#define PCI_PATH_IDS_DIR "/usr/share/misc"
#define PCILIB_VERSION "@VERSION@"
/* Decided: no way to reach the hardware, which is the kernel's to show. */
#undef PCI_HAVE_PM_DUMP
#undef PCI_HAVE_PM_ECAM
#undef PCI_HAVE_PM_INTEL_CONF
#undef PCI_HAVE_PM_LINUX_PROC
#undef PCI_HAVE_PM_LINUX_SYSFS
#undef PCI_HAVE_PM_MMIO_CONF
#endif
