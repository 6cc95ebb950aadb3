#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# What fails or never returns is told with its errno, and the other devices get their turn. strace is the kernel that says no.
# The errnos are those whose words are the same with musl and glibc.
# shellcheck disable=SC2154
. "$(dirname "$0")/lib.sh"

two() {
	machine dmar0
	pci 0000:01:00.0 1002:5159 30200 5
	pci 0000:02:00.0 1002:5159 30200 6
	cmdline "rd.vfio.ids=1002:5159 rd.vfio.deadline=1"
}
# fault PATH INJECTION ARGUMENT...: run, and what any process does to this file fails. PATH is below the tree; "" is any file.
fault() {
	fault_path=$1 fault_injection=$2
	shift 2
	status=0
	# shellcheck disable=SC2086
	output=$(timeout -s KILL 60 strace -f -qq -o /dev/null ${fault_path:+-P "$fault_path" -P "$tree$fault_path"} \
		-e "inject=$fault_injection" "$binary" --root "$tree" "$@" 2>&1) || status=$?
}
verdicts_are() { report_is '[.devices[].verdict] | join(" ")' "$1"; }
reason_is() { report_is ".devices[0].reason" "$1"; }
on_vfio() { ln -sfn ../../drivers/vfio-pci "$tree/sys/bus/pci/devices/$1/driver"; }
no_draft_is_left() { [ -z "$(find "$tree/run" "$tree/etc" -name '*.new')" ]; }

card=/sys/bus/pci/devices/0000:01:00.0
pci_drivers=/sys/bus/pci/drivers
report_file=/run/vfio-early/report.json

# --- writes to a device ---

# A FIFO that nobody reads blocks its writer for ever.
two
rm "$tree$card/driver_override"
mkfifo "$tree$card/driver_override"
on_vfio 0000:02:00.0
run boot
ok "a hanging write ends" exits 1
ok "its device is stuck" report_is '.devices[0].verdict' stuck
ok "the log names the write" log_says "0000:01:00.0 1002:5159 stuck: the write to driver_override did not return in time"
ok "the other device is bound" report_is '.devices[1].verdict' bound
ok "no child is left behind" [ -z "$(ps -eo stat=,args= | awk -v tree="--root $tree" '$1 !~ /^Z/ && !/awk/ && index($0, tree)')" ]

# The probe hangs.
two
rm "$tree/sys/bus/pci/drivers_probe"
mkfifo "$tree/sys/bus/pci/drivers_probe"
run boot
ok "a hanging probe is stuck" verdicts_are "stuck stuck"

# No such attribute: a kernel without driver_override.
two
rm "$tree$card/driver_override"
run boot
ok "a missing attribute is a refusal with its errno" log_says "driver_override cannot be written: No such file or directory"

two
fault $card/driver_override write:error=EPERM boot
ok "a driver_override that is refused is one with its errno" \
	log_says "0000:01:00.0 1002:5159 not bound to vfio-pci: driver_override cannot be written: Operation not permitted"
ok "the report has it" reason_is "not bound to vfio-pci: driver_override cannot be written: Operation not permitted; no driver is bound"
ok "each device has a verdict" report_is '.devices | length' 2
ok "the other one has been worked on" log_says "0000:02:00.0 1002:5159 not bound to vfio-pci: the kernel's probe failed"

two
pci 0000:01:00.0 1002:5159 30200 5 slow 2>/dev/null
fault $pci_drivers/slow/unbind write:error=EPERM boot
ok "an unbind that is refused has its errno" \
	log_says "0000:01:00.0 1002:5159 not bound to vfio-pci: its host driver does not release it: Operation not permitted; bound to slow again"

two
fault $pci_drivers/vfio-pci/bind write:error=EPERM boot
ok "a bind that is refused has its errno" \
	log_says "0000:01:00.0 1002:5159 not bound to vfio-pci: the kernel's probe failed: Operation not permitted"

# The driver is nowhere: the override stays, so that the host's driver stays away.
two
rm -r "$tree$pci_drivers/vfio-pci"
run boot
ok "no vfio-pci is the verdict no-driver" report_is '[.devices[].verdict] | unique | join(" ")' no-driver
ok "the override stays" override_is 0000:01:00.0 vfio-pci

# --- processes; memory.t lets their memory fail ---

while read -r call words; do
	two
	fault "" "$call" boot
	ok "$call: the devices are stuck" verdicts_are "stuck stuck"
	ok "$call: the reason has the errno" reason_is "stuck: no process can be started to bind it ($words)"
	ok "$call: so has the log" log_says "0000:02:00.0 1002:5159 stuck: no process can be started to bind it ($words)"
done <<-END
	fork,vfork,clone,clone3:error=EAGAIN Resource temporarily unavailable
	pipe2:error=ENFILE Too many open files in system
END

# --- files that are written ---

while read -r call path words; do
	two
	fault "$path" "$call" boot
	ok "$call of the report: the log has the errno" log_says "$report_file: cannot be written: $words; the lines above are the only record"
	ok "$call: there is no report, and no piece of one" [ ! -e "$tree$report_file" ]
	ok "$call: the work is done" log_says "0000:02:00.0 1002:5159"
	ok "$call: no draft is left" no_draft_is_left
done <<-END
	openat2:error=EROFS $report_file.new Read-only file system
	write:error=ENOSPC $report_file.new No space left on device
	close:error=ENOSPC $report_file.new No space left on device
	renameat,renameat2:error=EACCES:when=1 /run/vfio-early Permission denied
END

two
rmdir "$tree/run"
: >"$tree/run"
run boot
ok "without a place for the report the log says so" log_says "/run/vfio-early: cannot be created: Not a directory; this boot has no report"
two
fault /run mkdirat:error=EROFS boot
ok "a folder that cannot be created has its errno" log_says "/run/vfio-early: cannot be created: Read-only file system; this boot has no report"

# What waits for the late stage needs a flag.
waiting() {
	machine dmar0
	pci 0000:01:00.0 144d:a808 10802 5
	cmdline "rd.vfio.ids=144d:a808"
}
waiting
fault /run/vfio-early/late.new openat2:error=ENOSPC boot
ok "a flag that cannot be written has its errno" \
	log_says "/run/vfio-early/late: cannot be written: No space left on device; deferred devices stay with the host"
waiting
run boot
fault /run/vfio-early unlinkat:error=EROFS finish
ok "a flag that cannot be removed has its errno" log_says "/run/vfio-early/late: cannot be removed: Read-only file system"
waiting
run boot
fault $report_file.new write:error=ENOSPC finish
ok "a report that cannot be amended has its errno" log_says "$report_file: cannot be amended: No space left on device"
ok "and stays as it was" report_is '.devices[0].verdict' deferred
ok "no draft is left" no_draft_is_left
waiting
run boot
fault $report_file openat2:error=EPERM finish
ok "a report that cannot be read has its errno" log_says "$report_file: Operation not permitted; each device"

two
on_vfio 0000:02:00.0
rm "$tree$card/driver_override"
mkfifo "$tree$card/driver_override"
fault /run/vfio-early/stuck.new openat2:error=EROFS boot
ok "a mark that cannot be written has its errno" log_says "/run/vfio-early/stuck: Read-only file system; nothing retries the stuck devices"

two
fault /etc/vfio-early.facts.new openat2:error=EROFS facts --write
ok "facts that cannot be written are a failure" exits 1
ok "with its errno" says "/etc/vfio-early.facts: cannot be written: Read-only file system"

# The kernel's log: the lines are on stderr then.
two
fault /dev/kmsg write:error=EPERM boot
ok "without a kernel log the lines are printed" says "<6>vfio-early: 1002:5159 (rd.vfio.ids) matches 2 devices"

# --- files that are read ---

while read -r call path words; do
	two
	echo "claim 01:00.0" | config
	fault "$path" "$call" boot --dry-run
	ok "$call of $path is an error with its errno" says "$path: cannot be read: $words"
done <<-END
	openat2:error=EACCES /etc/vfio-early.conf Permission denied
	read:error=EPERM /etc/vfio-early.conf Operation not permitted
	fstat,newfstatat:error=EPERM /etc/vfio-early.conf Operation not permitted
	openat2:error=EACCES /proc/cmdline Permission denied; is /proc mounted?
	openat2:error=EACCES /sys/bus/pci/devices Permission denied; is /sys mounted, and does the machine have PCI?
	getdents64:error=EPERM /sys/bus/pci/devices Operation not permitted; is /sys mounted, and does the machine have PCI?
END
two
kernel 6.1.0-1
echo "claim 01:00.0" | config
image /boot/initrd.img-6.1.0-1 cat
fault /boot/initrd.img-6.1.0-1 lseek:error=EINVAL check
ok "an image in which no place can be sought has its errno" says "FAIL /boot/initrd.img-6.1.0-1: cannot be read: Invalid argument"
fault /boot/initrd.img-6.1.0-1 read:error=ENXIO check
ok "so has one that cannot be read" says "FAIL /boot/initrd.img-6.1.0-1: cannot be read: No such device or address"

# --- the output ---

two
for command in list "list --json" check status "boot --dry-run" facts; do
	status=0
	# shellcheck disable=SC2086
	output=$("$binary" --root "$tree" $command 2>&1 >/dev/full) || status=$?
	ok "$command to a full disk is a failure" exits 1
	ok "$command has its errno" says "vfio-early: the output cannot be written: No space left on device"
done

# --- another root ---

# The kernel asks for a second try where something was renamed or mounted meanwhile.
two
run boot --dry-run
calm=$output
fault "" openat2:error=EAGAIN:when=3+2 boot --dry-run
ok "a look-up that must be tried again is" [ "$output" = "$calm" ]
fault "" openat2:error=EAGAIN list
ok "not for ever" exits 2
ok "what is wrong then is told" says "Resource temporarily unavailable"
fault "" openat2:error=EACCES list
ok "a root that cannot be entered has its errno" says "Permission denied"
fault "" openat2:error=ENOSYS list
ok "a kernel that cannot look below a root is an error of usage" exits 2
ok "with its cure" says "needs Linux 5.6 or later"
done_testing
