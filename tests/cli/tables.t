#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every selector, directive, setting and parameter that docs/reference.md lists, on the shipped binary.
. "$(dirname "$0")/lib.sh"

# A display that the machine boots on, a card with two functions, its twin, a disk, a bridge.
machine dmar0
pci 0000:00:00.0 8086:29C0 60000 0
pci 0000:00:02.0 8086:3E92 30000 1
pci 0000:01:00.0 10DE:1C03 30000 5
pci 0000:01:00.1 10DE:10F1 40300 5
pci 0000:02:00.0 10DE:1C03 30000 6
pci 0000:03:00.0 144D:A808 10802 7
echo 1 >"$tree/sys/bus/pci/devices/0000:00:02.0/boot_vga"
echo 0 >"$tree/sys/bus/pci/devices/0000:01:00.0/boot_vga"
# The way to the second card: behind a bridge at 00:01.1.
mkdir -p "$tree/sys/devices/pci0000:00/0000:00:01.1"
mv "$tree/sys/bus/pci/devices/0000:02:00.0" "$tree/sys/devices/pci0000:00/0000:00:01.1/"
ln -s ../../../devices/pci0000:00/0000:00:01.1/0000:02:00.0 "$tree/sys/bus/pci/devices/0000:02:00.0"
for group in 5 6; do mkdir -p "$tree/sys/kernel/iommu_groups/$group/devices"; done
for device in 0000:01:00.0 0000:01:00.1; do : >"$tree/sys/kernel/iommu_groups/5/devices/$device"; done
rm "$tree/sys/devices/pci0000:00/0000:00:01.1/0000:02:00.0/iommu_group"
ln -s ../../../../kernel/iommu_groups/6 "$tree/sys/devices/pci0000:00/0000:00:01.1/0000:02:00.0/iommu_group"

# make_plan: leave the verdicts of a dry run in $plan, as "01:00.0=would-bind ..." words.
make_plan() {
	run boot --dry-run --json
	plan=$(printf '%s' "$output" | jq -r '[.devices[] | select(.verdict) | (.address // "-" | sub("^0000:"; "")) + "=" + .verdict] | join(" ")')
}
# row WHAT EXPECTED: with the configuration and command line that were set before.
row() {
	make_plan
	ok "$1: $2" [ "$plan" = "$2" ]
}
on_cmdline() { # PARAMETERS EXPECTED
	: >"$tree/etc/vfio-early.conf"
	cmdline "quiet $1"
	row "$1" "$2"
}
in_file() { # TEXT EXPECTED
	cmdline "${3:-quiet}"
	printf '%b\n' "$1" >"$tree/etc/vfio-early.conf"
	row "$1${3:+ and $3}" "$2"
}

both="01:00.0=would-bind 02:00.0=would-bind"
for selector in 10de:1c03 10DE:1C03 0x10de:0x1c03 10de:1c03:1af4 10de:1c03:1af4:1100 '10de:*:*:*:030000:ffff00' \
	'10de:ffffffff:ffffffff:ffffffff:030000:ffffff' '10de:1c03:*:*:030000'; do
	on_cmdline "rd.vfio.ids=$selector" "$both"
done
on_cmdline "rd.vfio.ids=10de:1c03:ffff" "-=absent"
on_cmdline "rd.vfio.ids=0000:01:00.0" "01:00.0=would-bind"
on_cmdline "rd.vfio.ids=01:00.0" "01:00.0=would-bind"
on_cmdline "rd.vfio.ids=01:00.*" "01:00.0=would-bind 01:00.1=would-bind"
on_cmdline "rd.vfio.ids=01:00.0@10de:1c03" "01:00.0=would-bind"
on_cmdline "rd.vfio.ids=01:00.0@10de:1c04" "01:00.0=moved"
on_cmdline "rd.vfio.ids=0000:00:01.1/00.0" "02:00.0=would-bind"
on_cmdline "rd.vfio.ids=00:01.1/00.*" "02:00.0=would-bind"
on_cmdline "rd.vfio.ids=class:0403" "01:00.1=would-bind"
on_cmdline "rd.vfio.ids=class:040300" "01:00.1=would-bind"
on_cmdline "rd.vfio.ids=class:04" "01:00.1=would-bind"
on_cmdline "rd.vfio.ids=boot-vga" "00:02.0=would-bind"

in_file "claim 10de:1c03" "$both"
in_file "claim 01:00.0 expand=none" "01:00.0=would-bind"
in_file "claim 01:00.0 expand=slot" "01:00.0=would-bind 01:00.1=would-bind"
in_file "claim 01:00.0 expand=group" "01:00.0=would-bind 01:00.1=would-bind"
in_file "claim 01:00.0 driver=auto" "01:00.0=would-bind"
in_file "claim 01:00.0 stage=late" "01:00.0=deferred"
in_file "claim 144d:a808" "03:00.0=deferred"
in_file "claim 144d:a808 stage=early" "03:00.0=deferred"
in_file "claim 03:00.0@144d:a808 stage=early" "03:00.0=would-bind"
in_file "claim dead:beef optional" "-=absent"
ok "what is optional and absent is no fault" exits 0
in_file "claim dead:beef" "-=absent"
ok "what is only absent is one" exits 1
in_file "claim 10de:1c03\nkeep 02:00.0" "01:00.0=would-bind 02:00.0=kept"
in_file "claim 8086:29c0" "00:00.0=kept"
in_file "claim class:0300" "00:02.0=kept $both"
in_file "claim class:0300\nset last-display=claim" "00:02.0=would-bind $both"
in_file "claim class:0300\nset last-display=keep" "00:02.0=kept $both"
in_file "claim 01:00.0\nset recovery=skip" "01:00.0=off" "single"
in_file "claim 01:00.0\nset recovery=claim" "01:00.0=would-bind" "single"
in_file "claim 01:00.0" "01:00.0=off" "irqpoll reset_devices elfcorehdr=0x9f000000"
in_file "set expand=slot\nclaim 01:00.0" "01:00.0=would-bind 01:00.1=would-bind"
in_file "set expand=group\nclaim 01:00.0 expand=none" "01:00.0=would-bind"
in_file "claim 01:00.0 driver=pci-stub" "01:00.0=would-bind"
run boot --dry-run
ok "driver=NAME is what is written" says "write pci-stub to /sys/bus/pci/devices/0000:01:00.0/driver_override"

on_cmdline "rd.vfio.ids=01:00.0 rd.vfio=0" "01:00.0=off"
on_cmdline "rd.vfio.ids=01:00.0 rd.vfio.ids=02:00.0" "$both"
on_cmdline "rd.vfio.ids=10de:1c03 rd.vfio.keep=01:00.0,class:04" "01:00.0=kept 02:00.0=would-bind"
on_cmdline "rd.vfio.ids=class:0300 rd.vfio.last-display=claim" "00:02.0=would-bind $both"
on_cmdline "rd.vfio.ids=01:00.0 rd.vfio.expand=slot" "01:00.0=would-bind 01:00.1=would-bind"
in_file "claim 01:00.0" "" "rd.vfio.config=0"
in_file "claim 01:00.0" "01:00.0=would-bind 02:00.0=would-bind" "rd.vfio.ids=02:00.0"
in_file "set last-display=claim\nclaim class:0300" "00:02.0=kept $both" "rd.vfio.last-display=keep"
mkdir "$tree/etc/vfio-early.conf.d"
echo "set last-display=keep" >"$tree/etc/vfio-early.conf.d/20-later.conf"
in_file "set last-display=claim\nclaim class:0300" "00:02.0=kept $both"
rm -r "$tree/etc/vfio-early.conf.d"

# Without an IOMMU, and what is only seen when it is carried out.
rmdir "$tree/sys/class/iommu/dmar0"
rm "$tree/sys/bus/pci/devices/0000:01:00.0/iommu_group"
in_file "claim 01:00.0\nset iommu=require" "01:00.0=no-iommu"
in_file "claim 01:00.0\nset iommu=ignore" "01:00.0=would-bind"
on_cmdline "rd.vfio.ids=01:00.0 rd.vfio.iommu=ignore" "01:00.0=would-bind"
cmdline "rd.vfio.ids=01:00.1 rd.vfio.dryrun"
: >"$tree/etc/vfio-early.conf"
run boot
ok "rd.vfio.dryrun writes nothing" override_is 0000:01:00.1 "(null)"
ok "and shows each write in the log" log_says "would write vfio-pci to /sys/bus/pci/devices/0000:01:00.1/driver_override"
ok "and in the report" report_is '[.writes[].load | strings] | join(" ")' vfio-pci
: >"$tree/dev/kmsg"
cmdline "rd.vfio.ids=01:00.1 rd.vfio.debug"
run boot
ok "rd.vfio.debug tells every write" log_says "<7>vfio-early: 0000:01:00.1 driver_override: done"
: >"$tree/dev/kmsg"
cmdline "rd.vfio.ids=01:00.1"
echo "set log=debug" | config
run boot
ok "set log=debug too" log_says "<7>vfio-early: 0000:01:00.1 driver_override: done"
rm "$tree/sys/bus/pci/drivers_probe"
mkfifo "$tree/sys/bus/pci/drivers_probe"
echo "set deadline=1" | config
run boot
ok "set deadline=1 bounds a write that hangs" log_says "did not return in time"

done_testing
