#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What this is for: with the guides' vfio-pci.ids= the same machine loses its root.
. "$(dirname "$0")/lib.sh"

scene() {
	variant storage-guide
	machine intel-iommu
	nvme 1 plain
	nvme 2 empty
	boot_and_lose LABEL=hostroot vfio-pci.ids=1b36:0010 rootdelay=3 rd.retry=5 rd.timeout=50 rd.shell=0 rd.emergency=reboot
}

images=initramfs-tools
[ "${EVERY:-}" != 1 ] || images="$images dracut-systemd"
in_images $images
