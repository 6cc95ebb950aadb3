#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# boot on small trees: what is written, in which order of judgement, and what is said.
# shellcheck disable=SC2154
. "$(dirname "$0")/lib.sh"

twins() {
	machine dmar0
	pci 0000:00:01.0 1234:1111 30000 1
	pci 0000:01:00.0 1002:5159 30000 5 radeon
	pci 0000:02:00.0 1002:5159 30000 6
}

# --- dry run ---
twins
cmdline "quiet rd.vfio.ids=1002:5159"
before=$(fingerprint)
run boot --dry-run
ok "a dry run succeeds" exits 0
ok "it names both devices" says "1002:5159 (rd.vfio.ids) matches 2 devices"
ok "it says what would be" says "0000:01:00.0 1002:5159 would be bound to vfio-pci, IOMMU group 5 (now: radeon)"
ok "it writes nothing" [ "$before" = "$(fingerprint)" ]
run boot --dry-run --json
ok "its report is JSON" sh -c 'echo "$1" | jq -e ".schema == 1 and .command == \"boot\" and (.devices | length) == 2" >/dev/null' - "$output"

# --- the real thing; a tree binds nothing, so the kernel seems to refuse ---
run boot
ok "a refusal is a failure" exits 1
ok "an unbind was written" holds sys/bus/pci/drivers/radeon/unbind 0000:01:00.0
ok "the refused device has no override" override_is 0000:01:00.0 ""
ok "the report says so" report_is '.devices[0].verdict' refused
ok "the log says so" log_says "vfio-early: 0000:01:00.0 1002:5159 not bound to vfio-pci"
ok "boot.log has it too" grep -q "0000:02:00.0 1002:5159 not bound to" "$tree/run/vfio-early/boot.log"

# --- bound already ---
twins
ln -sfn ../../drivers/vfio-pci "$tree/sys/bus/pci/devices/0000:01:00.0/driver"
cmdline "rd.vfio.ids=01:00.0"
run boot
ok "a device that is on vfio-pci counts as bound" exits 0
ok "its override is written all the same" override_is 0000:01:00.0 vfio-pci
ok "nothing was unbound" holds sys/bus/pci/drivers/radeon/unbind ""
ok "the report has the whole device" report_is '.devices[0] | [.address, .id, .subsystem, .class, .driver, .iommu_group, .wanted_by, .verdict] | join(" ")' \
	"0000:01:00.0 1002:5159 1af4:1100 030000 vfio-pci 5 rd.vfio.ids bound"
ok "the report judges the IOMMU" report_is '[.iommu.state, .iommu.kind] | join(" ")' "on intel"
ok "its twin was not looked at" override_is 0000:02:00.0 "(null)"

# --- the configuration ---
twins
cmdline ""
printf 'claim 0000:02:00.0\nclaim nonsense\n' | config
run boot --dry-run
ok "the file claims" says "0000:02:00.0 1002:5159 would be bound"
ok "an error is shown with its place" says "/etc/vfio-early.conf:2:7: 'nonsense': expected an id"
ok "an error in the configuration is a failure of a dry run" exits 1
mkdir "$tree/etc/vfio-early.conf.d"
echo "claim 0000:01:00.0" >"$tree/etc/vfio-early.conf.d/10-card.conf"
echo "claim dead:beef" >"$tree/etc/vfio-early.conf.d/ignored.txt"
run boot --dry-run
ok "drop-ins claim" says "0000:01:00.0 1002:5159 would be bound"
ok "other files in that folder do not" sh -c '! echo "$1" | grep -q dead:beef' - "$output"
cmdline "rd.vfio.config=0"
run boot --dry-run
ok "rd.vfio.config=0 ignores the files" says "nothing is claimed"

# --- no IOMMU: nothing is touched ---
machine
pci 0000:01:00.0 1002:5159 30200 - radeon
cmdline "rd.vfio.ids=1002:5159"
before=$(cd "$tree/sys" && find . -type f -exec sha256sum {} +)
run boot
ok "no IOMMU is a failure" exits 1
ok "sysfs is as it was" [ "$before" = "$(cd "$tree/sys" && find . -type f -exec sha256sum {} +)" ]
ok "the verdict is no-iommu" report_is '.devices[0].verdict + " " + .iommu.state + " " + .iommu.cause' "no-iommu off firmware"
printf 'vendor_id\t: GenuineIntel\n' >"$tree/proc/cpuinfo"
run boot
ok "the cure is this processor's" log_says "enable VT-d (Intel"
: >"$tree/sys/firmware/acpi/tables/DMAR"
run boot
ok "what the firmware offers and the kernel does not use is told" log_says "add intel_iommu=on to the kernel command line"

# --- switched off ---
twins
cmdline "rd.vfio.ids=1002:5159,09:00.0 rd.vfio=0"
run boot
ok "rd.vfio=0 is no failure" exits 0
ok "nothing is written" override_is 0000:01:00.0 "(null)"
ok "every device asked for has the verdict off" report_is '[.devices[].verdict] | unique | join(" ")' off

# --- absent ---
twins
cmdline "rd.vfio.ids=dead:beef"
run boot
ok "a selector that finds nothing is reported without an address" report_is '.devices[0] | [.address, .verdict] | map(. // "null") | join(" ")' "null absent"

# --- nothing asked for ---
twins
cmdline "quiet"
run boot
ok "nothing asked for is success" exits 0
ok "and silence" [ ! -s "$tree/dev/kmsg" ]
ok "with an empty report" report_is '.devices | length' 0

# --- a keep that protects nothing ---
twins
echo "keep 01:00.0 05:00.0" | config
run boot
ok "where nothing is claimed no keep is judged" [ ! -s "$tree/dev/kmsg" ]
cmdline "rd.vfio.ids=02:00.0"
run boot
ok "a keep without a device is told" log_says "/etc/vfio-early.conf:1: this keep has no effect: no device matches it"
ok "and only that one" [ "$(grep -c 'this keep has no effect' "$tree/dev/kmsg")" = 1 ]

# --- a machine that is not all there ---
for missing in sys proc run dev etc; do
	twins
	cmdline "rd.vfio.ids=1002:5159"
	rm -rf "${tree:?}/$missing"
	run boot
	ok "without /$missing it ends by itself" [ "$status" -le 1 ]
done

# --- 1 MiB of rubbish, NUL bytes and all ---
twins
cmdline "rd.vfio.ids=01:00.0"
random 1100000 | config
run boot --dry-run
ok "rubbish does not hide what counts" says "0000:01:00.0 1002:5159 would be bound"
ok "a file over 1 MiB is named" says "/etc/vfio-early.conf: the file is larger than 1 MiB"

# --- a line of 300,000 words: what is guessed of one does not stay ---
for directive in claim keep "set a=1"; do
	twins
	cmdline "rd.vfio.ids=01:00.0"
	yes zz=1 | head -n 150000 | tr '\n' ' ' | sed "s/^/$directive /" | config
	ok "$directive with 150,000 words needs little memory" sh -c '
		ulimit -v 32768
		"$1" --root "$2" boot --dry-run | grep -q "0000:01:00.0 1002:5159 would be bound"' - "$binary" "$tree"
done

# --- 50,000 claims that match nothing: bounded, each with its verdict ---
twins
seq 0 49999 | awk '{ printf "claim %04x:%04x\n", 8192 + int($1 / 65536), $1 % 65536 }' | config
cmdline "rd.vfio.ids=01:00.0"
status=0
output=$(timeout 10 "$binary" --root "$tree" boot --dry-run 2>&1) || status=$?
ok "many claims are planned" exits 1
ok "what is there is taken" says "0000:01:00.0 1002:5159 would be bound"
ok "and each absent one is told" [ "$(printf '%s\n' "$output" | grep -c 'not found: no device matches')" = 50000 ]

# --- usage ---
run boot --frob
ok "an unknown option is a usage error" exits 2
run frob
ok "an unknown command is a usage error" exits 2
ok "and names the help" says "vfio-early --help"
run --help
ok "--help succeeds" exits 0

done_testing
