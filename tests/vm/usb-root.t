#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The root on a USB disk: its controller stays although its id is claimed, a second one without a disk goes.
. "$(dirname "$0")/lib.sh"

scene() {
	machine intel-iommu
	usb 1 plain
	usb 2
	boot_from UUID=20000000-0000-4000-8000-000000000001 rd.vfio.ids=1b36:000d
	root_is ext4 /dev/sda1
	stays 01:00.0 xhci_hcd "it carries root: sda1"
	goes 02:00.0
}

in_images $quick_images
