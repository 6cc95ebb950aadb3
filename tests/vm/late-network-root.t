#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The root on the network, two identical cards: the one with the route stays, the other goes, and so does a disk.
. "$(dirname "$0")/lib.sh"

scene() {
	variant network
	machine intel-iommu
	nic 1
	nic 2
	nvme 3 foreign-ntfs
	serve_root
	boot_from /dev/nbd0 "nbdroot=10.0.2.2:$vm_port/root" ip=:::::enp1s0:dhcp rd.vfio.ids=8086:10d3,1b36:0010
	kill $vm_server
	root_is ext4 /dev/nbd0
	stays 01:00.0 e1000e "the root is on the network, and enp1s0 has a route"
	goes 02:00.0 03:00.0
	log_has "0000:02:00.0 8086:10d3 deferred: it may be the network card of the host: the root is on the network (root=/dev/nbd0)"
}

in_images initramfs-tools
