#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The display with the firmware's framebuffer goes to a guest, and the framebuffer goes once the bind is confirmed: a bind
# that the kernel refuses leaves the console. The display is of class 0380, where vfio-pci itself removes no framebuffer, and
# then no guest gets the memory.
. "$(dirname "$0")/lib.sh"

claim="rd.vfio.ids=1234:1111 rd.vfio.last-display=claim"

scene() {
	vm_note=" (it goes)"
	machine intel-iommu
	efi_display bochs-display
	boot $claim
	claimed 00:01.0
	expect "there was a framebuffer" "$(told dmesg | grep -i fb)" contains dmesg "EFI VGA frame buffer device"
	expect "it is gone" "$(told framebuffer)" lacks framebuffer "EFI VGA"
	expect "its memory is free" "$(told framebuffer)" lacks framebuffer efifb

	vm_note=" (refused)"
	machine none
	efi_display bochs-display
	boot $claim rd.vfio.iommu=ignore
	verdict_is 00:01.0 refused
	expect "the framebuffer console is there" "$(told framebuffer)" contains framebuffer "EFI VGA"
	vm_note=""
}

in_images own
