#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The devices stand in /etc/vfio-early.conf, which the generators copy into the image.
. "$(dirname "$0")/lib.sh"

scene() {
	machine intel-iommu
	slot 1 $gpu $audio
	slot 2 $gpu
	variant config
	boot

	claimed 01:00.0 01:00.1 02:00.0
	expect "the report names the line" "$(told report)" contains report '"wanted_by": "/etc/vfio-early.conf:1"'
}

in_images $static_images
