#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Under --root nothing outside is read or written, whatever symbolic links say.
# shellcheck disable=SC2154
. "$(dirname "$0")/lib.sh"

outside=$(mktemp -d)
trap 'rm -rf "$tree" "$outside"' EXIT
machine dmar0
pci 0000:01:00.0 1002:5159 30000 5
cmdline "rd.vfio.ids=01:00.0"

echo "claim 0000:01:00.0 outside-was-read" >"$outside/conf"
ln -s "$outside/conf" "$tree/etc/vfio-early.conf"
rmdir "$tree/run"
ln -s "$outside" "$tree/run"
rm "$tree/sys/bus/pci/devices/0000:01:00.0/driver_override"
: >"$outside/driver_override"
ln -s "../../../../../../../../../../../$outside/driver_override" "$tree/sys/bus/pci/devices/0000:01:00.0/driver_override"
run boot
ok "a configuration outside is not read" sh -c '! grep -q outside-was-read "$1"' - "$tree/dev/kmsg"
ok "no report is written outside" [ ! -e "$outside/vfio-early" ]
ok "no attribute is written outside" [ ! -s "$outside/driver_override" ]

# What the system calls say: no file is opened by a path of the host's.
machine dmar0
pci 0000:01:00.0 1002:5159 30000 5
cmdline "rd.vfio.ids=01:00.0"
strace -f -o "$outside/calls" -e trace=%file "$binary" --root "$tree" boot 2>/dev/null
opened=$(grep -E '"/(sys|proc|etc|run|dev|lib)' "$outside/calls" | grep -vE 'openat2\(|execve\(')
output=$opened status=0
ok "every path goes through openat2 below the root" [ -z "$opened" ]

done_testing
