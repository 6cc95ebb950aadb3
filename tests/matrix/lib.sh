# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# A tree of tests/matrix/tree as a machine's disk: mounted, configured, filled by apt, and put where scenes find it.
# Everything happens in a mount namespace of its own, so that nothing stays mounted whatever happens.
set -u

matrix_here=$(cd "$(dirname "$0")" && pwd)
matrix_top=$(cd "$matrix_here/../.." && pwd)
vm_here=$matrix_top/tests/vm
. "$vm_here/lib-image.sh"
matrix_uuid=50000000-0000-4000-8000-000000000001
[ "${IN_NAMESPACE:-}" = 1 ] || exec env IN_NAMESPACE=1 unshare -m "$0" "$@"

# take_row ROW: suite/generator/usr/mode/image-compression/modules; see tests/matrix/rows.
take_row() {
	IFS=/ read -r suite generator usr mode compression modules <<-END
		$1
	END
	out=$matrix_top/build/test/matrix/$(echo "$1" | tr / +)
	root=$out/mounted
	rm -rf --one-file-system "$out"
	mkdir -p "$root"
	case $generator in
	dracut*) tree=dracut ;;
	*) tree=$generator ;;
	esac
	tree=$("$matrix_here/tree" "$suite" "$tree" "$usr") || exit 1
	cp --sparse=always "$tree" "$out/root.img"
	tune2fs -U "$matrix_uuid" "$out/root.img" >"$out/log" 2>&1
	truncate -s 64M "$out/empty"
}

open_tree() {
	mount -o loop "$out/root.img" "$root" &&
		mount -t proc proc "$root/proc" &&
		mount -t sysfs -o ro sysfs "$root/sys" &&
		mount --bind /dev "$root/dev" &&
		mount -t tmpfs tmpfs "$root/tmp"
}
# $isolate, a command, stands before it.
in_tree() {
	${isolate:-} chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 HOME=/root "$@"
}

# newest_kernel: the version that linux-version puts last; its image and itself are what the machine boots.
newest_kernel() { in_tree linux-version list | in_tree linux-version sort | tail -n 1; }
close_tree() { # KERNEL: take its image out, and let go of the disk
	cp "$root/boot/vmlinuz-$1" "$out/vmlinuz"
	cp "$root/boot/initrd.img-$1" "$out/initrd"
	umount "$root/tmp" "$root/dev" "$root/sys" "$root/proc" && umount "$root"
}

add_guest() {
	install -m 755 "$vm_here/guest/tell" "$root/sbin/tell"
	install -m 755 "$matrix_top/build/test/vfio-probe" "$root/usr/bin/vfio-probe"
	install -m 755 "$(command -v busybox)" "$root/usr/local/bin/busybox"
	[ -e "$root/sbin/poweroff" ] || ln -s /usr/local/bin/busybox "$root/sbin/poweroff"
	echo "UUID=$matrix_uuid / ext4 errors=remount-ro 0 1" >"$root/etc/fstab"
}

# What a user of that row has set. The drivers that race are in every image; those that MODULES=dep and hostonly would
# find on the emulated machine are named, because the image is made outside it.
configure() {
	racing="radeon snd_hda_intel"
	found="virtio_pci virtio_blk nvme ext4"
	case $generator in
	initramfs-tools)
		sed -i "s/^MODULES=.*/MODULES=$mode/; s/^COMPRESS=.*/COMPRESS=$compression/" "$root/etc/initramfs-tools/initramfs.conf"
		# shellcheck disable=SC2086 # lists of words
		printf '%s\n' $racing >>"$root/etc/initramfs-tools/modules"
		# shellcheck disable=SC2086
		[ "$mode" != dep ] || printf '%s\n' $found >>"$root/etc/initramfs-tools/modules"
		;;
	dracut*)
		mkdir -p "$root/etc/dracut.conf.d"
		{
			case $mode in
			hostonly) echo "hostonly=yes" ;;
			*) echo "hostonly=no" && found="" ;;
			esac
			echo "compress=$compression"
			echo "add_drivers+=\" $racing $found \""
			[ "$generator" != dracut-plain ] || echo 'omit_dracutmodules+=" systemd systemd-initrd dracut-systemd "'
		} >"$root/etc/dracut.conf.d/matrix.conf"
		;;
	esac
	compress_modules
}

# Only what vfio-early loads, so that the suite's own tools need not know the format; where its kmod does not, the tree
# gets a depmod that does, as whoever compresses so has.
compress_modules() {
	case $modules in
	own) return ;;
	xz) feature=+XZ ;;
	zst) feature=+ZSTD ;;
	gz) feature=+ZLIB ;;
	esac
	kernel=$(newest_kernel)
	compress_vfio "$root/lib/modules/$kernel/kernel" "$modules"
	in_tree kmod --version | grep -qF -e "$feature" || {
		rm "$root/sbin/depmod"
		install -m 755 "$matrix_top/build/test/depmod" "$root/sbin/depmod"
	}
	in_tree depmod "$kernel"
}

# apt_install FILE, by its own apt; the log says how often an image was made.
apt_install() {
	cp "$1" "$root/tmp/vfio-early.deb"
	in_tree apt-get -y --no-install-recommends install /tmp/vfio-early.deb
}

# make_machine ROW DEB: a tree with the package, and its image, as a scene takes them.
make_machine() {
	take_row "$1"
	{
		open_tree && add_guest && configure && apt_install "$2"
		close_tree "$(newest_kernel)"
	} >>"$out/log" 2>&1
	VM_KIND=$(basename "$out")
	export VM_IMAGE="$out" VM_KIND VM_PARAMETERS=init=/sbin/tell
	[ -s "$out/initrd" ] && return
	tail -n 20 "$out/log" | sed 's/^/# /'
	echo "Bail out! no image"
	exit 1
}
