#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Machines of real users: each configuration beside a machine (NAME.case) must give what stands beside it: NAME.plan of
# the early stage, NAME.late of the late one where the machine has disks or routes, NAME.check and, after a boot that did
# as check said, NAME.status; list.text, and list.json, check.json and status.json of one configuration. All JSON must
# fit the schema; nothing is written; the order of the lines does not matter.
# With ACCEPT=1 they are written anew, to be read and committed.
. "$(dirname "$0")/../tap.sh"
here=$(cd "$(dirname "$0")" && pwd)
binary=${BINARY:-$top/build/static/vfio-early}
tree=$work

fingerprint() { (cd "$tree/root" && find . -printf '%p %y %l %T@\n' | sort) | sha256sum; }
run() { "$binary" --root "$tree/root" "$@"; }

is_expected() { # DESCRIPTION EXPECTED ARGUMENT...
	expected=$2 description=$1
	shift 2
	run "$@" >"$tree/seen" 2>&1
	[ -z "${ACCEPT:-}" ] || cp "$tree/seen" "$expected"
	ok "$description" diff -u "$expected" "$tree/seen"
}

# The validator takes longer to start than all else here: it looks at everything at the end.
keep_json() { # NAME ARGUMENT...
	kept=$tree/json/$(echo "$1" | tr '/, ' '----').json
	shift
	mkdir -p "$tree/json"
	run "$@" --json >"$kept" 2>&1
}
all_json_fits() {
	set -- "$tree"/json/*.json
	for kept; do
		set -- "$@" -i "$kept"
		shift
	done
	/usr/bin/python3 -m jsonschema --output pretty "$@" "$here/../report.schema.json"
}

plan() { # NAME EXPECTED ARGUMENT...
	name_of_plan=$1 expected_plan=$2
	shift 2
	is_expected "$name_of_plan: the plan" "$expected_plan" boot "$@"
	keep_json "$name_of_plan" boot "$@"
}

# In the text of a command and in its JSON stands the same; in the text a cure stands once, and then where it stands.
says_the_same() { # COMMAND
	run "$1" --json | jq -r 'reduce .findings[] as $one ({ lines: [], cures: {} };
		($one | if .hint == "" then "" else "; " + .hint end) as $cure |
		(.cures[$one.hint] // null) as $first |
		.lines += [$one | .level + " " + .subject + (if .name then " " + .name else "" end) + ": " + .what +
			(if .hint == "" or $first == null then $cure
			elif $first.subject == .subject then "; see above"
			else "; see " + ($first.address // $first.subject) + " above" end)] |
		if $first == null then .cures[$one.hint] = $one else . end) | .lines[]' | tr -s ' ' >"$tree/from-json"
	# What status says below a finding stands in the devices of the JSON.
	run "$1" | sed -E '$d; /^log: /d' | tr -s ' ' | sed -E 's/; at boot: .*; claimed: (no|by [^ ;]*(, with [^;]* because of expand=[a-z]*)?)//' >"$tree/from-text"
	diff "$tree/from-text" "$tree/from-json"
}
codes_are_known() {
	sed -n 's/^FINDING([A-Z_]*, "\([^"]*\)".*/\1/p; s/^VERDICT([A-Z_]*, "\([^"]*\)".*/\1/p' "$top/src/cmd/findings.def" \
		"$top/src/core/verdicts.def" | grep -vx other | sort -u >"$tree/codes"
	cat "$tree"/json/*.json | jq -r '.findings[]?.code' | sort -u | comm -23 - "$tree/codes" | { ! grep .; }
}
# Findings of one subject stand together, what fails first; of a device that something fails for nothing passes.
is_arranged() {
	cat "$tree"/json/*.json | jq -es '[.[] | select(.findings) | .findings | (map(.subject) as $all |
		[range(1; $all | length) as $i | select($all[$i] != $all[$i - 1])] | length) as $runs |
		($runs + 1 == (map(.subject) | unique | length) or length == 0) and
		(group_by(.subject) | all((map(.level) | . == sort_by(. != "FAIL")) and
			((map(.level) | unique | contains(["FAIL", "PASS"])) | not)))] | all'
}

# What the kernel and the early stage would leave behind, had the boot done what check says.
boot_as_checked() {
	mkdir -p "$tree/root/run/vfio-early"
	run check --json | jq '.command = "boot" | del(.findings) | .devices |= map(if .verdict == "would-bind" then
		.verdict = "bound" | .driver = "vfio-pci" | .reason |= (sub("would be bound"; "bound") | sub("\\(now:"; "(was:"))
		else . end)' >"$tree/root/run/vfio-early/report.json"
	echo '[    1.000000] <6> this is the early log' >"$tree/root/run/vfio-early/boot.log"
	for address in $(jq -r '.devices[] | select(.verdict == "bound") | .address' "$tree/root/run/vfio-early/report.json"); do
		device=$tree/root/sys/bus/pci/devices/$address
		ln -sfn ../../../../bus/pci/drivers/vfio-pci "$device/driver"
		sed -i -e '1iDRIVER=vfio-pci' -e '/^DRIVER=/d' "$device/uevent"
	done
}

unpack() {
	rm -rf "$tree/root"
	"$here/unpack" "$machine" "$tree/root" && "$here/install" "$tree/root" "$case" || exit 1
}

one_case() {
	unpack
	name=${folder##*/}/$(basename "$case" .case)
	before=$(fingerprint)
	if grep -qE '^(block|route)' "$machine"; then
		plan "$name, late" "${case%.case}.late" --late --dry-run
	fi
	plan "$name" "${case%.case}.plan" --dry-run
	cp "$tree/seen" "$tree/plan"
	is_expected "$name: check" "${case%.case}.check" check
	keep_json "$name: check" check
	ok "$name: check says the same in both" says_the_same check
	ok "$name: nothing is written" [ "$before" = "$(fingerprint)" ]
	tac "$case" >"$tree/root/etc/vfio-early.conf"
	run boot --dry-run 2>&1 | grep -v '/etc/vfio-early.conf:[0-9]' | sort >"$tree/turned"
	ok "$name: the order of the lines does not matter" \
		sh -c 'grep -v "/etc/vfio-early.conf:[0-9]" "$1" | sort | diff - "$2"' - "$tree/plan" "$tree/turned"
	cp "$case" "$tree/root/etc/vfio-early.conf"
	boot_as_checked
	is_expected "$name: status" "${case%.case}.status" status
	keep_json "$name: status" status
	ok "$name: status says the same in both" says_the_same status
}

# One configuration is enough for what differs little between them.
one_machine() {
	unpack
	is_expected "${folder##*/}: list" "$folder/list.text" list
	keep_json "${folder##*/}: list" list
	is_expected "${folder##*/}: list, JSON" "$folder/list.json" list --json
	is_expected "${folder##*/}: check, JSON" "$folder/check.json" check --json
	boot_as_checked
	is_expected "${folder##*/}: status, JSON" "$folder/status.json" status --json
}

for machine in "$here"/*/machine; do
	folder=${machine%/machine}
	for case in "$folder"/*.case; do
		one_case
	done
	one_machine
done
ok "all JSON fits the schema" all_json_fits
ok "every code stands in the manual" codes_are_known
ok "findings are in order" is_arranged
finish
