#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A second "vfio-early boot" in the same initramfs refuses, and writes neither the log nor the report again.
. "$(dirname "$0")/lib.sh"

scene() {
	variant twice
	machine intel-iommu
	slot 1 $gpu
	boot rd.vfio.ids=1002:5159

	claimed 01:00.0
	log_has "own-init: vfio-early boot ended with 0"
	log_has "own-init: the second boot ended with 2"
	lines=$(told dmesg | grep -c 'vfio-early: 0000:01:00.0 1002:5159 bound to')
	expect "the log has one verdict" "$lines" [ "$lines" = 1 ]
	expect "the report is the first one's" "$(told report)" contains report '"was": null'
}

in_images own
