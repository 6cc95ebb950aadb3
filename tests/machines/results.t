#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What check says is of one piece, on each machine with each of its configurations and with each of its functions claimed
# alone: one result a device, never a pass and a failure; its last line, its exit status and its findings agree.
# MORE=FOLDER adds the files *.machine of another folder.
. "$(dirname "$0")/../tap.sh"
here=$(cd "$(dirname "$0")" && pwd)
binary=${BINARY:-$top/build/static/vfio-early}
tree=$work/root

cat >"$work/contradictions.jq" <<'END'
def verdicts: ["bound", "would-bind", "deferred", "kept", "absent", "moved", "no-iommu", "no-driver", "refused", "stuck", "off"];
def is_verdict: .code as $code | verdicts | index($code);
# What the plan says of devices, without neighbours.
[.answer.devices[] | select(.verdict != null)] as $devices
| [.answer.findings[]] as $findings
| [$findings[] | select(.level == "FAIL")] as $failures
| [$devices[] | select(.verdict == "would-bind" or .verdict == "bound")] as $taken
| [
	($findings | map(select(.address != null)) | group_by(.address)[]
		| select(any(.level == "PASS") and any(.level == "FAIL")) | "\(.[0].address) passes and fails"),
	($findings | map(select(.address != null and is_verdict)) | group_by(.address)[]
		| select(length > 1) | "\(.[0].address) has \(length) results"),
	($findings | map(.subject + .what) | group_by(.)[] | select(length > 1) | "\(.[0]) is said twice"),
	($devices | map(select(.address != null)) | group_by(.address)[] | select(length > 1) | "\(.[0].address) has two verdicts"),
	($taken[] | .address as $address | select([$findings[] | select(.address == $address and .code == "would-bind")] == [])
		| "nothing is said of \($address), which would be bound"),
	(select(.exit != (if $failures == [] then 0 else 1 end)) | "exit status \(.exit) with \($failures | length) failures"),
	(if $failures != [] then select(.last | startswith("Not ready: \($failures | length) failure") | not)
	elif .last | startswith("Ready: ") then select($taken == [] or (.last | startswith("Ready: the next boot binds \($taken | length) device") | not))
	elif .last | startswith("The next boot is a dry run") then select([$findings[] | select(.code == "dry-run")] == [])
	elif .last | startswith("vfio-early is off") then select($taken != [] or [$devices[] | select(.verdict != "off")] != [])
	else select($taken != []) end
		| "the last line is \(.last), with \($taken | length) taken and \($failures | length) failures")
] as $contradictions
| select($contradictions != [])
| "\(.configuration): \($contradictions | join("; "))"
END

see() { # CONFIGURATION
	runs=$((runs + 1))
	answer=$("$binary" --root "$tree" check --json 2>/dev/null)
	printf '{"configuration":"%s","exit":%d,"answer":%s,"last":"%s"}\n' "$1" $? "$answer" \
		"$("$binary" --root "$tree" check 2>/dev/null | tail -n 1)" >>"$work/answers"
}
each_function() {
	sed -i 's/\(rd\.vfio\|vfio-pci\)[^ ]*//g' "$tree/proc/cmdline"
	rm -rf "$tree/etc/vfio-early.conf.d"
	for device in "$tree"/sys/bus/pci/devices/*; do
		echo "claim ${device##*/}" >"$work/claim"
		"$here/install" "$tree" "$work/claim" || exit 1
		see "claim ${device##*/}"
	done
}
one() { # NAME FILE
	runs=0
	: >"$work/answers"
	rm -rf "$tree"
	"$here/unpack" "$2" "$tree" || exit 1
	for case in "${2%/machine}"/*.case; do
		[ -e "$case" ] || continue
		"$here/install" "$tree" "$case" || exit 1
		see "$(basename "$case" .case)"
	done
	"$here/install" "$tree" || exit 1
	see "its own"
	each_function
	jq -r -f "$work/contradictions.jq" "$work/answers" >"$work/contradictions" 2>&1
	ok "$1: what check says is of one piece in $runs configurations" [ ! -s "$work/contradictions" ]
	[ ! -s "$work/contradictions" ] || sed 's/^/# /' "$work/contradictions"
}

for file in "$here"/*/machine; do
	one "$(basename "$(dirname "$file")")" "$file"
done
for file in "$here"/hosts/* "$here"/advice/* ${MORE:+"$MORE"/*.machine}; do
	one "$(basename "$file")" "$file"
done
finish
