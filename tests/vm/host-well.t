#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A real root, and its image in /boot: check before the boot, status after it, and what they say when something has
# changed since: a device given back by hand, a newer configuration, a report that is gone.
. "$(dirname "$0")/lib.sh"

scene() {
	variant host
	machine intel-iommu
	slot 1 $gpu $audio
	look_ahead init=/sbin/tell rd.vfio.ids=1002:5159,8086:2668

	ahead_says check "PASS IOMMU: VT-d is on, interrupts are remapped"
	ahead_says check "PASS 0000:01:00.0 1002:5159"
	ahead_says check ": would be bound to vfio-pci, IOMMU group"
	ahead_says check "(now: radeon)"
	ahead_says check "contains vfio-early and the present configuration"
	ahead_says check "exit 0"
	ahead_says status "this boot has no report: its image does not contain vfio-early, but the image of the next boot does; reboot"
	ahead_says check "Ready: the next boot binds 2 devices. Reboot."
	ahead_says status "FAIL 0000:01:00.0 1002:5159"
	ahead_says status ": now: radeon; at boot: unknown; claimed: by rd.vfio.ids"
	ahead_says status "exit 1"

	boot init=/sbin/tell rd.vfio.ids=1002:5159,8086:2668 ask=user,rebind,again,older,noreport

	check_and_status_agree
	now_says list "driver=vfio-pci"
	now_says status "at boot: bound to vfio-pci, IOMMU group"
	now_says status "log: "
	now_says status "Bound: 2 devices, as claimed."
	now_says status "exit 0"
	now_says list-as-nobody "driver=vfio-pci"
	now_says list-as-nobody "exit 0"
	now_says check-as-nobody "WARN user: not run by root"
	now_says status-as-nobody "exit 0"
	now_says status-rebound "FAIL 0000:01:00.1 8086:2668"
	now_says status-rebound "now: snd_hda_intel: it was unbound from vfio-pci after the boot; at boot: bound to vfio-pci"
	now_says status-rebound "; claimed: by rd.vfio.ids; reboot, or:"
	now_says status-rebound "exit 1"
	now_says boot-again "exit 2"
	now_says boot-late-again "exit 2"
	now_says status-again "now: snd_hda_intel: it was unbound from vfio-pci after the boot"
	now_says status-again "/snd_hda_intel"
	now_says status-mended "exit 0"
	now_says check-older "contains an outdated configuration: /etc/vfio-early.conf differs; sudo "
	now_says check-older "exit 1"
	now_says status-older "at boot: not claimed"
	now_says status-older "the image that was booted has an older configuration"
	now_says status-older "exit 1"
	now_says status-without-report "the report of this boot is gone"
	now_says status-without-folder "this boot has no report"
}

in_images initramfs-tools
