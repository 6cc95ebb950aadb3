#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# 64 claimed devices. The kernel takes ten lines in five seconds from one writer: not one may be lost.
. "$(dirname "$0")/lib.sh"

scene() {
	machine intel-iommu
	for card in 1 2 3 4 5 6 7 8; do
		slot $card pci-testdev pci-testdev pci-testdev pci-testdev pci-testdev pci-testdev pci-testdev pci-testdev
	done
	boot rd.vfio.ids=1b36:0005

	bound=$(told devices | grep -c 'driver=vfio-pci')
	expect "64 devices are on vfio-pci" "$bound" [ "$bound" = 64 ]
	lines=$(told dmesg | grep -c 'vfio-early: .* 1b36:0005 bound to vfio-pci')
	expect "64 lines are in the kernel log" "$lines" [ "$lines" = 64 ]
	lines=$(told bootlog | grep -c ' 1b36:0005 bound to vfio-pci')
	expect "64 lines are in boot.log" "$lines" [ "$lines" = 64 ]
}

in_images own
