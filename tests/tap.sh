# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# For tests that are commands in a row: the folder $work for their own, ok, and the plan at the end. $note stands before
# each description.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
count=0
# The outer make's variables are not meant for the inner one.
unset MAKEFLAGS MAKELEVEL MFLAGS

ok() { # DESCRIPTION COMMAND...; what the command prints is shown where it fails, and is in $work/out afterwards
	description=$1
	shift
	count=$((count + 1))
	if "$@" >"$work/now" 2>&1; then
		echo "ok $count - ${note:-}$description"
	else
		echo "not ok $count - ${note:-}$description"
		sed 's/^/# /' "$work/now"
	fi
	mv "$work/now" "$work/out"
}
same() { # DESCRIPTION EXPECTED SEEN: two texts
	printf '%s\n' "$2" >"$work/expected"
	printf '%s\n' "$3" >"$work/seen"
	ok "$1" diff "$work/expected" "$work/seen"
}
copy_tree() { # FOLDER: what git knows, as it is now
	mkdir -p "$1"
	(cd "$top" && git ls-files -z | cpio --quiet -0 -pd "$1")
}
finish() { echo "1..$count"; }
