#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Two identical NVMe drives on one id, the root on one of them: it stays, whichever way root= names it, and the
# other one goes: empty, with a Windows of some kind on it, or with another root of the same label.
. "$(dirname "$0")/lib.sh"

uuid=20000000-0000-4000-8000-000000000001

twins() { # ROOT SPARE
	machine intel-iommu
	nvme 1 plain
	nvme 2 "$2"
	vm_note=" ($1, $2)"
	boot_from "$1" rd.vfio.ids=1b36:0010
	disk=$(disk_of 01:00.0)
	root_is ext4 "/dev/${disk}p1"
	stays 01:00.0 nvme "it carries root: ${disk}p1"
	goes 02:00.0
}

scene() {
	twins "UUID=$uuid" empty
	# How root= is read does not depend on the generator: one of them sees every way.
	[ "$vm_kind" = initramfs-tools ] || return 0
	twins /dev/nvme0n1p1 twin-root
	twins LABEL=hostroot foreign-ntfs
	twins PARTUUID=10000000-0000-4000-8000-000000000001 foreign-bitlocker
}

# In dracut 106 nothing that this sees is another than in 059.
kinds="initramfs-tools dracut-systemd dracut-plain"
[ "${EVERY:-}" != 1 ] || kinds=$generator_images
in_images $kinds
