#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The root through LVM, LUKS and MD: what it stands on stays, an identical drive goes; a btrfs on two drives keeps both.
. "$(dirname "$0")/lib.sh"

key="rd.luks.uuid=30000000-0000-4000-8000-000000000005 rd.luks.key=/etc/keys/host.key"

begin() { # NOTE
	vm_note=" ($1)"
	machine intel-iommu
}

on_lvm() {
	begin lvm
	nvme 1 lvm
	nvme 2 foreign-lvm
	boot_from /dev/mapper/host--vg-root rd.lvm.lv=host-vg/root rd.vfio.ids=1b36:0010
	root_is ext4 /dev/mapper/host--vg-root
	stays 01:00.0 nvme "it carries root: nvme0n1p1, host-vg/root"
	# Debian's udev rules open every volume group that they see, a guest's too; dracut opens what it is told to.
	case $vm_kind in
	initramfs-tools) stays 02:00.0 nvme "it carries an open device mapping: nvme1n1p1, guest-vg/root" ;;
	*) goes 02:00.0 ;;
	esac
}

on_md() {
	begin md
	nvme 1 md-a
	nvme 2 empty
	nvme 3 md-b
	boot_from UUID=20000000-0000-4000-8000-000000000006 rd.md.uuid=40000000:00004000:80000000:00000006 rd.vfio.ids=1b36:0010
	root_is ext4 /dev/md127
	stays 01:00.0 nvme "it carries root: nvme0n1p1, md127"
	goes 02:00.0
	stays 03:00.0 nvme "it carries root: nvme2n1p1, md127"
}

on_btrfs() {
	begin btrfs
	nvme 1 btrfs-a
	nvme 2 empty
	nvme 3 btrfs-b
	boot_from UUID=20000000-0000-4000-8000-000000000008 rd.vfio.ids=1b36:0010
	expect "the root is a btrfs" "$(told root)" contains root " - btrfs /dev/nvme"
	stays 01:00.0 nvme "it carries root: nvme0n1p1"
	goes 02:00.0
	stays 03:00.0 nvme "it carries root: nvme2n1p1"
}

on_luks() {
	begin luks
	nvme 1 luks
	nvme 2 empty
	boot_from "/dev/mapper/$mapping" "$key" rd.vfio.ids=1b36:0010
	root_is ext4 "/dev/mapper/$mapping"
	stays 01:00.0 nvme "it carries root: nvme0n1p1, $mapping"
	goes 02:00.0
}

on_luks_and_lvm() {
	begin luks-lvm
	nvme 1 luks-lvm
	nvme 2 empty
	boot_from /dev/mapper/crypt--vg-root rd.lvm.lv=crypt-vg/root "$key" rd.vfio.ids=1b36:0010
	root_is ext4 /dev/mapper/crypt--vg-root
	stays 01:00.0 nvme "it carries root: nvme0n1p1, $mapping, crypt-vg/root"
	goes 02:00.0
}

on_disks() {
	variant storage
	on_lvm
	on_md
	on_btrfs
}

scene() {
	# What stands on what is read in C. How the key comes to a mapping is the generator's matter.
	[ "$vm_kind-${EVERY:-}" = dracut-systemd- ] || on_disks
	variant storage-luks
	case $vm_kind in
	initramfs-tools) mapping=hostcrypt ;;
	*) mapping=luks-30000000-0000-4000-8000-000000000005 ;;
	esac
	# The one is part of the other.
	[ "${EVERY:-}" != 1 ] || on_luks
	on_luks_and_lvm
}

# Without systemd dracut looks for the key on a drive of its own, not in the image.
in_images $storage_images
