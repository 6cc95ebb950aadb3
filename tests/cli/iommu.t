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
	ok "the log: $2" says "0000:01:00.0 10de:1c03 not claimed: no usable IOMMU: $2; $3"
	run check
	ok "check" says " IOMMU: off: $2; $3"
	run status
	ok "status" says "IOMMU: off: $2; "
	run check --json
	ok "its cause is $1" [ "$(printf '%s' "$output" | jq -r '.iommu | "\(.state) \(.cause)"')" = "off $1" ]
}

off
blames firmware "the firmware offers no IOMMU (no DMAR, IVRS or VIOT table)" "switch on VT-d"
CPU=AuthenticAMD off
blames firmware "the firmware offers no IOMMU (no DMAR, IVRS or VIOT table)" "switch on AMD-Vi"
off DMAR dmar
blames not-enabled "the firmware offers VT-d, the kernel has not switched it on" "add intel_iommu=on"
off DMAR dmar-no-unit
blames firmware "the firmware's DMAR table names no VT-d unit" "update the firmware"
off DMAR dmar-truncated
blames firmware "the firmware's DMAR table is damaged" "update the firmware"
PARAMETERS=intel_iommu=off off DMAR dmar
blames parameter "intel_iommu=off on the kernel command line switches the IOMMU off" "remove intel_iommu=off"
PARAMETERS=intel_iommu=on off DMAR dmar
blames null "the firmware offers VT-d, and the kernel could not start it" "look for 'DMAR' in dmesg"
CPU=AuthenticAMD off IVRS ivrs
blames null "the firmware offers AMD-Vi, the kernel could not start it" "look for 'AMD-Vi' in dmesg"
CPU=AuthenticAMD PARAMETERS="amd_iommu=on iommu=off" off IVRS ivrs
blames parameter "iommu=off on the kernel command line switches the IOMMU off" "remove iommu=off"
CPU=AuthenticAMD off IVRS ivrs-corrupted
blames firmware "the firmware's IVRS table is damaged" "update the firmware"
off IORT iort-no-smmu
blames firmware "the firmware's IORT table names no SMMU" "this machine has no IOMMU that its firmware would tell of"
off IORT iort-wrong-length
blames firmware "the firmware's IORT table is damaged" "this machine has no IOMMU"

# Where the driver is not loaded yet the device is tried all the same.
for table in "IORT iort the SMMU's driver is not loaded yet" "VIOT viot the IOMMU's driver, virtio_iommu, is not loaded yet"; do
	off ${table%% the*}
	run check
	ok "${table#* * }" says "WARN IOMMU: off: ${table#* * }; put "
	ok "the device is tried" says "would be bound to vfio-pci, IOMMU group not known yet"
done

# A table that only root can read is there all the same.
off DMAR dmar-no-unit
: >"$tree/sys/firmware/acpi/tables/DMAR"
run check
ok "a table without content that can be read is not judged" says "the kernel has not switched it on"

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
ok "on, but without a group for this device" line "FAIL 0000:01:00.0 10de:1c03: not claimed: no usable IOMMU: the IOMMU is on but has no group for this device; look for this device and 'iommu' in dmesg"

price="or add vfio_iommu_type1.allow_unsafe_interrupts=1, at the price that a guest can then forge interrupts of the host"
on dmar0 IO-APIC 1
for command in "boot --dry-run" check status; do
	run $command
	ok "$command: interrupts are not remapped, and the price" says "$price"
done
run check
ok "the firmware's doing" says "WARN interrupts: interrupts are not remapped, so vfio will open no device for a guest; look for interrupt remapping, or x2APIC, in the firmware setup"
ok "it is no failure" exits 0
PARAMETERS=intremap=off on dmar0 IO-APIC 1
run check
ok "a parameter's doing" says "remove intremap=off from the kernel command line; $price"
PARAMETERS=vfio_iommu_type1.allow_unsafe_interrupts=1 on dmar0 IO-APIC 1
run check
ok "allowed, and what that means" says "vfio is configured to ignore that: a guest can forge interrupts of the host"
ok "needed, so nothing is said against it" lacks "serves nothing"
PARAMETERS=vfio_iommu_type1.allow_unsafe_interrupts=1 on dmar0 IR-IO-APIC 1
run check
ok "allowed without need" says "WARN the kernel command line: allow_unsafe_interrupts: interrupts are remapped, so it has no effect"
done_testing
