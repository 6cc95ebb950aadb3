#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The units of systemd: systemd itself finds no mistake in them, in a Debian tree with what make install puts there, and
# they name a page of the manual that exists.
[ "${IN_NAMESPACE:-}" = 1 ] || IN_NAMESPACE=1 exec unshare -m "$0"
. "$(dirname "$0")/../tap.sh"
trap 'umount -R "$work/merged" 2>/dev/null; rm -rf --one-file-system "$work"' EXIT

root=$work/merged
mkdir "$work/upper" "$work/scratch" "$root"
mount -t overlay overlay -o "lowerdir=$("$top/tests/vm/tree" bookworm-dracut),upperdir=$work/upper,workdir=$work/scratch" "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/run"
make -s -C "$top" install DESTDIR="$root" DRACUTMODDIR=/usr/lib/dracut/modules.d >/dev/null 2>&1

# Not the manual: the tree has no man(1), and no pages.
verify() { chroot "$root" systemd-analyze --man=no verify "$@" 2>&1 | tee "$work/blamed" && [ ! -s "$work/blamed" ]; }
# The units of the initramfs are where the initramfs has them.
cp "$root"/usr/lib/dracut/modules.d/50vfio-early/*.service "$root/usr/lib/systemd/system/"
documented() { # UNIT
	grep -q '^Documentation=' "$1" && sed -nE 's/^Documentation=//p' "$1" | tr ' ' '\n' |
		while read -r page; do
			page=$(echo "$page" | sed -nE 's/^man:([a-z.-]+)\(([0-9])\)$/\1.\2/p')
			[ -n "$page" ] && [ -e "$root/usr/share/man/man${page##*.}/$page" ] || exit 1
		done
}

for unit in "$root"/usr/lib/systemd/system/vfio-early*.service; do
	name=${unit##*/}
	ok "$name: systemd finds no mistake" verify "$name"
	ok "$name: its documentation is a page of the manual" documented "$unit"
	count_of_units=$((${count_of_units:-0} + 1))
done
same "all units were looked at" 3 "$count_of_units"
sed 's/^Type=.*/Type=twice/' "$unit" >"$root/usr/lib/systemd/system/vfio-early-bad.service"
finds_a_mistake() { ! verify "$1"; }
ok "a mistake is found" finds_a_mistake vfio-early-bad.service
finish
