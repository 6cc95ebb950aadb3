#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The RPM: built twice, in another folder, at another time and from its own source package, without a network. What it
# contains, and what its scriptlets do in a tree with a real dracut.
[ "${IN_NAMESPACE:-}" = 1 ] || IN_NAMESPACE=1 exec unshare -m "$0"
. "$(dirname "$0")/../tap.sh"

copy_tree "$work/tree"
ok "make rpm builds where there is no network" unshare -n make -C "$work/tree" rpm DEPS_DIR="$top/build/deps/archives"
rpm=$(echo "$work"/tree/vfio-early-*."$(uname -m)".rpm)
ok "and says which file it made" grep -qx "$(basename "$rpm")" "$work/out"
ok "the source package is whole, and builds offline" sh -c 'umask 077 && cd "$1" && define="_topdir $1/elsewhere" &&
	rpm -i --nodeps --define "$define" tree/build/rpm/*.src.rpm &&
	TZ=Pacific/Auckland unshare -n rpmbuild -bb --nodeps --define "$define" elsewhere/SPECS/*.spec' - "$work"
ok "both packages are the same to the byte" sh -c 'sha256sum "$1" "$2" && cmp "$1" "$2"' - "$rpm" "$(echo "$work"/elsewhere/RPMS/*/*.rpm)"
sed 's/^/# /' "$work/out"
ok "its program is the one that make builds" sh -c 'cd "$1" && rpm2cpio "$2" | cpio --quiet -idm && cmp usr/sbin/vfio-early "$3"' - \
	"$work" "$rpm" "$top/build/static/vfio-early"
ok "it runs" "$work/usr/sbin/vfio-early" --version

same "the pinned archives are its sources" "$(awk '/^[^#]/ { print $3 }' "$top/deps/sources" | sort)" \
	"$(rpm -qlp "$work"/tree/build/rpm/*.src.rpm | grep orig | sort)"
packed() {
	rpm -qp --qf '[%{FILEMODES:perms} %{FILENAMES}\n]' "$rpm" | sed -n 's/^[-l][^ ]* //p' | sed 's/\.gz$//' |
		grep -v -e /share/doc/ -e /licenses/ -e /.build-id/ | sort
}
installed=$(sed 's|^\(.*\) .*|/\1|' "$top/tests/build/installed" | sort)
same "what is installed" "$installed" "$(packed)"
same "the configuration survives an upgrade" /etc/vfio-early.conf "$(rpm -qcp "$rpm")"
ok "rpmlint finds no error" rpmlint --config "$top/packaging/rpmlint.toml" "$top/packaging/vfio-early.spec" "$rpm"
sed 's/^/# rpmlint: /' "$work/out"

# A tree with dracut, and its package manager's part played by rpm from here.
tree=$("$top/tests/vm/tree" bookworm-dracut)
root=$work/root
mkdir "$work/upper" "$work/scratch" "$root"
mount -t overlay overlay -o "lowerdir=$tree,upperdir=$work/upper,workdir=$work/scratch" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount --bind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/tmp"
printf '%s\n' hostonly=no 'compress="zstd -1 -q -T0"' 'drivers="vfio-pci"' >"$root/etc/dracut.conf.d/test.conf"
images() { find "$root/boot" -name 'init*' -newer "$work/mark"; }
list_images() { for image in $(images); do chroot "$root" lsinitrd "${image#"$root"}"; done >"$work/listed"; }
mark() { sleep 1; touch "$work/mark"; }

mark
ok "it can be installed" rpm -i --nodeps --root "$root" "$rpm"
same "one image is made, by the scriptlet" 1 "$(images | wc -l)"
list_images
ok "it contains vfio-early and its unit" sh -c 'grep -q usr/sbin/vfio-early "$1" && grep -q sysinit.target.wants/vfio-early.service "$1"' - "$work/listed"
echo "claim 10de:1c03 # the user's own" >>"$root/etc/vfio-early.conf"
mark
ok "it can be removed" rpm -e --nodeps --root "$root" vfio-early
same "one image is made anew" 1 "$(images | wc -l)"
list_images
ok "which is without it" sh -c 'grep -q usr/lib/systemd "$1" && ! grep vfio-early "$1"' - "$work/listed"
ok "what the user wrote is kept" grep -q "the user's own" "$root/etc/vfio-early.conf.rpmsave"

umount -R "$root"

# As the README has it for distributions without musl.
ok "it builds with the system's shared libraries" make -C "$work/tree" rpm STATIC=0
same "and requires them" "libblkid libc libkmod libpci" \
	"$(rpm -qp --requires "$rpm" | sed -n 's/^\(lib[a-z]*\)\.so.*/\1/p' | sort -u | paste -sd ' ')"
same "there are no other files in it, but its build id" "$installed" "$(packed)"

finish
