# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# The shipped binary on small trees: a machine is a folder laid out as /sys, /proc and /etc are.
set -u

cli_here=$(cd "$(dirname "$0")" && pwd)
# shellcheck disable=SC2034 # for the tests
binary=${BINARY:-$cli_here/../../build/static/vfio-early}
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
cli_count=0
seed=${SEED:-$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')}
# A mount namespace of its own; who is not root gets one where it is.
apart="unshare -m"
[ "$(id -u)" = 0 ] || apart="unshare -r -m"

# machine [UNIT]: an empty machine; with UNIT (dmar0) its IOMMU is on.
machine() {
	rm -rf "$tree"
	mkdir -p "$tree/sys/bus/pci/devices" "$tree/sys/bus/pci/drivers/vfio-pci" "$tree/sys/kernel/iommu_groups" \
		"$tree/sys/class/iommu" "$tree/sys/firmware/acpi/tables" "$tree/proc" "$tree/etc" "$tree/run" "$tree/dev"
	: >"$tree/sys/bus/pci/drivers_probe"
	: >"$tree/sys/bus/pci/drivers/vfio-pci/bind"
	: >"$tree/dev/kmsg"
	: >"$tree/proc/cmdline"
	[ $# = 0 ] || mkdir "$tree/sys/class/iommu/$1"
}

# modalias VENDOR:DEVICE CLASS: as the kernel writes it (drivers/pci/pci-sysfs.c, modalias_show()).
modalias() {
	printf 'pci:v0000%04Xd0000%04Xsv00001AF4sd00001100bc%02Xsc%02Xi%02X\n' "0x${1%:*}" "0x${1#*:}" "$((0x$2 >> 16))" \
		"$((0x$2 >> 8 & 0xff))" "$((0x$2 & 0xff))"
}

# pci ADDRESS VENDOR:DEVICE CLASS GROUP [DRIVER]: add a function; GROUP - is none.
pci() {
	function=$tree/sys/bus/pci/devices/$1
	mkdir -p "$function"
	printf 'PCI_CLASS=%s\nPCI_ID=%s\nPCI_SUBSYS_ID=1AF4:1100\nPCI_SLOT_NAME=%s\n' "$3" "$2" "$1" >"$function/uevent"
	modalias "$2" "$3" >"$function/modalias"
	head -c 64 /dev/zero >"$function/config"
	echo "(null)" >"$function/driver_override"
	if [ "$4" != - ]; then
		mkdir -p "$tree/sys/kernel/iommu_groups/$4"
		ln -s "../../../../kernel/iommu_groups/$4" "$function/iommu_group"
	fi
	if [ -n "${5:-}" ]; then
		mkdir -p "$tree/sys/bus/pci/drivers/$5"
		: >"$tree/sys/bus/pci/drivers/$5/unbind"
		ln -s "../../drivers/$5" "$function/driver"
		sed -i "1iDRIVER=$5" "$function/uevent"
	fi
}

# kernel VERSION [module|builtin|none]: an installed kernel, and how it has vfio-pci.
kernel() {
	mkdir -p "$tree/lib/modules/$1" "$tree/boot"
	: >"$tree/boot/vmlinuz-$1"
	: >"$tree/lib/modules/$1/modules.dep"
	: >"$tree/lib/modules/$1/modules.builtin"
	case ${2:-module} in
	module) echo "kernel/drivers/vfio/pci/vfio-pci.ko.xz: kernel/drivers/vfio/vfio.ko.xz" >"$tree/lib/modules/$1/modules.dep" ;;
	builtin) echo "kernel/drivers/vfio/pci/vfio-pci.ko" >"$tree/lib/modules/$1/modules.builtin" ;;
	esac
}

# image PATH COMMAND...: an initramfs with vfio-early, vfio-pci and the configuration as it is now, through this
# compressor. LACKS= names what is left out (program, driver, config); BEFORE= is a file that stands before it.
image() {
	image_path=$1
	shift
	rm -rf "$tree.image"
	mkdir -p "$tree.image/usr/sbin" "$tree.image/etc" "$tree.image/usr/lib/modules/1/kernel/drivers/vfio/pci"
	[ "${LACKS:-}" = program ] || echo program >"$tree.image/usr/sbin/vfio-early"
	[ "${LACKS:-}" = driver ] || echo driver >"$tree.image/usr/lib/modules/1/kernel/drivers/vfio/pci/vfio-pci.ko"
	[ "${LACKS:-}" = config ] || cp -r "$tree"/etc/vfio-early.conf* "$tree.image/etc/" 2>/dev/null
	[ ! -d "$tree/usr/lib/vfio-early.conf.d" ] || cp -r "$tree/usr/lib/vfio-early.conf.d" "$tree.image/usr/lib/"
	for image_table in fstab crypttab; do
		[ ! -e "$tree/etc/$image_table" ] || cp "$tree/etc/$image_table" "$tree.image/etc/vfio-early.$image_table"
	done
	mkdir -p "$tree/boot"
	{
		[ -z "${BEFORE:-}" ] || cat "$BEFORE"
		(cd "$tree.image" && find . | cpio --quiet -o -H newc) | "$@"
	} >"$tree$image_path"
	rm -rf "$tree.image"
}

# uki PATH IMAGE [SECTION]: a unified kernel image (PE) that has this image in the section .initrd, between two others;
# UKI_CMDLINE= is the command line in it, UKI_UNAME= the version of its kernel.
uki() {
	mkdir -p "$tree$(dirname "$1")"
	perl -e '
		my ($image, $name) = @ARGV;
		open(my $file, "<:raw", $image) or die "$image: $!";
		my $initrd = do { local $/; <$file> };
		my $room = (length($initrd) + 511) & ~511;
		sub section { pack("a8 V4 x16", @_) }
		print pack("a64", "MZ" . "\0" x 58 . pack("V", 64)), "PE\0\0", pack("v2 V3 v2", 0x8664, 3, 0, 0, 0, 8, 0), "\0" x 8,
			section(".cmdline", length($ENV{UKI_CMDLINE} // ""), 0x1000, 512, 512), section($name, length($initrd), 0x2000, $room, 1024),
			section($ENV{UKI_UNAME} ? ".uname" : ".sbat", length($ENV{UKI_UNAME} // "sbat,"), 0x3000, 512, 1024 + $room);
		print "\0" x (512 - 216), pack("a512", $ENV{UKI_CMDLINE} // ""), pack("a$room", $initrd), pack("a512", $ENV{UKI_UNAME} // "sbat,");
	' "$2" "${3:-.initrd}" >"$tree$1"
}

cmdline() { echo "$*" >"$tree/proc/cmdline"; }
config() { cat >"$tree/etc/vfio-early.conf"; }

# random BYTES: any bytes; SEED= of a run that failed repeats them.
random() { perl -e 'srand($ARGV[0]); print pack("C*", map { int(rand(256)) } 1 .. $ARGV[1])' "$seed" "$1"; }

# run ARGUMENT...: leaves output in $output and the exit status in $status.
run() {
	status=0
	output=$("$binary" --root "$tree" "$@" 2>&1) || status=$?
}

ok() { # DESCRIPTION COMMAND...
	cli_description=$1
	shift
	cli_count=$((cli_count + 1))
	if "$@"; then
		printf '%s\n' "ok $cli_count - $cli_description"
	else
		printf '%s\n' "not ok $cli_count - $cli_description (SEED=$seed)"
		printf '%s\n' "$*" "status $status, output:" "$output" "kernel log:" | sed 's/^/# /'
		sed 's/^/# /' "$tree/dev/kmsg" 2>/dev/null
	fi
}
done_testing() { echo "1..$cli_count"; }

# The output has this line: the whole of it.
line() { printf '%s\n' "$output" | grep -qxF -- "$1"; }
lacks() { ! says "$1"; }
says() { printf '%s\n' "$output" | grep -qF -- "$1"; }
log_says() { grep -qF -- "$1" "$tree/dev/kmsg"; }
exits() { [ "$status" = "$1" ]; }
holds() { [ "$(cat "$tree/$1")" = "$2" ]; }
override_is() { holds "sys/bus/pci/devices/$1/driver_override" "$2"; }
json_is() { [ "$(printf '%s\n' "$output" | jq -er "$1")" = "$2" ]; }
report() { jq -er "$1" "$tree/run/vfio-early/report.json"; }
report_is() { [ "$(report "$1")" = "$2" ]; }
# The names, types and contents of all files.
fingerprint() { (cd "$tree" && find . -printf '%p %y %l\n' | sort && find . -type f -exec sha256sum {} + | sort) | sha256sum; }
