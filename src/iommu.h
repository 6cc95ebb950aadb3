/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Is the IOMMU on, and if not, whose fault is it? Judged by what the kernel drives and the firmware offers,
 * never by the command line alone: most kernels switch it on by themselves.
 */
#pragma once

#include "util.h"

enum iommu_state { IOMMU_UNKNOWN, IOMMU_ON, IOMMU_OFF };
enum iommu_kind { IOMMU_KIND_UNKNOWN, IOMMU_INTEL, IOMMU_AMD, IOMMU_SMMU, IOMMU_VIRTIO };
enum iommu_cause {
	IOMMU_CAUSE_UNKNOWN,
	IOMMU_CAUSE_FIRMWARE,    /* the firmware offers none */
	IOMMU_CAUSE_PARAMETER,   /* a kernel parameter switches it off */
	IOMMU_CAUSE_NOT_ENABLED, /* a kernel parameter is missing */
	IOMMU_CAUSE_DRIVER,      /* its driver is a module that is not loaded yet */
};

/* What there is to judge by. */
struct iommu_facts {
	const char *unit;     /* first name of /sys/class/iommu, "" where that is empty */
	bool dmar, ivrs, iort, viot; /* ACPI tables */
	bool x86;
	const char *cpu_vendor; /* vendor_id of /proc/cpuinfo, or "" */
	const char *cmdline;
};

struct iommu {
	enum iommu_state state;
	enum iommu_kind kind;
	enum iommu_cause cause;
	char reason[192], hint[192]; /* of a state other than on; else "" */
};

/* Judge the facts. Pure. */
void iommu_judge(const struct iommu_facts *facts, struct iommu *ret);

/* Read the facts of this machine and judge them; @cmdline is the kernel command line. */
void iommu_read(const char *cmdline, struct iommu *ret);

/*
 * Where groups appear only when a driver probes (arm64 and VIOT before Linux 6.15: of_iommu.c and
 * acpi/scan.c replay the probe), a function without a group proves nothing.
 */
bool iommu_groups_are_late(const struct iommu *iommu);

/* The words of the report, or NULL where it is unknown. */
const char *iommu_state_name(const struct iommu *iommu);
const char *iommu_kind_name(const struct iommu *iommu);
const char *iommu_cause_name(const struct iommu *iommu);
