#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A GPU waits for the late stage with the NVMe of its IOMMU group, and this boot has no late stage: a BOOT= script of its
# own, or a unit that is masked. A hook behind the mount, or a unit of the real root, gives it to its driver.
. "$(dirname "$0")/lib.sh"

group="rd.vfio.ids=01:00.0 rd.vfio.expand=group"
# What an emulated processor would take minutes for.
short="systemd.condition_needs_update=0 systemd.mask=systemd-udev-trigger.service ask=nothing"

scene() {
	machine intel-iommu
	card_with_nvme 1 empty
	case $vm_kind in
	initramfs-tools*)
		variant other-boot
		boot boot=other $group
		root_is ext4 /dev/vda
		;;
	*)
		variant host
		boot rd.systemd.mask=vfio-early-late.service systemd.unit=tell.service $short $group
		root_is ext4 /dev/vda
		;;
	esac
	log_has "vfio-early: 0000:01:00.0 1002:5159 deferred: "
	works 01:00.0 radeon
	verdict_is 01:00.0 kept
	works 01:00.1 nvme
	verdict_is 01:00.1 kept
}

in_images initramfs-tools dracut-trixie
