#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Two identical GPUs and no other display, both named by one id: the host keeps the one that it boots on, with
# all functions of its slot, unless the user has said so in so many words.
. "$(dirname "$0")/lib.sh"

scene() {
	machine intel-iommu
	no_host_display
	slot 1 $gpu $audio
	slot 2 $gpu
	boot rd.vfio.ids=1002:5159,8086:2668

	claimed 02:00.0
	verdict_is 01:00.0 kept
	verdict_is 01:00.1 kept
	driver_is 01:00.0 radeon
	log_has "it is the host's last display; name the guest's card: in place of 1002:5159 and 8086:2668 in rd.vfio.ids put rd.vfio.ids=0000:02:00.0 on the kernel command line"

	vm_note=" last-display=claim"
	boot rd.vfio.ids=1002:5159,8086:2668 rd.vfio.last-display=claim
	claimed 01:00.0 01:00.1 02:00.0
	vm_note=""
}

in_images $quick_images
