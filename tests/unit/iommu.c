/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "iommu.h"

static void the_state_and_its_cause(void **state)
{
	static const struct {
		const char *name;
		struct iommu_facts facts;
		const char *state, *kind, *cause, *reason, *hint;
	} rows[] = {
		{ "VT-d", { .unit = "dmar0", .x86 = true, .cmdline = "" }, "on", "intel", NULL, "", "" },
		{ "AMD-Vi", { .unit = "ivhd0", .x86 = true, .cmdline = "amd_iommu=on" }, "on", "amd", NULL, "", "" },
		{ "SMMUv3", { .unit = "smmu3.0x0000000009050000", .cmdline = "" }, "on", "smmu", NULL, "", "" },
		{ "virtio", { .unit = "viommu0", .x86 = true, .cmdline = "" }, "on", "virtio", NULL, "", "" },
		{ "on in spite of the text", { .unit = "dmar0", .x86 = true, .cmdline = "intel_iommu=off" }, "on", "intel", NULL, "", "" },
		{ "Intel, firmware", { .unit = "", .x86 = true, .cpu_vendor = "GenuineIntel", .cmdline = "intel_iommu=on" },
		  "off", NULL, "firmware", "no DMAR or IVRS", "VT-d" },
		{ "AMD, firmware", { .unit = "", .x86 = true, .cpu_vendor = "AuthenticAMD", .cmdline = "" },
		  "off", NULL, "firmware", "no DMAR or IVRS", "AMD-Vi" },
		{ "other, firmware", { .unit = "", .x86 = true, .cpu_vendor = "", .cmdline = "" },
		  "off", NULL, "firmware", "no DMAR or IVRS", "VT-d (Intel) or AMD-Vi" },
		{ "intel_iommu=off", { .unit = "", .dmar = true, .x86 = true, .cmdline = "intel_iommu=on intel_iommu=off" },
		  "off", "intel", "parameter", "intel_iommu=off", "remove intel_iommu=off" },
		{ "iommu=off", { .unit = "", .dmar = true, .x86 = true, .cmdline = "iommu=off" },
		  "off", "intel", "parameter", "iommu=off", "remove iommu=off" },
		{ "amd_iommu=off", { .unit = "", .ivrs = true, .x86 = true, .cmdline = "amd_iommu=off" },
		  "off", "amd", "parameter", "amd_iommu=off", "remove" },
		{ "the other maker's switch", { .unit = "", .dmar = true, .x86 = true, .cmdline = "amd_iommu=off" },
		  "off", "intel", "not-enabled", "has not switched it on", "add intel_iommu=on" },
		{ "Intel, not enabled", { .unit = "", .dmar = true, .x86 = true, .cmdline = "quiet" },
		  "off", "intel", "not-enabled", "has not switched it on", "add intel_iommu=on" },
		{ "AMD, not started", { .unit = "", .ivrs = true, .x86 = true, .cmdline = "quiet" },
		  "off", "amd", NULL, "could not start it", "dmesg" },
		{ "VIOT", { .unit = "", .viot = true, .x86 = true, .cmdline = "" }, "off", "virtio", "driver", "virtio_iommu", "initramfs" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct iommu iommu;
		const char *kind, *cause;
		struct iommu_facts facts = rows[i].facts;

		facts.cpu_vendor = facts.cpu_vendor ? facts.cpu_vendor : "";
		iommu_judge(&facts, &iommu);
		kind = iommu_kind_name(&iommu);
		cause = iommu_cause_name(&iommu);
		assert_row(!strcmp(iommu_state_name(&iommu), rows[i].state), rows[i].name);
		assert_row(!strcmp(kind ? kind : "-", rows[i].kind ? rows[i].kind : "-"), rows[i].name);
		assert_row(!strcmp(cause ? cause : "-", rows[i].cause ? rows[i].cause : "-"), rows[i].name);
		assert_row(strstr(iommu.reason, rows[i].reason) && strstr(iommu.hint, rows[i].hint), rows[i].name);
	}
}

static void where_groups_come_late(void **state)
{
	static const struct {
		struct iommu iommu;
		bool late;
	} rows[] = {
		{ { .state = IOMMU_ON, .kind = IOMMU_INTEL }, false },
		{ { .state = IOMMU_ON, .kind = IOMMU_AMD }, false },
		{ { .state = IOMMU_ON, .kind = IOMMU_SMMU }, true },
		{ { .state = IOMMU_OFF, .kind = IOMMU_VIRTIO, .cause = IOMMU_CAUSE_DRIVER }, true },
		{ { .state = IOMMU_OFF, .cause = IOMMU_CAUSE_FIRMWARE }, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(iommu_groups_are_late(&rows[i].iommu), rows[i].late);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_state_and_its_cause),
		cmocka_unit_test(where_groups_come_late),
	};

	return RUN(tests);
}
