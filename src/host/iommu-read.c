/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/iommu-read.h"

#include <stdlib.h>
#include <string.h>

#include "core/cmdline.h"
#include "host/sysfs.h"

/* The first processor tells. */
#define CPUINFO_LIMIT 512

static const char *read_cpu_vendor(void)
{
	static const char key[] = "vendor_id\t: ";
	cleanup_free char *text = NULL;
	const char *vendor;
	size_t length;

	if (rootdir_read_file("/proc/cpuinfo", CPUINFO_LIMIT, &text, &length) < 0 && !text)
		return "";
	vendor = strstr(text, key);
	if (!vendor)
		return "";
	vendor += strlen(key);
	return util_text("%.*s", (int)strcspn(vendor, "\n"), vendor);
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
	const char **found = data;

	if (!iommu_irq_chip_tells(chip))
		return true;
	*found = util_text("%s", chip);
	return false;
}

void iommu_read(const char *cmdline, struct iommu *ret)
{
	char **units = NULL;
	ssize_t count = sysfs_iommu_list(&units);
	struct iommu_facts facts = {
		.unit = count > 0 ? units[0] : "",
		.cpu_vendor = "",
		.cmdline = cmdline,
		.irq_chip = "",
#if defined(__x86_64__) || defined(__i386__)
		.x86 = true,
#endif
	};

	if (facts.x86)
		sysfs_irq_chips(remember_chip, &facts.irq_chip);
	if (count <= 0 || (facts.irq_chip[0] && !util_starts_with(facts.irq_chip, "IR-"))) {
		read_table("DMAR", &facts.dmar);
		read_table("IVRS", &facts.ivrs);
		read_table("IORT", &facts.iort);
		read_table("VIOT", &facts.viot);
		facts.cpu_vendor = read_cpu_vendor();
		facts.unsafe_interrupts =
			sysfs_module_says("vfio_iommu_type1", "allow_unsafe_interrupts") ||
			cmdline_switches_on(cmdline, "vfio_iommu_type1.allow_unsafe_interrupts");
	}
	iommu_judge(&facts, ret);
	rootdir_list_free(units, count);
}

bool iommu_read_opts_in(void)
{
	struct acpi_table dmar = { 0 };

	read_table("DMAR", &dmar);
	/* What cannot be read may say so. */
	return dmar.opts_in || (dmar.exists && !dmar.read);
}
