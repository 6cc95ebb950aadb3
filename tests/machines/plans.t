#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Machines of real users: each configuration beside a machine (NAME.case) must give the plan beside it
# (NAME.plan, and NAME.late of the late stage where the machine has disks or routes), in text; its JSON must fit the schema; nothing is written; each input line order gives the same.
# With ACCEPT=1 the plans are written anew, to be read and committed.
set -u
here=$(cd "$(dirname "$0")" && pwd)
binary=${BINARY:-$here/../../build/static/vfio-early}
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
count=0

ok() { # DESCRIPTION COMMAND...
	description=$1
	shift
	count=$((count + 1))
	if "$@" >"$tree/out" 2>&1; then
		echo "ok $count - $description"
	else
		echo "not ok $count - $description"
		sed 's/^/# /' "$tree/out"
	fi
}
fingerprint() { (cd "$tree/root" && find . -printf '%p %y %l %T@\n' | sort) | sha256sum; }

check() { # NAME EXPECTED ARGUMENT...
	name=$1 expected=$2
	shift 2
	"$binary" --root "$tree/root" "$@" >"$tree/plan" 2>&1
	[ -z "${ACCEPT:-}" ] || cp "$tree/plan" "$expected"
	ok "$name: the plan" diff -u "$expected" "$tree/plan"
	"$binary" --root "$tree/root" "$@" --json >"$tree/json" 2>&1
	ok "$name: its JSON fits the schema" /usr/bin/python3 -m jsonschema -i "$tree/json" "$here/../report.schema.json"
}

for machine in "$here"/*/machine; do
	folder=${machine%/machine}
	rm -rf "$tree/root"
	"$here/unpack" "$machine" "$tree/root" || exit 1
	for case in "$folder"/*.case; do
		name=${folder##*/}/$(basename "$case" .case)
		cp "$case" "$tree/root/etc/vfio-early.conf"
		before=$(fingerprint)
		if grep -qE '^(block|route)' "$machine"; then
			check "$name, late" "${case%.case}.late" boot --late --dry-run
		fi
		check "$name" "${case%.case}.plan" boot --dry-run
		ok "$name: nothing is written" [ "$before" = "$(fingerprint)" ]
		tac "$case" >"$tree/root/etc/vfio-early.conf"
		"$binary" --root "$tree/root" boot --dry-run 2>&1 | grep -v '/etc/vfio-early.conf:[0-9]' | sort >"$tree/turned"
		ok "$name: the order of the lines does not matter" \
			sh -c 'grep -v "/etc/vfio-early.conf:[0-9]" "$1" | sort | diff - "$2"' - "$tree/plan" "$tree/turned"
	done
done
echo "1..$count"
