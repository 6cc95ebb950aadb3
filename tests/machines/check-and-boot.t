#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What check says on the running host is what the early and the late stage do in the image that the host makes: for each
# machine of tests/machines with each of its configurations, and with each of its functions claimed alone. The stages see
# the machine as the initramfs does (as-image), and have the facts that the host has written down.
. "$(dirname "$0")/../tap.sh"
here=$(cd "$(dirname "$0")" && pwd)
binary=${BINARY:-$top/build/static/vfio-early}
host=$work/host early=$work/early late=$work/late

lay_out() { # MACHINE-FILE
	rm -rf "$host" "$early" "$late"
	"$here/unpack" "$1" "$host" || exit 1
	for stage in early late; do
		"$here/as-image" $stage "$1" >"$work/machine"
		"$here/unpack" "$work/machine" "$work/$stage" || exit 1
	done
	for tree in "$host" "$early" "$late"; do
		mkdir -p "$tree/sys/class/dmi/id"
		echo 4c4c4544-0042-3010-8047-b5c04f4d5a32 >"$tree/sys/class/dmi/id/product_uuid"
	done
}

# The same configuration on the host and in its image.
configure() { # FILE
	for tree in "$host" "$early" "$late"; do
		cp "$1" "$tree/etc/vfio-early.conf"
	done
}

give_facts() {
	"$binary" --root "$host" facts >"$early/etc/vfio-early.facts" || exit 1
	cp "$early/etc/vfio-early.facts" "$late/etc/vfio-early.facts"
}

answer() { # TREE ARGUMENT...
	tree=$1
	shift
	"$binary" --root "$tree" "$@" --json 2>/dev/null || true
}

# What is asked of one configuration: an object of one line.
compare() { # CONFIGURATION
	runs=$((runs + 1))
	printf '{"configuration":"%s","check":%s,"early":%s,"late":%s}\n' "$1" "$(answer "$host" check)" \
		"$(answer "$early" boot --dry-run)" "$(answer "$late" boot --late --dry-run)" >>"$work/answers"
}

# What is taken early is bound in the late stage. Of what waits the late stage decides.
cat >"$work/differences.jq" <<'END'
def verdicts: [.devices[] | select(.verdict != null and .address != null)
	| {(.address): (if .verdict == "would-bind" or .verdict == "bound" then "taken" else .verdict end)}] | add // {};
(.check | verdicts) as $check | (.early | verdicts) as $early | (.late | verdicts) as $late
| ($late + ($early | with_entries(select(.value != "deferred" and .value != "absent")))) as $stages
| select($check != $stages)
| "\(.configuration): check \($check | tojson), the stages \($stages | tojson)"
END

each_configuration() { # MACHINE-FOLDER
	for case in "$1"/*.case; do
		configure "$case"
		compare "$(basename "$case" .case)"
	done
}

each_function() {
	for tree in "$host" "$early" "$late"; do
		sed -i 's/\(rd\.vfio\|vfio-pci\)[^ ]*//g' "$tree/proc/cmdline"
		rm -rf "$tree/etc/vfio-early.conf.d"
	done
	for device in "$host"/sys/bus/pci/devices/*; do
		echo "claim ${device##*/}" >"$work/claim"
		configure "$work/claim"
		compare "claim ${device##*/}"
	done
}

one() { # NAME FILE
	machine=$1 runs=0
	: >"$work/answers"
	lay_out "$2"
	give_facts
	if [ -d "$3" ]; then each_configuration "$3"; else compare "its own"; fi
	each_function
	jq -r -f "$work/differences.jq" "$work/answers" >"$work/differences" 2>&1
	ok "$machine: check and the stages agree in $runs configurations" [ ! -s "$work/differences" ]
	[ ! -s "$work/differences" ] || sed 's/^/# /' "$work/differences"
}

# MORE=FOLDER: the files of another folder, and nothing else.
if [ -n "${MORE:-}" ]; then
	for file in "$MORE"/*.machine; do
		one "$(basename "$file")" "$file" ""
	done
	finish
	exit
fi
for file in "$here"/*/machine; do
	one "$(basename "$(dirname "$file")")" "$file" "$(dirname "$file")"
done
for file in "$here"/hosts/*; do
	one "$(basename "$file")" "$file" ""
done
finish
