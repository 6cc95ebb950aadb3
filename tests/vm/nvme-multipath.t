#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Two NVMe controllers are two paths to one disk. With the root on it neither may go; a spare disk lets both go.
. "$(dirname "$0")/lib.sh"

uuid=20000000-0000-4000-8000-000000000001

scene() {
	vm_note=" (root)"
	machine intel-iommu
	multipath 1 plain
	nvme 3 empty
	boot_from UUID=$uuid rd.vfio.ids=02:00.0,03:00.0
	expect "the disk has two paths" "$(told disks)" sh -c 'sed -n "/^== disks/,/^== probe/p" "$1" | grep -q nvme-subsystem' - "$vm_run/told.txt"
	stays 02:00.0 nvme "it carries root: nvme"
	works 01:00.0 nvme
	goes 03:00.0

	vm_note=" (spare)"
	machine intel-iommu
	multipath 1 empty
	nvme 3 plain
	boot_from UUID=$uuid rd.vfio.ids=01:00.0,02:00.0
	expect "the root is on the other disk" "$(told root)" contains root " - ext4 /dev/nvme"
	goes 01:00.0 02:00.0
	works 03:00.0 nvme
	vm_note=""
}

in_images $quick_images
