#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A GPU and an NVMe in one IOMMU group, claimed as a group. The drive waits for the late stage, and so does the GPU, on
# its override: no host driver touches it until the disk has decided for both.
. "$(dirname "$0")/lib.sh"

uuid=20000000-0000-4000-8000-000000000001

scene() {
	vm_note=" (spare)"
	machine intel-iommu
	card_with_nvme 1 empty
	nvme 2 plain
	boot_from UUID=$uuid rd.vfio.ids=01:00.0 rd.vfio.expand=group
	root_is ext4 "/dev/$(disk_of 02:00.0)p1"
	log_has "vfio-early: 0000:01:00.0 1002:5159 deferred: "
	claimed 01:00.0
	goes 01:00.1
	works 02:00.0 nvme

	vm_note=" (with the root)"
	machine intel-iommu
	card_with_nvme 1 plain
	nvme 2 empty
	boot_from UUID=$uuid rd.vfio.ids=01:00.0 rd.vfio.expand=group
	disk=$(disk_of 01:00.1)
	root_is ext4 "/dev/${disk}p1"
	stays 01:00.1 nvme "it carries root: ${disk}p1"
	works 01:00.0 radeon
	verdict_is 01:00.0 kept
	vm_note=""
}

in_images $quick_images
