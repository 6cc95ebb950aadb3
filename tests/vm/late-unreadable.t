#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What cannot be read is not taken: a drive that cannot read the sector in which an ext4's superblock would be.
. "$(dirname "$0")/lib.sh"

scene() {
	machine intel-iommu
	nvme 1 plain
	failing 2 foreign-lvm 2050
	nvme 3 empty
	boot_from UUID=20000000-0000-4000-8000-000000000001 rd.vfio.ids=1b36:0010
	root_is ext4 "/dev/$(disk_of 01:00.0)p1"
	stays 01:00.0 nvme "it carries root: $(disk_of 01:00.0)p1"
	stays 02:00.0 nvme "$(disk_of 02:00.0) cannot be read: "
	driver_is 03:00.0 vfio-pci
}

in_images $quick_images
