/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/iommu-read.h"

#include <stdlib.h>
#include <string.h>

#include "core/cmdline.h"
#include "host/sysfs.h"

static void read_cpu_vendor(char *buffer, size_t size)
{
	static const char key[] = "vendor_id\t: ";
	char text[512], *vendor;

	buffer[0] = '\0';
	if (rootdir_read("/proc/cpuinfo", text, sizeof(text)) <= 0)
		return;
	vendor = strstr(text, key);
	if (vendor) {
		vendor += strlen(key);
		util_format(buffer, size, "%.*s", (int)strcspn(vendor, "\n"), vendor);
	}
}

/* Tables are readable by root only; that they are there, anyone sees. */
static void read_table(const char *name, struct acpi_table *ret)
{
	cleanup_free char *bytes = NULL;
	size_t length;

	ret->exists = sysfs_acpi_table_exists(name);
	/* An empty file is none that the kernel shows. */
	if (ret->exists && sysfs_acpi_table_read(name, &bytes, &length) == 0 && length)
		acpi_parse((const uint8_t *)bytes, length, ret);
}

static bool remember_chip(void *data, const char *chip)
{
	char *found = data;

	if (!iommu_irq_chip_tells(chip))
		return true;
	util_format(found, SYSFS_CHIP_SIZE, "%s", chip);
	return false;
}

void iommu_read(const char *cmdline, struct iommu *ret)
{
	char cpu_vendor[32] = "", chip[SYSFS_CHIP_SIZE] = "", **units = NULL;
	ssize_t count = sysfs_iommu_list(&units);
	struct iommu_facts facts = {
		.unit = count > 0 ? units[0] : "",
		.cpu_vendor = cpu_vendor,
		.cmdline = cmdline,
		.irq_chip = chip,
#if defined(__x86_64__) || defined(__i386__)
		.x86 = true,
#endif
	};

	if (facts.x86)
		sysfs_irq_chips(remember_chip, chip);
	if (count <= 0 || (chip[0] && strncmp(chip, "IR-", 3))) {
		read_table("DMAR", &facts.dmar);
		read_table("IVRS", &facts.ivrs);
		read_table("IORT", &facts.iort);
		read_table("VIOT", &facts.viot);
		read_cpu_vendor(cpu_vendor, sizeof(cpu_vendor));
		facts.unsafe_interrupts =
			sysfs_module_says("vfio_iommu_type1", "allow_unsafe_interrupts") ||
			cmdline_switches_on(cmdline, "vfio_iommu_type1.allow_unsafe_interrupts");
	}
	iommu_judge(&facts, ret);
	rootdir_list_free(units, count);
}
