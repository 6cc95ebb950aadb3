#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The IOMMU in each of its states: what check foretells is what the boot does, and status says why, with the cure.
. "$(dirname "$0")/lib.sh"

state() { # MACHINE PARAMETERS
	vm_note=", $1 ${2:-}"
	variant host
	machine "$1"
	slot 1 $gpu $audio
	look_ahead init=/sbin/tell ${2:-} rd.vfio.ids=01:00.0
	boot init=/sbin/tell ${2:-} rd.vfio.ids=01:00.0
	check_and_status_agree
}

off() { # SENTENCE CURE
	ahead_says check "FAIL IOMMU: off: $1; $2"
	ahead_says check "exit 1"
	verdict_is 01:00.0 no-iommu
	now_says status "IOMMU: off: $1"
	now_says status "at boot: stays with the host: no usable IOMMU: $1"
	now_says status "exit 1"
}

scene() {
	if [ "$vm_kind" = dracut-trixie ]; then
		state virtio-iommu-pci
		ahead_says check "PASS IOMMU: virtio-iommu is on"
		log_has "the driver of its IOMMU is not loaded yet; the kernel probes the device when it is"
		now_says status "now: vfio-pci"
		return
	fi
	state intel-iommu intel_iommu=off
	off "intel_iommu=off on the kernel command line disables the IOMMU" "remove intel_iommu=off from the kernel command line"
	# The boot's side of the other two is in no-iommu and virtio-iommu.
	[ "${EVERY:-}" != 1 ] || {
		state none
		off "the firmware describes no IOMMU (no DMAR, IVRS or VIOT table)" "enable AMD-Vi"
	}
	state amd-iommu
	ahead_says check "PASS IOMMU: AMD-Vi is on, interrupts are remapped"
	# Only the GPU of the card is claimed, and its audio is in the same group.
	ahead_says check "FAIL 0000:01:00.1 8086:2668"
	ahead_says check ": is bound to snd_hda_intel; until it is released no guest can use IOMMU group"
	ahead_says check "add to the configuration: claim 0000:01:00.1"
	now_says status "WARN 0000:01:00.1 8086:2668"
	now_says status ": is bound to snd_hda_intel; until it is released no guest can use IOMMU group"
}

# shellcheck disable=SC2046 # a list of kinds
images=initramfs-tools
[ "${EVERY:-}" != 1 ] || images="$images dracut-trixie"
in_images $images
