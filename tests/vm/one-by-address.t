#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Two identical cards; one goes to a guest, by its address. Its twin is the host's and must not notice.
. "$(dirname "$0")/lib.sh"

scene() {
	machine intel-iommu
	slot 1 $gpu
	slot 2 $gpu $audio
	boot rd.vfio.ids=02:00.0 rd.vfio.ids=0000:02:00.1

	claimed 02:00.0 02:00.1
	driver_is 01:00.0 radeon
	override_is 01:00.0 "(null)"
}

in_images $all_images
