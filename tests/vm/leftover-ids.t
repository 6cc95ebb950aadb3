#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vfio-pci.ids= left over from a guide names the root's drive, a spare with the same id and the only display, on the
# kernel command line or in modprobe.d, while the configuration names a sound card. The guards hold for all of them,
# whoever loads vfio-pci later.
. "$(dirname "$0")/lib.sh"

uuid=20000000-0000-4000-8000-000000000001

machine_with_leftovers() {
	machine intel-iommu
	no_host_display
	nvme 1 plain
	nvme 2 empty
	slot 3 $gpu
	slot 4 $audio
}

only_the_spare_goes() {
	disk=$(disk_of 01:00.0)
	root_is ext4 "/dev/${disk}p1"
	stays 01:00.0 nvme "it carries root: ${disk}p1"
	goes 02:00.0
	works 03:00.0 radeon
	verdict_is 03:00.0 kept
	claimed 04:00.0
	expect "vfio-pci is loaded without ids=" "$(told dmesg | grep 'vfio_pci: add')" lacks dmesg "vfio_pci: add"
}

scene() {
	vm_note=" (command line)"
	machine_with_leftovers
	boot_from UUID=$uuid vfio-pci.ids=1b36:0010,1002:5159 rd.vfio.ids=8086:2668
	only_the_spare_goes

	vm_note=" (modprobe.d)"
	variant leftover
	machine_with_leftovers
	boot_from UUID=$uuid rd.vfio.ids=8086:2668
	only_the_spare_goes

	vm_note=" (nothing else is claimed)"
	machine_with_leftovers
	boot_from UUID=$uuid
	disk=$(disk_of 01:00.0)
	stays 01:00.0 nvme "it carries root: ${disk}p1"
	works 03:00.0 radeon
	works 04:00.0 snd_hda_intel
	vm_note=""
}

in_images $quick_images
