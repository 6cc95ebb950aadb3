/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/iommu.h"

#include <string.h>

#include "core/cmdline.h"
#include "core/pci.h"

/* The units' names come from the drivers: dmarN, ivhdN, smmu.ADDRESS, smmu3.ADDRESS (drivers/iommu). */
static enum iommu_kind kind_of_unit(const char *unit)
{
	struct pci_address address;

	if (util_starts_with(unit, "dmar"))
		return IOMMU_INTEL;
	if (util_starts_with(unit, "ivhd"))
		return IOMMU_AMD;
	if (util_starts_with(unit, "smmu") || util_starts_with(unit, "arm-smmu"))
		return IOMMU_SMMU;
	/*
	 * virtio-iommu takes the name of its device: an address where that is on PCI (virtio-iommu.c,
	 * viommu_probe()).
	 */
	if (strstr(unit, "virtio") || pci_address_parse(unit, strlen(unit), &address) == 0)
		return IOMMU_VIRTIO;
	return IOMMU_KIND_UNKNOWN;
}

static enum iommu_kind kind_of_tables(const struct iommu_facts *facts)
{
	if (facts->dmar.exists && !(facts->ivrs.exists && !strcmp(facts->cpu_vendor, "AuthenticAMD")))
		return IOMMU_INTEL;
	if (facts->ivrs.exists)
		return IOMMU_AMD;
	if (facts->viot.exists)
		return IOMMU_VIRTIO;
	if (facts->iort.exists)
		return IOMMU_SMMU;
	return IOMMU_KIND_UNKNOWN;
}

static const struct acpi_table *table_of(const struct iommu_facts *facts, enum iommu_kind kind)
{
	static const struct acpi_table none;

	switch (kind) {
	case IOMMU_INTEL:
		return &facts->dmar;
	case IOMMU_AMD:
		return &facts->ivrs;
	case IOMMU_VIRTIO:
		return &facts->viot;
	case IOMMU_SMMU:
		return &facts->iort;
	default:
		return &none;
	}
}

/*
 * Which of two words of a parameter's comma lists stands last, wherever it is given? Other words change
 * nothing (drivers/iommu/intel/iommu.c, intel_iommu_setup()). @off alone: does it stand anywhere
 * (arch/x86/kernel/pci-dma.c, iommu_setup(); drivers/iommu/amd/init.c, parse_amd_iommu_options())?
 */
static const char *last_word(const char *cmdline, const char *name, const char *off, const char *on)
{
	struct cmdline_param param;
	const char *last = "", *item;
	size_t length;

	while (cmdline_next(&cmdline, &param)) {
		const char *cursor = param.value, *end;

		if (!param.value || !cmdline_is(&param, name))
			continue;
		end = param.value + param.value_length;
		while (util_next_item(&cursor, end, &item, &length)) {
			if (util_equal(item, length, off))
				last = off;
			else if (on && util_equal(item, length, on))
				last = on;
		}
	}
	return last;
}

static bool says(const char *cmdline, const char *name, const char *off, const char *on)
{
	return !strcmp(last_word(cmdline, name, off, on), off);
}

/* The parameter that switches the kernel's driver off, or "". */
static const char *switched_off_by(const char *cmdline, enum iommu_kind kind)
{
	if (kind == IOMMU_INTEL && says(cmdline, "intel_iommu", "off", "on"))
		return "intel_iommu=off";
	if (kind == IOMMU_AMD && says(cmdline, "amd_iommu", "off", NULL))
		return "amd_iommu=off";
	if ((kind == IOMMU_INTEL || kind == IOMMU_AMD) && says(cmdline, "iommu", "off", NULL))
		return "iommu=off";
	return "";
}

static void blame(struct iommu *iommu, enum iommu_cause cause, const char *reason, const char *hint)
{
	iommu->cause = cause;
	iommu->reason = reason;
	iommu->hint = hint;
}

static void blame_parameter(struct iommu *iommu)
{
	blame(iommu, IOMMU_CAUSE_PARAMETER,
	      util_text("%s on the kernel command line disables the IOMMU", iommu->remove),
	      util_text("remove %s from the kernel command line", iommu->remove));
}

/* How the firmware setup calls it, on this processor. */
static const char *switch_on_hint(const struct iommu_facts *facts)
{
	if (!strcmp(facts->cpu_vendor, "GenuineIntel"))
		return "enable VT-d (Intel Virtualization Technology for Directed I/O) in the firmware setup";
	if (!strcmp(facts->cpu_vendor, "AuthenticAMD"))
		return "enable AMD-Vi, also called IOMMU or SVM IOMMU, in the firmware setup";
	return "enable VT-d (Intel) or AMD-Vi, also called IOMMU (AMD), in the firmware setup";
}

static void blame_firmware(const struct iommu_facts *facts, struct iommu *iommu)
{
	if (facts->x86)
		blame(iommu, IOMMU_CAUSE_FIRMWARE,
		      "the firmware describes no IOMMU (no DMAR, IVRS or VIOT table)", switch_on_hint(facts));
	else
		blame(iommu, IOMMU_CAUSE_UNKNOWN,
		      "no IOMMU driver is active, and no firmware table describes an IOMMU",
		      "look for 'iommu' in dmesg: the machine has no SMMU, or the kernel has no driver for "
		      "it");
}

/* The table is there and names no IOMMU: told only where its content could be read. */
static void blame_table(const struct iommu_facts *facts, struct iommu *iommu)
{
	static const char *const names[] = { "", "DMAR", "IVRS", "IORT", "VIOT" };
	static const char *const units[] = { "", "VT-d unit", "AMD-Vi unit", "SMMU", "virtio-iommu" };

	blame(iommu, IOMMU_CAUSE_FIRMWARE,
	      table_of(facts, iommu->kind)->damaged ?
		      util_text("the firmware's %s table is damaged", names[iommu->kind]) :
		      util_text("the firmware's %s table describes no %s", names[iommu->kind],
				units[iommu->kind]),
	      iommu->kind == IOMMU_SMMU ? "a firmware update may add one" :
					  "update the firmware, then enable the IOMMU in the firmware setup");
}

static void blame_kernel(const struct iommu_facts *facts, struct iommu *iommu)
{
	switch (iommu->kind) {
	case IOMMU_INTEL:
		if (says(facts->cmdline, "intel_iommu", "on", "off")) {
			blame(iommu, IOMMU_CAUSE_UNKNOWN,
			      "the firmware has VT-d, but the kernel failed to enable it",
			      "look for 'DMAR' in dmesg: a firmware update may fix the table, or the kernel "
			      "has no VT-d driver");
			break;
		}
		iommu->add = "intel_iommu=on";
		blame(iommu, IOMMU_CAUSE_NOT_ENABLED,
		      "the firmware has VT-d, but the kernel does not enable it",
		      "add intel_iommu=on to the kernel command line");
		break;
	case IOMMU_AMD:
		blame(iommu, IOMMU_CAUSE_UNKNOWN,
		      "the firmware has AMD-Vi, but the kernel failed to enable it",
		      "look for 'AMD-Vi' in dmesg; a firmware update may fix the table");
		break;
	case IOMMU_SMMU:
		blame(iommu, IOMMU_CAUSE_DRIVER, "the driver of the SMMU is not loaded yet",
		      "add the module arm_smmu_v3 or arm_smmu to the initramfs");
		break;
	default:
		blame(iommu, IOMMU_CAUSE_DRIVER, "virtio_iommu, the driver of the IOMMU, is not loaded yet",
		      "add the module virtio_iommu to the initramfs");
	}
}

bool iommu_irq_chip_tells(const char *chip)
{
	return util_starts_with(chip, "IR-") || util_starts_with(chip, "IO-APIC") ||
	       util_starts_with(chip, "PCI-MSI");
}

/*
 * Without remapping vfio refuses to open a device (drivers/vfio/vfio_iommu_type1.c,
 * vfio_iommu_type1_attach_group()), long after it was bound. Remapping is set up apart from the IOMMU: its
 * being there proves nothing of that.
 */
static void judge_interrupts(const struct iommu_facts *facts, struct iommu *iommu)
{
	const char *cure = "";

	if (!facts->irq_chip || !facts->irq_chip[0])
		return;
	iommu->remapping =
		util_starts_with(facts->irq_chip, "IR-") ? IOMMU_REMAPPING_ON : IOMMU_REMAPPING_OFF;
	if (iommu->remapping == IOMMU_REMAPPING_ON || iommu->state != IOMMU_ON)
		return;
	iommu->interrupts = facts->unsafe_interrupts ?
				    "interrupt remapping is off, and vfio is configured to ignore that: a "
				    "guest can inject interrupts into the host" :
				    "interrupt remapping is off, so vfio opens no device for a guest";
	if (says(facts->cmdline, "intremap", "off", "on"))
		cure = "remove intremap=off from the kernel command line";
	else if (iommu->kind == IOMMU_INTEL && facts->dmar.read && !facts->dmar.remaps_interrupts)
		cure = "enable interrupt remapping or x2APIC in the firmware setup: the DMAR table does not "
		       "report it";
	else if (iommu->kind == IOMMU_VIRTIO)
		cure = "virtio-iommu has no interrupt remapping here: use an emulated VT-d or AMD-Vi";
	else
		cure = "look for 'remapping' in dmesg";
	iommu->interrupts_hint =
		facts->unsafe_interrupts ?
			cure :
			util_text("%s; or add vfio_iommu_type1.allow_unsafe_interrupts=1 to the kernel "
				  "command line: a guest can then inject interrupts into the host",
				  cure);
}

static void judge_state(const struct iommu_facts *facts, struct iommu *ret)
{
	const struct acpi_table *table;

	*ret = (struct iommu){ .state = IOMMU_ON,
			       .reason = "",
			       .hint = "",
			       .add = "",
			       .remove = "",
			       .interrupts = "",
			       .interrupts_hint = "" };
	if (facts->unit[0]) {
		ret->kind = kind_of_unit(facts->unit);
		return;
	}
	ret->state = IOMMU_OFF;
	ret->kind = kind_of_tables(facts);
	table = table_of(facts, ret->kind);
	ret->remove = switched_off_by(facts->cmdline, ret->kind);
	if (ret->kind == IOMMU_KIND_UNKNOWN) {
		blame_firmware(facts, ret);
	} else if (table->read && !table->units) {
		ret->remove = "";
		blame_table(facts, ret);
	} else if (ret->remove[0]) {
		blame_parameter(ret);
	} else {
		blame_kernel(facts, ret);
	}
}

/* The parameter that has igfx_off in its list (drivers/iommu/intel/iommu.c, intel_iommu_setup()), or NULL. */
static const char *find_igfx_off(const char *cmdline)
{
	struct cmdline_param param;

	while (cmdline && cmdline_next(&cmdline, &param))
		if (param.value && cmdline_is(&param, "intel_iommu") &&
		    util_list_has(param.value, param.value_length, "igfx_off"))
			return util_text("intel_iommu=%s", util_text_shown(param.value, param.value_length));
	return NULL;
}

void iommu_judge(const struct iommu_facts *facts, struct iommu *ret)
{
	judge_state(facts, ret);
	ret->leaves_graphics = find_igfx_off(facts->cmdline);
	judge_interrupts(facts, ret);
}

void iommu_foresee(const char *cmdline, struct iommu *iommu)
{
	const char *off = switched_off_by(cmdline, iommu->kind);

	iommu->leaves_graphics = find_igfx_off(cmdline);
	if (off[0]) {
		iommu->turns_off = iommu->state == IOMMU_ON;
		iommu->state = IOMMU_OFF;
		iommu->remove = off;
		iommu->add = "";
		blame_parameter(iommu);
	} else if (iommu->state == IOMMU_OFF) {
		iommu->turns_on =
			iommu->cause == IOMMU_CAUSE_PARAMETER || (iommu->cause == IOMMU_CAUSE_NOT_ENABLED &&
								  says(cmdline, "intel_iommu", "on", "off"));
	}
}

void iommu_foresee_loss(const char *booted, const char *cmdline, bool opts_in, struct iommu *iommu)
{
	if (iommu->state != IOMMU_ON || iommu->kind != IOMMU_INTEL ||
	    !says(booted, "intel_iommu", "on", "off") || says(cmdline, "intel_iommu", "on", "off"))
		return;
	iommu->opts_in = opts_in;
	if (opts_in)
		return;
	iommu->lost = iommu->turns_off = true;
	iommu->state = IOMMU_OFF;
	iommu->add = "intel_iommu=on";
	blame(iommu, IOMMU_CAUSE_NOT_ENABLED,
	      "the next boot's command line does not have intel_iommu=on, and its kernel does not enable "
	      "VT-d "
	      "by default",
	      "add intel_iommu=on to the kernel command line");
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

const char *iommu_title(const struct iommu *iommu)
{
	static const char *const titles[] = { "IOMMU", "VT-d", "AMD-Vi", "SMMU", "virtio-iommu" };

	return titles[iommu->kind];
}
