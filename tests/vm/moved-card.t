#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A card was moved from the first port to the second. Its pinned address is reported as moved, what stands there
# now is left alone, and the same card is found by the path through its new port. expand=group takes its audio too.
. "$(dirname "$0")/lib.sh"

scene() {
	machine intel-iommu
	slot 1 $gpu
	slot 2 e1000e
	boot rd.vfio.ids=01:00.0@1002:5159
	claimed 01:00.0

	machine intel-iommu
	slot 1 e1000e
	slot 2 $gpu $audio
	boot rd.vfio.ids=01:00.0@1002:5159
	verdict_is 01:00.0 moved
	driver_is 01:00.0 e1000e
	override_is 01:00.0 "(null)"
	driver_is 02:00.0 radeon
	log_has "the device at 0000:01:00.0 has the id 8086:10d3, so it is not 01:00.0@1002:5159; the pinned id is at 0000:02:00.0 now"

	machine intel-iommu
	slot 1 e1000e
	slot 2 $gpu $audio
	boot rd.vfio.ids=0000:00:11.0/00.0 rd.vfio.expand=group
	claimed 02:00.0 02:00.1
	driver_is 01:00.0 e1000e
}

in_images $quick_images
