#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Roots that systemd makes or finds in its own ways: where nothing is claimed no unit of ours waits and
# the boot ends where it ends without the package; with a claim the root is mounted behind the late stage.
. "$(dirname "$0")/lib.sh"

# A boot that fails powers off. /usr alone holds the system.
usual="init=/usr/sbin/tell rd.shell=0 rd.emergency=poweroff"

# host DISK [NVME]: a machine with this disk and perhaps a second drive of the same kind.
host() {
	machine intel-iommu
	[ "$disk" != auto ] || firmware
	nvme 1 "$disk"
	[ $# = 0 ] || nvme 2 "$1"
}

# The same boot without the package, for the mounts at its end.
without() { # ROOT PARAMETER...
	[ "${EVERY:-}" = 1 ] || return 0
	variant roots-without
	vm_note=" ($kind, without the package)"
	host
	boot_from "$@"
	vm_mounts=$(told mounts)
	variant roots
}

nothing_claimed() { # ROOT PARAMETER...
	vm_note=" ($kind)"
	host
	boot_from "$@"
	nothing_waits
	[ "${EVERY:-}" != 1 ] || expect "the boot ends where it ends without the package" \
		"without: $vm_mounts, with: $(told mounts)" same_mounts
}
same_mounts() { [ -n "$vm_mounts" ] && [ "$(told mounts)" = "$vm_mounts" ]; }

spare_claimed() { # ROOT PARAMETER...
	vm_note=" ($kind, a claim)"
	host empty
	boot_from "$@" rd.vfio.ids=1b36:0010
	root_waits
	driver_is 01:00.0 nvme
	goes 02:00.0
}

# each NAME DISK ROOT PARAMETER...: the boot without the package, with it, and with a claim.
each() {
	kind=$1 disk=$2
	shift 2
	without "$@" $usual
	nothing_claimed "$@" $usual
	spare_claimed "$@" $usual
}

scene() {
	variant roots
	vm_disks=$("$vm_here/roots") || vm_disks=/nonexistent
	each repart repart PARTLABEL=root-x86-64 mount.usr=PARTLABEL=usr rw
	root_is ext4 "/dev/$(disk_of 01:00.0)p2"
	# In make check only the root that needs /usr first, which 0.1.0 kept waiting.
	[ "${EVERY:-}" = 1 ] && [ "$vm_kind" = dracut-trixie ] || return 0
	each volatile whole LABEL=wholeroot systemd.volatile=overlay
	each state whole LABEL=wholeroot systemd.volatile=state
	each verity verity /dev/mapper/root "roothash=$(cat "$vm_disks/verity.hash")"
	each live live live:LABEL=LIVE rd.live.image rd.live.overlay.overlayfs=1
	each gpt-auto auto - rw
}

kinds=dracut-trixie
[ "${EVERY:-}" != 1 ] || kinds="$kinds dracut-systemd"
in_images $kinds
