#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Displays of class 0380, which have no boot_vga: the host keeps one of them, whether one or two are claimed, and whether
# they go in the same stage or not.
. "$(dirname "$0")/lib.sh"

display=bochs-display # 1234:1111, class 0380

# The generators' images have no driver for it, but those of initramfs-tools that list their modules.
stays_here() {
	case $vm_kind-$vm_variant in
	own-* | initramfs-tools*-late-display) works 01:00.0 bochs-drm ;;
	*) works 01:00.0 none ;;
	esac
}

scene() {
	vm_note=" (the only one)"
	machine intel-iommu
	no_host_display
	slot 1 $display
	boot rd.vfio.ids=1234:1111
	stays_here
	verdict_is 01:00.0 kept
	log_has "it is the host's last display; to claim it anyway, add 'set last-display=claim' to /etc/vfio-early.conf"

	vm_note=" (two)"
	machine intel-iommu
	no_host_display
	slot 1 $display
	slot 2 $display
	boot rd.vfio.ids=1234:1111
	stays_here
	verdict_is 01:00.0 kept
	claimed 02:00.0

	vm_note=" (0300 and 0380)"
	machine intel-iommu
	no_host_display
	slot 1 $display
	slot 2 $gpu
	boot rd.vfio.ids=1234:1111,1002:5159
	works 02:00.0 radeon
	verdict_is 02:00.0 kept
	claimed 01:00.0

	vm_note=" (one late)"
	variant late-display
	machine intel-iommu
	no_host_display
	slot 1 $display
	slot 2 $display
	boot
	stays_here
	verdict_is 01:00.0 kept
	claimed 02:00.0
	vm_note=""
}

in_images $quick_images
