#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The early stage starts the unit of the late stage where systemd is pid 1 and something waits; whatever systemctl does,
# the boot goes on. The tree is the whole root here: another root has no systemd.
# shellcheck disable=SC2154
. "$(dirname "$0")/lib.sh"

# A root with a shell, our binary, a drive that waits for the late stage, and signs of systemd.
booted() {
	machine dmar0
	mkdir -p "$tree/bin" "$tree/run/systemd/system"
	cp "$(command -v busybox)" "$tree/bin/busybox"
	ln -s busybox "$tree/bin/sh"
	cp "$binary" "$tree/bin/vfio-early"
	pci 0000:01:00.0 144d:a808 10802 5 nvme
	pci 0000:02:00.0 10de:1c03 30200 6
	cmdline "root=/dev/nvme0n1p1 rd.vfio.ids=144d:a808 rd.vfio.deadline=1"
}
systemctl() { # a shell script's text
	printf '#!/bin/sh\n%s\n' "$1" >"$tree/bin/systemctl"
	chmod 755 "$tree/bin/systemctl"
}

# As run does it, with the tree as the root, on a file system of memory as an initramfs is. What is left comes back.
run_there() {
	status=0
	[ -n "${SYSTEMD-yes}" ] || rmdir "$tree/run/systemd/system"
	output=$($apart sh -c 'mkdir "$1.root" && mount -t tmpfs tmpfs "$1.root" && cp -a "$1"/. "$1.root" || exit 99
		chroot "$1.root" /bin/busybox env PATH=/bin /bin/vfio-early boot
		status=$?
		cp -a "$1.root"/. "$1"
		exit $status' sh "$tree" 2>&1) || status=$?
	rmdir "$tree.root"
}
started() { [ "$(cat "$tree/asked" 2>/dev/null)" = "--no-block start vfio-early-late.service" ]; }
not_asked() { [ ! -e "$tree/asked" ]; }
complains() { log_says "vfio-early-late.service: cannot be started: $1; deferred devices stay with the host"; }

booted
systemctl 'echo "$@" >>/asked'
run_there
ok "systemd is asked for the late unit" started
ok "which has its word" [ -e "$tree/run/vfio-early/late" ]
ok "the log has no complaint" [ "$(grep -c vfio-early-late "$tree/dev/kmsg")" = 0 ]

booted
systemctl 'echo "$@" >>/asked'
cmdline "root=/dev/nvme0n1p1 rd.vfio.ids=10de:1c03 rd.vfio.deadline=1"
run_there
ok "where nothing waits it is not asked" not_asked

booted
systemctl 'echo "$@" >>/asked'
SYSTEMD='' run_there
ok "without systemd it is not asked" not_asked
ok "the word is there for the hook" [ -e "$tree/run/vfio-early/late" ]

booted
systemctl 'echo "$@" >>/asked'
PATH="$tree/bin:$PATH" run boot
ok "below another root it is not asked" not_asked

booted
run_there
ok "a missing systemctl is one line" complains "No such file or directory"

booted
systemctl 'exit 4'
run_there
ok "a systemctl that fails is one line" complains "Operation canceled"

booted
systemctl 'exec sleep 1000'
ln -s busybox "$tree/bin/sleep"
run_there
ok "a systemctl that hangs is left after the deadline, and is one line" complains "Operation timed out"
ok "it is killed" [ -z "$(pgrep -fx 'sleep 1000')" ]
done_testing
