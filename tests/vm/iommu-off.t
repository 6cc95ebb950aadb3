#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The IOMMU is there and a kernel parameter switches it off: the log names the parameter, nothing is touched.
. "$(dirname "$0")/lib.sh"

scene() {
	machine intel-iommu
	slot 1 $gpu $audio
	boot intel_iommu=off rd.vfio.ids=1002:5159

	driver_is 01:00.0 radeon
	verdict_is 01:00.0 no-iommu
	log_has "intel_iommu=off on the kernel command line disables the IOMMU; remove intel_iommu=off"
}

in_images $quick_images
