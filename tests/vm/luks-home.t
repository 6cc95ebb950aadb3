#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The root in one LUKS, /home in another one, which only the crypttab of the real root opens, and a spare drive of the same
# kind; a USB controller with the only keyboard, on which the passphrase is typed. One claim each takes the drives and the
# controllers. The image has no fstab and no crypttab of the host: what it knows of /home is in the facts that the running
# host has printed.
. "$(dirname "$0")/lib.sh"

# begin NOTE [SLOT]: the drive with /home is in this slot.
begin() {
	vm_note=" ($1)"
	machine intel-iommu
	vm_args="$vm_args -uuid 4c4c4544-0042-3010-8047-b5c04f4d5a32"
	nvme 1 luks
	nvme "${2:-2}" luks-home
	nvme 3 empty
}
boot_host() { # PARAMETER...
	boot_from "/dev/mapper/$mapping" "$@"
	root_is ext4 "/dev/mapper/$mapping"
	expect "/home is mounted" "$(told home)" contains home " - ext4 /dev/mapper/home "
}
# dm-crypt is slow on an emulated processor.
claims="rd.vfio.ids=1b36:0010,1b36:000d rd.vfio.deadline=30"

scene() {
	variant storage-prompt
	case $vm_kind in
	initramfs-tools)
		mapping=hostcrypt opens="" stick=/dev/disk/by-uuid/20000000-0000-4000-8000-000000000014
		key="cryptopts=target=hostcrypt,source=UUID=30000000-0000-4000-8000-000000000005,key=$stick:/key,keyscript=/lib/cryptsetup/scripts/passdev"
		;;
	*)
		mapping=luks-30000000-0000-4000-8000-000000000005
		opens=rd.luks.uuid=30000000-0000-4000-8000-000000000005
		key="$opens rd.luks.key=30000000-0000-4000-8000-000000000005=/key:UUID=20000000-0000-4000-8000-000000000014"
		;;
	esac

	vm_initrd=""
	begin "nothing is claimed"
	usb 4
	keyboard 4 secret
	hand_over_program
	boot_host $opens
	facts=$vm_top/build/test/runs/$vm_scene-$vm_kind
	told facts >"$facts.facts"
	told facts-stick >"$facts.facts-stick"

	begin "its facts"
	usb 4
	keyboard 4 secret
	image_with_facts "$facts.facts"
	boot_host $opens "$claims"
	stays 01:00.0 nvme "it carries root: nvme0n1p1, $mapping"
	stays 02:00.0 nvme "it carries /home: nvme1n1p1, home"
	log_lacks "01:00.0 1b36:0010 deferred"
	log_lacks "02:00.0 1b36:0010 deferred"
	goes 03:00.0
	log_has "04:00.0 1b36:000d deferred: it may have the keyboard, and the boot may ask for a passphrase"
	goes 04:00.0

	# Nothing is in slot 2, so the others have earlier buses.
	begin "/home was moved" 5
	usb 4
	keyboard 4 secret
	boot_host $opens "$claims"
	stays 01:00.0 nvme "it carries root: nvme0n1p1, $mapping"
	stays 04:00.0 nvme "it has the id of the card that was at 0000:00:11.0/00.0 when the host facts were written, which carries /home"

	# When the facts were made, the crypttab of the root named a key on a stick that was not plugged in.
	begin "the key is on a stick"
	usb 4 key-stick
	usb 5
	image_with_facts "$facts.facts-stick"
	boot_host "$key" "$claims"
	log_has "04:00.0 1b36:000d deferred: it may carry the root"
	log_has "05:00.0 1b36:000d deferred: it may carry the root"
	stays 01:00.0 nvme "it carries root: nvme0n1p1, $mapping"
	stays 02:00.0 nvme "it carries /home: nvme1n1p1, home"
	goes 03:00.0
	stays 04:00.0 xhci_hcd "it carries a LUKS key: sda"
	goes 05:00.0
}

images=initramfs-tools
[ "${EVERY:-}" != 1 ] || images="$images dracut-systemd"
in_images $images
