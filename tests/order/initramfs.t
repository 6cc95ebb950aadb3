#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What the generators really wrote: do we stand before everything that loads drivers?
. "$(dirname "$0")/../tap.sh"
vm=$top/tests/vm

unpack() {
	note="$1: "
	image=$("$vm/image" "$1" "$2") || exit 1
	files=$image/unpacked
}

common() {
	ok "the binary is there" [ -x "$files/usr/sbin/vfio-early" ]
	ok "there are no facts of a host that is none" [ ! -e "$files/etc/vfio-early.facts" ]
	ok "the configuration is there" cmp -s "$files/etc/vfio-early.conf" "$vm/../../vfio-early.conf"
}

# lines_in_order FILE TEXT...: each text's first line stands behind the one before.
lines_in_order() {
	file=$1 last=0
	shift
	for text; do
		case $text in
		^*) line=$(grep -n -e "$text" "$file" | head -n 1 | cut -d: -f1) ;;
		*) line=$(grep -nF -e "$text" "$file" | head -n 1 | cut -d: -f1) ;;
		esac
		[ "${line:-0}" -gt "$last" ] || return 1
		last=$line
	done
}
runs_before() { lines_in_order "$files/scripts/local-premount/ORDER" "$1" "$2"; }

initramfs_tools() {
	first=$(grep -m 1 '^/scripts/init-top/' "$files/scripts/init-top/ORDER")
	ok "init-top starts with us" [ "${first%% *}" = /scripts/init-top/00-vfio-early ]
	ok "udev comes later" grep -q '^/scripts/init-top/udev ' "$files/scripts/init-top/ORDER"
	first=$(grep -m 1 '^/scripts/init-bottom/' "$files/scripts/init-bottom/ORDER")
	ok "init-bottom starts with us, before udev moves /dev" [ "${first%% *}" = /scripts/init-bottom/00-vfio-early ]
	for script in resume btrfs; do
		[ ! -e "$files/scripts/local-premount/$script" ] ||
			ok "local-premount has us behind $script" runs_before "/scripts/local-premount/$script" /scripts/local-premount/vfio-early
	done
	# The device is there: it is waited for before local-premount runs, and mounted behind it.
	ok "the root device is waited for before" lines_in_order "$files/scripts/local" 'local_device_setup "${ROOT}" "root' \
		'^	local_premount$' 'mount ${roflag}'
	ok "with BOOT=nfs we run too" grep -q '^/scripts/nfs-bottom/vfio-early ' "$files/scripts/nfs-bottom/ORDER"
}

# Units that load drivers themselves, or start something that does.
loaders() {
	grep -lE '^Exec[A-Za-z]*=.*(modprobe|modules-load|udevd|udevadm trigger|dracut-(cmdline|pre-udev|pre-trigger))' \
		"$files"/usr/lib/systemd/system/*.service | sed 's|.*/||'
}

# The instances of modprobe@.service that any unit asks for, but those that drive no PCI device.
instances() {
	grep -hoE 'modprobe@[a-z_-]+\.service' "$files"/usr/lib/systemd/system/* 2>/dev/null |
		grep -vE '@(configfs|fuse|efi_pstore|loop|dm_mod)\.' | sort -u
}

ordered_before() { # UNIT: we are, or something that we are before is
	grep -qE "^Before=(.* )?$1( |\$)" "$units/vfio-early.service" && return 0
	for between in dracut-cmdline.service dracut-pre-udev.service systemd-udevd.service systemd-udev-trigger.service sysinit.target; do
		grep -qE "^After=(.* )?$between( |\$)" "$units/$1" 2>/dev/null && return 0
	done
	return 1
}

# One of the paths that say that this is an initramfs.
condition_holds() { # UNIT
	sed -n 's/^ConditionPathExists=|//p' "$units/$1" | while read -r path; do
		if [ -e "$files$path" ] || [ -L "$files$path" ]; then echo "$path"; fi
	done | grep -q .
}

dracut_systemd() {
	units=$files/usr/lib/systemd/system
	ok "the unit is there" [ -f "$units/vfio-early.service" ]
	ok "sysinit.target wants it" [ -e "$units/sysinit.target.wants/vfio-early.service" ]
	for unit in $(loaders) $(instances); do
		case $unit in vfio-early.service | modprobe@.service) continue ;; esac
		ok "it is before $unit" ordered_before "$unit"
	done
	ok "a condition of the unit holds in this image" condition_holds vfio-early.service
	same "the late unit is there, and no target wants it" "$units/vfio-early-late.service" \
		"$(find "$files" -name vfio-early-late.service)"
	ok "a condition of it holds" condition_holds vfio-early-late.service
	ok "the image has what starts it" [ -x "$files/usr/bin/systemctl" ]
	for unit in dracut-initqueue.service dracut-pre-mount.service initrd-root-device.target; do
		ok "the late stage is behind $unit" grep -qE "^After=(.* )?$unit( |\$)" "$units/vfio-early-late.service"
		ok "which the image has" [ -e "$units/$unit" ]
	done
	# What is before anything else here may wait for what makes the root appear.
	same "only the root's mount is behind it, and the end" "initrd-root-fs.target initrd-switch-root.target shutdown.target sysroot.mount" \
		"$(sed -n 's/^Before=//p' "$units/vfio-early-late.service" | tr ' ' '\n' | sort | xargs)"
	ok "the image has a systemd-modules-load to be before" [ -f "$units/systemd-modules-load.service" ]
}

dracut_plain() {
	hooks=$(find "$files" -path '*dracut/hooks/cmdline' -type d | head -n 1)
	# shellcheck disable=SC2012 # dracut itself sorts the names that ls shows
	first=$(LC_ALL=C ls "$hooks" | head -n 1)
	ok "cmdline starts with us" [ "$first" = 00-vfio-early.sh ]
	last=$(find "$files" -path '*dracut/hooks/pre-mount/*' | LC_ALL=C sort | tail -n 1)
	ok "pre-mount ends with the late stage" [ "${last##*/}" = 99-vfio-early-late.sh ]
	ok "what no late stage settled is settled before the root is entered" \
		[ -e "${hooks%/cmdline}/pre-pivot/00-vfio-early-finish.sh" ]
	ok "what loads rd.driver.pre comes later" [ -e "$hooks/01-parse-kernel.sh" ]
}

unpack initramfs-tools normal
common
initramfs_tools
unpack dracut-systemd normal
common
dracut_systemd
unpack dracut-trixie normal
common
dracut_systemd
unpack dracut-plain normal
common
dracut_plain

# Virtual functions are not in the topology.
physical_functions() {
	for device in /sys/bus/pci/devices/*; do [ -e "$device/physfn" ] || echo "$device"; done | wc -l
}

# An image that is made elsewhere has the facts that the host has kept.
for kind in initramfs-tools dracut-plain; do
	unpack $kind config
	ok "the facts that the host has kept are in the image" \
		[ "$(cat "$files/etc/vfio-early.facts")" = "$(printf 'vfio-early facts 1\nmade 2026-01-01T00:00:00Z\nend 2')" ]
done

# Where the generator runs on a running host, its facts are in the image; also where kernel-install calls it and ukify
# makes a unified image of that.
for kind in initramfs-tools dracut-systemd kernel-install; do
	unpack $kind running
	ok "the facts of the host are in the image" grep -qx 'vfio-early facts 1' "$files/etc/vfio-early.facts"
	ok "they are whole" [ "$(tail -n 1 "$files/etc/vfio-early.facts")" = "end $(($(wc -l <"$files/etc/vfio-early.facts") - 1))" ]
	ok "and have its devices" [ "$(grep -c '^function' "$files/etc/vfio-early.facts")" = "$(physical_functions)" ]
done

# check finds that unified image, and what is in it.
check_unified() {
	host=$work/host
	unified=/boot/efi/EFI/Linux/$(basename "$image"/*.efi)
	version=${unified#*-}
	version=${version%.efi}
	mkdir -p "$host/boot/efi/EFI/Linux" "$host/lib/modules/$version" "$host/etc" "$host/sys/bus/pci/devices"
	cp "$image"/*.efi "$host/boot/efi/EFI/Linux/"
	cp "$vm/../../vfio-early.conf" "$host/etc/"
	[ ! -e "$files/etc/vfio-early.fstab" ] || cp "$files/etc/vfio-early.fstab" "$host/etc/fstab"
	[ ! -e "$files/etc/vfio-early.crypttab" ] || cp "$files/etc/vfio-early.crypttab" "$host/etc/crypttab"
	echo "kernel/drivers/vfio/pci/vfio-pci.ko.xz:" >"$host/lib/modules/$version/modules.dep"
	: >"$host/lib/modules/$version/modules.builtin"
	"$top/build/static/vfio-early" --root "$host" check >"$work/check" || :
	grep -xF "PASS $unified: contains vfio-early and the present configuration" "$work/check" || { cat "$work/check"; return 1; }
}
ok "check finds the unified image" check_unified

# The hooks themselves see who would run before ours, and what is missing.
for kind in initramfs-tools dracut-plain; do
	unpack $kind early-stranger
	note="$kind-warning: "
	ok "a script that sorts before ours is named while the image is built" \
		grep -q 'vfio-early: .*00-stranger.* runs before vfio-early' "$image/log"
	ok "so is that the facts were not made in time" grep -q 'no host facts in the image: vfio-early facts ended with 124' "$image/log"
	ok "the image is made all the same" [ -x "$files/usr/sbin/vfio-early" ]
	ok "without facts" [ ! -e "$files/etc/vfio-early.facts" ]
done
finish
