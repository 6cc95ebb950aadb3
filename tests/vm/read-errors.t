#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A disk that gives an error for every read from some time on stays, and says so; it costs the others nothing.
. "$(dirname "$0")/lib.sh"

export VM_CPUS=2

scene() {
	variant trigger
	machine intel-iommu
	nvme 1 plain
	faulty nvme 2 eight error-reads
	nvme 3 empty
	faulty nvme 4 empty error-reads
	nvme 5 eight
	boot_from UUID=20000000-0000-4000-8000-000000000001 rd.vfio.ids=1b36:0010 trigger=02:00.0,04:00.0
	root_is ext4 "/dev/$(disk_of 01:00.0)p1"
	stays 01:00.0 nvme "it carries root: $(disk_of 01:00.0)p1"
	for drive in 2 4; do
		fault_met $drive
		stays 0$drive:00.0 nvme "$(disk_of 0$drive:00.0) cannot be read: I/O error"
	done
	for drive in 3 5; do
		driver_is 0$drive:00.0 vfio-pci
		usable 0$drive:00.0
		verdict_is 0$drive:00.0 bound
	done
}

in_images $quick_images
