#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# ids= of vfio-pci and of other drivers: claims of the lowest rank, and what a guest's driver has already.
# shellcheck disable=SC2154
. "$(dirname "$0")/lib.sh"

# The host's display, a GPU, the root's drive and its twin. What is on vfio-pci stands in $1, by address.
host() {
	machine dmar0
	pci 0000:00:02.0 8086:0412 30000 1 "$(driver_of 00:02.0 "$@")"
	pci 0000:01:00.0 10DE:1C03 30000 2 "$(driver_of 01:00.0 "$@")"
	pci 0000:02:00.0 144D:A808 10802 3 "$(driver_of 02:00.0 "$@")"
	pci 0000:03:00.0 144D:A808 10802 4 "$(driver_of 03:00.0 "$@")"
	echo 1 >"$tree/sys/bus/pci/devices/0000:00:02.0/boot_vga"
	: >"$tree/sys/bus/pci/drivers/vfio-pci/remove_id"
}
driver_of() { # ADDRESS WHAT-IS-ON-VFIO-PCI...
	address=$1
	shift
	case " $* " in *" $address "*) echo vfio-pci ;; esac
}
modprobe_d() { # FOLDER FILE: the text is standard input
	mkdir -p "$tree/$1/modprobe.d"
	cat >"$tree/$1/modprobe.d/$2"
}
verdicts_are() { [ "$(report '[.devices[] | .address + "=" + .verdict] | join(" ")' | sed 's/0000://g')" = "$1" ]; }

# --- ids are claims ---
host
cmdline "root=/dev/nvme0n1 vfio-pci.ids=144d:a808,10de:1c03,8086:0412 rd.vfio.keep=01:00.0"
run boot
ok "ids of the command line claim, with every guard" verdicts_are "00:02.0=refused 01:00.0=kept 02:00.0=deferred 03:00.0=deferred"
ok "the report says who claims" report_is '[.devices[].wanted_by] | unique | join(" ")' vfio-pci.ids
host
cmdline "rd.vfio.ids=01:00.0@10de:1c03 rd.vfio.last-display=claim vfio_pci.ids=10de:1c03"
run boot --dry-run --json
ok "a claim of one's own wins over them" json_is '[.devices[].wanted_by] | join(" ")' rd.vfio.ids
host
cmdline "vfio-pci.ids=dead:beef vfio-pci.ids=0x10de:0x1c03,,8086:0412,nonsense"
run boot --dry-run
ok "the last one on the command line counts, in the kernel's own spelling" says "0000:01:00.0 10de:1c03 would be bound"
ok "an error in them has its place" says "vfio-pci.ids:1:"
host
cmdline "rd.vfio=0 vfio-pci.ids=10de:1c03"
run boot --dry-run
ok "where nothing is claimed they claim nothing" says "nothing is claimed"
ok "and no module is loaded" lacks "load vfio-pci"

# --- modprobe.d ---
host
cmdline quiet
echo 'options vfio-pci \
  disable_vga=1 ids=10de:1c03' | modprobe_d etc a.conf
run boot --dry-run
ok "ids of modprobe.d claim" says "0000:01:00.0 10de:1c03 would be bound"
ok "their module is loaded" says "load vfio-pci"
run boot --dry-run --json
ok "and have their line" json_is '.devices[0].wanted_by' /etc/modprobe.d/a.conf:1
echo 'options vfio-pci "ids=8086:0412,144d:a808" disable_vga=1' | modprobe_d etc b.conf
run boot --dry-run
ok "quotes are the kernel's" says "144d:a808 deferred"
rm "$tree/etc/modprobe.d/b.conf"
echo "options vfio-pci ids=144d:a808" | modprobe_d usr/lib a.conf
run boot --dry-run
ok "a file of /etc hides one of /usr/lib" lacks a808
echo "options vfio-pci ids=144d:a808" | modprobe_d usr/lib b.conf
run boot --dry-run
ok "of two lines the last one counts, as for the kernel" says "144d:a808 deferred"
ok "and only that" lacks 10de:1c03
cmdline vfio-pci.ids=8086:0412
run boot --dry-run
ok "the command line is stronger than modprobe.d" lacks a808
ok "its module is loaded though the display stays" says "load vfio-pci"

# --- initramfs-tools' list of modules, with arguments ---
host
cmdline vfio-pci.ids=8086:0412
mkdir -p "$tree/etc/initramfs-tools"
printf '# vfio_pci ids=8086:1539\nvfio\nvfio_pci ids=10de:1c03 disable_vga=1\n' >"$tree/etc/initramfs-tools/modules"
run boot --dry-run --json
ok "ids of initramfs-tools' modules claim, and are the strongest" json_is '[.devices[] | .address + " " + .wanted_by] | join(" ")' \
	"0000:01:00.0 /etc/initramfs-tools/modules:3"

# --- other drivers ---
host
cmdline "pci-stub.ids=144d:a808"
echo "claim 01:00.0 driver=pci-stub" | config
run boot --dry-run --json
ok "ids of a driver that a claim names claim for that driver" json_is '[.devices[] | .address + .verdict] | join(" ")' \
	"0000:01:00.0would-bind 0000:02:00.0deferred 0000:03:00.0deferred"
echo "claim 01:00.0" | config
run boot --dry-run
ok "those of another driver do not" lacks a808
cmdline "mlx5_vfio_pci.ids=144d:a808"
run boot --dry-run
ok "those of a variant of vfio-pci do" says "144d:a808 deferred"

# --- what a guest's driver has already ---
host 00:02.0 02:00.0 03:00.0
cmdline "root=/dev/nvme0n1 vfio-pci.ids=8086:0412,144d:a808,10de:1c03"
run boot --dry-run
ok "a drive is given back before its disk can be seen" says "write 144d a808 to /sys/bus/pci/drivers/vfio-pci/remove_id"
# All devices are worked on at the same time, so which write is the last one is a matter of chance: each is counted.
output=$(strace -f -qq -e trace=write "$binary" --root "$tree" boot 2>&1)
ok "the boot says so" log_says "0000:02:00.0 144d:a808 was bound to vfio-pci already, which is built in or was loaded with ids="
ok "each id is removed" eval 'printf "%s\n" "$output" | grep -qF "\"144d a808\"" && printf "%s\n" "$output" | grep -qF "\"8086 0412\""'
ok "each device is unbound and probed" [ "$(printf '%s\n' "$output" | grep -c '"0000:02:00.0"')" = 2 ]
ok "what stays on the guest's driver is probed" eval 'printf "%s\n" "$output" | grep -qF "\"0000:01:00.0\""'
ok "its override is cleared" override_is 0000:03:00.0 ""
host 00:02.0 01:00.0
cmdline "rd.vfio.ids=10de:1c03,8086:0412"
run boot
ok "the last display is given back" holds sys/bus/pci/drivers/vfio-pci/unbind 0000:00:02.0
ok "what is wanted stays where it is" report_is '.devices[1].verdict' bound
host 03:00.0
cmdline "rd.vfio.ids=01:00.0"
run boot
ok "what no claim names is told" log_says "0000:03:00.0 144d:a808 is bound to vfio-pci already and is not claimed; it is not changed"
done_testing
