#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Two identical GPUs, an audio function in the first one's slot, AMD-Vi. All three go to a guest.
. "$(dirname "$0")/lib.sh"

scene() {
	machine amd-iommu
	slot 1 $gpu $audio
	slot 2 $gpu
	boot rd.vfio.ids=1002:5159,8086:2668

	claimed 01:00.0 01:00.1 02:00.0
}

in_images $all_images
