#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The command line: options in any place, one command, and the answer to each slip.
. "$(dirname "$0")/lib.sh"

machine dmar0
pci 0000:01:00.0 10DE:1C03 30000 1 nouveau
pci 0000:02:00.0 8086:1533 20000 2 igb

# --- every way to write the same ---
run list --json
expected=$output
for words in "--json" "--json list" "list --json" "--json -- list"; do
	run $words
	ok "vfio-early $words: the same list" [ "$output" = "$expected" ]
done
for root in "--root $tree list --json" "--root=$tree list --json" "list --root $tree --json" "list --json --root=$tree"; do
	output=$("$binary" $root 2>&1)
	ok "vfio-early $(echo "$root" | sed "s|$tree|DIR|"): the same list" [ "$output" = "$expected" ]
done
run class:03
ok "a selector without a command lists" says "0000:01:00.0 "
ok "what it selects" sh -c '! printf "%s\n" "$1" | grep -q 0000:02:00.0' - "$output"
run 02:00.0 01:00.0
ok "two selectors list both" sh -c 'printf "%s\n" "$1" | grep -q 0000:02:00.0 && printf "%s\n" "$1" | grep -q 0000:01:00.0' - "$output"
run 10de:zzzz
ok "a selector with a mistake is one" line "vfio-early: '10de:zzzz': the device of an id is four hexadecimal digits or *"
ok "and an error" exits 2
run list --color
ok "--color without a value colours" says "$(printf '\033')"
run list --color=never
ok "--color=never does not" sh -c '! printf "%s" "$1" | grep -q "$(printf "\033")"' - "$output"

# --- help ---
run help
summary=$output
ok "help succeeds" exits 0
for words in "--help" "-h" "--help --json"; do
	run $words
	ok "$words prints the same" [ "$output" = "$summary" ]
done
for command in list check status facts boot finish help; do
	run "$command" --help
	ok "$command --help succeeds" exits 0
	ok "$command --help starts with its usage" says "Usage: vfio-early $command"
	description=$output
	run help "$command"
	ok "help $command prints the same" [ "$output" = "$description" ]
	ok "$command is in the summary" sh -c 'printf "%s\n" "$1" | grep -q "^  $2 "' - "$summary" "$command"
done
ok "no line of the summary is longer than 88 columns" sh -c '! printf "%s\n" "$1" | grep -qE "^.{89}"' - "$summary"
for words in --help --version "check --help" "help list"; do
	status=0
	output=$("$binary" $words 2>&1 >/dev/full) || status=$?
	ok "$words to a full disk is a failure" exits 1
done
run --version
ok "--version names the version" says "vfio-early $(cat "$cli_here/../../src/version")"

# --- every slip is met ---
slip() { # WORDS MESSAGE
	run $1
	ok "vfio-early $1: $2" says "$2"
	ok "vfio-early $1: is a usage error" exits 2
	ok "vfio-early $1: one line" [ "$(printf '%s\n' "$output" | wc -l)" = 1 ]
}
slip chhck "unknown command 'chhck': did you mean check?"
slip lis "unknown command 'lis': did you mean list?"
slip STATUS "unknown command 'STATUS': did you mean status?"
slip bind "unknown command 'bind': to claim devices, add"
slip frobnicate "unknown command 'frobnicate': vfio-early --help lists the commands"
slip gpu "unknown command 'gpu': did you mean --gpu? vfio-early --help lists the commands"
slip version "unknown command 'version': did you mean --version? vfio-early --help lists the commands"
slip "help list check" "help describes one command, not 'check' too"
slip "help chhek" "unknown command 'chhek': did you mean check?"
slip "check --jsn" "unknown option '--jsn': did you mean --json? vfio-early check --help lists the options"
slip "boot --dryrun" "unknown option '--dryrun': did you mean --dry-run?"
slip "boot --json=yes --dry-run" "unknown option '--json=yes': did you mean --json?"
slip "list -x" "unknown option '-x': vfio-early list --help lists the options"
slip "list -jx" "unknown option '-j': vfio-early list --help lists the options"
slip "list --frobnicate" "unknown option '--frobnicate': vfio-early list --help lists the options"
slip "--rooot /tmp check" "unknown option '--rooot': did you mean --root? vfio-early list --help lists the options"
slip "-driver nouveau" "unknown option '-d': vfio-early list --help lists the options"
slip "--check" "unknown option '--check': did you mean check?"
slip "--list --gpu" "unknown option '--list': did you mean list?"
slip "check --late" "check does not take --late: vfio-early check --help lists the options"
slip "--write" "list does not take --write: vfio-early list --help lists the options"
slip "finish --json" "finish does not take --json"
slip "boot --color=never" "boot does not take --color"
slip "check 01:00.0" "check takes no arguments: '01:00.0'"
slip "status --json 10de:1c03" "status takes no arguments: '10de:1c03'"
slip "finish now" "finish takes no arguments: 'now'"
slip "facts --write /tmp/x" "facts takes no arguments: '/tmp/x'"
slip "boot --dry-run root=/dev/sda1" "boot takes arguments of the form NAME=VALUE, with --late only: 'root=/dev/sda1'"
slip "boot --late --dry-run sda1" "boot takes arguments of the form NAME=VALUE, with --late only: 'sda1'"
slip "list --color=blue" "--color=blue: the value is auto, always or never"
slip "list --root" "'--root' needs a value: --root=DIR"
slip "list --root=$tree/none" "none: No such file or directory"

done_testing
