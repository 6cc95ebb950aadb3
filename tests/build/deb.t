#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The Debian package: built twice, in another-folder, at another time and from its own source package, without a
# network. What it contains and declares, and what lintian says. tests/matrix installs and boots it.
[ "${IN_NAMESPACE:-}" = 1 ] || IN_NAMESPACE=1 exec unshare -m "$0"
. "$(dirname "$0")/../tap.sh"
trap 'umount -R "$work/root" 2>/dev/null; rm -rf --one-file-system "$work"' EXIT
cd "$top" || exit

copy_tree "$work/tree"
archives=$top/build/deps/archives
ok "make deb builds where there is no network" unshare -n make -C "$work/tree" deb DEPS_DIR="$archives"
ok "and says which file it made" grep -qx 'vfio-early_.*_.*\.deb' "$work/out"
deb=$(echo "$work"/tree/vfio-early_*.deb)
made=$work/tree/build/deb

mkdir "$work/another-folder"
ok "the source package is whole, and builds offline" sh -c 'cd "$1" && umask 077 && dpkg-source -x "$2"/*.dsc source && cd source &&
	TZ=Pacific/Auckland LC_ALL=C.UTF-8 unshare -n dpkg-buildpackage -b --no-sign' - "$work/another-folder" "$made"
ok "both packages are the same to the byte" sh -c 'sha256sum "$1" "$2" && cmp "$1" "$2"' - "$deb" "$(echo "$work/another-folder"/vfio-early_*.deb)"
sed 's/^/# /' "$work/out"
copy_tree "$work/elsewhere"
(umask 027 && "$work/elsewhere/packaging/source" "$work/elsewhere" >/dev/null)
ok "the release archive too" cmp "$work"/elsewhere/vfio-early-*.tar.xz "$made"/vfio-early_*.orig.tar.xz

same "the components are the pinned archives" "$(awk '/^[^#]/ { print $4 }' "$top/deps/sources" | sort)" \
	"$(cd "$made" && sha256sum ./*.orig-*.tar.* | awk '{ print $1 }' | sort)"
ok "version and changelog agree" sh -c '[ "$(dpkg-deb -f "$1" Version)" = "$(cat "$2/src/version")-1" ]' - "$deb" "$top"
ok "it says what C library is in it" sh -c 'dpkg-deb -f "$1" Built-Using | grep -E "^.*musl \(= [^)]+\)"' - "$deb"
same "for the licence and for rebuilds" "$(dpkg-deb -f "$deb" Built-Using)" "$(dpkg-deb -f "$deb" Static-Built-Using)"
ok "the distribution's archiver has made the libraries" grep -q 'AR="*[a-z0-9_]*-linux-gnu-ar' "$made/log"
ok "its tests come with the source" sh -c 'grep -qx "Testsuite: autopkgtest" "$1"/*.dsc' - "$made"
ok "one that is missing is named" sh -c '! AR=no-such-ar deps/need static gcc'
ok "with its package" grep -q "no-such-ar is missing: install binutils" "$work/out"
ok "it asks for a generator, and for nothing else" sh -c '[ "$(dpkg-deb -f "$1" Depends)" = "initramfs-tools | dracut" ]' - "$deb"

dpkg-deb -R "$deb" "$work/unpacked"
same "one trigger makes the images" "activate-noawait update-initramfs" "$(grep -v '^#' "$work/unpacked/DEBIAN/triggers")"
same "the configuration is a conffile" /etc/vfio-early.conf "$(cat "$work/unpacked/DEBIAN/conffiles")"
# As make install lays it down; debhelper compresses the manual, and Debian's zsh looks elsewhere.
same "what is installed" "$({
	sed -e 's|\(/man/.*\) 644|\1.gz 644|' -e 's|zsh/site-functions|zsh/vendor-completions|' "$top/tests/build/installed"
	echo "usr/share/lintian/overrides/vfio-early 644"
} | sort)" \
	"$(cd "$work/unpacked" && find etc usr ! -type d ! -path 'usr/share/doc/*' -printf '%p %m\n' | sort)"
ok "a folder for drop-ins" [ -d "$work/unpacked/etc/vfio-early.conf.d" ]
ok "the program is static and runs" sh -c '"$1" --version && ! readelf -ld "$1" | grep -e INTERP -e NEEDED' - "$work/unpacked/usr/sbin/vfio-early"
ok "it has a build id" sh -c 'readelf -n "$1" | grep -E "Build ID: [0-9a-f]{40}"' - "$work/unpacked/usr/sbin/vfio-early"
id=$(sed 's/.*Build ID: //' "$work/out")
ok "by which its debugging symbols are found" sh -c 'dpkg-deb -c "$1" | grep -q "/.build-id/$2/$3.debug"' - \
	"$(echo "$made"/vfio-early-dbgsym_*.deb)" "$(echo "$id" | cut -c1-2)" "$(echo "$id" | cut -c3-)"
# What it says when it is installed: ischroot(1) is played by this test.
mkdir "$work/bin"
printf '#!/bin/sh\nexit ${ISCHROOT:-1}\n' >"$work/bin/ischroot"
chmod 755 "$work/bin/ischroot"
postinst() { # ARGUMENT...
	PATH=$work/bin:$PATH sh "$work/unpacked/DEBIAN/postinst" "$@"
}
same "after installing it names the two next commands" "sudo vfio-early list
sudo vfio-early check" "$(postinst configure "" | grep -o 'sudo vfio-early [a-z]*')"
same "an upgrade says nothing" "" "$(postinst configure 0.0.9-1 2>&1)"
same "nor does a trigger" "" "$(postinst triggered /usr 2>&1)"
same "nor an image in the making" "" "$(ISCHROOT=0 postinst configure "" 2>&1)"
# Its autopkgtest, in a tree with a kernel and a generator; small images will do.
root=$work/root
mkdir "$work/upper" "$work/scratch" "$root"
mount -t overlay overlay -o "lowerdir=$("$top/tests/vm/tree" bookworm-initramfs-tools),upperdir=$work/upper,workdir=$work/scratch" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount --bind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/tmp"
rm -f "$root/etc/initramfs-tools/update-initramfs.conf"
sed -i 's/^MODULES=.*/MODULES=list/; s/^COMPRESS=.*/COMPRESS=gzip/' "$root/etc/initramfs-tools/initramfs.conf"
for kernel in "$root"/boot/vmlinuz-*; do : >"$root/boot/initrd.img-${kernel##*/vmlinuz-}"; done
cp "$deb" packaging/debian/tests/image "$root/tmp/"
ok "it can be installed" chroot "$root" sh -c 'dpkg --force-depends -i /tmp/vfio-early_*.deb'
ok "its autopkgtest passes" chroot "$root" /tmp/image
touch "$root/etc/vfio-early.facts" "$root/etc/vfio-early.conf.d/own.conf"
chroot "$root" dpkg --purge vfio-early >"$work/out" 2>&1
ok "purged, it leaves nothing in /etc" sh -c '! ls -d "$1"/etc/vfio-early*' - "$root"
ok "and fails without it" sh -c '! chroot "$1" /tmp/image' - "$root"
umount -R "$root"

# lintian looks into each file of the components, which takes minutes, and is of use when one of them changes: EVERY=1. All
# else it says of a source package without them, which has patterns for them in debian/copyright all the same.
without_components() {
	mkdir "$work/ours" && cd "$work/ours" && cp "$made"/vfio-early_*.orig.tar.xz . && tar -xf ./*.orig.tar.xz &&
		folder=$(echo vfio-early-*) && cp -a "$folder/packaging/debian" "$folder/debian" && dpkg-source -b "$folder"
}
lint() { # TAGS FILE...
	suppressed=$1
	shift
	# An older one than the policy that the package follows says so.
	ok "lintian has nothing to say of ${1##*.}" lintian --allow-root --fail-on error,warning \
		--suppress-tags "newer-standards-version,$suppressed" "$@"
	sed 's/^/# lintian: /' "$work/out"
}
if [ "${EVERY:-}" = 1 ]; then
	lint "" "$made"/*.changes
else
	(without_components) >/dev/null
	lint superfluous-file-pattern "$work"/ours/*.dsc
	lint "" "$deb"
fi

finish
