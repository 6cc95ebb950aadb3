#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Two identical GPUs, an audio function in the first one's slot, AMD-Vi. All three go to a guest. They stand in
# /etc/vfio-early.conf and a drop-in, which the generators copy into the image, and not on the command line.
. "$(dirname "$0")/lib.sh"

scene() {
	machine amd-iommu
	slot 1 $gpu $audio
	slot 2 $gpu
	variant config
	boot rd.vfio.debug

	claimed 01:00.0 01:00.1 02:00.0
	expect "the report names the drop-in" "$(told report)" contains report '"wanted_by": "/etc/vfio-early.conf.d/10-audio.conf:1"'
	log_has "host facts of 2026-01-01T00:00:00Z"
	expect "the report names the line" "$(told report)" contains report '"wanted_by": "/etc/vfio-early.conf:1"'
}

in_images $some_images
