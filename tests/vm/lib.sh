# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# What a scene is made of. A scene is a file NAME.t that sources this one, describes a machine, boots it in
# each kind of image that it concerns, and says what must be seen afterwards; see tests/README.md.
#
#   IMAGES="own"  runs only those kinds        VM_CPUS=2  gives the machine more processors
#   EVERY=1       runs it in every kind, where it makes do with some
#   VM_IMAGE=DIR VM_KIND=NAME  runs it once, with vmlinuz, initrd and root.img of that folder, and
#   VM_PARAMETERS= on the kernel command line besides
set -u

: "${vm_here:=$(cd "$(dirname "$0")" && pwd)}"
vm_top=$(cd "$vm_here/../.." && pwd)
vm_scene=$(basename "$0" .t)
vm_count=0

static_images="own initramfs-tools dracut-systemd dracut-plain dracut-trixie"
generator_images="initramfs-tools dracut-systemd dracut-plain dracut-trixie"
shared_images="initramfs-tools-shared dracut-systemd-shared dracut-plain-shared"
all_images="$static_images $shared_images"
# Where C decides what a scene sees, the small image will do: quick_images. Where a generator has a part in it, one
# generator will do: some_images, storage_images. What systemd waits for is seen where it runs: waiting_images. Being first
# is proved in each: generator_images, first_images. The other kinds, layouts of storage, and the proof that the bed can
# fail in each generator are for EVERY=1, and for check-matrix.
quick_images=own
some_images=initramfs-tools
storage_images=initramfs-tools
waiting_images="own dracut-systemd"
# The plain image of dracut is the shared one here: forced-drivers has the static one.
first_images="own initramfs-tools dracut-systemd dracut-trixie initramfs-tools-shared dracut-plain-shared"
[ "${EVERY:-}" != 1 ] || {
	quick_images=$all_images
	some_images=$all_images
	waiting_images=$all_images
	storage_images="initramfs-tools dracut-systemd dracut-plain"
	first_images=$all_images
	generator_images="$generator_images $shared_images"
}

# in_images KIND...: run the function scene once for each kind.
in_images() {
	if [ -n "${VM_IMAGE:-}" ]; then
		vm_kind=$VM_KIND vm_variant=given
		scene
		echo "1..$vm_count"
		return
	fi
	for vm_kind in ${IMAGES:-"$@"}; do
		case " $* " in
		*" $vm_kind "*) ;;
		*) continue ;;
		esac
		variant normal
		scene
	done
	echo "1..$vm_count"
}

# --- the machine ---

find_image() {
	if [ -n "${VM_IMAGE:-}" ]; then readlink -f "$VM_IMAGE"; else "$vm_here/image" "$vm_kind" "$vm_variant"; fi
}

# variant NAME: what the image is like, see tests/vm/image. initramfs-tools has one way to load modules by itself,
# its modules file, and that names radeon in every image.
variant() {
	vm_variant=${FORCE_VARIANT:-$1}
	case $vm_variant-$vm_kind in
	forced-initramfs-tools*) vm_variant=normal ;;
	esac
}

# machine IOMMU: intel-iommu, amd-iommu, virtio-iommu-pci or none; the host has a display of its own at 00:01.0.
machine() {
	vm_machine="-M q35,kernel-irqchip=split -accel tcg,thread=multi -smp ${VM_CPUS:-1} -m 1024"
	vm_args=""
	vm_ports=0
	vm_before=""
	vm_servers=""
	vm_packed=no
	vm_root_is=""
	vm_unpacks=yes
	vm_answer=""
	vm_seconds=400
	case $1 in
	none) ;;
	virtio-iommu-pci) vm_args="-device $1,addr=0x7" ;;
	*) vm_args="-device $1,intremap=on" ;;
	esac
	vm_host_display="-device VGA,addr=0x1"
	# no_timer_check: an emulator that waits for a processor is no broken timer, and a kernel that thinks so panics.
	# cryptomgr.notests: the kernel tests its ciphers before /init, which takes an emulator a fifth of a short boot.
	vm_cmdline="console=ttyS0 panic=-1 no_timer_check cryptomgr.notests drm_kms_helper.fbdev_emulation=0 ${VM_PARAMETERS:-}"
}

# packed_kernel: the scene needs the code before the kernel's own, which UEFI firmware starts and which sets a video mode.
packed_kernel() { vm_unpacks=no; }

no_host_display() { vm_host_display=""; }

# efi_display MODEL: the host's display, with a framebuffer of UEFI firmware on it. bochs would take it over by itself.
efi_display() {
	vm_host_display="-device $1,addr=0x1 -bios /usr/share/ovmf/OVMF.fd"
	packed_kernel
	vm_cmdline="$vm_cmdline modprobe.blacklist=bochs"
}

# slot N MODEL...: the models are the functions of one card behind a root port of its own, on bus N. The ports are
# 00:10.0, 00:11.0 and so on, to 00:1e.0; after many_slots 00:10.0, 00:10.1, and eight times as many.
slot() {
	vm_bus=$1
	shift
	if [ $vm_packed = yes ]; then
		vm_port_at=0x$(printf %x $((16 + (vm_bus - 1) / 8))).$(((vm_bus - 1) % 8)),multifunction=on
	else
		vm_port_at=0x$(printf %x $((15 + vm_bus)))
	fi
	vm_args="$vm_args -device pcie-root-port,id=rp$vm_bus,slot=$vm_bus,chassis=$vm_bus,addr=$vm_port_at"
	vm_function=0
	for vm_model; do
		vm_args="$vm_args -device $vm_model,bus=rp$vm_bus,addr=0x0.$vm_function"
		[ $# = 1 ] || [ $vm_function != 0 ] || vm_args="$vm_args,multifunction=on"
		vm_function=$((vm_function + 1))
	done
}

many_slots() { vm_packed=yes; }

# nvme N IMAGE [MODEL-OPTION], sata N IMAGE, virtio N IMAGE, card_with_nvme N IMAGE: a controller in slot N with a disk of
# tests/vm/disks on it.
drive() { # N IMAGE
	vm_disks=${vm_disks:-$("$vm_here/disks")} || vm_disks=/nonexistent
	if [ -n "${vm_faults:-}" ]; then
		# No -snapshot: a flush would not come through it.
		vm_servers="$vm_servers$1 $vm_disks/$2 $vm_faults
"
		vm_args="$vm_args -blockdev driver=nbd,node-name=disk$1,server.type=unix,server.path=disk$1,reconnect-delay=0"
	else
		vm_args="$vm_args -drive file=$vm_disks/$2,if=none,id=disk$1,format=raw${vm_drive_options:-}"
	fi
}
nvme() {
	drive "$1" "$2"
	# Two of one name would be one subsystem to the kernel.
	slot "$1" "nvme,serial=$2-$1,drive=disk$1${3:-}"
}
card_with_nvme() { # a GPU and the drive are functions of one slot, and so of one IOMMU group
	drive "$1" "$2"
	slot "$1" $gpu "nvme,serial=$2,drive=disk$1"
}
virtio() {
	drive "$1" "$2"
	slot "$1" "virtio-blk-pci,drive=disk$1"
}
sata() {
	drive "$1" "$2"
	slot "$1" "ich9-ahci,id=ahci$1"
	vm_args="$vm_args -device ide-hd,drive=disk$1,bus=ahci$1.0"
}

# faulty nvme|sata|virtio N IMAGE FAULT...: such a drive on a disk that fails, see tests/vm/faulty-disk.c; none is well. In
# the images "trigger" trigger=ADDRESS says whose faults come before the late stage.
faulty() {
	vm_model=$1 vm_slot=$2 vm_on_it=$3
	shift 3
	vm_faults=${*:-none}
	"$vm_model" "$vm_slot" "$vm_on_it"
	vm_faults=""
}

# multipath N IMAGE: two NVMe controllers in slots N and N + 1, one disk, two ways to it.
multipath() {
	drive "$1" "$2"
	vm_args="$vm_args -device nvme-subsys,id=subsys$1"
	slot "$1" "nvme,id=nvme$1,serial=$2,subsys=subsys$1"
	slot "$(($1 + 1))" "nvme,serial=$2,subsys=subsys$1"
	vm_args="$vm_args -device nvme-ns,drive=disk$1,nsid=1,shared=on,bus=nvme$1"
}

# usb N [IMAGE]: a USB controller in slot N, with a disk behind it.
usb() {
	slot "$1" "qemu-xhci,id=usb$1"
	[ $# = 1 ] || {
		drive "$1" "$2"
		vm_args="$vm_args -device usb-storage,drive=disk$1,bus=usb$1.0"
	}
}

# keyboard N ANSWER: a keyboard on the USB controller in slot N, which is the machine's only one. In the images
# "storage-prompt" somebody types this answer on it when the boot asks.
keyboard() {
	vm_answer=$2
	# The last console is the one that the boot asks on; the serial port still has the kernel's log.
	vm_cmdline="$vm_cmdline console=tty0"
	vm_args="$vm_args -machine i8042=off -device usb-kbd,bus=usb$1.0 -chardev pipe,id=monitor,path=monitor -mon chardev=monitor"
}

# nic N NAME: a network card in slot N on a network of its own, with DHCP; the host is 10.0.2.2 there.
nic() {
	slot "$1" "e1000e,netdev=net$1"
	vm_args="$vm_args -netdev user,id=net$1"
}

# serve_root: the usual root comes over the network, from this port of the host.
serve_root() {
	vm_image=$(find_image) || vm_image=/nonexistent
	vm_port=$((20000 + $$ % 20000))
	qemu-nbd --read-only --persistent --export-name=root --shared=4 --format=raw --port=$vm_port --bind=127.0.0.1 "$vm_image/root.img" &
	vm_server=$!
}

# boot_from ROOT PARAMETER...: as boot, with the root on one of those disks in place of the usual one; - is no root=.
boot_from() {
	vm_root_is=$1
	shift
	boot "$@"
}

# boot_and_lose ROOT PARAMETER...: the machine must not come up, and vfio-pci must be why.
boot_and_lose() {
	vm_root_is=$1
	shift
	start "$@"
	vm_ended=yes
	vm_touched=$(grep -a -e 'vfio' -e 'nvme0' "$vm_run/console" | tail -n 5)
	expect "the root is lost" "$vm_touched" [ ! -s "$vm_run/told.txt" ]
	expect "vfio-pci was there" "$vm_touched" grep -aq 'vfio_pci: add \[1b36:0010' "$vm_run/console"
	expect "the generator gave up on it" "$(tail -n 5 "$vm_run/console")" grep -aqE \
		'Gave up waiting for root|does not exist|Timed out waiting for device|Could not boot' "$vm_run/console"
}

# failing N IMAGE SECTOR: an NVMe that cannot read this one. Nothing writes there, so the image may be shared.
failing() {
	vm_disks=${vm_disks:-$("$vm_here/disks")} || vm_disks=/nonexistent
	# shellcheck disable=SC2089 # quotes of JSON
	vm_args="$vm_args -blockdev {\"driver\":\"blkdebug\",\"node-name\":\"disk$1\",\"image\":{\"driver\":\"file\",\"locking\":\"off\",\"filename\":\"$vm_disks/$2\"},\"inject-error\":[{\"event\":\"none\",\"iotype\":\"read\",\"errno\":5,\"once\":false,\"sector\":$3}]}"
	slot "$1" "nvme,serial=$2,drive=disk$1"
}

gpu=ati-vga,model=rv100 # 1002:5159, radeon
audio=intel-hda         # 8086:2668, snd_hda_intel
serial_card=pci-serial  # 1b36:0002, serial: built into the kernel

# What serves the disks of faulty, by names in the folder of the run: a socket's path has no room for it.
start_servers() {
	vm_server_ids=""
	while read -r vm_slot vm_file vm_faults; do
		[ -n "$vm_slot" ] || continue
		rm -f "$vm_run/disk$vm_slot"
		(
			cd "$vm_run" || exit
			# shellcheck disable=SC2086 # a list of faults
			exec "$vm_top/build/test/faulty-disk" "disk$vm_slot" "$vm_file" $vm_faults >"disk$vm_slot.log" 2>&1
		) &
		vm_server_ids="$vm_server_ids $!"
		for vm_attempt in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
			[ ! -S "$vm_run/disk$vm_slot" ] || break
			sleep 0.1
		done
	done <<-END
		$vm_servers
	END
	vm_faults=""
	[ -n "$vm_server_ids" ] || return 0
	end_servers &
	vm_server_ids="$vm_server_ids $!"
}
# A guest's power-off waits for what hangs, and so does an emulator that ends: it is over when the guest has told all.
end_servers() {
	until grep -qs '^== end' "$vm_run/told" || ! kill -0 $$; do sleep 1; done
	# shellcheck disable=SC2086 # a list
	kill $vm_server_ids 2>/dev/null
}
stop_servers() {
	# shellcheck disable=SC2086 # a list
	[ -z "$vm_server_ids" ] || {
		kill $vm_server_ids
		wait $vm_server_ids
	} 2>/dev/null
}

# Beside the machine: types the answer whenever tests/vm/guest/prompt says that the boot asks.
start_typing() {
	vm_typist=""
	[ -n "$vm_answer" ] || return 0
	mkfifo "$vm_run/monitor.in" "$vm_run/monitor.out"
	(
		vm_typed=0
		while kill -0 $$; do
			sleep 0.5
			vm_asked=$(grep -c 'prompt: asked' "$vm_run/console")
			[ "${vm_asked:-0}" -gt $vm_typed ] || continue
			vm_typed=$vm_asked
			for vm_key in $(echo "$vm_answer" | sed 's/./& /g') ret; do
				echo "sendkey $vm_key"
				sleep 0.3
			done >"$vm_run/monitor.in"
		done 2>/dev/null
	) &
	vm_typist=$!
}
stop_typing() {
	[ -z "$vm_typist" ] || {
		kill "$vm_typist"
		wait "$vm_typist"
		rm -f "$vm_run/monitor.in" "$vm_run/monitor.out"
	} 2>/dev/null
}

# run_machine PARAMETER...: one run of the emulator.
run_machine() {
	start_servers
	start_typing
	# shellcheck disable=SC2086,SC2090 # lists of options
	(cd "$vm_run" && timeout -k 10 $vm_seconds qemu-system-x86_64 $vm_machine -nodefaults -no-user-config -display none -no-reboot \
		-snapshot $vm_host_display $vm_args $vm_root -kernel "$vm_kernel" \
		-initrd "${vm_initrd:-$vm_image/initrd}" -append "$vm_cmdline $*" -serial "file:$vm_run/console" \
		-serial "file:$vm_run/told" >"$vm_run/qemu" 2>&1 </dev/null)
	vm_status=$?
	stop_servers
	stop_typing
}

# start PARAMETER...: boot the machine with these on the kernel command line and wait until it stops.
start() {
	vm_run=$vm_top/build/test/runs/$vm_scene-$vm_kind-$vm_variant
	rm -rf "$vm_run"
	mkdir -p "$vm_run"
	vm_image=$(find_image) || {
		say_not_ok "image $vm_variant" "cannot be created"
		vm_image=/nonexistent
	}
	vm_kernel=$vm_image/vmlinuz
	[ $vm_unpacks = no ] || vm_kernel=$("$vm_here/unpack-kernel" "$vm_kernel")
	vm_root=""
	if [ "$vm_root_is" = - ]; then
		:
	elif [ -n "$vm_root_is" ]; then
		vm_cmdline="$vm_cmdline root=$vm_root_is"
	elif [ "$vm_kind" != own ]; then
		vm_root="-drive file=$vm_image/root.img,if=none,id=root,format=raw -device virtio-blk-pci,drive=root,addr=0x8"
		vm_cmdline="$vm_cmdline root=/dev/vda"
	fi
	run_machine "$@"
	# Before /init nothing of ours has run: an emulator that waits for a processor breaks the kernel's timers.
	if ! grep -qs 'Run /init as init process' "$vm_run/console"; then
		echo "# the kernel has not come to /init; once more. It ended so:" >&2
		tail -n 15 "$vm_run/console" "$vm_run/qemu" | sed 's/^/# /' >&2
		run_machine "$@"
	fi
	tr -d '\r' <"$vm_run/told" >"$vm_run/told.txt"
}

boot() {
	start "$@"
	if [ $vm_status != 0 ] || ! grep -qx '== end' "$vm_run/told.txt"; then
		say_not_ok "the boot came to its end" "qemu ended with $vm_status"
		# To where prove shows it; the next boot of this kind takes the folder.
		tail -n 15 "$vm_run/console" "$vm_run/qemu" | sed 's/^/# /' >&2
		told hangs | sed 's/^/# /' >&2
		cp -r "$vm_run" "$vm_run-failed-$vm_count"
		vm_ended=no
	else
		vm_ended=yes
		say_ok "the boot came to its end"
	fi
}

# hand_over_program: for tests/vm/guest/write-facts.
hand_over_program() {
	vm_args="$vm_args -drive file=$vm_top/build/static/vfio-early,if=none,id=program,format=raw,readonly=on"
	vm_args="$vm_args -device virtio-blk-pci,drive=program,serial=program,addr=0x9"
}

# receive_image: the disk with the serial number "image", to which the step "generate" of tests/vm/guest/ask writes an image:
# the file $vm_received. An emulated processor takes minutes for that.
receive_image() {
	vm_seconds=1500
	vm_received=$vm_top/build/test/runs/$vm_scene-$vm_kind.received
	rm -f "$vm_received"
	truncate -s 128M "$vm_received"
	vm_args="$vm_args -drive file=$vm_received,if=none,id=image,format=raw,snapshot=off"
	vm_args="$vm_args -device virtio-blk-pci,drive=image,serial=image,addr=0xa"
}

# image_with_facts FILE: these host facts stand in the image of the next boots, behind what the generator wrote.
image_with_facts() {
	vm_more=$vm_top/build/test/runs/$vm_scene-$vm_kind
	mkdir -p "$vm_more.root/etc"
	cp "$1" "$vm_more.root/etc/vfio-early.facts"
	cp "$(find_image)/initrd" "$vm_more.initrd"
	truncate -s %4 "$vm_more.initrd"
	(cd "$vm_more.root" && find . | cpio --quiet -o -H newc) >>"$vm_more.initrd"
	rm -r "$vm_more.root"
	vm_initrd=$vm_more.initrd
}

# look_ahead PARAMETER...: boot by an image without vfio-early, and hear what check says of the image in /boot.
look_ahead() {
	vm_cmdline_before=$vm_cmdline
	vm_initrd=$("$vm_here/image" "$vm_kind" no-hook)/initrd
	boot "$@"
	vm_initrd=""
	vm_cmdline=$vm_cmdline_before
	vm_ahead=$vm_top/build/test/runs/$vm_scene-$vm_kind.ahead
	cp "$vm_run/told.txt" "$vm_ahead"
}

# --- what must be seen ---

say_ok() {
	vm_count=$((vm_count + 1))
	echo "ok $vm_count - $vm_kind${vm_note:-}: $1"
}

say_not_ok() {
	vm_count=$((vm_count + 1))
	echo "not ok $vm_count - $vm_kind${vm_note:-}: $1"
	printf '%s\n' "${2:-}" "in $vm_run" | sed 's/^/# /'
}

# expect DESCRIPTION WHAT-WAS-SEEN COMMAND...: passes if the command does, and the boot has ended well.
expect() {
	vm_description=$1 vm_seen=$2
	shift 2
	if [ $vm_ended = yes ] && "$@"; then say_ok "$vm_description"; else say_not_ok "$vm_description" "$vm_seen"; fi
}

# One section of what the guest told.
told() { sed -n "/^== $1\$/,/^== /p" "$vm_run/told.txt" | grep -v '^== '; }
device() { told devices | grep "^0000:$1 "; }

driver_is() { # ADDRESS DRIVER
	expect "$1 is on $2" "$(device "$1")" has_word "driver=$2" "$(device "$1")"
}
driver_is_not() { # ADDRESS DRIVER
	expect "$1 is not on $2" "$(device "$1")" has_no_word "driver=$2" "$(device "$1")"
}
override_is() { # ADDRESS NAME
	expect "driver_override of $1 is $2" "$(device "$1")" has_word "override=$2" "$(device "$1")"
}
has_word() { case " $2 " in *" $1 "*) ;; *) return 1 ;; esac; }
has_no_word() { ! has_word "$@"; }

log_has() {
	expect "the log says: $1" "$(told dmesg | grep vfio-early)" contains dmesg "$1"
}
log_lacks() {
	expect "the log does not say: $1" "$(told dmesg | grep -F -- "$1")" lacks dmesg "$1"
}
contains() { told "$1" | grep -qF -- "$2"; }
lacks() { ! contains "$@"; }

# In the report the device has this verdict; in the log it has one line, in the same words.
verdict_is() { # ADDRESS VERDICT
	vm_verdict=$(told report | jq -r ".devices[] | select(.address == \"0000:$1\") | .verdict" 2>&1)
	expect "the report says of $1: $2" "$vm_verdict" [ "$vm_verdict" = "$2" ]
	vm_sentence=$(told report | jq -r ".devices[] | select(.address == \"0000:$1\") | .id + \" \" + .reason" 2>&1)
	log_has "vfio-early: 0000:$1 $vm_sentence"
}

# ahead SECTION: what a section said before the boot.
ahead() { sed -n "/^== $1\$/,/^== /p" "$vm_ahead" | grep -v '^== '; }
ahead_says() { # SECTION TEXT
	expect "before the boot $1 says: $2" "$(ahead "$1")" ahead_has "$@"
}
ahead_has() { ahead "$1" | grep -qF -- "$2"; }
now_says() { # SECTION TEXT
	expect "$1 says: $2" "$(told "$1")" contains "$@"
}

# What check foretold of each device is what became of it, and the reasons are the same. The kernel may have finished
# what the boot left to it.
check_and_status_agree() {
	ahead check.json | jq -r '.devices[] | select(.verdict != null) | "\(.address) \(.verdict | sub("would-bind"; "bound")) \(
		if .verdict == "would-bind" then "" else .reason end)"' >"$vm_run/foretold"
	told status.json | jq -r '.devices[] | select(.verdict != null) | (.verdict == "bound" or
		(.verdict == "deferred" and .bound)) as $bound | "\(.address) \(if $bound then "bound" else .verdict end) \(
		if $bound then "" else .reason end)"' >"$vm_run/done"
	expect "check and status agree" "$(diff "$vm_run/foretold" "$vm_run/done")" cmp -s "$vm_run/foretold" "$vm_run/done"
	expect "they speak of a device" "" [ -s "$vm_run/done" ]
}

# No host driver has said a word about the device: it never touched it.
untouched() { # ADDRESS
	vm_touched=$(told dmesg | grep -E "(radeon|snd_hda_intel|snd_hda|bochs-drm|e1000e|xhci_hcd) 0000:$1|Initialized .* for 0000:$1")
	expect "no host driver has touched $1" "$vm_touched" [ -z "$vm_touched" ]
}
usable() { # ADDRESS
	expect "a machine can use $1" "$(told probe)" contains probe "0000:$1 usable: group viable"
}

# The machine runs on this file system: its type and the device that it is mounted from.
root_is() { # TYPE DEVICE
	expect "the root is the $1 on $2" "$(told root)" contains root " - $1 $2 "
}

# disk_of ADDRESS: the name of the NVMe there; later kernels give them out as probes end, which is not the slots' order.
disk_of() { told disks | sed -n "s|.* \(nvme[0-9]*n1\) -> .*/0000:$1/.*|\1|p"; }

# stays ADDRESS DRIVER REASON: with the host, and why.
stays() {
	driver_is "$1" "$2"
	override_is "$1" "(null)"
	verdict_is "$1" kept
	log_has "vfio-early: 0000:$1 $(device "$1" | sed 's/.* id=\([^ ]*\).*/\1/') stays with the host: $3"
}

# works ADDRESS DRIVER: the host's driver has the device and nothing of ours is left on it.
works() {
	driver_is "$1" "$2"
	override_is "$1" "(null)"
}

# goes ADDRESS...: first to the host, whose driver lets go without a complaint, then to vfio-pci.
goes() {
	for vm_address; do
		driver_is "$vm_address" vfio-pci
		usable "$vm_address"
		verdict_is "$vm_address" bound
	done
	vm_touched=$(told dmesg | grep -iE 'I/O error|Buffer I/O|blk_update_request|timed? ?out')
	expect "no I/O error is in the log" "$vm_touched" [ -z "$vm_touched" ]
}

# claimed ADDRESS...: on vfio-pci, never touched by another driver, ready for a machine, and said so.
claimed() {
	for vm_address; do
		driver_is "$vm_address" vfio-pci
		untouched "$vm_address"
		usable "$vm_address"
		verdict_is "$vm_address" bound
	done
}

# --- times, in milliseconds ---

# How long a stage took, as it says itself with rd.vfio.debug: first the early one, then the late.
stage_took() { # NUMBER
	told dmesg | sed -n 's/.*vfio-early: done in \([0-9]*\) us.*/\1/p' | awk -v n="$1" 'NR == n { us = $1 } END { print int(us / 1000) }'
}
stage_within() { # NAME NUMBER MILLISECONDS
	vm_took=$(stage_took "$2")
	expect "the $1 stage ended within $3 ms" "it took $vm_took ms" between 1 "$vm_took" "$3"
}
early_within() { stage_within early 1 "$1"; }
late_within() { stage_within late 2 "$1"; }
between() { [ "$1" -le "$2" ] && [ "$2" -le "$3" ]; }
# From the trigger, right before the late stage, until the real root runs.
root_took() {
	{
		told dmesg | sed -n 's/^\[ *\([0-9.]*\)\] trigger: late: .*/\1/p'
		told uptime
	} | awk '{ at[NR] = $1 } END { print int((at[2] - at[1]) * 1000) }'
}
# root_within DEADLINE WITHOUT: at most that deadline and five seconds later than the same machine WITHOUT the fault.
root_within() {
	vm_took=$(root_took)
	vm_limit=$(($2 + $1 * 1000 + 5000))
	expect "the root was reached within $vm_limit ms" "it took $vm_took ms" between 1 "$vm_took" "$vm_limit"
}
# The guest has really met the fault of the disk in this slot.
fault_met() { # SLOT
	expect "the fault of disk $1 was switched on" "$(cat "$vm_run/disk$1.log")" grep -q triggered "$vm_run/disk$1.log"
}

# --- what systemd waits for, in the images "roots" ---

# A property that a unit had in the initramfs, before the switch to the root; times are microseconds since the start.
unit_has() { # UNIT PROPERTY
	told times | awk -v RS= -v unit="Id=$1" -v name="$2=" 'index($0 "\n", unit "\n") {
		count = split($0, lines, "\n")
		for (i = 1; i <= count; i++)
			if (index(lines[i], name) == 1)
				print substr(lines[i], length(name) + 1)
	}'
}

# Nothing is claimed: from the early stage to the switch to the root no job is ours and no time is spent on it.
nothing_waits() {
	for vm_when in early end; do
		expect "no job of ours is queued ($vm_when)" "$(told jobs-$vm_when)" lacks jobs-$vm_when vfio-early
	done
	expect "the list of jobs is one" "$(told jobs-early)" contains jobs-early initrd.target
	vm_seen_units=$(told units | awk '{ print $1, $3, $4 }')
	expect "the early unit is done" "$vm_seen_units" contains_line "$vm_seen_units" "vfio-early.service active exited"
	expect "the late unit was never queued" "$(told times)" [ "$(unit_has vfio-early-late.service InactiveExitTimestampMonotonic)" = 0 ]
	expect "systemd-analyze blames no late unit" "$(told blame)" lacks blame vfio-early-late
	no_cycles
}
# systemd breaks a cycle by dropping a job, and says so.
no_cycles() { expect "no unit is in an ordering cycle" "$(told cycles)" [ -z "$(told cycles)" ]; }
contains_line() { printf '%s\n' "$1" | grep -qxF -- "$2"; }

# firmware: UEFI with the variables of tests/vm/roots, in place of a BIOS.
firmware() {
	packed_kernel
	vm_args="$vm_args -drive if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd"
	vm_args="$vm_args -drive if=pflash,format=raw,file=$vm_disks/vars.fd"
}

# The root is mounted behind the late stage, which the image makes slow.
root_waits() {
	vm_late_ends=$(unit_has vfio-early-late.service ActiveEnterTimestampMonotonic)
	vm_mount_starts=$(unit_has sysroot.mount InactiveExitTimestampMonotonic)
	expect "the late unit ran" "$(told times)" [ "${vm_late_ends:-0}" -gt 0 ]
	expect "the root was mounted when it had ended" "$(told times)" [ "${vm_mount_starts:-0}" -ge "${vm_late_ends:-0}" ]
	no_cycles
}
