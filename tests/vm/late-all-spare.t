#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The root on virtio, two identical NVMe drives: both go. The two drives' numbers do not matter.
. "$(dirname "$0")/lib.sh"

both_spare() {
	vm_note=" (virtio)"
	machine intel-iommu
	nvme 1 twin-root
	nvme 2 foreign-ntfs
	virtio 3 plain
	boot_from UUID=20000000-0000-4000-8000-000000000001 rd.vfio.ids=1b36:0010
	root_is ext4 /dev/vda1
	goes 01:00.0 02:00.0
}

# Slots change places: the root's number changes with them, and the claim of the id still finds the right one.
swapped() {
	vm_note=" (swapped)"
	machine intel-iommu
	nvme 1 empty
	nvme 2 plain
	boot_from UUID=20000000-0000-4000-8000-000000000001 rd.vfio.ids=1b36:0010
	root_is ext4 "/dev/$(disk_of 02:00.0)p1"
	stays 02:00.0 nvme "it carries root: $(disk_of 02:00.0)p1"
	goes 01:00.0
}

scene() {
	both_spare
	swapped
}

in_images $quick_images
