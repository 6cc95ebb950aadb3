#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Each page of docs/ is followed to the letter on the machine of its guide: every indented line is run, in its order, in a
# real Debian tree with the real generator, whose /sys and command line are that machine's. Two things are played by this
# test: the boot loader's commands, which write down the parameters, and the kernel's part of the reboot.
[ "${IN_NAMESPACE:-}" = 1 ] || IN_NAMESPACE=1 exec unshare -m "$0"
. "$(dirname "$0")/../tap.sh"
trap 'umount -R "$work/merged" 2>/dev/null; rm -rf --one-file-system "$work"' EXIT

steps() { sed -n 's/^    //p' "$top/docs/$page.md"; }
said() {
	grep -qE -- "$1" "$work/said" && return
	cat "$work/said"
	return 1
}

# Commands that stand in: sudo, and those of a boot loader that no folder has.
stand_in() { # NAME TEXT
	rm -f "$root/usr/sbin/$1"
	printf '#!/bin/sh\n%s\n' "$2" >"$root/usr/sbin/$1"
	chmod 755 "$root/usr/sbin/$1"
}

enter() { # MACHINE TREE
	root=$work/merged
	mkdir -p "$work/upper" "$work/scratch" "$root"
	mount -t overlay overlay -o "lowerdir=$("$top/tests/vm/tree" "$2"),upperdir=$work/upper,workdir=$work/scratch" "$root"
	machine=$top/tests/machines/$1/machine
	[ -e "$machine" ] || machine=$top/tests/docs/guides/$1.machine
	"$top/tests/machines/unpack" "$machine" "$work/machine"
	mount --bind "$work/machine/sys" "$root/sys"
	mount -t proc proc "$root/proc"
	cp "$work/machine/proc/cmdline" "$work/cmdline"
	mount --bind "$work/cmdline" "$root/proc/cmdline"
	mount --bind "$work/machine/proc/self/mountinfo" "$root/proc/1/mountinfo" 2>/dev/null
	mount -t tmpfs tmpfs "$root/tmp"
	mount -t tmpfs tmpfs "$root/run"
	mount -t tmpfs tmpfs "$root/dev"
	cp -a /dev/null /dev/zero /dev/urandom "$root/dev/"
	for device in "$work"/machine/dev/*; do [ "${device##*/}" = kmsg ] || cp --sparse=always "$device" "$root/dev/"; done
	make -s -C "$top" install DESTDIR="$root" DRACUTMODDIR=/usr/lib/dracut/modules.d >/dev/null 2>&1
	cp -r "$work/machine/etc/." "$root/etc/"
	echo "GRUB_CMDLINE_LINUX_DEFAULT=\"$(cat "$work/cmdline")\"" >"$root/etc/default/grub"
	# The image that the kernel's package would have left.
	kernel=$(basename "$root"/boot/vmlinuz-*)
	kernel=${kernel#vmlinuz-}
	rm -f "$root/etc/initramfs-tools/update-initramfs.conf"
	[ ! -d "$root/usr/share/initramfs-tools/hooks" ] || : >"$root/boot/initrd.img-$kernel"
	mkdir -p "$root/etc/dracut.conf.d"
	printf 'hostonly=no\ncompress=cat\n' >"$root/etc/dracut.conf.d/00-test.conf"
	stand_in sudo 'exec "$@"'
	for name in update-grub grub-mkconfig; do
		stand_in $name '. /etc/default/grub; echo "$GRUB_CMDLINE_LINUX_DEFAULT" >/next-cmdline'
	done
	stand_in grubby 'for word in $(cat /proc/cmdline); do
		case " ${2#--remove-args=} " in *" ${word%%=*} "*) ;; *) printf "%s " "$word" ;; esac
	done >/next-cmdline
	# For all kernels grubby edits the file too, which new kernels get their parameters from.
	echo "GRUB_CMDLINE_LINUX=\"$(cat /next-cmdline)\"" >/etc/default/grub'
	stand_in reboot 'touch /rebooted'
}

leave() {
	umount -R "$root"
	rm -rf "$work/upper" "$work/scratch" "$work/machine"
}

# The kernel's part: the devices that check foretells are on vfio-pci, and the early stage has left its report. The image
# that was made is asked first: it must foretell the same with what is in it.
boot_the_image() {
	mkdir "$root/tmp/image"
	if [ -e "$root/usr/sbin/mkinitramfs" ]; then
		chroot "$root" unmkinitramfs "/boot/initrd.img-$kernel" /tmp/image
	else
		chroot "$root" sh -c "cd /tmp/image && lsinitrd --unpack /boot/initrd.img-$kernel 2>/dev/null || lsinitrd --unpack /boot/initramfs-$kernel.img"
	fi
	image=$root/tmp/image
	[ ! -d "$image/main" ] || image=$image/main
	ok "the image has the configuration" cmp "$image/etc/vfio-early.conf" "$root/etc/vfio-early.conf"
	cp "$root/next-cmdline" "$work/cmdline"
	chroot "$root" vfio-early check --json | jq '.command = "boot" | del(.findings) | .devices |= map(if .verdict == "would-bind"
		then .verdict = "bound" | .reason |= (sub("would be bound"; "bound") | sub("\\(now:"; "(was:")) else . end)' >"$work/report.json"
	mkdir -p "$root/run/vfio-early"
	cp "$work/report.json" "$root/run/vfio-early/report.json"
	for address in $(jq -r '.devices[] | select(.verdict == "bound") | .address' "$work/report.json"); do
		ln -sfn ../../../../bus/pci/drivers/vfio-pci "$root/sys/bus/pci/devices/$address/driver"
		sed -i -e '1iDRIVER=vfio-pci' -e '/^DRIVER=/d' "$root/sys/bus/pci/devices/$address/uevent"
	done
}

follow() { # PAGE MACHINE TREE ADDRESS...
	page=$1 note="$1: "
	enter "$2" "$3"
	shift 3
	: >"$work/said"
	ok "it has at most 40 lines" [ "$(wc -l <"$top/docs/$page.md")" -le 40 ]
	steps >"$work/steps"
	while read -r step; do
		chroot "$root" /bin/sh -c "PATH=/usr/sbin:/usr/bin:/sbin:/bin; $step" >"$work/said" 2>&1 </dev/null
		status=$?
		ok "$step" [ $status = 0 ]
		case $step in
		*" check")
			for address; do
				ok "check: $address passes" said "^PASS 0000:$address .*would be bound to vfio-pci"
			done
			ok "check: the image is as it should be" said "^PASS /boot/.*contains vfio-early and the present configuration"
			ok "check: nothing fails" sh -c '! grep -q ^FAIL "$1"' - "$work/said"
			;;
		*reboot) boot_the_image ;;
		*status)
			for address; do ok "status: $address is bound" said "^PASS 0000:$address .*: now: vfio-pci"; done
			;;
		esac
	done <"$work/steps"
	chroot "$root" vfio-early check >"$work/said" 2>&1
	ok "nothing of the guide is left" sh -c '! grep -E "softdep|blacklist|vfio-pci.ids|unsafe|/etc/(modprobe.d|initramfs-tools/modules|dracut)" "$1"' - "$work/said"
	leave
}

follow from-ids-and-softdeps guide-gtx1060 bookworm-initramfs-tools 01:00.0 01:00.1
follow from-dracut-drivers guide-rtx2060 bookworm-dracut 01:00.0 01:00.1 01:00.2 01:00.3 03:00.0 08:00.0
follow from-modprobe-and-blacklists guide-rx7900xtx bookworm-dracut 03:00.0 03:00.1 6e:00.0
follow from-initramfs-tools-modules rtx2060 bookworm-initramfs-tools 02:00.0 02:00.1 02:00.2 02:00.3
follow from-mkinitcpio-or-dracut gtx970 bookworm-dracut 02:00.0 02:00.1 06:00.0
finish
