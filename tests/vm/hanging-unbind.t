#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A controller that does not let go of its disk: the flush of an AHCI that is being unbound hangs, or a virtio-blk waits for
# a read that someone else has begun. Its verdict is stuck, the others are bound, and the root is reached: systemd does
# not wait for what hangs in the kernel.
. "$(dirname "$0")/lib.sh"

deadline=4
export VM_CPUS=2

drives() { # MODEL FAULT STEP
	variant trigger
	machine intel-iommu
	nvme 1 plain
	faulty "$1" 2 empty "$2"
	nvme 3 empty
	nvme 4 empty
	boot_from UUID=20000000-0000-4000-8000-000000000001 rd.vfio.ids=1b36:0010,02:00.0 rd.vfio.deadline=$deadline \
		rd.vfio.debug trigger="$3"
	root_is ext4 "/dev/$(disk_of 01:00.0)p1"
	fault_met 2
	for drive in 3 4; do
		driver_is 0$drive:00.0 vfio-pci
		verdict_is 0$drive:00.0 bound
	done
}

hangs() { # MODEL FAULT STEP
	vm_note=" ($1, all is well)"
	drives "$1" none "$3"
	driver_is 02:00.0 vfio-pci
	without=$(root_took)

	vm_note=" ($1 hangs)"
	drives "$1" "$2" "$3"
	verdict_is 02:00.0 stuck
	log_has "did not return in time"
	driver_is_not 02:00.0 vfio-pci
	late_within $((deadline * 1000 + 2000))
	root_within $deadline "$without"
	vm_note=""
}

scene() {
	hangs sata hang-flush 02:00.0
	[ "$vm_kind" != own ] || hangs virtio hang-read 02:00.0,hold:02:00.0
}

in_images $waiting_images
