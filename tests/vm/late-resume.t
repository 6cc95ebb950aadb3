#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The spare carries the swap area that the host resumes from: it stays too. One that is not there keeps both.
. "$(dirname "$0")/lib.sh"

scene() {
	machine intel-iommu
	nvme 1 plain
	nvme 2 swap
	nvme 3 empty
	boot_from LABEL=hostroot resume=UUID=20000000-0000-4000-8000-000000000010 rd.vfio.ids=1b36:0010
	root_is ext4 "/dev/$(disk_of 01:00.0)p1"
	stays 01:00.0 nvme "it carries root: $(disk_of 01:00.0)p1"
	stays 02:00.0 nvme "it carries resume: $(disk_of 02:00.0)p1"
	goes 03:00.0
}

in_images $some_images
