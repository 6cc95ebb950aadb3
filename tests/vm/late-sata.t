#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Identical AHCI controllers, the machine's own one among them (8086:2922): the one with the root stays.
. "$(dirname "$0")/lib.sh"

scene() {
	machine intel-iommu
	sata 1 empty
	sata 2 plain
	boot_from LABEL=hostroot rd.vfio.ids=01:00.0,02:00.0
	expect "the root is on a SATA disk" "$(told root)" contains root " - ext4 /dev/sd"
	stays 02:00.0 ahci "it carries root: sd"
	goes 01:00.0
}

in_images $quick_images
