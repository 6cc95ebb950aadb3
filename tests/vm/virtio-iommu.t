#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The IOMMU's driver is a module that udev loads after us: the device waits on its override, no host driver gets it,
# the kernel finishes the binding when the IOMMU is there, and the late stage reads that. (This machine remaps no interrupts, so that opening the
# device would need vfio_iommu_type1.allow_unsafe_interrupts; the group is there all the same.)
. "$(dirname "$0")/lib.sh"

scene() {
	machine virtio-iommu-pci
	slot 1 $gpu $audio
	boot rd.vfio.ids=1002:5159,8086:2668

	for address in 01:00.0 01:00.1; do
		verdict_is $address bound
		driver_is $address vfio-pci
		untouched $address
	done
	log_has "the driver of its IOMMU is not loaded yet; the kernel probes the device when it is"
}

in_images dracut-trixie
