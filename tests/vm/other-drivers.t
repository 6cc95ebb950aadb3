#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# driver=NAME, and driver=auto where the kernel has a variant of vfio-pci for the device: an alias "vfio_pci:..." as a
# variant's module has it. pci-stub stands for both here; its module's name, pci_stub, is not its driver's. It has ids= of
# its own, which name a drive that nobody claims.
. "$(dirname "$0")/lib.sh"

scene() {
	machine intel-iommu
	slot 1 $gpu
	slot 2 pci-testdev
	slot 3 $gpu
	slot 4 nvme,serial=one
	variant drivers
	boot pci-stub.ids=1b36:0010 rd.vfio.ids=1b36:0005,03:00.0

	driver_is 01:00.0 pci-stub
	verdict_is 01:00.0 bound
	log_has "0000:01:00.0 1002:5159 bound to pci-stub"
	driver_is 02:00.0 pci-stub
	verdict_is 02:00.0 bound
	override_is 02:00.0 pci-stub
	claimed 03:00.0
	works 04:00.0 nvme
}

in_images own
