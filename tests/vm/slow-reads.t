#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Disks that answer, but take 0.2 s for each read: all that they have to read takes longer than the deadline. The stage ends
# in time, what was not read by then stays, and a quick disk goes.
. "$(dirname "$0")/lib.sh"

deadline=2
export VM_CPUS=2

drives() { # FAULT
	variant trigger
	machine intel-iommu
	nvme 1 plain
	for drive in 2 3 4; do
		faulty nvme $drive eight "$1"
	done
	nvme 5 empty
	boot_from UUID=20000000-0000-4000-8000-000000000001 rd.vfio.ids=1b36:0010 rd.vfio.deadline=$deadline rd.vfio.debug \
		trigger=02:00.0,03:00.0,04:00.0
	root_is ext4 "/dev/$(disk_of 01:00.0)p1"
	stays 01:00.0 nvme "it carries root: $(disk_of 01:00.0)p1"
	for drive in 2 3 4; do
		fault_met $drive
	done
	driver_is 05:00.0 vfio-pci
}

scene() {
	vm_note=" (all is well)"
	drives none
	goes 02:00.0 03:00.0 04:00.0
	without=$(root_took)

	vm_note=" (they are slow)"
	drives read-delay=200
	for drive in 2 3 4; do
		verdict_is 0$drive:00.0 kept
		works 0$drive:00.0 nvme
		log_has "0000:0$drive:00.0 1b36:0010 stays with the host: reading $(disk_of 0$drive:00.0)"
	done
	late_within $((deadline * 1000 + 2000))
	root_within $deadline "$without"
	vm_note=""
}

in_images $quick_images
