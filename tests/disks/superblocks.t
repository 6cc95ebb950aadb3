#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Real superblocks of LVM, LUKS2, MD, ext4 and btrfs, spoilt in CASES ways, read under sanitizers. SEED= repeats a run.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

disks=$("$here/../vm/disks")
for name in plain lvm luks md-a btrfs-a btrfs-b; do
	dd if="$disks/$name" of="$work/$name" bs=1M skip=1 count=$(($(stat -c %s "$disks/$name") / 1048576 - 2)) \
		conv=sparse status=none
done
seed=${SEED:-$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')}
echo "# SEED=$seed"
status=0
"$here/../../build/test/disks-door" "$work" "${CASES:-200}" "$seed" || status=$?
[ $status -le 1 ] || echo "not ok 1 - the reader ended with $status (SEED=$seed)"
