#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A disk that hangs costs the late stage its deadline, and only that disk: the healthy ones are bound, whether it comes
# before them or behind, and the root is reached.
. "$(dirname "$0")/lib.sh"

deadline=2
export VM_CPUS=2

# Five NVMe drives on one claim, the root on the first; the disk in slot BAD has eight partitions, and the FAULT.
drives() { # BAD FAULT
	variant trigger
	machine intel-iommu
	nvme 1 plain
	for drive in 2 3 4 5; do
		if [ $drive = "$1" ]; then faulty nvme $drive eight $2; else nvme $drive empty; fi
	done
	boot_from UUID=20000000-0000-4000-8000-000000000001 rd.vfio.ids=1b36:0010 rd.vfio.deadline=$deadline rd.vfio.debug \
		trigger="0$1:00.0"
	root_is ext4 "/dev/$(disk_of 01:00.0)p1"
	for drive in 2 3 4 5; do
		[ $drive = "$1" ] || driver_is "0$drive:00.0" vfio-pci
	done
	fault_met "$1"
}

scene() {
	vm_note=" (all is well)"
	drives 2 none
	driver_is 02:00.0 vfio-pci
	without=$(root_took)

	bads="2 5"
	[ "$vm_kind" = own ] || bads=2
	for bad in $bads; do
		vm_note=" (disk $bad hangs)"
		drives $bad hang-reads
		stays 0$bad:00.0 nvme "reading $(disk_of 0$bad:00.0) did not return in time"
		late_within $((deadline * 1000 + 2000))
		root_within $deadline "$without"
	done
	vm_note=""
}

in_images $quick_images
