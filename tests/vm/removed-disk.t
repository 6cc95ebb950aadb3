#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A disk is removed from the machine when the late stage begins: quickly, or so slowly that it is still there when the stage
# should have ended. The others are bound, and the root is reached.
. "$(dirname "$0")/lib.sh"

deadline=2
export VM_CPUS=2

drives() { # FAULT STEP
	variant trigger
	machine intel-iommu
	nvme 1 plain
	faulty nvme 2 eight "$1"
	nvme 3 empty
	nvme 4 eight
	boot_from UUID=20000000-0000-4000-8000-000000000001 rd.vfio.ids=1b36:0010 rd.vfio.deadline=$deadline rd.vfio.debug \
		trigger="$2"
	root_is ext4 "/dev/$(disk_of 01:00.0)p1"
	stays 01:00.0 nvme "it carries root: $(disk_of 01:00.0)p1"
	fault_met 2
	for drive in 3 4; do
		driver_is 0$drive:00.0 vfio-pci
		verdict_is 0$drive:00.0 bound
	done
	driver_is_not 02:00.0 vfio-pci
	late_within $((deadline * 1000 + 2000))
}

scene() {
	vm_note=" (quickly)"
	drives none 02:00.0,remove:02:00.0
	without=$(root_took)

	vm_note=" (it hangs)"
	drives "hang-reads hang=20" 02:00.0,hold:02:00.0,remove:02:00.0
	root_within $deadline "$without"
	vm_note=""
}

in_images $quick_images
