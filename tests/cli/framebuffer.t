#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The firmware's framebuffer: it tells which display the host keeps, and it is released when a display is bound.
# shellcheck disable=SC2154
. "$(dirname "$0")/lib.sh"

# displays CLASS: two displays without boot_vga, the second with the firmware's framebuffer in its BAR, labelled $2.
displays() {
	machine dmar0
	cmdline "rd.vfio.ids=02:00.0"
	pci 0000:01:00.0 1002:15BF "$1" 1
	pci 0000:02:00.0 1002:7480 "$1" 2
	echo "0x00000000c0000000 0x00000000cfffffff 0x000000000014220c" >"$tree/sys/bus/pci/devices/0000:01:00.0/resource"
	echo "0x00000000d0000000 0x00000000dfffffff 0x000000000014220c" >"$tree/sys/bus/pci/devices/0000:02:00.0/resource"
	printf 'd0000000-dfffffff : PCI Bus 0000:02\n  d0000000-dfffffff : 0000:02:00.0\n    d0000000-d07e8fff : %s\n' "$2" >"$tree/proc/iomem"
	mkdir -p "$tree/sys/bus/platform/devices/simple-framebuffer.0" "$tree/sys/bus/platform/drivers/simple-framebuffer"
	: >"$tree/sys/bus/platform/drivers/simple-framebuffer/unbind"
	ln -s ../../drivers/simple-framebuffer "$tree/sys/bus/platform/devices/simple-framebuffer.0/driver"
}
is_bound() { ln -sfn ../../drivers/vfio-pci "$tree/sys/bus/pci/devices/0000:$1/driver"; }
unbound_is() { holds sys/bus/platform/drivers/simple-framebuffer/unbind "$1"; }

for class in 30000 38000; do
	displays $class simpledrm
	cmdline "rd.vfio.ids=01:00.0,02:00.0"
	run boot --dry-run
	ok "$class: the host keeps the display with the framebuffer" says "0000:02:00.0 1002:7480 stays with the host: it is the host's last display"
	ok "$class: the other one goes" says "0000:01:00.0 1002:15bf would be bound"

	displays $class BOOTFB
	run boot
	ok "$class: a bind that fails leaves the screen" unbound_is ""
	ok "$class: and is told" report_is '.devices[0].verdict' refused

	displays $class BOOTFB
	is_bound 02:00.0
	run boot
	ok "$class: a bind that is confirmed releases it" unbound_is simple-framebuffer.0
	ok "$class: a BAR that stays reserved is told, with its cure" report_is '.devices[0] | .verdict + ": " + .hint' \
		"bound: the firmware's framebuffer (BOOTFB) still reserves a BAR of the device, so a guest cannot map it; add initcall_blacklist=sysfb_init to the kernel command line"
	ok "$class: as a warning" log_says "<4>vfio-early: 0000:02:00.0 1002:7480 bound to vfio-pci"

	displays $class efifb
	is_bound 02:00.0
	run boot
	ok "$class: the cure is that of the framebuffer's driver" log_says "add video=efifb:off,vesafb:off to the kernel command line"

	displays $class none
	is_bound 02:00.0
	run boot
	ok "$class: without a framebuffer there is nothing to release" unbound_is ""
	ok "$class: and nothing to say" report_is '.devices[0].hint' ""
done

# A 3D controller has no screen, whatever the map says.
displays 30200 efifb
is_bound 02:00.0
run boot
ok "a 3D controller is bound" report_is '.devices[0].verdict' bound
ok "a 3D controller is left alone" unbound_is ""

# boot_display of a DRM device tells, where nothing stronger does.
displays 38000 none
mkdir -p "$tree/sys/bus/pci/devices/0000:02:00.0/drm/card1"
echo 1 >"$tree/sys/bus/pci/devices/0000:02:00.0/drm/card1/boot_display"
cmdline "rd.vfio.ids=01:00.0,02:00.0"
run boot --dry-run
ok "boot_display tells too" says "0000:02:00.0 1002:7480 stays with the host"
echo 1 >"$tree/sys/bus/pci/devices/0000:01:00.0/boot_vga"
sed -i 's/bc03sc80/bc03sc00/' "$tree/sys/bus/pci/devices/0000:01:00.0/modalias"
run boot --dry-run
ok "boot_vga is stronger" says "0000:01:00.0 1002:15bf stays with the host"
done_testing
