#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vfio-pci as .ko.xz, .ko.zst and .ko.gz on a kernel that cannot decompress modules (6.1). Where the kernel can
# (6.12, .ko.xz) the dracut-trixie images of the other scenes show it.
. "$(dirname "$0")/lib.sh"

scene() {
	for compression in xz zst gz; do
		vm_note=" $compression"
		machine intel-iommu
		slot 1 $gpu
		variant $compression
		boot rd.vfio.ids=1002:5159

		claimed 01:00.0
	done
}

in_images own
