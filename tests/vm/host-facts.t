#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A USB controller that carries nothing and two NVMe drives of one kind are claimed by their ids; the host mounts /srv from
# one of the drives. The facts that the running host prints go into the image, behind what the generator wrote; with EVERY=1
# its generator makes an image that has them.
. "$(dirname "$0")/lib.sh"

# begin NOTE [SLOT]: the drive with /srv is in this slot.
begin() {
	vm_note=" ($1)"
	machine intel-iommu
	vm_args="$vm_args -uuid ${uuid:-4c4c4544-0042-3010-8047-b5c04f4d5a32}"
	usb 1
	nvme "${2:-2}" twin-root
	nvme 3 empty
}
boot_host() { boot init=/sbin/tell rd.vfio.ids=1b36:000d,1b36:0010 rd.vfio.debug; }

boot_with_facts() {
	boot_host
	log_has ", written by version $(cat "$vm_top/src/version"): "
	verdict_is 01:00.0 bound
	untouched 01:00.0
	log_lacks "01:00.0 1b36:000d deferred"
	verdict_is 02:00.0 kept
	log_lacks "02:00.0 1b36:0010 deferred"
	log_has "02:00.0 1b36:0010 stays with the host: it carries /srv: nvme0n1p1"
	driver_is 02:00.0 nvme
	override_is 02:00.0 "(null)"
	verdict_is 03:00.0 bound
}

scene() {
	variant host-srv
	vm_initrd=""
	begin "no facts"
	boot_host
	log_has "01:00.0 1b36:000d deferred: it may carry the root"
	verdict_is 01:00.0 bound
	verdict_is 02:00.0 kept
	verdict_is 03:00.0 bound
	facts=$vm_top/build/test/runs/$vm_scene-$vm_kind.facts
	told facts >"$facts"

	begin "its facts"
	image_with_facts "$facts"
	boot_with_facts

	begin "the card was moved" 4
	boot_host
	# Nothing is in slot 2, so its bus is that of the drive in slot 3.
	verdict_is 02:00.0 kept
	verdict_is 03:00.0 kept
	log_has "it has the id of the card that was at 0000:00:11.0/00.0 when the host facts were written"

	[ "${EVERY:-}" = 1 ] || return 0
	begin "its own generator"
	vm_initrd=""
	receive_image
	boot init=/sbin/tell ask=generate
	expect "the generator is done" "$(told generate)" contains generate "exit 0"
	begin "the image that it has made"
	vm_initrd=$vm_received
	boot_with_facts

	# tests/cli/facts.t has these on a tree.
	begin "facts that are cut"
	sed '$d' "$facts" >"$facts.cut"
	image_with_facts "$facts.cut"
	boot_host
	log_has "the host facts in the image are incomplete or damaged"
	log_has "01:00.0 1b36:000d deferred"
	verdict_is 01:00.0 bound
	verdict_is 02:00.0 kept

	uuid=4c4c4544-0042-3010-8047-b5c04f4d5a33
	begin "facts of another machine"
	uuid=""
	image_with_facts "$facts"
	boot_host
	log_has "describe another machine"
	log_has "01:00.0 1b36:000d deferred"
	verdict_is 02:00.0 kept
}

in_images initramfs-tools
