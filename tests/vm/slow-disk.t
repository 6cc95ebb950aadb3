#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A USB disk that the host mounts appears five seconds after the root. While fstab has something that is not found, the
# late stage waits for controllers without a disk, within its deadline; what is not found by then keeps them.
. "$(dirname "$0")/lib.sh"

claims="usb-storage.delay_use=5 rd.vfio.ids=1b36:000d"

scene() {
	variant fstab
	vm_note=" (it appears)"
	machine intel-iommu
	nvme 1 plain
	usb 2 twin-root
	usb 3
	boot_from UUID=20000000-0000-4000-8000-000000000001 $claims
	root_is ext4 "/dev/$(disk_of 01:00.0)p1"
	stays 02:00.0 xhci_hcd "it carries /srv: sda1"
	goes 03:00.0

	vm_note=" (it never does)"
	machine intel-iommu
	nvme 1 plain
	usb 2
	boot_from UUID=20000000-0000-4000-8000-000000000001 $claims rd.vfio.deadline=3
	root_is ext4 "/dev/$(disk_of 01:00.0)p1"
	works 02:00.0 xhci_hcd
	verdict_is 02:00.0 kept
	vm_note=""
}

in_images own
