#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Memory that runs out, at any allocation and at any size: a verdict or one line that names the cause, never a signal,
# never a device between its host driver and ours.
# shellcheck disable=SC2154
. "$(dirname "$0")/lib.sh"

# One that vfio-pci takes, one that its host driver keeps, one without a driver, one that waits for the late stage.
four() {
	machine dmar0
	pci 0000:01:00.0 1002:5159 30200 5
	ln -s ../../drivers/vfio-pci "$tree/sys/bus/pci/devices/0000:01:00.0/driver"
	pci 0000:02:00.0 1002:5159 30200 6 radeon
	pci 0000:03:00.0 1002:5159 30200 7
	pci 0000:04:00.0 1b36:0010 10802 8
	cmdline "rd.vfio.ids=1002:5159,1b36:0010 root=/dev/sda1"
}

verdicts() { jq -r '[.devices[].verdict] | join(" ")' "$tree/run/vfio-early/report.json" 2>/dev/null; }

# boots COMMAND...: run the early stage through it, and see what it has left. What is wrong goes to $wrong.
boots() {
	four
	status=0
	output=$("$@" "$binary" --root "$tree" boot 2>&1) || status=$?
	seen=$(verdicts)
	[ $status -le 1 ] || wrong="$wrong [$1 ... $last: exit status $status]"
	case $seen in
	"$calm") whole=$((whole + 1)) ;;
	"")
		ended=$((ended + 1))
		says memory || log_says memory || wrong="$wrong [$last: no line, no report]"
		;;
	*)
		told=$((told + 1))
		log_says memory || wrong="$wrong [$last: $seen without a line]"
		log_says "stays with the host: no memory was left to claim it" && kept=$((kept + 1))
		;;
	esac
	# The override of the first one may stay, for vfio-pci has it; the others have none, or a verdict that says so.
	for address in 0000:02:00.0 0000:03:00.0 0000:04:00.0; do
		! override_is $address vfio-pci || wrong="$wrong [$last: $address has an override]"
	done
}

sweep() { wrong="" whole=0 ended=0 told=0 kept=0; }

four
run boot
calm=$(verdicts)
ok "with memory each device has its verdict" [ "$calm" = "bound refused refused deferred" ]

# Every allocation fails once, then each one and all behind it.
for more in "" +; do
	sweep
	last=0 injected=1
	while [ "$injected" != 0 ] && [ $last -lt 200 ]; do
		last=$((last + 1))
		boots strace -f -qq -o "$tree.trace" -e inject=mmap,brk:error=ENOMEM:when=$last$more
		injected=$(grep -c INJECTED "$tree.trace")
	done
	ok "$last allocations${more:+ and all that follow}: nothing is half done, and the cause is named" [ -z "$wrong" ]
	[ -z "$wrong" ] || echo "# $wrong"
	echo "# whole $whole, other verdicts $told, kept $kept, ended $ended"
	ok "nothing fails behind the last one" [ "$seen" = "$calm" ]
	if [ -z "$more" ]; then
		ok "an allocation that fails once never ends the stage" [ $ended = 0 ]
		ok "without memory for the plan the host keeps the devices" [ $kept -gt 0 ]
	else
		ok "without any memory the stage ends in one line" [ $ended -gt 0 ]
	fi
done

# A plan whose work takes more than the first pages: memory ends between the first write and the last.
sixty() {
	machine dmar0
	for slot in 0 1 2 3 4 5 6 7 8 9 a b c d e; do
		for function in 0 1 2 3; do
			pci "0000:01:0$slot.$function" 1002:5159 30200 $((0x$slot * 4 + function))
		done
	done
	cmdline "rd.vfio.ids=1002:5159"
}
sixty
run boot
wrong="" last=9 injected=1 begun=0
while [ "$injected" != 0 ] && [ $last -lt 60 ]; do
	last=$((last + 1))
	echo "(null)" | tee "$tree"/sys/bus/pci/devices/*/driver_override >/dev/null
	: >"$tree/dev/kmsg"
	rm -rf "$tree/run/vfio-early"
	status=0
	output=$(strace -qq -o "$tree.trace" -e trace=mmap,brk -e inject=mmap,brk:error=ENOMEM:when=$last+ "$binary" --root "$tree" boot 2>&1) ||
		status=$?
	injected=$(grep -c INJECTED "$tree.trace")
	[ $status = 1 ] || wrong="$wrong [$last: exit status $status]"
	[ "$injected" = 0 ] || log_says memory || wrong="$wrong [$last: no line]"
	left=$(grep -lx vfio-pci "$tree"/sys/bus/pci/devices/*/driver_override | wc -l)
	[ "$left" = 0 ] || wrong="$wrong [$last: $left with an override]"
	cleared=$(grep -lx "" "$tree"/sys/bus/pci/devices/*/driver_override | wc -l)
	[ "$cleared" = 0 ] || ! log_says "this stage ends" || begun=$((begun + 1))
done
ok "allocations 10 to $last of a plan of sixty: no driver_override is left" [ -z "$wrong" ]
[ -z "$wrong" ] || echo "# $wrong"
ok "the stage ends between the first write and the last, $begun times" [ $begun -gt 0 ]

# limited KILOBYTES COMMAND...: with so much address space.
limited() (
	# dash and bash have it.
	# shellcheck disable=SC3045
	ulimit -v "$1"
	shift
	exec "$@"
)

# The kernel itself ends a program whose stack or data does not fit.
size=0
while ! limited $size "$binary" --version >/dev/null 2>&1; do
	size=$((size + 16))
done
sweep
first=$size seen=""
while [ "$seen" != "$calm" ] && [ $size -lt 16384 ]; do
	last=$size
	boots limited $size
	size=$((size + 16))
done
ok "from $first to $size KiB of memory: nothing is half done, and the cause is named" [ -z "$wrong" ]
[ -z "$wrong" ] || echo "# $wrong"
echo "# whole $whole, other verdicts $told, kept $kept, ended $ended"
ok "it ends where there is enough" [ "$seen" = "$calm" ]
ok "some sizes end in verdicts" [ $kept -gt 0 ]

# Facts have the time of day.
timeless() { printf '%s\n' "$output" | sed 's/^made .*/made/'; }

# asks COMMAND...: every allocation of a command fails, and those behind it.
asks() {
	wrong="" last=0 injected=1
	while [ "$injected" != 0 ] && [ $last -lt 400 ]; do
		last=$((last + 1))
		status=0
		output=$(strace -f -qq -o "$tree.trace" -e inject=mmap,brk:error=ENOMEM:when=$last+ "$binary" --root "$tree" "$@" 2>&1) ||
			status=$?
		output=$(timeless)
		injected=$(grep -c INJECTED "$tree.trace")
		[ $status -le 1 ] || wrong="$wrong [$last: exit status $status]"
		[ "$output" = "$whole_output" ] || { says "memory" && [ $status = 1 ]; } || wrong="$wrong [$last: $status, no line]"
	done
	ok "$*: $last allocations that fail are told" [ -z "$wrong" ]
	[ -z "$wrong" ] || echo "# $wrong"
}

four
kernel 6.1.0-1-amd64
mkdir -p "$tree/usr/share/misc"
printf '1002  AMD\n\t5159  RV100\n1b36  Red Hat\n\t0010  NVMe\n' >"$tree/usr/share/misc/pci.ids"
for command in list "list --json" "boot --dry-run" check status facts; do
	# shellcheck disable=SC2086
	run $command
	whole_output=$(timeless)
	# shellcheck disable=SC2086
	asks $command
done
rm -f "$tree.trace"
done_testing
