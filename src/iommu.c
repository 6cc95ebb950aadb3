/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "iommu.h"

#include <string.h>

#include "cmdline.h"
#include "root.h"
#include "sysfs.h"

static bool starts_with(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

/* The units' names come from the drivers: dmarN, ivhdN, smmu.ADDRESS, smmu3.ADDRESS (drivers/iommu). */
static enum iommu_kind kind_of_unit(const char *unit)
{
	if (starts_with(unit, "dmar"))
		return IOMMU_INTEL;
	if (starts_with(unit, "ivhd"))
		return IOMMU_AMD;
	if (starts_with(unit, "smmu") || starts_with(unit, "arm-smmu"))
		return IOMMU_SMMU;
	if (starts_with(unit, "viommu") || strstr(unit, "virtio"))
		return IOMMU_VIRTIO;
	return IOMMU_KIND_UNKNOWN;
}

static enum iommu_kind kind_of_tables(const struct iommu_facts *facts)
{
	if (facts->dmar)
		return IOMMU_INTEL;
	if (facts->ivrs)
		return IOMMU_AMD;
	if (facts->viot)
		return IOMMU_VIRTIO;
	return IOMMU_KIND_UNKNOWN;
}

/* The parameter that switches the kernel's driver off, or NULL (x86: arch/x86/kernel/pci-dma.c, iommu_setup()). */
static const char *switched_off_by(const struct iommu_facts *facts, enum iommu_kind kind)
{
	if (kind == IOMMU_INTEL && cmdline_has(facts->cmdline, "intel_iommu", "off"))
		return "intel_iommu=off";
	if (kind == IOMMU_AMD && cmdline_has(facts->cmdline, "amd_iommu", "off"))
		return "amd_iommu=off";
	if ((kind == IOMMU_INTEL || kind == IOMMU_AMD) && cmdline_has(facts->cmdline, "iommu", "off"))
		return "iommu=off";
	return NULL;
}

static void blame(struct iommu *iommu, enum iommu_cause cause, const char *reason, const char *hint)
{
	iommu->cause = cause;
	util_format(iommu->reason, sizeof(iommu->reason), "%s", reason);
	util_format(iommu->hint, sizeof(iommu->hint), "%s", hint);
}

static void blame_firmware(const struct iommu_facts *facts, struct iommu *iommu)
{
	const char *hint = "switch on VT-d (Intel) or AMD-Vi, also called IOMMU (AMD), in the firmware setup";

	if (!strcmp(facts->cpu_vendor, "GenuineIntel"))
		hint = "switch on VT-d (Intel Virtualization Technology for Directed I/O) in the firmware setup";
	else if (!strcmp(facts->cpu_vendor, "AuthenticAMD"))
		hint = "switch on AMD-Vi, also called IOMMU or SVM IOMMU, in the firmware setup";
	if (facts->x86)
		blame(iommu, IOMMU_CAUSE_FIRMWARE, "the firmware offers no IOMMU (no DMAR or IVRS table)", hint);
	else
		blame(iommu, facts->iort ? IOMMU_CAUSE_UNKNOWN : IOMMU_CAUSE_FIRMWARE, "the kernel drives no IOMMU",
		      "look for 'iommu' in dmesg: this machine has no SMMU, or the kernel no driver for it");
}

static void blame_kernel(struct iommu *iommu)
{
	switch (iommu->kind) {
	case IOMMU_INTEL:
		blame(iommu, IOMMU_CAUSE_NOT_ENABLED, "the firmware offers VT-d, the kernel has not switched it on",
		      "add intel_iommu=on to the kernel command line");
		break;
	case IOMMU_AMD:
		blame(iommu, IOMMU_CAUSE_UNKNOWN, "the firmware offers AMD-Vi, the kernel could not start it",
		      "look for 'AMD-Vi' in dmesg; a firmware update often mends its tables");
		break;
	default:
		blame(iommu, IOMMU_CAUSE_DRIVER, "the IOMMU's driver, virtio_iommu, is not loaded yet",
		      "put virtio_iommu into the initramfs");
	}
}

void iommu_judge(const struct iommu_facts *facts, struct iommu *ret)
{
	const char *parameter;
	char reason[96], hint[96];

	*ret = (struct iommu){ .state = IOMMU_ON };
	if (facts->unit[0]) {
		ret->kind = kind_of_unit(facts->unit);
		return;
	}
	ret->state = IOMMU_OFF;
	ret->kind = kind_of_tables(facts);
	parameter = switched_off_by(facts, ret->kind);
	if (parameter) {
		util_format(reason, sizeof(reason), "%s on the kernel command line switches the IOMMU off", parameter);
		util_format(hint, sizeof(hint), "remove %s from the kernel command line", parameter);
		blame(ret, IOMMU_CAUSE_PARAMETER, reason, hint);
	} else if (ret->kind == IOMMU_KIND_UNKNOWN) {
		blame_firmware(facts, ret);
	} else {
		blame_kernel(ret);
	}
}

static void read_cpu_vendor(char *buffer, size_t size)
{
	static const char key[] = "vendor_id\t: ";
	char text[512], *vendor;

	buffer[0] = '\0';
	if (root_read("/proc/cpuinfo", text, sizeof(text)) <= 0)
		return;
	vendor = strstr(text, key);
	if (vendor) {
		vendor += strlen(key);
		util_format(buffer, size, "%.*s", (int)strcspn(vendor, "\n"), vendor);
	}
}

void iommu_read(const char *cmdline, struct iommu *ret)
{
	char cpu_vendor[32] = "", **units = NULL;
	ssize_t count = sysfs_iommu_list(&units);
	struct iommu_facts facts = {
		.unit = count > 0 ? units[0] : "",
		.cpu_vendor = cpu_vendor,
		.cmdline = cmdline,
#if defined(__x86_64__) || defined(__i386__)
		.x86 = true,
#endif
	};

	if (count <= 0) {
		facts.dmar = sysfs_acpi_table_exists("DMAR");
		facts.ivrs = sysfs_acpi_table_exists("IVRS");
		facts.iort = sysfs_acpi_table_exists("IORT");
		facts.viot = sysfs_acpi_table_exists("VIOT");
		read_cpu_vendor(cpu_vendor, sizeof(cpu_vendor));
	}
	iommu_judge(&facts, ret);
	root_list_free(units, count);
}

bool iommu_groups_are_late(const struct iommu *iommu)
{
	return iommu->kind != IOMMU_INTEL && iommu->kind != IOMMU_AMD &&
	       (iommu->state == IOMMU_ON || iommu->cause == IOMMU_CAUSE_DRIVER);
}

const char *iommu_state_name(const struct iommu *iommu)
{
	static const char *const names[] = { NULL, "on", "off" };

	return names[iommu->state];
}

const char *iommu_kind_name(const struct iommu *iommu)
{
	static const char *const names[] = { NULL, "intel", "amd", "smmu", "virtio" };

	return names[iommu->kind];
}

const char *iommu_cause_name(const struct iommu *iommu)
{
	static const char *const names[] = { NULL, "firmware", "parameter", "not-enabled", "driver" };

	return names[iommu->cause];
}
