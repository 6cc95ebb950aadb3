#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Where images are made: facts are those of a running host only, and a chroot, a container or a tree without udev has none.
# The program runs in a namespace of processes of its own, whose process 1 it is or is not.
# shellcheck disable=SC2154
. "$(dirname "$0")/lib.sh"

# A tree whose "/" is that of process 1, with udev's database.
installed() {
	machine dmar0
	pci 0000:01:00.0 1002:5159 30000 5
	mkdir -p "$tree/run/udev/data" "$tree/usr/sbin"
	cp "$binary" "$tree/usr/sbin/vfio-early"
}
# facts_in booted|chroot|no-proc [ARGUMENT...]
facts_in() {
	where=$1 status=0
	shift
	set -- /usr/sbin/vfio-early facts "$@"
	case $where in
	booted) set -- chroot "$tree" "$@" ;;
	# The shell is process 1, and its root is another one.
	*) set -- sh -c '"$@"; exit $?' - chroot "$tree" "$@" ;;
	esac
	proc=--mount-proc=$tree/proc
	[ "$where" != no-proc ] || proc=""
	# shellcheck disable=SC2086 # two words, or none
	output=$($apart --fork --pid $proc "$@" 2>&1) || status=$?
}
refuses() { # DESCRIPTION REASON
	ok "$1: there are none, and the hook is told so" exits 1
	ok "$1: the reason" line "vfio-early: no host facts: $2; run it on the system that boots from the image"
}

installed
facts_in booted
ok "a running host has facts" exits 0
ok "which are whole" says "end "
facts_in booted --write
ok "and keeps them" [ -s "$tree/etc/vfio-early.facts" ]

installed
facts_in chroot
refuses "a chroot, as an installer or the trigger of dpkg runs in" "/ is not the root directory of process 1, as in a chroot"
facts_in chroot --write
ok "nor does it keep any" [ ! -e "$tree/etc/vfio-early.facts" ]
facts_in no-proc
refuses "debootstrap without /proc" "/ is not the root directory of process 1, as in a chroot"

for mark in run/systemd/container run/.containerenv .dockerenv run/host/container-manager; do
	installed
	mkdir -p "$(dirname "$tree/$mark")"
	echo any >"$tree/$mark"
	facts_in booted
	refuses "/$mark" "this is a container"
done
installed
export container=lxc
facts_in booted
refuses "container= of process 1" "this is a container"
unset container

installed
rm -r "$tree/run/udev"
facts_in booted
refuses "a build container without any mark" "udev is not running, so the content of the disks is unknown"

# --- check, asked in such a place ---

installed
kernel 6.1.0-1
config </dev/null
cmdline rd.vfio.ids=1002:5159
image /boot/initrd.img-6.1.0-1 cat
mkdir -p "$tree/usr/bin" "$tree/sys/class/iommu"
: >"$tree/usr/sbin/update-initramfs"
as_check='mount --bind "$1/cmdline" "$1/proc/cmdline" && chroot "$1" /usr/sbin/vfio-early check; exit $?'
echo rd.vfio.ids=1002:5159 >"$tree/cmdline"
status=0
# shellcheck disable=SC2086
output=$($apart --fork --pid --mount-proc="$tree/proc" sh -c "$as_check" - "$tree" 2>&1) || status=$?
ok "an image without facts gets none here, and check says where it does" line "WARN /boot/initrd.img-6.1.0-1: has no host facts (what this host needs at boot), so USB controllers and card readers wait for the late stage; regenerate it on the system that boots from it: / is not the root directory of process 1, as in a chroot"
done_testing
