#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# An image without vfio-pci. The override keeps the host's drivers away; the running system finishes the work.
. "$(dirname "$0")/lib.sh"

scene() {
	machine intel-iommu
	slot 1 $gpu $audio
	variant no-vfio
	boot rd.vfio.ids=1002:5159,01:00.1

	for address in 01:00.0 01:00.1; do
		driver_is $address none
		override_is $address vfio-pci
		untouched $address
		verdict_is $address no-driver
	done
	log_has "vfio-pci is neither built into this kernel nor in this image; regenerate the initramfs"
	[ "$vm_kind" = own ] ||
		expect "modprobe vfio-pci binds it later" "$(told finished)" contains finished "0000:01:00.0 driver=vfio-pci"
}

in_images $quick_images
