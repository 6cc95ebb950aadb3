#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A record of what the program decides: verdicts, steps, findings and exit codes of each machine of tests/machines with each of
# its configurations, and with each of its functions claimed alone. A change that only moves code leaves it as it is.
# With ACCEPT=1 the record is written, to be read and committed.
. "$(dirname "$0")/../tap.sh"
here=$(cd "$(dirname "$0")" && pwd)
machines=$here/../machines
binary=${BINARY:-$top/build/static/vfio-early}
tree=$work/root
record=$here/record.jsonl

# A run is an object of one line.
run() { # RUN ARGUMENT...
	run=$1
	shift
	answer=$("$binary" --root "$tree" "$@" --json 2>/dev/null)
	printf '{"machine":"%s","configuration":"%s","run":"%s","exit":%d,"answer":%s}\n' "$machine" "$configuration" "$run" $? "${answer:-null}"
}

runs() { # CONFIGURATION
	configuration=$1
	run early boot --dry-run
	run late boot --late --dry-run
	run check check
	run list list
}

each_configuration() { # MACHINE-FOLDER
	for case in "$1"/*.case; do
		"$machines/install" "$tree" "$case" || exit 1
		runs "$(basename "$case" .case)"
	done
}

each_function() {
	sed -i 's/\(rd\.vfio\|vfio-pci\)[^ ]*//g' "$tree/proc/cmdline"
	rm -rf "$tree/etc/vfio-early.conf.d"
	for device in "$tree"/sys/bus/pci/devices/*; do
		configuration="claim ${device##*/}"
		echo "$configuration" >"$work/claim"
		"$machines/install" "$tree" "$work/claim" || exit 1
		run early boot --dry-run
		run late boot --late --dry-run
		run check check
	done
}

unpack() { # FILE
	rm -rf "$tree"
	"$machines/unpack" "$1" "$tree" || exit 1
}

all_machines() {
	for file in "$machines"/*/machine; do
		machine=$(basename "$(dirname "$file")")
		unpack "$file"
		each_configuration "${file%/machine}"
		each_function
	done
	for file in "$machines"/hosts/*; do
		machine=$(basename "$file")
		unpack "$file"
		"$machines/install" "$tree" || exit 1
		runs "its own"
		each_function
	done
}

shorten() {
	jq -c '{machine, configuration, run, exit,
		verdicts: [.answer.devices[]? | select(.verdict != null) | "\(.address) \(.verdict)"],
		steps: [.answer.writes[]? | join(" ")],
		findings: [.answer.findings[]? | "\(.level) \(.subject)"]}'
}

all_machines | shorten >"$work/seen"
[ -z "${ACCEPT:-}" ] || cp "$work/seen" "$record"
ok "every run of the record is there" [ "$(wc -l <"$work/seen")" = "$(wc -l <"$record")" ]
ok "verdicts, steps, findings and exit codes are those of the record" diff -u "$record" "$work/seen"
finish
