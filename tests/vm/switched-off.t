#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# rd.vfio=0, or a word that means no, or one that cannot be read: everything stays as it would be without us.
. "$(dirname "$0")/lib.sh"

scene() {
	machine intel-iommu
	slot 1 $gpu $audio
	boot rd.vfio.ids=1002:5159,8086:2668 rd.vfio=0

	driver_is 01:00.0 radeon
	driver_is 01:00.1 snd_hda_intel
	override_is 01:00.0 "(null)"
	verdict_is 01:00.0 off
	log_has "0000:01:00.0 1002:5159 left alone: rd.vfio=0 on the kernel command line"

	[ "$vm_kind" = own ] || return 0
	for word in OFF banana; do
		vm_note=" rd.vfio=$word"
		boot rd.vfio.ids=1002:5159,8086:2668 rd.vfio=$word
		works 01:00.0 radeon
		verdict_is 01:00.0 off
	done
	log_has "'banana': expected "
	vm_note=""
}

in_images $quick_images
