#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The IOMMU in each of its states, from the firmware's tables on: the log, check and status say the same of it.
. "$(dirname "$0")/lib.sh"
tables=$cli_here/../machines/tables

# off [TABLE FILE]: a machine whose kernel drives no IOMMU.
off() {
	machine
	pci 0000:01:00.0 10DE:1C03 30200 -
	mkdir -p "$tree/proc"
	printf 'processor\t: 0\nvendor_id\t: %s\n' "${CPU:-GenuineIntel}" >"$tree/proc/cpuinfo"
	cmdline "rd.vfio.ids=01:00.0 ${PARAMETERS:-}"
	[ $# = 0 ] || cp "$tables/$2" "$tree/sys/firmware/acpi/tables/$1"
}

# blames CAUSE SENTENCE CURE: dry run, check and status say it, and JSON has the cause.
blames() {
	run boot --dry-run
	ok "the log: $2" says "0000:01:00.0 10de:1c03 stays with the host: no usable IOMMU: $2; $3"
	run check
	ok "check" says " IOMMU: off: $2; $3"
	run status
	ok "status" says "IOMMU: off: $2; "
	run check --json
	ok "its cause is $1" [ "$(printf '%s' "$output" | jq -r '.iommu | "\(.state) \(.cause)"')" = "off $1" ]
}

off
blames firmware "the firmware describes no IOMMU (no DMAR, IVRS or VIOT table)" "enable VT-d"
CPU=AuthenticAMD off
blames firmware "the firmware describes no IOMMU (no DMAR, IVRS or VIOT table)" "enable AMD-Vi"
off DMAR dmar
blames not-enabled "the firmware has VT-d, but the kernel does not enable it" "add intel_iommu=on"
off DMAR dmar-no-unit
blames firmware "the firmware's DMAR table describes no VT-d unit" "update the firmware"
off DMAR dmar-truncated
blames firmware "the firmware's DMAR table is damaged" "update the firmware"
PARAMETERS=intel_iommu=off off DMAR dmar
blames parameter "intel_iommu=off on the kernel command line disables the IOMMU" "remove intel_iommu=off"
PARAMETERS=intel_iommu=on off DMAR dmar
blames null "the firmware has VT-d, but the kernel failed to enable it" "look for 'DMAR' in dmesg"
CPU=AuthenticAMD off IVRS ivrs
blames null "the firmware has AMD-Vi, but the kernel failed to enable it" "look for 'AMD-Vi' in dmesg"
CPU=AuthenticAMD PARAMETERS="amd_iommu=on iommu=off" off IVRS ivrs
blames parameter "iommu=off on the kernel command line disables the IOMMU" "remove iommu=off"
CPU=AuthenticAMD off IVRS ivrs-corrupted
blames firmware "the firmware's IVRS table is damaged" "update the firmware"
off IORT iort-no-smmu
blames firmware "the firmware's IORT table describes no SMMU" "a firmware update may add one"
off IORT iort-wrong-length
blames firmware "the firmware's IORT table is damaged" "a firmware update may"

# Where the driver is not loaded yet the device is tried all the same.
for table in "IORT iort the driver of the SMMU is not loaded yet" "VIOT viot virtio_iommu, the driver of the IOMMU, is not loaded yet"; do
	off ${table%% the*}
	run check
	ok "${table#* * }" says "WARN IOMMU: off: ${table#* * }; add the module "
	ok "the device is tried" says "would be bound to vfio-pci, IOMMU group not known yet"
done

# A table that only root can read is there all the same.
off DMAR dmar-no-unit
: >"$tree/sys/firmware/acpi/tables/DMAR"
run check
ok "a table without content that can be read is not judged" says "the kernel does not enable it"

# --- on ---

on() { # UNIT CHIP GROUP
	machine "$1"
	pci 0000:01:00.0 10DE:1C03 30200 "$3"
	cmdline "rd.vfio.ids=01:00.0 ${PARAMETERS:-}"
	for irq in 0 1; do mkdir -p "$tree/sys/kernel/irq/$irq"; done
	echo XT-PIC >"$tree/sys/kernel/irq/0/chip_name"
	echo "$2" >"$tree/sys/kernel/irq/1/chip_name"
	cp "$tables/dmar-no-remapping" "$tree/sys/firmware/acpi/tables/DMAR"
}
for kind in "dmar0 IR-IO-APIC VT-d" "ivhd0 IR-PCI-MSI AMD-Vi" "dmar0 IR-PCI-MSIX-0000:00:1d.0 VT-d"; do
	on ${kind% *} 1
	run check
	ok "$kind" line "PASS IOMMU: ${kind##* } is on, interrupts are remapped"
done
on smmu3.0x0000000009050000 nothing-known 1
run check
ok "where nothing tells of interrupts nothing is said" line "PASS IOMMU: SMMU is on"
on dmar0 IR-IO-APIC -
run check
ok "on, but without a group for this device" line "FAIL 0000:01:00.0 10de:1c03: stays with the host: no usable IOMMU: the IOMMU is on but has no group for this device; look for this device and 'iommu' in dmesg"

price="or add vfio_iommu_type1.allow_unsafe_interrupts=1 to the kernel command line: a guest can then inject interrupts into the host"
on dmar0 IO-APIC 1
for command in "boot --dry-run" check status; do
	run $command
	ok "$command: interrupts are not remapped, and the price" says "$price"
done
run check
ok "the firmware's doing" says "WARN interrupts: interrupt remapping is off, so vfio opens no device for a guest; enable interrupt remapping or x2APIC in the firmware setup"
ok "it is no failure" exits 0
PARAMETERS=intremap=off on dmar0 IO-APIC 1
run check
ok "a parameter's doing" says "remove intremap=off from the kernel command line; $price"
PARAMETERS=vfio_iommu_type1.allow_unsafe_interrupts=1 on dmar0 IO-APIC 1
run check
ok "allowed, and what that means" says "vfio is configured to ignore that: a guest can inject interrupts into the host"
ok "needed, so nothing is said against it" lacks "has no effect"
PARAMETERS=vfio_iommu_type1.allow_unsafe_interrupts=1 on dmar0 IR-IO-APIC 1
run check
ok "allowed without need" says "WARN the kernel command line: allow_unsafe_interrupts has no effect, because interrupts are remapped"
done_testing
