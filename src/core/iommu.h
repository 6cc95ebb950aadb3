/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Is the IOMMU on, and if not, whose fault is it? Judged by what the kernel drives and the firmware offers,
 * never by the command line alone: most kernels switch it on by themselves. Pure; iommu-read.h reads the
 * facts.
 */
#pragma once

#include "core/acpi.h"

enum iommu_state { IOMMU_UNKNOWN, IOMMU_ON, IOMMU_OFF };
enum iommu_kind { IOMMU_KIND_UNKNOWN, IOMMU_INTEL, IOMMU_AMD, IOMMU_SMMU, IOMMU_VIRTIO };
enum iommu_cause {
	IOMMU_CAUSE_UNKNOWN,
	IOMMU_CAUSE_FIRMWARE,    /* the firmware offers none */
	IOMMU_CAUSE_PARAMETER,   /* a kernel parameter switches it off */
	IOMMU_CAUSE_NOT_ENABLED, /* a kernel parameter is missing */
	IOMMU_CAUSE_DRIVER,      /* its driver is a module that is not loaded yet */
};
enum iommu_remapping { IOMMU_REMAPPING_UNKNOWN, IOMMU_REMAPPING_ON, IOMMU_REMAPPING_OFF };

/* What there is to judge by. */
struct iommu_facts {
	const char *unit; /* first name of /sys/class/iommu, "" where that is empty */
	struct acpi_table dmar, ivrs, iort, viot;
	bool x86;
	const char *cpu_vendor; /* vendor_id of /proc/cpuinfo, or "" */
	const char *cmdline;
	/*
	 * Name of the interrupt controller that tells whether interrupts are remapped, "" where none does.
	 * With remapping it starts with "IR-" (drivers/iommu/intel/irq_remapping.c,
	 * drivers/iommu/amd/iommu.c, Linux 4.9 to 7.2).
	 */
	const char *irq_chip;
	bool unsafe_interrupts; /* vfio_iommu_type1 is told to do without */
};

struct iommu {
	enum iommu_state state;
	enum iommu_kind kind;
	enum iommu_cause cause;
	enum iommu_remapping remapping;
	const char *reason, *hint; /* of a state other than on; else "" */
	bool turns_on, turns_off;  /* see iommu_foresee() */
	bool lost;                 /* see iommu_foresee_loss() */
	bool opts_in;              /* the same: only the firmware's flag may enable it */
	/* the kernel parameter that is missing, or that is in the way; "" for none */
	const char *add, *remove;
	const char *leaves_graphics; /* the parameter with igfx_off in it, NULL for none */
	/* What follows from interrupts that are not remapped, and what to do; else "". */
	const char *interrupts, *interrupts_hint;
};

/* Judge the facts. Pure. */
void iommu_judge(const struct iommu_facts *facts, struct iommu *ret);

/*
 * Look at the command line of the next boot: it may mend what switches the IOMMU off in this one (it is
 * @iommu->turns_on then, and whether it will be on, the next boot shows), or switch off (@iommu->turns_off)
 * what is on now. Pure.
 */
void iommu_foresee(const char *cmdline, struct iommu *iommu);

/*
 * The next boot's kernel does not enable VT-d by itself: where it is on by intel_iommu=on of @booted alone, it will be off,
 * @iommu->lost and @iommu->turns_off. Where the firmware @opts_in, a kernel enables it without the parameter if the machine has
 * a port for external devices (drivers/iommu/intel/iommu.c, platform_optin_force_iommu(), Linux 5.0 and later), which sysfs
 * does not show. Pure.
 */
void iommu_foresee_loss(const char *booted, const char *cmdline, bool opts_in, struct iommu *iommu);

/* Does the name of an interrupt controller tell whether interrupts are remapped? MSI and IO-APIC ones do. */
bool iommu_irq_chip_tells(const char *chip);

/*
 * Where groups appear only when a driver probes (arm64 and VIOT before Linux 6.15: of_iommu.c and
 * acpi/scan.c replay the probe), a function without a group proves nothing.
 */
bool iommu_groups_are_late(const struct iommu *iommu);

/* The words of the report, or NULL where it is unknown. */
const char *iommu_state_name(const struct iommu *iommu);
const char *iommu_kind_name(const struct iommu *iommu);
const char *iommu_cause_name(const struct iommu *iommu);
/* The IOMMU as people call it: "VT-d", "AMD-Vi", "SMMU", "virtio-iommu", or "IOMMU". */
const char *iommu_title(const struct iommu *iommu);
