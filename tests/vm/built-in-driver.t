#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The serial card's driver is built into the kernel: it has the device before any initramfs runs.
. "$(dirname "$0")/lib.sh"

scene() {
	machine intel-iommu
	slot 1 $serial_card
	slot 2 $serial_card
	boot rd.vfio.ids=0000:01:00.0

	driver_is 01:00.0 vfio-pci
	verdict_is 01:00.0 bound
	log_has "0000:01:00.0 1b36:0002 bound to vfio-pci, IOMMU group"
	log_has "(was: serial)"
	usable 01:00.0
	driver_is 02:00.0 serial
}

in_images $all_images
