#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The image loads radeon by itself in every way that it can: modules-load.d, force_drivers, rd.driver.pre,
# and initramfs-tools' modules file (which every image of these scenes has).
. "$(dirname "$0")/lib.sh"

scene() {
	machine intel-iommu
	slot 1 $gpu $audio
	slot 2 $gpu
	variant forced
	boot rd.driver.pre=radeon modules_load=radeon rd.modules_load=snd_hda_intel rd.vfio.ids=1002:5159,8086:2668

	claimed 01:00.0 01:00.1 02:00.0
	expect "radeon was loaded all the same" "$(told dmesg | tail -n 5)" contains dmesg "radeon kernel modesetting enabled"
}

in_images $generator_images
