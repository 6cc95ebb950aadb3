/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "core/iommu.h"

static void the_state_and_its_cause(void **state)
{
	static const struct {
		const char *name;
		struct iommu_facts facts;
		const char *state, *kind, *cause, *reason, *hint;
	} rows[] = {
		{ "VT-d", { .unit = "dmar0", .x86 = true, .cmdline = "" }, "on", "intel", NULL, "", "" },
		{ "AMD-Vi",
		  { .unit = "ivhd0", .x86 = true, .cmdline = "amd_iommu=on" },
		  "on",
		  "amd",
		  NULL,
		  "",
		  "" },
		{ "SMMUv3",
		  { .unit = "smmu3.0x0000000009050000", .cmdline = "" },
		  "on",
		  "smmu",
		  NULL,
		  "",
		  "" },
		{ "virtio",
		  { .unit = "0000:00:07.0", .x86 = true, .cmdline = "" },
		  "on",
		  "virtio",
		  NULL,
		  "",
		  "" },
		{ "virtio on MMIO",
		  { .unit = "a003e00.virtio_mmio", .cmdline = "" },
		  "on",
		  "virtio",
		  NULL,
		  "",
		  "" },
		{ "on in spite of the text",
		  { .unit = "dmar0", .x86 = true, .cmdline = "intel_iommu=off" },
		  "on",
		  "intel",
		  NULL,
		  "",
		  "" },
		{ "Intel, firmware",
		  { .unit = "", .x86 = true, .cpu_vendor = "GenuineIntel", .cmdline = "intel_iommu=on" },
		  "off",
		  NULL,
		  "firmware",
		  "no DMAR, IVRS or VIOT",
		  "VT-d" },
		{ "AMD, firmware",
		  { .unit = "", .x86 = true, .cpu_vendor = "AuthenticAMD", .cmdline = "" },
		  "off",
		  NULL,
		  "firmware",
		  "no DMAR, IVRS or VIOT",
		  "AMD-Vi" },
		{ "other, firmware",
		  { .unit = "", .x86 = true, .cpu_vendor = "", .cmdline = "" },
		  "off",
		  NULL,
		  "firmware",
		  "no DMAR, IVRS or VIOT",
		  "VT-d (Intel) or AMD-Vi" },
		{ "intel_iommu=off",
		  { .unit = "",
		    .dmar.exists = true,
		    .x86 = true,
		    .cmdline = "intel_iommu=on intel_iommu=off" },
		  "off",
		  "intel",
		  "parameter",
		  "intel_iommu=off",
		  "remove intel_iommu=off" },
		{ "iommu=off",
		  { .unit = "", .dmar.exists = true, .x86 = true, .cmdline = "iommu=off" },
		  "off",
		  "intel",
		  "parameter",
		  "iommu=off",
		  "remove iommu=off" },
		{ "amd_iommu=off",
		  { .unit = "", .ivrs.exists = true, .x86 = true, .cmdline = "amd_iommu=off" },
		  "off",
		  "amd",
		  "parameter",
		  "amd_iommu=off",
		  "remove" },
		{ "the other maker's switch",
		  { .unit = "", .dmar.exists = true, .x86 = true, .cmdline = "amd_iommu=off" },
		  "off",
		  "intel",
		  "not-enabled",
		  "kernel does not enable it",
		  "add intel_iommu=on" },
		{ "Intel, not enabled",
		  { .unit = "", .dmar.exists = true, .x86 = true, .cmdline = "quiet" },
		  "off",
		  "intel",
		  "not-enabled",
		  "kernel does not enable it",
		  "add intel_iommu=on" },
		{ "AMD, not started",
		  { .unit = "", .ivrs.exists = true, .x86 = true, .cmdline = "quiet" },
		  "off",
		  "amd",
		  NULL,
		  "failed to enable it",
		  "dmesg" },
		{ "Intel, told to start",
		  { .unit = "", .dmar.exists = true, .x86 = true, .cmdline = "intel_iommu=on,sm_on" },
		  "off",
		  "intel",
		  NULL,
		  "failed to enable it",
		  "'DMAR' in dmesg" },
		{ "another word behind the switch",
		  { .unit = "",
		    .dmar.exists = true,
		    .x86 = true,
		    .cmdline = "intel_iommu=off intel_iommu=igfx_off" },
		  "off",
		  "intel",
		  "parameter",
		  "intel_iommu=off",
		  "remove intel_iommu=off" },
		{ "off, and on again behind it",
		  { .unit = "", .dmar.exists = true, .x86 = true, .cmdline = "intel_iommu=off,on" },
		  "off",
		  "intel",
		  NULL,
		  "failed to enable it",
		  "'DMAR' in dmesg" },
		{ "amd_iommu=off does not wear off",
		  { .unit = "",
		    .ivrs.exists = true,
		    .x86 = true,
		    .cmdline = "amd_iommu=off amd_iommu=fullflush" },
		  "off",
		  "amd",
		  "parameter",
		  "amd_iommu=off",
		  "remove" },
		{ "amd_iommu=on is none",
		  { .unit = "", .ivrs.exists = true, .x86 = true, .cmdline = "amd_iommu=on" },
		  "off",
		  "amd",
		  NULL,
		  "failed to enable it",
		  "'AMD-Vi' in dmesg" },
		{ "a DMAR that names none",
		  { .unit = "", .dmar = { .exists = true, .read = true }, .x86 = true, .cmdline = "" },
		  "off",
		  "intel",
		  "firmware",
		  "DMAR table describes no VT-d unit",
		  "update the firmware" },
		{ "a DMAR that names none, and a switch",
		  { .unit = "",
		    .dmar = { .exists = true, .read = true },
		    .x86 = true,
		    .cmdline = "intel_iommu=off" },
		  "off",
		  "intel",
		  "firmware",
		  "DMAR table describes no VT-d unit",
		  "update the firmware" },
		{ "a damaged IVRS",
		  { .unit = "",
		    .ivrs = { .exists = true, .read = true, .damaged = true },
		    .x86 = true,
		    .cmdline = "" },
		  "off",
		  "amd",
		  "firmware",
		  "IVRS table is damaged",
		  "update the firmware" },
		{ "damaged behind its units",
		  { .unit = "",
		    .ivrs = { .exists = true, .read = true, .damaged = true, .units = 1 },
		    .x86 = true,
		    .cmdline = "" },
		  "off",
		  "amd",
		  NULL,
		  "failed to enable it",
		  "'AMD-Vi' in dmesg" },
		{ "an IORT with an SMMU",
		  { .unit = "", .iort = { .exists = true, .read = true, .units = 3 }, .cmdline = "" },
		  "off",
		  "smmu",
		  "driver",
		  "driver of the SMMU",
		  "arm_smmu_v3" },
		{ "an IORT without one",
		  { .unit = "", .iort = { .exists = true, .read = true }, .cmdline = "" },
		  "off",
		  "smmu",
		  "firmware",
		  "IORT table describes no SMMU",
		  "a firmware update may" },
		{ "no table, no x86",
		  { .unit = "", .cmdline = "" },
		  "off",
		  NULL,
		  NULL,
		  "no firmware table describes an IOMMU",
		  "'iommu' in dmesg" },
		{ "both tables, AMD",
		  { .unit = "",
		    .dmar.exists = true,
		    .ivrs.exists = true,
		    .x86 = true,
		    .cpu_vendor = "AuthenticAMD",
		    .cmdline = "amd_iommu=off" },
		  "off",
		  "amd",
		  "parameter",
		  "amd_iommu=off",
		  "remove" },
		{ "VIOT",
		  { .unit = "", .viot.exists = true, .x86 = true, .cmdline = "" },
		  "off",
		  "virtio",
		  "driver",
		  "virtio_iommu",
		  "initramfs" },
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
		assert_row(strstr(iommu.reason, rows[i].reason) && strstr(iommu.hint, rows[i].hint),
			   rows[i].name);
	}
}

static void the_next_boot(void **state)
{
	static const struct {
		const char *name, *now, *next;
		struct iommu_facts facts;
		bool turns_on, turns_off;
		enum iommu_state state;
	} rows[] = {
		{ "a switch that goes",
		  "intel_iommu=off",
		  "quiet",
		  { .unit = "", .dmar.exists = true },
		  true,
		  false,
		  IOMMU_OFF },
		{ "a switch that stays",
		  "intel_iommu=off",
		  "intel_iommu=off",
		  { .unit = "", .dmar.exists = true },
		  false,
		  false,
		  IOMMU_OFF },
		{ "a switch that comes",
		  "quiet",
		  "intel_iommu=off",
		  { .unit = "dmar0" },
		  false,
		  true,
		  IOMMU_OFF },
		{ "what was missing",
		  "quiet",
		  "intel_iommu=on",
		  { .unit = "", .dmar.exists = true },
		  true,
		  false,
		  IOMMU_OFF },
		{ "what still is",
		  "quiet",
		  "quiet splash",
		  { .unit = "", .dmar.exists = true },
		  false,
		  false,
		  IOMMU_OFF },
		{ "another one's switch",
		  "quiet",
		  "amd_iommu=off",
		  { .unit = "dmar0" },
		  false,
		  false,
		  IOMMU_ON },
		{ "the firmware's doing",
		  "quiet",
		  "intel_iommu=on",
		  { .unit = "" },
		  false,
		  false,
		  IOMMU_OFF },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct iommu_facts facts = rows[i].facts;
		struct iommu iommu;

		facts.x86 = true;
		facts.cpu_vendor = "";
		facts.cmdline = rows[i].now;
		iommu_judge(&facts, &iommu);
		iommu_foresee(rows[i].next, &iommu);
		assert_row(iommu.turns_on == rows[i].turns_on && iommu.turns_off == rows[i].turns_off &&
				   iommu.state == rows[i].state,
			   rows[i].name);
	}
}

static void the_next_boot_has_its_own_igfx_off(void **state)
{
	const struct iommu_facts facts = { .unit = "dmar0",
					   .cpu_vendor = "",
					   .cmdline = "intel_iommu=on,igfx_off" };
	struct iommu iommu;

	(void)state;
	iommu_judge(&facts, &iommu);
	assert_string_equal(iommu.leaves_graphics, "intel_iommu=on,igfx_off");
	iommu_foresee("intel_iommu=on", &iommu);
	assert_null(iommu.leaves_graphics);
	iommu_foresee("intel_iommu=igfx_off", &iommu);
	assert_string_equal(iommu.leaves_graphics, "intel_iommu=igfx_off");
}

static void what_follows_from_interrupts(void **state)
{
	static const struct {
		const char *name;
		struct iommu_facts facts;
		enum iommu_remapping remapping;
		const char *sentence, *hint; /* NULL: nothing is said */
	} rows[] = {
		{ "remapped", { .unit = "dmar0", .irq_chip = "IR-IO-APIC" }, IOMMU_REMAPPING_ON, NULL, NULL },
		{ "remapped, and the IOMMU off",
		  { .unit = "", .irq_chip = "IR-PCI-MSI" },
		  IOMMU_REMAPPING_ON,
		  NULL,
		  NULL },
		{ "nobody tells",
		  { .unit = "smmu3.0x0000000009050000", .irq_chip = "" },
		  IOMMU_REMAPPING_UNKNOWN,
		  NULL,
		  NULL },
		{ "not remapped",
		  { .unit = "dmar0", .irq_chip = "IO-APIC" },
		  IOMMU_REMAPPING_OFF,
		  "vfio opens no device",
		  "allow_unsafe_interrupts=1 to the kernel command line" },
		{ "switched off",
		  { .unit = "dmar0", .irq_chip = "IO-APIC", .cmdline = "intremap=off" },
		  IOMMU_REMAPPING_OFF,
		  "vfio opens no device",
		  "remove intremap=off" },
		{ "the firmware's doing",
		  { .unit = "dmar0", .irq_chip = "PCI-MSI", .dmar = { .read = true } },
		  IOMMU_REMAPPING_OFF,
		  "vfio opens no device",
		  "x2APIC" },
		{ "allowed",
		  { .unit = "dmar0", .irq_chip = "IO-APIC", .unsafe_interrupts = true },
		  IOMMU_REMAPPING_OFF,
		  "a guest can inject",
		  "'remapping' in dmesg" },
		{ "off, and so is the IOMMU",
		  { .unit = "", .irq_chip = "IO-APIC" },
		  IOMMU_REMAPPING_OFF,
		  NULL,
		  NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct iommu_facts facts = rows[i].facts;
		struct iommu iommu;

		facts.cpu_vendor = "";
		facts.cmdline = facts.cmdline ? facts.cmdline : "";
		iommu_judge(&facts, &iommu);
		assert_row(iommu.remapping == rows[i].remapping, rows[i].name);
		assert_row(rows[i].sentence ? strstr(iommu.interrupts, rows[i].sentence) != NULL :
					      !iommu.interrupts[0],
			   rows[i].name);
		assert_row(rows[i].hint ? strstr(iommu.interrupts_hint, rows[i].hint) != NULL :
					  !iommu.interrupts_hint[0],
			   rows[i].name);
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
		cmocka_unit_test(the_next_boot),
		cmocka_unit_test(the_next_boot_has_its_own_igfx_off),
		cmocka_unit_test(what_follows_from_interrupts),
		cmocka_unit_test(where_groups_come_late),
	};

	return RUN(tests);
}
