#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# An id that also matches a disk: before the root is known no storage is taken.
. "$(dirname "$0")/lib.sh"

scene() {
	machine intel-iommu
	slot 1 nvme,serial=one
	slot 2 $gpu
	boot rd.vfio.ids=1b36:0010,1002:5159

	claimed 02:00.0
	verdict_is 01:00.0 deferred
	driver_is 01:00.0 nvme
	override_is 01:00.0 "(null)"
}

in_images own
