#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The recovery entry of the boot menu gives the screen back. rd.vfio.dryrun plans and writes nothing.
. "$(dirname "$0")/lib.sh"

scene() {
	machine intel-iommu
	slot 1 $gpu
	boot single rd.vfio.ids=1002:5159
	driver_is 01:00.0 radeon
	verdict_is 01:00.0 off

	for parameter in init=/bin/bash systemd.unit=rescue.target; do
		vm_note=" $parameter"
		boot $parameter rd.vfio.ids=1002:5159
		works 01:00.0 radeon
		verdict_is 01:00.0 off
	done
	vm_note=""

	boot single rd.vfio.ids=1002:5159 rd.vfio.recovery=claim
	claimed 01:00.0

	boot rd.vfio.dryrun rd.vfio.debug rd.vfio.ids=1002:5159
	driver_is 01:00.0 radeon
	override_is 01:00.0 "(null)"
	verdict_is 01:00.0 would-bind
	log_has "vfio-early: done in"
}

in_images own
