#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The kernel refuses (there is no IOMMU, and the user insists): the device goes back to its host driver.
. "$(dirname "$0")/lib.sh"

scene() {
	machine none
	slot 1 $gpu $audio
	slot 2 $serial_card
	boot rd.vfio.ids=8086:2668,1b36:0002 rd.vfio.iommu=ignore

	verdict_is 01:00.1 refused
	driver_is 01:00.1 snd_hda_intel
	verdict_is 02:00.0 refused
	driver_is 02:00.0 serial
	log_has "Invalid argument; bound to serial again"
}

in_images $quick_images
