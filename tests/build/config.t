#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# deps/config says what the configure scripts of the pinned libraries find. EVERY=1 runs those that take minutes too.
. "$(dirname "$0")/../tap.sh"

names="pciutils zlib"
[ "${EVERY:-}" != 1 ] || names="$names kmod util-linux xz-utils"
for name in $names; do
	ok "$name" "$top/deps/config/regen" $name
	sed 's/^/# /' "$work/out"
done

copy_tree "$work/tree"
sed -i '/HAVE_HIDDEN/d' "$work/tree/deps/config/zlib.h"
export DEPS_DIR="$top/build/deps/archives"
ok "a header that says less is found" sh -c '! "$@"' - "$work/tree/deps/config/regen" zlib
ok "with what it lacks" grep -qx '+HAVE_HIDDEN 1' "$work/out"
ok "a library without a script has none to run" sh -c '"$1" libzstd 2>&1; [ $? = 2 ]' - "$top/deps/config/regen"
finish
