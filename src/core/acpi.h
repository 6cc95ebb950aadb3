/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The firmware's tables of IOMMUs: DMAR (Intel VT-d specification, 8.1), IVRS (AMD I/O Virtualization
 * specification, 5.2), IORT (Arm DEN0049) and VIOT (ACPI 6.5, 5.2.35). Pure; sysfs.h reads them.
 */
#pragma once

#include <stdint.h>

#include "util.h"

struct acpi_table {
	bool exists;
	bool read;              /* its content was read; what follows is known then */
	bool damaged;           /* shorter than it says, or a structure in it has no sound length */
	unsigned int units;     /* IOMMUs that it describes: DRHD, IVHD, SMMU, virtio-iommu */
	bool remaps_interrupts; /* DMAR only: the INTR_REMAP flag */
	bool opts_in;           /* DMAR only: the DMA_CTRL_PLATFORM_OPT_IN flag */
};

/*
 * Take from the @length bytes of a table what it says. The table's kind is that of its signature. A checksum
 * that is wrong does not count, as for the kernel (drivers/acpi/acpica/tbprint.c, acpi_tb_verify_checksum(),
 * warns only).
 */
void acpi_parse(const uint8_t *bytes, size_t length, struct acpi_table *ret);
