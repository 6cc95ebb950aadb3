#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Many drives with eight partitions each beside the one with the root: all are bound, the root stays.
. "$(dirname "$0")/lib.sh"

export VM_CPUS=2

drives() { # COUNT
	vm_note=" ($1 drives)"
	machine intel-iommu
	many_slots
	nvme 1 plain
	for slot in $(seq 2 $(($1 + 1))); do
		nvme $slot eight
	done
	boot_from UUID=20000000-0000-4000-8000-000000000001 rd.vfio.ids=1b36:0010
	root_is ext4 "/dev/$(disk_of 01:00.0)p1"
	stays 01:00.0 nvme "it carries root: $(disk_of 01:00.0)p1"
	bound=$(told devices | grep -c 'driver=vfio-pci .*id=1b36:0010')
	expect "$1 drives are on vfio-pci" "$bound" [ "$bound" = "$1" ]
	lines=$(told dmesg | grep -c 'vfio-early: .* 1b36:0010 bound to vfio-pci')
	expect "$1 lines are in the kernel log" "$lines" [ "$lines" = "$1" ]
	vm_note=""
}

scene() {
	drives 12
	drives 24
}

in_images $quick_images
