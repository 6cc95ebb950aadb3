#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every single function of every machine is claimed alone, and the advice of check is followed to its end (tests/machines/sweep):
# it leads to PASS, or there is none, and what the host loses is said. MORE=FOLDER... adds the files
# *.machine of other folders.
. "$(dirname "$0")/../tap.sh"
here=$(cd "$(dirname "$0")" && pwd)
binary=${BINARY:-$top/build/static/vfio-early}

set -- "$here"/*/machine "$here"/hosts/* "$here"/advice/*
for folder in ${MORE:-}; do
	set -- "$@" "$folder"/*.machine
done
ok "the advice of check leads to PASS, and takes nothing of the host's in silence" "$here/sweep" "$binary" "$work/tree" "$@"
sed 's/^/# /' "$work/out" | tail -n 1
finish
