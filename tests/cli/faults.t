#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Writes that fail or never return: bounded in time, told, and the other devices get their turn.
# shellcheck disable=SC2154
. "$(dirname "$0")/lib.sh"

two() {
	machine dmar0
	pci 0000:01:00.0 1002:5159 30200 5
	pci 0000:02:00.0 1002:5159 30200 6
	cmdline "rd.vfio.ids=1002:5159 rd.vfio.deadline=1"
}

# A FIFO that nobody reads blocks its writer for ever.
two
rm "$tree/sys/bus/pci/devices/0000:01:00.0/driver_override"
mkfifo "$tree/sys/bus/pci/devices/0000:01:00.0/driver_override"
ln -sfn ../../drivers/vfio-pci "$tree/sys/bus/pci/devices/0000:02:00.0/driver"
start=$(date +%s)
run boot
ok "a hanging write ends" [ $(($(date +%s) - start)) -le 5 ]
ok "its device is stuck" report_is '.devices[0].verdict' stuck
ok "the log names the write" log_says "0000:01:00.0 1002:5159 stuck: the write to driver_override did not return in time"
ok "the other device is bound" report_is '.devices[1].verdict' bound
ok "no child is left behind" [ -z "$(ps -eo stat=,args= | awk -v tree="--root $tree" '$1 !~ /^Z/ && !/awk/ && index($0, tree)')" ]

# The probe hangs.
two
rm "$tree/sys/bus/pci/drivers_probe"
mkfifo "$tree/sys/bus/pci/drivers_probe"
run boot
ok "a hanging probe is stuck" report_is '[.devices[].verdict] | join(" ")' "stuck stuck"

# No such attribute: a kernel without driver_override.
two
rm "$tree/sys/bus/pci/devices/0000:01:00.0/driver_override"
run boot
ok "a missing attribute is a refusal with its errno" log_says "driver_override cannot be written: No such file or directory"

# The kernel says no to the write itself; strace is the kernel here.
two
status=0
output=$(strace -f -o /dev/null -e inject=write:error=EBUSY:when=1 "$binary" --root "$tree" boot 2>&1) || status=$?
ok "an errno of the first write ends in a verdict" exits 1
ok "one for each device" report_is '.devices | length' 2

# The driver is nowhere: the override stays, so that the host's driver stays away.
two
rm -r "$tree/sys/bus/pci/drivers/vfio-pci"
run boot
ok "no vfio-pci is the verdict no-driver" report_is '[.devices[].verdict] | unique | join(" ")' no-driver
ok "the override stays" override_is 0000:01:00.0 vfio-pci

# /run cannot be written.
two
rmdir "$tree/run"
: >"$tree/run"
run boot
ok "without a place for the report the log says so" log_says "/run/vfio-early: cannot be created"

# In another root the kernel asks for a second try where something was renamed or mounted meanwhile.
two
run boot --dry-run
calm=$output
output=$(strace -qq -o /dev/null -e trace=openat2 -e inject=openat2:error=EAGAIN:when=3+2 "$binary" --root "$tree" boot --dry-run 2>&1)
ok "a look-up that must be tried again is" [ "$output" = "$calm" ]
output=$(strace -qq -o /dev/null -e trace=openat2 -e inject=openat2:error=ENOSYS "$binary" --root "$tree" list 2>&1)
ok "a kernel that cannot look below a root is an error of usage" [ $? = 2 ]
ok "with its cure" says "needs Linux 5.6 or later"
done_testing
