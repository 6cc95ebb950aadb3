#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A controller that nobody claims hangs while someone else takes it from its driver, and the kernel holds its lock: what
# the kernel says of it cannot be read then. Each stage ends in time all the same, and what is claimed is bound.
. "$(dirname "$0")/lib.sh"

deadline=2
export VM_CPUS=2

drives() { # PARAMETER...
	variant trigger
	machine intel-iommu
	nvme 1 plain
	faulty sata 2 empty hang-flush
	nvme 3 empty
	slot 4 $audio
	boot_from UUID=20000000-0000-4000-8000-000000000001 rd.vfio.ids=1b36:0010,04:00.0 rd.vfio.deadline=$deadline \
		rd.vfio.debug "$@"
	root_is ext4 "/dev/$(disk_of 01:00.0)p1"
	fault_met 2
	for device in 03:00.0 04:00.0; do
		driver_is $device vfio-pci
		verdict_is $device bound
	done
	untouched 04:00.0
}

scene() {
	vm_note=" (before the early stage)"
	drives trigger.early=02:00.0,unbind:02:00.0
	expect "it hangs" "$(cat "$vm_run/disk2.log")" grep -q hangs "$vm_run/disk2.log"
	early_within $((deadline * 1000 + 2000))
	late_within $((deadline * 1000 + 2000))

	vm_note=" (before the late stage)"
	drives trigger=02:00.0,unbind:02:00.0
	expect "it hangs" "$(cat "$vm_run/disk2.log")" grep -q hangs "$vm_run/disk2.log"
	late_within $((deadline * 1000 + 2000))
	vm_note=""
}

in_images own
