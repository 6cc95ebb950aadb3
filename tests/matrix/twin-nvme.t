#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Two identical NVMe drives on one id, the root on the first of them.
vm_here=$(cd "$(dirname "$0")/../vm" && pwd)
. "$vm_here/lib.sh"

scene() {
	machine intel-iommu
	vm_disks=$VM_IMAGE
	nvme 1 root.img
	nvme 2 empty
	boot_from "UUID=50000000-0000-4000-8000-000000000001" rd.vfio.ids=1b36:0010
	disk=$(disk_of 01:00.0)
	root_is ext4 "/dev/$disk"
	stays 01:00.0 nvme "it carries root: $disk"
	goes 02:00.0
}

in_images
