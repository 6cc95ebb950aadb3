#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vfio-pci with ids= was loaded before us, as by an image of someone else's: what it took is in the log, and what a guard
# keeps goes back to its driver.
. "$(dirname "$0")/lib.sh"

scene() {
	variant vfio-before
	machine intel-iommu
	no_host_display
	nvme 1 plain
	nvme 2 empty
	slot 3 $gpu
	slot 4 $audio
	boot_from UUID=20000000-0000-4000-8000-000000000001 vfio-pci.ids=1b36:0010,1002:5159 rd.vfio.ids=8086:2668

	disk=$(disk_of 01:00.0)
	root_is ext4 "/dev/${disk}p1"
	stays 01:00.0 nvme "it carries root: ${disk}p1"
	verdict_is 02:00.0 bound
	driver_is 02:00.0 vfio-pci
	works 03:00.0 radeon
	verdict_is 03:00.0 kept
	claimed 04:00.0
}

in_images own
