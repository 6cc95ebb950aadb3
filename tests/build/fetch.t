#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Where deps/fetch finds the archives: with apt, by a URL, in the pool of an archive; and what it says where it does not.
# Nothing here reaches a network: what it finds lies in this folder. tests/setup has curl.
. "$(dirname "$0")/../tap.sh"

# A copy of deps/ whose suites have moved on. One library has a URL.
has=util-linux
lacks=zlib
copy() { awk -v p="$1" '$1 == p { print $3 }' "$top/deps/sources"; }
cp -R "$top/deps" "$work/deps"
sed -i -E "s|^(\S+\s+)\S+(\s+\S+\s+\S+\s+)\S+$|\1no-such-suite\2-|; s|^($has\s.*\s)-$|\1file://$work/upstream|" "$work/deps/sources"
mkdir -p "$work/archive"
cp "$top/build/deps/archives/$(copy $has)" "$work/upstream"
for package in kmod xz-utils libzstd zlib pciutils; do
	case $package in lib*) part=libz ;; *) part=$(echo "$package" | cut -c1) ;; esac
	mkdir -p "$work/archive/pool/main/$part/$package"
	cp "$top/build/deps/archives/$(copy $package)" "$work/archive/pool/main/$part/$package/$(copy $package | sed 's/+/%2b/g')"
done
# A URL has %2b, a file has +.
for file in "$work"/archive/pool/main/*/*/*%2b*; do mv "$file" "$(echo "$file" | sed 's/%2b/+/g')"; done


mkdir "$work/empty"
ok "where nothing has them it fails" sh -c '! "$@"' - env DEPS_DIR= DEPS_MIRROR="file://$work/empty" unshare -n "$work/deps/fetch" "$work/fetched"
cp "$work/out" "$work/said"
sed 's/^/# /' "$work/said"
ok "it names what is missing, and the suite that has moved on" grep -q "$(copy $lacks) is missing, which the Debian suite no-such-suite had" "$work/said"
ok "and what to do" grep -q "say make DEPS_DIR=FOLDER" "$work/said"
ok "what a URL has it has got" cmp "$work/fetched/$(copy $has)" "$work/upstream"
ok "and does not complain of it" sh -c '! grep -q "$1 is missing" "$2"' - "$(copy $has)" "$work/said"
ok "the cure works: DEPS_DIR has the others" env DEPS_DIR="$top/build/deps/archives" unshare -n "$work/deps/fetch" "$work/fetched"
rm -rf "$work/fetched"

ok "the pool of an archive has what its suites have no longer" \
	env DEPS_DIR= DEPS_MIRROR="file://$work/archive" unshare -n "$work/deps/fetch" "$work/fetched"
same "all of it" "$(awk '/^[^#]/ { print $3 }' "$top/deps/sources" | sort)" "$(cd "$work/fetched" && find . -type f -printf '%P\n' | sort)"

echo "spoilt" >>"$work/upstream"
rm -rf "$work/fetched"
ok "what a URL has is proved" sh -c '! "$@"' - env DEPS_DIR= DEPS_MIRROR="file://$work/archive" unshare -n "$work/deps/fetch" "$work/fetched"
ok "and named where it is another" grep -q "upstream is not the pinned $(copy $has)" "$work/out"
ok "it is not kept" [ ! -e "$work/fetched/$(copy $has)" ]

# No registry of packages is named: the archive is the one that this system uses.
ok "each URL is upstream's" sh -c '! awk "/^[^#]/ && \$5 != \"-\" { print \$5 }" "$1" | grep -v "^https://"' - "$top/deps/sources"
finish
