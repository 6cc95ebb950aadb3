#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The kernel refuses the module: for want of a signature where they are enforced or the kernel is locked down, or by
# module_blacklist=. Each is told from the others, and the override keeps the host's drivers away all the same.
. "$(dirname "$0")/lib.sh"

refusal() { # VARIANT PARAMETER SENTENCE
	vm_note=", $2"
	variant "$1"
	machine intel-iommu
	slot 1 $gpu
	boot "$2" rd.vfio.ids=1002:5159

	verdict_is 01:00.0 no-driver
	override_is 01:00.0 vfio-pci
	driver_is 01:00.0 none
	untouched 01:00.0
	log_has "0000:01:00.0 1002:5159 not bound: vfio-pci cannot be loaded: $3"
}

scene() {
	refusal unsigned module.sig_enforce=1 "the kernel enforces module signatures (Secure Boot) and does not trust this module's; use"
	refusal unsigned lockdown=integrity "the kernel is locked down (Secure Boot) and does not trust this module's signature; use"
	refusal normal module_blacklist=vfio_pci "module_blacklist= on the kernel command line forbids its module; remove it"
}

in_images own
