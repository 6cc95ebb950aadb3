# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# What images and disks are filled with. Needs $here, $top, $tree and $kernel.

# Modules of the tree, uncompressed (busybox loads them), with all that they need.
copy_modules() { # DESTINATION MODULE...
	destination=$1
	shift
	for module; do
		modprobe -d "$tree" -S "$kernel" --show-depends "$module" 2>/dev/null || true
	done | awk '$1 == "insmod" { print $2 }' | sort -u | while read -r path; do
		path=${path#"$tree"}
		mkdir -p "$destination${path%/*}"
		case $path in
		*.xz) xz -dc "$tree$path" >"$destination${path%.xz}" ;;
		*) cp "$tree$path" "$destination$path" ;;
		esac
	done
	mkdir -p "$destination/lib/modules/$kernel"
	cp "$tree/lib/modules/$kernel"/modules.builtin* "$tree/lib/modules/$kernel/modules.order" \
		"$destination/lib/modules/$kernel/"
	depmod -b "$destination" "$kernel"
}

# compress_vfio FOLDER xz|zst|gz: what vfio-early loads of the modules in a kernel's folder; what others load stays.
compress_vfio() {
	case $2 in
	xz) tool="xz --check=crc32 --lzma2=dict=1MiB" ;;
	zst) tool="zstd -q --rm -19" ;;
	gz) tool=gzip ;;
	esac
	find "$1/drivers/vfio" "$1/virt" -name '*.ko.xz' ! -name 'vfio_iommu_type1.ko.xz' -exec xz -d {} +
	# shellcheck disable=SC2086
	find "$1/drivers/vfio" "$1/virt" -name '*.ko' ! -name 'vfio_iommu_type1.ko' -exec $tool {} +
}

# What the guest runs at its end, with a busybox for everything.
copy_guest() { # DESTINATION
	mkdir -p "$1/bin" "$1/sbin" "$1/usr/bin" "$1/usr/sbin" "$1/etc" "$1/proc" "$1/sys" "$1/dev" "$1/run"
	cp "$(command -v busybox)" "$1/bin/busybox"
	for applet in $(busybox --list | grep -v '^busybox$'); do
		ln -sf /bin/busybox "$1/bin/$applet"
	done
	rm -f "$1/bin/init"
	ln -sf /bin/busybox "$1/sbin/modprobe"
	install -m 755 "$here/guest/tell" "$1/sbin/tell"
	install -m 755 "$top/build/test/vfio-probe" "$1/usr/bin/vfio-probe"
	echo 'ID=test' >"$1/etc/os-release"
}
