#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The root on a USB disk: its controller stays although its id is claimed, a second one without a disk goes. With the facts
# that this host has printed the early stage knows it already.
. "$(dirname "$0")/lib.sh"

begin() { # NOTE
	vm_note="$1"
	machine intel-iommu
	vm_args="$vm_args -uuid 4c4c4544-0042-3010-8047-b5c04f4d5a32"
	usb 1 plain
	usb 2
}
boot_host() {
	boot_from UUID=20000000-0000-4000-8000-000000000001 rd.vfio.ids=1b36:000d
	root_is ext4 /dev/sda1
	stays 01:00.0 xhci_hcd "it carries root: sda1"
	goes 02:00.0
}

scene() {
	vm_initrd=""
	begin ""
	hand_over_program
	boot_host
	log_has "01:00.0 1b36:000d deferred"

	facts=$vm_top/build/test/runs/$vm_scene-$vm_kind.facts
	told facts >"$facts"
	# The small image is of no generator, and the program looks for no facts there.
	[ "$vm_kind" != own ] || vm_kind=initramfs-tools
	begin " (its facts)"
	image_with_facts "$facts"
	boot_host
	log_lacks "01:00.0 1b36:000d deferred"
	# The disk may be plugged in there by now.
	log_has "02:00.0 1b36:000d deferred"
}

in_images $quick_images
