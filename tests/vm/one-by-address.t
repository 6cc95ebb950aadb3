#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Two identical cards; one goes to a guest, by its address. Its twin is the host's and must not notice.
# So do two serial cards, whose driver is built into the kernel: it has them before any initramfs runs.
. "$(dirname "$0")/lib.sh"

scene() {
	machine intel-iommu
	slot 1 $gpu
	slot 2 $gpu $audio
	slot 3 $serial_card
	slot 4 $serial_card
	boot rd.vfio.ids=02:00.0,0000:03:00.0 rd.vfio.ids=0000:02:00.1

	claimed 02:00.0 02:00.1 03:00.0
	log_has "0000:03:00.0 1b36:0002 bound to vfio-pci, IOMMU group"
	log_has "(was: serial)"
	driver_is 01:00.0 radeon
	override_is 01:00.0 "(null)"
	driver_is 04:00.0 serial
}

in_images $quick_images
