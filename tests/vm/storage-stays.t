#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# An id that also matches a disk: before udev no storage is taken, and where nothing says what the root is, none later.
. "$(dirname "$0")/lib.sh"

scene() {
	machine intel-iommu
	slot 1 nvme,serial=one
	slot 2 $gpu
	boot rd.vfio.ids=1b36:0010,1002:5159

	claimed 02:00.0
	log_has "vfio-early: 0000:01:00.0 1b36:0010 deferred: the disk of the root is not yet known"
	stays 01:00.0 nvme "the kernel command line has no root=, so the disk of the root is unknown"
}

in_images own
