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
	TZ=Pacific/Auckland unshare -n rpmbuild --load tree/packaging/rpm-macros -bb --nodeps --define "$define" elsewhere/SPECS/*.spec' - "$work"
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
# The system runs, and its kernel has an image.
rm "$root/usr/bin/systemd-detect-virt"
printf '#!/bin/sh\nexit 1\n' >"$root/usr/bin/systemd-detect-virt"
chmod 755 "$root/usr/bin/systemd-detect-virt"
mkdir -p "$root/run/systemd/system"
for kernel in "$root"/boot/vmlinuz-*; do : >"$root/boot/initramfs-${kernel##*/vmlinuz-}.img"; done
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

# What the scriptlets call on each system, with dracut and kernel-install that only note it. A kernel is a folder of
# /lib/modules; 6.9.0 has lost its modules, 6.9.1 never had an image, and 6.9 is a part of the names of others.
umount "$root/tmp"
mount -t tmpfs tmpfs "$root/boot"
mount -t tmpfs tmpfs "$root/usr/lib/modules"
mount -t tmpfs tmpfs "$root/run"
for name in dracut kernel-install; do
	rm -f "$root/usr/bin/$name"
	printf '#!/bin/sh\necho %s "$@" >>/run/calls\n[ ! -e /run/failing ]\n' $name >"$root/usr/bin/$name"
	chmod 755 "$root/usr/bin/$name"
done
printf '#!/bin/sh\n[ -e "/run/virt$2" ]\n' >"$root/usr/bin/systemd-detect-virt"
echo 0123456789abcdef0123456789abcdef >"$root/etc/machine-id"
script() { rpm -qp --qf "%{$1}\\n" "$rpm"; }
system() { # FILE...: a booted system with these
	rm -rf "$root/efi"
	find "$root/boot" "$root/usr/lib/modules" "$root/run" -mindepth 1 -delete
	mkdir -p "$root/run/systemd/system" "$root/usr/lib/modules/6.9.0"
	for kernel in 6.9 6.9.1 6.9.2-300.fc44.x86_64; do
		mkdir -p "$root/usr/lib/modules/$kernel"
		touch "$root/usr/lib/modules/$kernel/modules.dep" "$root/usr/lib/modules/$kernel/vmlinuz"
	done
	for file in /boot/initramfs-0-rescue-0123456789abcdef0123456789abcdef.img /boot/initramfs-6.9.0.img "$@"; do
		mkdir -p "$root${file%/*}"
		touch "$root$file"
	done
}
calls() { # DESCRIPTION CALLS [SCRIPT INSTANCES]: the scriptlet ends well, and makes these calls
	script "${3:-POSTTRANS}" | chroot "$root" /bin/sh -s "${4:-1}" >"$work/said" 2>&1
	ended=$?
	same "scriptlets: $1" "$2
ended with 0" "$(cat "$root/run/calls" 2>/dev/null)
ended with $ended"
	rm -f "$root/run/calls"
}
kernel=6.9.2-300.fc44.x86_64
plain=/boot/initramfs-$kernel.img
made="dracut --force $plain $kernel"
by_install="kernel-install add $kernel /lib/modules/$kernel/vmlinuz"
token=fedora
for scriptlet in POSTTRANS POSTUN; do
	ok "$scriptlet is a script for any shell" sh -c 'rpm -qp --qf "%{$1}\n" "$2" | shellcheck -s sh -' - "$scriptlet" "$rpm"
done
system "$plain"
calls "the image is made, of no other kernel, and not the rescue image" "$made"
calls "on removal too" "$made" POSTUN 0
calls "not twice in an upgrade" "" POSTUN 1
touch "$root/run/failing"
calls "a generator that fails is no failure of the package" "$made"
ok "but it is said" grep -qx "vfio-early: the initramfs of $kernel is not regenerated" "$work/said"
system
calls "no kernel has an image" ""
for mark in ostree-booted virt--container virt--chroot; do
	system "$plain" /run/$mark
	calls "$mark" ""
done
system "$plain"
rm -r "$root/run/systemd"
calls "a system that is not booted" ""
for folder in /boot /boot/efi /efi; do
	system $folder/$token/$kernel/initrd
	calls "kernel-install has a folder of it in $folder" "$by_install"
	for name in $token-$kernel $token-$kernel+3 0123456789abcdef0123456789abcdef-$kernel+2-1; do
		system $folder/EFI/Linux/$name.efi
		calls "$folder/EFI/Linux/$name.efi is kernel-install's" "$by_install"
	done
	system $folder/EFI/Linux/linux-$kernel-0123456789abcdef0123456789abcdef-f44.efi
	calls "dracut's unified image in $folder" "dracut --force --uefi --kver $kernel"
done
system /boot/efi/EFI/Linux/$token-$kernel.efi "$plain"
calls "a unified image, and a plain one of an older entry" "$by_install
$made"
system /boot/efi/EFI/Linux/$token-$kernel.efi
rm "$root/usr/lib/modules/$kernel/vmlinuz"
calls "a unified image that came as a package" ""

umount -R "$root"

# Where there is no scdoc.
mkdir "$work/few"
for tool in /usr/bin/* /bin/*; do [ "${tool##*/}" = scdoc ] || ln -sf "$tool" "$work/few/"; done
ok "without scdoc it says how to build" sh -c '! PATH=$1 make -C "$2" rpm STATIC=0' - "$work/few" "$work/tree"
ok "in a command" grep -q "scdoc is missing: install scdoc, or build without the manual: make rpm STATIC=0 WITH_MAN=0" "$work/out"
ok "which works" env PATH="$work/few" make -C "$work/tree" rpm STATIC=0 WITH_MAN=0
same "and has all but the manual" "$(echo "$installed" | grep -v /man/)" "$(packed)"

# As the README has it for distributions without musl.
ok "it builds with the system's shared libraries" make -C "$work/tree" rpm STATIC=0
same "and requires them" "libblkid libc libkmod libpci" \
	"$(rpm -qp --requires "$rpm" | sed -n 's/^\(lib[a-z]*\)\.so.*/\1/p' | sort -u | paste -sd ' ')"
same "there are no other files in it, but its build id" "$installed" "$(packed)"

finish
