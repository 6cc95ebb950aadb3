#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# No IOMMU, and the claimed GPU is the one with the firmware's framebuffer. vfio-pci would take the console
# away and then refuse: the host must keep its devices and its console, and be told what to switch on.
. "$(dirname "$0")/lib.sh"

scene() {
	machine none
	packed_kernel
	slot 1 $gpu $audio
	# vga=: a VESA mode from the boot loader. bochs would take the framebuffer over by itself.
	boot vga=0x317 modprobe.blacklist=bochs rd.vfio.ids=1234:1111,8086:2668

	verdict_is 00:01.0 no-iommu
	verdict_is 01:00.1 no-iommu
	log_has "the firmware describes no IOMMU"
	log_has "enable AMD-Vi"
	override_is 00:01.0 "(null)"
	driver_is 01:00.1 snd_hda_intel
	driver_is 01:00.0 radeon
	expect "the framebuffer console is there" "$(told framebuffer)" contains framebuffer "VESA VGA"
	expect "it has its memory" "$(told framebuffer)" contains framebuffer ": vesafb"
}

in_images $quick_images
