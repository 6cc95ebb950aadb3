#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The build from a clean copy of the tree: without a network, installed, and where something is missing.
. "$(dirname "$0")/../tap.sh"

mkdir "$work/archives"
copy_tree "$work/tree"
cp "$top"/build/deps/archives/*.tar.* "$work/archives/"

ok "with DEPS_DIR= it builds where there is no network" unshare -n make -C "$work/tree" DEPS_DIR="$work/archives"
ok "the size is printed" grep -q 'vfio-early .*: [0-9]* bytes, static' "$work/out"
size=$(stat -c %s "$work/tree/vfio-early" 2>/dev/null || echo 9999999)
ok "it is at most 640 KiB" [ "$size" -le 655360 ]
ok "it is static and position independent" sh -c 'file=$(readelf -hld "$1"); echo "$file" | grep -q "Type:.*DYN" && ! echo "$file" | grep -q -e INTERP -e NEEDED' - "$work/tree/vfio-early"
ok "it has full RELRO" sh -c 'file=$(readelf -ld "$1"); echo "$file" | grep -q GNU_RELRO && echo "$file" | grep -q BIND_NOW' - "$work/tree/vfio-early"
ok "it runs" "$work/tree/vfio-early" --version
ok "with every superblock reader of libblkid it still is" sh -c 'make -s -C "$1" LDFLAGS=-Wl,-u,blkid_do_safeprobe,-u,blkid_evaluate_tag \
	OUT=build/whole build/whole/vfio-early && stat -c %s "$1/build/whole/vfio-early" && [ "$(stat -c %s "$1/build/whole/vfio-early")" -le 655360 ]' - "$work/tree"
sed 's/^/# with all of libblkid: /' "$work/out" | tail -n 1

echo "spoilt" >>"$work/archives/$(awk '$1 == "zlib" { print $3 }' "$top/deps/sources")"
rm -rf "$work/tree/build"
ok "an archive that is not the pinned one is refused" \
	sh -c '! "$@"' - make -C "$work/tree" DEPS_DIR="$work/archives"
ok "and named" grep -q 'zlib_.* is not the pinned one' "$work/out"
rm "$work"/archives/zlib_*
ok "an archive that is missing is named" \
	sh -c 'rm -rf "$1/tree/build"; out=$(make -C "$1/tree" DEPS_DIR="$1/archives" 2>&1); echo "$out" | grep -q "zlib_.* is missing"' - "$work"
printf '#!/bin/sh\necho sparc64-linux-gnu\n' >"$work/foreign-gcc"
chmod 755 "$work/foreign-gcc"
ok "missing musl ends in one line that names the package" \
	sh -c 'out=$(MUSL_LIB=/nowhere "$1/deps/need" static "$2" 2>&1); [ "$(echo "$out" | wc -l)" = 1 ] && echo "$out" | grep -q "install musl-dev"' - "$top" "$work/foreign-gcc"
ok "a missing compiler too" \
	sh -c 'out=$("$1/deps/need" static no-such-cc 2>&1); [ "$(echo "$out" | wc -l)" = 1 ] && echo "$out" | grep -q "install no-such-cc"' - "$top"
ok "a missing library of STATIC=0 too" \
	sh -c 'out=$(PKG_CONFIG_LIBDIR=/nowhere "$1/deps/need" shared gcc 2>&1); [ "$(echo "$out" | wc -l)" = 1 ] && echo "$out" | grep -q "install libkmod-dev"' - "$top"

# Where they are on every distribution, whatever pkg-config says here.
folders="DRACUTMODDIR=/usr/lib/dracut/modules.d SYSTEMDUNITDIR=/usr/lib/systemd/system"
ok "install lays down every part" make -C "$top" install DESTDIR="$work/root" $folders
same "these files" "$({
	cat "$top/tests/build/installed"
	echo "usr/share/doc/vfio-early/examples/vfio-early.conf 644"
} | sort)" "$(cd "$work/root" && find . ! -type d -printf '%P %m\n' | sort)"
echo "claim 10de:1c03" >"$work/root/etc/vfio-early.conf"
make -s -C "$top" install DESTDIR="$work/root" PREFIX=/usr/local $folders >/dev/null
ok "a configuration that is there stays" grep -q "claim 10de:1c03" "$work/root/etc/vfio-early.conf"
ok "PREFIX moves the binary, and the hooks know" grep -q 'copy_exec /usr/local/sbin/vfio-early' "$work/root/usr/share/initramfs-tools/hooks/vfio-early"
ok "and the unit" grep -q '^ExecStart=-/usr/local/sbin/vfio-early finish$' "$work/root/usr/lib/systemd/system/vfio-early-finish.service"
ok "uninstall takes all but the configuration" sh -c 'make -s -C "$1" uninstall DESTDIR="$2" $3 &&
	make -s -C "$1" uninstall DESTDIR="$2" PREFIX=/usr/local $3 &&
	[ "$(cd "$2" && find . ! -type d)" = ./etc/vfio-early.conf ]' - "$top" "$work/root" "$folders"
make -s -C "$top" install DESTDIR="$work/bare" WITH_MAN=0 WITH_SYSTEMD=0 $folders >/dev/null
ok "WITH_MAN=0 leaves the manual out" [ ! -e "$work/bare/usr/share/man" ]
ok "WITH_SYSTEMD=0 leaves the unit out" [ ! -e "$work/bare/usr/lib/systemd" ]
ok "help lists the targets" sh -c 'make -s -C "$1" help | grep -q "^check .*Run every test"' - "$top"

finish
