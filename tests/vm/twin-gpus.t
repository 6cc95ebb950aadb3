#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Two identical GPUs, an audio function in the first one's slot, VT-d. All three go to a guest.
. "$(dirname "$0")/lib.sh"

scene() {
	machine intel-iommu
	slot 1 $gpu $audio
	slot 2 $gpu
	boot rd.vfio.ids=1002:5159,8086:2668

	claimed 01:00.0 01:00.1 02:00.0
	log_has "0000:01:00.0 1002:5159 bound to vfio-pci, IOMMU group"
	log_has "1002:5159 (rd.vfio.ids) matches 2 devices"
	driver_is_not 00:01.0 vfio-pci
}

in_images $first_images
