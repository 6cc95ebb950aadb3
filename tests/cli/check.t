#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# check on small trees: kernels and their images, other methods, what the host loses, and the cure in each system's terms.
. "$(dirname "$0")/lib.sh"

gpu() {
	machine dmar0
	pci 0000:00:02.0 8086:041A 30000 2
	pci 0000:01:00.0 10DE:1C03 30000 1 nouveau
	cmdline rd.vfio.ids=10de:1c03
	mkdir -p "$tree/usr/sbin"
	: >"$tree/usr/sbin/update-initramfs"
}
regenerate="sudo update-initramfs -u -k all"

# --- kernels and images ---

gpu
echo "claim 10de:10f1 optional" | config
mkdir "$tree/etc/vfio-early.conf.d"
echo "keep 03:00.0" >"$tree/etc/vfio-early.conf.d/10-a.conf"
echo "/dev/sda1 / ext4" >"$tree/etc/fstab"
for tool in cat "gzip -1" "xz -0 --check=crc32" "zstd -q -1" "lz4 -l -q" "bzip2 -1" "lzop -1"; do
	kernel 6.1.0-1
	image /boot/initrd.img-6.1.0-1 $tool
	run check
	ok "through ${tool%% *}: the image is as it should be" \
		line "PASS /boot/initrd.img-6.1.0-1: contains vfio-early and the present configuration"
	ok "through ${tool%% *}: nothing fails" exits 0
done

mkdir "$tree.early"
: >"$tree.early/microcode"
(cd "$tree.early" && echo microcode | cpio --quiet -o -H newc) >"$tree.cpio"
head -c 1024 /dev/zero >>"$tree.cpio"
BEFORE=$tree.cpio image /boot/initrd.img-6.1.0-1 zstd -q -1
run check
ok "behind an uncompressed archive and zeros" says "PASS /boot/initrd.img-6.1.0-1"
rm -r "$tree.early" "$tree.cpio"

# A later archive replaces the files of an earlier one, as the kernel unpacks them.
mkdir -p "$tree.early/etc"
echo "claim 10de:ffff" >"$tree.early/etc/vfio-early.conf"
(cd "$tree.early" && find . | cpio --quiet -o -H newc) >"$tree.cpio"
BEFORE=$tree.cpio image /boot/initrd.img-6.1.0-1 gzip
run check
ok "of two configurations the later one counts" says "PASS /boot/initrd.img-6.1.0-1"
rm -r "$tree.early" "$tree.cpio"

for lacks in program driver config; do
	LACKS=$lacks image /boot/initrd.img-6.1.0-1 gzip
	run check
	case $lacks in
	program) sentence="does not contain vfio-early" ;;
	driver) sentence="contains vfio-early but not the module vfio-pci" ;;
	config) sentence="contains an outdated configuration: /etc/vfio-early.conf differs" ;;
	esac
	ok "without $lacks: $sentence" line "FAIL /boot/initrd.img-6.1.0-1: $sentence; $regenerate"
	ok "without $lacks: it fails" exits 1
done

image /boot/initrd.img-6.1.0-1 gzip
echo "# another" >>"$tree/etc/vfio-early.conf.d/10-a.conf"
run check
ok "another drop-in is an older configuration" says "/etc/vfio-early.conf.d/10-a.conf differs; $regenerate"
rm "$tree/etc/vfio-early.conf.d/10-a.conf"
run check
ok "so is one that is gone" says "/etc/vfio-early.conf.d/10-a.conf differs"
mkdir -p "$tree/usr/lib/vfio-early.conf.d"
echo "keep 03:00.0" >"$tree/usr/lib/vfio-early.conf.d/20-vendor.conf"
run check
ok "so is a new one of a package" says "/usr/lib/vfio-early.conf.d/20-vendor.conf differs"
image /boot/initrd.img-6.1.0-1 gzip
run check
ok "and in the image it is as it should be" says "PASS /boot/initrd.img-6.1.0-1"
echo "claim 03:00.0" >"$tree/usr/lib/vfio-early.conf.d/20-vendor.conf"
mkdir -p "$tree/run/vfio-early.conf.d"
run check --json
ok "a drop-in of /usr/lib counts for the next boot" json_is '[.devices[].wanted_by | contains("20-vendor.conf")] | any' true
echo "# masks it" >"$tree/run/vfio-early.conf.d/20-vendor.conf"
run check --json
ok "whatever /run has in its place now" json_is '[.devices[].wanted_by | contains("20-vendor.conf")] | any' true
rm -r "$tree/run/vfio-early.conf.d"
echo "keep 03:00.0" >"$tree/usr/lib/vfio-early.conf.d/20-vendor.conf"
: >"$tree/etc/vfio-early.conf.d/20-vendor.conf"
run check
ok "one that is masked since is another configuration" says "/usr/lib/vfio-early.conf.d/20-vendor.conf differs"
rm "$tree/usr/lib/vfio-early.conf.d/20-vendor.conf"
image /boot/initrd.img-6.1.0-1 gzip
run check
ok "an empty file that masks nothing is no difference" says "PASS /boot/initrd.img-6.1.0-1"
rm "$tree/etc/vfio-early.conf.d/20-vendor.conf"
image /boot/initrd.img-6.1.0-1 gzip
echo "/dev/sdb1 /data ext4" >>"$tree/etc/fstab"
run check
ok "another fstab is a warning" line "WARN /boot/initrd.img-6.1.0-1: contains an outdated copy of /etc/fstab; see above"
ok "and nothing fails" exits 0
rm "$tree/etc/fstab"
image /boot/initrd.img-6.1.0-1 gzip
echo "data UUID=1 none luks" >"$tree/etc/crypttab"
run check
ok "so is another crypttab" line "WARN /boot/initrd.img-6.1.0-1: contains an outdated copy of /etc/crypttab; see above"
rm "$tree/etc/crypttab"

kernel 6.1.0-2 none
run check
ok "a kernel without vfio-pci among others" says "FAIL 6.1.0-2: this kernel has no vfio-pci, neither built in nor as a module"
kernel 6.1.0-2 builtin
run check
ok "a kernel without an image" says "WARN 6.1.0-2: no image of this kernel was found"
LACKS=driver image /boot/initramfs-6.1.0-2.img gzip
run check
ok "built in needs no module in the image, and dracut's name is known" says "PASS /boot/initramfs-6.1.0-2.img"
mkdir -p "$tree/lib/modules/6.1.0-3"
run check
ok "modules without a kernel are nobody's" lacks 6.1.0-3

head -c 200 "$tree/boot/initrd.img-6.1.0-1" >"$tree/boot/cut" && mv "$tree/boot/cut" "$tree/boot/initrd.img-6.1.0-1"
run check
ok "an image that is cut off" says "FAIL /boot/initrd.img-6.1.0-1: is damaged; the machine may not boot from it; see /boot/initramfs-6.1.0-2.img above"
echo MZ-unified >"$tree/boot/initrd.img-6.1.0-1"
run check
ok "something that is no initramfs" says "WARN /boot/initrd.img-6.1.0-1: has a format that vfio-early cannot read"
image /boot/initrd.img-6.1.0-1 zstd -q -1
status=0
output=$(PATH=/nowhere "$binary" --root "$tree" check 2>&1) || status=$?
ok "without the compressor" line "WARN /boot/initrd.img-6.1.0-1: cannot be decompressed without zstd; install zstd"
rm -r "${tree:?}/boot" "${tree:?}/lib"
run check
ok "and nothing fails" exits 0
ok "the last line says that it is ready" [ "$(printf '%s\n' "$output" | tail -n 1)" = "Ready: the next boot binds 1 device. Reboot." ]
ok "without any kernel" says "WARN kernels: no installed kernel was found"

# --- unified kernel images, and the loader that boots ---

variables=$tree/sys/firmware/efi/efivars
guid=4a67b082-0a4c-41cf-b6c7-440b29bb8c4f
uki_of() { echo "/boot/efi/EFI/Linux/0123-$1.efi"; }
gpu
kernel 6.1.0-1
echo "claim 10de:10f1 optional" | config
for tool in cat "zstd -q -1" "gzip -1" "xz -0 --check=crc32" "lz4 -l -q"; do
	image /boot/initrd.img-6.1.0-1 $tool
	uki "$(uki_of 6.1.0-1)" "$tree/boot/initrd.img-6.1.0-1"
	rm "$tree/boot/initrd.img-6.1.0-1"
	run check
	ok "through ${tool%% *}: the image in a unified one is as it should be" \
		line "PASS $(uki_of 6.1.0-1): contains vfio-early and the present configuration"
done
mv "$tree$(uki_of 6.1.0-1)" "$tree$(uki_of 6.1.0-1+2-1)"
run check
ok "with a count of tries in its name" says "PASS $(uki_of 6.1.0-1+2-1)"
mv "$tree$(uki_of 6.1.0-1+2-1)" "$tree/boot/efi/EFI/Linux/linux-6.1.0-1-0123456789abcdef0123456789abcdef-12.efi"
run check
ok "under dracut's name" says "PASS /boot/efi/EFI/Linux/linux-6.1.0-1-0123456789abcdef0123456789abcdef-12.efi"
mv "$tree/boot/efi/EFI/Linux/linux-6.1.0-1-0123456789abcdef0123456789abcdef-12.efi" "$tree$(uki_of 6.1.0-10)"
mkdir "$tree/lib/modules/6.1.0-10"
run check
ok "it belongs to no version that its name only begins with" says "WARN 6.1.0-1: no image of this kernel was found"
cp "$tree/lib/modules/6.1.0-1/"* "$tree/lib/modules/6.1.0-10/"
run check
ok "a kernel that is in a unified image only is one" says "PASS $(uki_of 6.1.0-10)"
rm -r "${tree:?}/boot/efi" "$tree/lib/modules/6.1.0-10"
image /boot/initrd.img-6.1.0-1 gzip
uki "$(uki_of 6.1.0-1)" "$tree/boot/initrd.img-6.1.0-1"
head -c 1100 "$tree$(uki_of 6.1.0-1)" >"$tree/cut" && mv "$tree/cut" "$tree$(uki_of 6.1.0-1)"
mkdir -p "$variables" "$tree/usr/bin"
: >"$variables/StubInfo-$guid"
run check
ok "one that is cut off" says "FAIL $(uki_of 6.1.0-1): is damaged"
uki "$(uki_of 6.1.0-1)" "$tree/boot/initrd.img-6.1.0-1" .other
run check
ok "one without an initramfs" says "WARN $(uki_of 6.1.0-1): has a format that vfio-early cannot read"
uki "$(uki_of 6.1.0-1)" "$tree/boot/initrd.img-6.1.0-1"
echo "claim 10de:10f2 optional" | config
image /boot/initrd.img-6.1.0-1 gzip
: >"$tree/usr/bin/kernel-install"
anew="sudo kernel-install add 6.1.0-1 /boot/vmlinuz-6.1.0-1"
older="contains an outdated configuration: /etc/vfio-early.conf differs"
run check
ok "where this boot came from one, it counts, and the cure makes it" \
	line "FAIL $(uki_of 6.1.0-1): $older; $regenerate, then $anew"
rm "$tree/usr/sbin/update-initramfs"
mkdir -p "$tree/usr/lib/kernel/install.d"
: >"$tree/usr/bin/dracut"
run check
ok "dracut, which kernel-install does not call" line "FAIL $(uki_of 6.1.0-1): $older; sudo dracut --regenerate-all --force, then $anew"
: >"$tree/usr/lib/kernel/install.d/50-dracut.install"
: >"$tree/lib/modules/6.1.0-1/vmlinuz"
run check
ok "dracut, which it does call" line "FAIL $(uki_of 6.1.0-1): $older; ${anew%/boot*}/lib/modules/6.1.0-1/vmlinuz"
mv "$tree$(uki_of 6.1.0-1)" "$tree/boot/efi/EFI/Linux/linux-6.1.0-1.efi"
run check
ok "dracut's own unified image" line "FAIL /boot/efi/EFI/Linux/linux-6.1.0-1.efi: $older; sudo dracut --regenerate-all --uefi --force"
# Its command line is in it.
cp "$tree/boot/efi/EFI/Linux/linux-6.1.0-1.efi" "$tree/aside"
mkdir "$tree/etc/kernel"
echo "rd.vfio.ids=00:02.0 quiet" >"$tree/etc/kernel/cmdline"
UKI_CMDLINE="rd.vfio.ids=10de:1c03 quiet" uki /boot/efi/EFI/Linux/linux-6.1.0-1.efi "$tree/boot/initrd.img-6.1.0-1"
cmdline rd.vfio.ids=10de:1c03 quiet
run check
ok "the command line in it counts" says "PASS 0000:01:00.0 10de:1c03: would be bound"
kernel 6.5.0-1
image /boot/initrd.img-6.5.0-1 gzip
run check
ok "what it knows of the host counts too, though a newer kernel has another image" \
	says "WARN /boot/efi/EFI/Linux/linux-6.1.0-1.efi: has no host facts"
rm -r "$tree/boot/initrd.img-6.5.0-1" "$tree/boot/vmlinuz-6.5.0-1" "$tree/lib/modules/6.5.0-1"
run check
ok "what only kernel-install's file has does not yet, and check says so" \
	line "WARN /etc/kernel/cmdline: has other parameters than the next boot; sudo kernel-install add 6.1.0-1 /lib/modules/6.1.0-1/vmlinuz"
cmdline quiet
run check
ok "also where it is another one than this boot's" \
	says "PASS command line: the next boot has a different command line (the unified kernel image); these results are for that one"
cmdline rd.vfio.ids=10de:1c03 quiet
cp "$tree/proc/cmdline" "$tree/etc/kernel/cmdline"
run check
ok "of the same parameters nothing is said" lacks "/etc/kernel/cmdline"
rm -r "$tree/etc/kernel"
cmdline rd.vfio.ids=10de:1c03
mv "$tree/aside" "$tree/boot/efi/EFI/Linux/linux-6.1.0-1.efi"

rm "$variables/StubInfo-$guid"
mv "$tree/boot/initrd.img-6.1.0-1" "$tree/aside"
run check
ok "also where this boot came from something else, and there is no other image" \
	line "FAIL /boot/efi/EFI/Linux/linux-6.1.0-1.efi: $older; sudo dracut --regenerate-all --uefi --force"
mv "$tree/aside" "$tree/boot/initrd.img-6.1.0-1"
run check
ok "otherwise the image beside it counts" says "PASS /boot/initrd.img-6.1.0-1"
# systemd-boot boots the copy that kernel-install has made.
id=0123456789abcdef0123456789abcdef
echo "$id" >"$tree/etc/machine-id"
mkdir -p "$tree/boot/$id/6.1.0-1"
LACKS=config image "/boot/$id/6.1.0-1/initrd" gzip
run check
ok "GRUB boots the generator's image" says "PASS /boot/initrd.img-6.1.0-1"
: >"$variables/LoaderEntrySelected-$guid"
rm "$tree/usr/lib/kernel/install.d/50-dracut.install"
run check
ok "systemd-boot boots the copy of kernel-install, which dracut makes itself" \
	line "FAIL /boot/$id/6.1.0-1/initrd: $older; sudo dracut --regenerate-all --force"
: >"$tree/usr/sbin/update-initramfs"
run check
ok "initramfs-tools does not" line "FAIL /boot/$id/6.1.0-1/initrd: $older; $regenerate, then ${anew%/boot*}/lib/modules/6.1.0-1/vmlinuz"
mkdir -p "$tree/etc/initramfs/post-update.d"
: >"$tree/etc/initramfs/post-update.d/systemd-boot"
run check
ok "but for the hook that does" line "FAIL /boot/$id/6.1.0-1/initrd: $older; $regenerate"

# --- the cure in each system's terms ---

cure() { # FILE... -- TEXT
	gpu
	rm "$tree/usr/sbin/update-initramfs"
	rmdir "$tree/sys/class/iommu/dmar0"
	: >"$tree/sys/firmware/acpi/tables/DMAR"
	while [ "$1" != -- ]; do
		mkdir -p "$tree$(dirname "$1")"
		: >"$tree$1"
		shift
	done
	run check
	ok "$2" line "FAIL IOMMU: off: the firmware has VT-d, but the kernel does not enable it; $2"
	run status
	ok "status: $2" line "WARN IOMMU: off: the firmware has VT-d, but the kernel does not enable it; $2"
}
cure /run/ostree-booted /usr/bin/rpm-ostree -- "sudo rpm-ostree kargs --append-if-missing=intel_iommu=on"
cure /etc/kernel/proxmox-boot-uuids /etc/default/grub /usr/sbin/update-grub -- \
	"add intel_iommu=on to /etc/kernel/cmdline (or GRUB_CMDLINE_LINUX_DEFAULT in /etc/default/grub), then: sudo proxmox-boot-tool refresh"
cure /usr/sbin/grubby /etc/default/grub -- "sudo grubby --update-kernel=ALL --args=intel_iommu=on"
cure /etc/default/grub /usr/sbin/update-grub -- \
	"add intel_iommu=on to GRUB_CMDLINE_LINUX_DEFAULT in /etc/default/grub, then: sudo update-grub"
cure /etc/default/grub /usr/sbin/grub2-mkconfig -- \
	"add intel_iommu=on to GRUB_CMDLINE_LINUX_DEFAULT in /etc/default/grub, then: sudo grub2-mkconfig -o /boot/grub2/grub.cfg"
cure /etc/default/grub /usr/bin/grub-mkconfig -- \
	"add intel_iommu=on to GRUB_CMDLINE_LINUX_DEFAULT in /etc/default/grub, then: sudo grub-mkconfig -o /boot/grub/grub.cfg"
cure /etc/kernel/cmdline -- \
	"add intel_iommu=on to /etc/kernel/cmdline, then for each kernel: sudo kernel-install add VERSION /lib/modules/VERSION/vmlinuz"
cure /etc/kernel/cmdline /boot/vmlinuz-6.1.0-1 /lib/modules/6.1.0-1/modules.dep -- \
	"add intel_iommu=on to /etc/kernel/cmdline, then sudo kernel-install add 6.1.0-1 /boot/vmlinuz-6.1.0-1"
cure /efi/loader/entries/debian.conf -- "add intel_iommu=on to the 'options' lines in /efi/loader/entries"
cure -- "add intel_iommu=on to the kernel command line, in the boot loader's configuration"
cmdline intel_iommu=off rd.vfio.ids=10de:1c03
rm "$tree/sys/bus/pci/devices/0000:01:00.0/iommu_group"
: >"$tree/usr/sbin/grubby"
run check
ok "what is in the way is removed" line "FAIL IOMMU: off: intel_iommu=off on the kernel command line disables the IOMMU; sudo grubby --update-kernel=ALL --remove-args=intel_iommu=off"
ok "the device says where the reason and the cure stand" line "FAIL 0000:01:00.0 10de:1c03: stays with the host: no usable IOMMU; see IOMMU above"
ok "the last line counts the failures" [ "$(printf '%s\n' "$output" | tail -n 1)" = "Not ready: 2 failures above." ]
run check --json
ok "in JSON each finding has its cure" json_is '[.findings[] | select(.level == "FAIL") | .hint] | unique | length' 1
ok "its code is the verdict's name" json_is '.findings[] | select(.address == "0000:01:00.0") | .code' no-iommu

# --- other methods ---

gpu
pci 0000:02:00.0 10DE:1C03 30000 3 nouveau
mkdir -p "$tree/etc/modprobe.d" "$tree/etc/driverctl.d" "$tree/usr/lib/modprobe.d"
cmdline rd.vfio.ids=01:00.0 vfio-pci.ids=10de:1c03 pci-stub.ids=8086:041a modprobe.blacklist=nouveau,floppy
printf 'options vfio-pci \\\n ids=10de:1c03\n# blacklist nvidia\nsoftdep nouveau pre: vfio-pci\nblacklist nouveau\nblacklist pcspkr\n' >"$tree/etc/modprobe.d/a.conf"
printf 'install nvidia /sbin/vfio.sh\nsoftdep nouveau pre: drm\n' >"$tree/etc/modprobe.d/b.conf"
echo "blacklist nouveau" >"$tree/etc/modprobe.d/c.conf.old"
echo "blacklist nouveau" >"$tree/usr/lib/modprobe.d/d.conf"
echo nouveau >"$tree/etc/driverctl.d/0000:01:00.0"
echo vfio-pci >"$tree/etc/driverctl.d/pci-0000:02:00.0"
run check
ok "ids of modprobe.d count as claims" line "WARN /etc/modprobe.d/a.conf:1: vfio-early treats vfio-pci.ids=10de:1c03 as claims with the lowest priority, and loads the module without these ids; add to the configuration: claim 10de:1c03 (in /etc/vfio-early.conf), and remove the line, then: $regenerate"
ok "ids of the command line too" line "WARN the kernel command line: vfio-early treats vfio-pci.ids=10de:1c03 as claims with the lowest priority, and loads the module without these ids; replace it with rd.vfio.ids=10de:1c03"
ok "their device is claimed" says "PASS 0000:02:00.0 10de:1c03: would be bound to vfio-pci"
ok "pci-stub" says "WARN the kernel command line: pci-stub.ids=8086:041a also binds 0000:00:02.0"
ok "a softdep" says "WARN /etc/modprobe.d/a.conf:4: nouveau has a softdep on vfio-pci"
ok "a blacklist" says "WARN /etc/modprobe.d/a.conf:5: nouveau is blacklisted"
ok "a blacklist on the command line" says "WARN the kernel command line: nouveau is blacklisted"
ok "an install line" says "WARN /etc/modprobe.d/b.conf:1: the install line of nvidia"
ok "what fails for a device stands first, and nothing passes for it" [ "$(printf '%s\n' "$output" | grep -n '^.... 0000:01:00.0' | sed 's/ 0000.*//' | tr '\n' ' ')" = "2:FAIL 3:WARN 4:WARN " ]
ok "driverctl with another driver" line "FAIL 0000:01:00.0 10de:1c03: driverctl binds it to nouveau after the boot (/etc/driverctl.d/0000:01:00.0); sudo driverctl unset-override 0000:01:00.0"
for harmless in pcspkr c.conf.old d.conf b.conf:2 a.conf:3; do
	ok "$harmless is nobody's business" lacks "$harmless"
done

echo "keep 02:00.0
claim 10de:1c03" | config
run check
ok "a keep that is obeyed is no failure" says "PASS 0000:02:00.0 10de:1c03: stays with the host: keep (/etc/vfio-early.conf:1) overrides every claim"
ok "and can go where a claim says the same" line "WARN /etc/modprobe.d/a.conf:1: vfio-early treats vfio-pci.ids=10de:1c03 as claims with the lowest priority, and loads the module without these ids; remove the line, then: $regenerate"

# --- the next boot's command line ---

gpu
cmdline quiet
kernel 6.1.0-1
: >"$tree/usr/sbin/update-grub"
mkdir -p "$tree/etc/default" "$tree/boot/grub"
: >"$tree/etc/default/grub"
printf 'menuentry x {\n\tlinux /boot/vmlinuz-6.1.0-1 quiet rd.vfio.ids=10de:1c03\n}\n' >"$tree/boot/grub/grub.cfg"
run check
ok "what grub.cfg has counts" line "PASS 0000:01:00.0 10de:1c03: would be bound to vfio-pci, IOMMU group 1 (now: nouveau)"
ok "and that is said" says "PASS command line: the next boot has a different command line (/boot/grub/grub.cfg); these results are for that one"
cmdline rd.vfio.ids=10de:1c03 quiet
run check
ok "the same is nothing to say" lacks "command line"
cmdline quiet
: >"$tree/usr/sbin/grubby"
mkdir -p "$tree/boot/loader/entries"
printf 'linux /vmlinuz-6.1.0-1\noptions rd.vfio.ids=00:02.0\n' >"$tree/boot/loader/entries/a-6.1.0-1.conf"
run check
ok "entries of the loader count with grubby" says "would be bound to vfio-pci, IOMMU group 2"
rm "$tree/usr/sbin/grubby" "$tree/etc/default/grub"
rm -r "${tree:?}/boot/loader"
printf 'rd.vfio.ids=10de:1c03 intel_iommu=off\n' >"$tree/etc/kernel-cmdline" && mkdir -p "$tree/etc/kernel" && mv "$tree/etc/kernel-cmdline" "$tree/etc/kernel/cmdline"
run check
ok "kernel-install's file counts where it has made no entry, and a switch in it" says "FAIL IOMMU: off: intel_iommu=off on the kernel command line disables the IOMMU"
mkdir -p "$tree/boot/loader/entries"
printf 'linux /id/6.1.0-1/linux\noptions rd.vfio.ids=10de:1c03 systemd.machine_id=1\n' >"$tree/boot/loader/entries/a-6.1.0-1.conf"
run check
ok "its entry counts, as the file was when it was made" says "PASS 0000:01:00.0 10de:1c03: would be bound"
ok "and the file is another one by now" says "WARN /etc/kernel/cmdline: has other parameters than the next boot"
echo "rd.vfio.ids=10de:1c03" >"$tree/etc/kernel/cmdline"
run check
ok "what kernel-install adds is no difference" lacks "/etc/kernel/cmdline"
rm -r "$tree/boot/loader"
rmdir "$tree/sys/class/iommu/dmar0"
rm "$tree/sys/bus/pci/devices/0000:01:00.0/iommu_group"
: >"$tree/sys/firmware/acpi/tables/DMAR"
echo "rd.vfio.ids=10de:1c03 intel_iommu=on" >"$tree/etc/kernel/cmdline"
run check
ok "what was missing is there then" says "WARN IOMMU: off: the firmware has VT-d, but the kernel does not enable it; no action"
ok "and the device goes" says "PASS 0000:01:00.0 10de:1c03: would be bound to vfio-pci, IOMMU group not known yet"

# --- another user than root ---

rm -rf "${tree:?}"/*
"$cli_here/../machines/unpack" "$cli_here/../machines/twin-nvme/machine" "$tree/new" && mv "$tree"/new/* "$tree/"
rm "$tree/usr/share/misc/pci.ids"
echo "claim 144d:a808" | config
chmod 755 "$tree"
chmod 0 "$tree"/dev/*
cp "$binary" "$tree/vfio-early"
as_nobody="setpriv --reuid=65534 --regid=65534 --clear-groups"
[ "$(id -u)" = 0 ] || as_nobody=""
as_nobody() {
	status=0
	output=$($as_nobody "$tree/vfio-early" --root "$tree" "$@" 2>&1) || status=$?
}
as_nobody check
ok "who cannot read disks keeps them" says "FAIL 0000:01:00.0 144d:a808: stays with the host: nvme0n1 cannot be read: Permission denied"
mkdir -p "$tree/run/udev/data"
for minor in 0 1 2 3; do echo "E:ID_SERIAL=x" >"$tree/run/udev/data/b259:$minor"; done
printf 'S:disk/x\nE:ID_FS_UUID=11111111-2222-3333-4444-555555555555\nE:ID_FS_TYPE=ext4\n' >"$tree/run/udev/data/b259:4"
as_nobody check
ok "what udev knows of them counts" line "PASS 0000:01:00.0 144d:a808: would be bound to vfio-pci, IOMMU group 10 (now: no driver)"
ok "of the root's too" says "FAIL 0000:02:00.0 144d:a808: stays with the host: it carries root: nvme1n1p2"
# The tree as the host itself, which only root can arrange.
in_tree_as_nobody() {
	status=0
	output=$(chroot --userspec=65534:65534 "$tree" /vfio-early "$@" 2>&1) || status=$?
}
if [ "$(id -u)" = 0 ]; then
	for command in list status "boot --dry-run"; do
		in_tree_as_nobody $command
		ok "$command: what cannot be read is a note" says "only root can read disks: verdicts of storage controllers use what udev knows"
	done
	for command in list status; do
		in_tree_as_nobody $command --json
		ok "$command: and no error of the configuration" sh -c 'printf "%s\n" "$1" | jq -e ".errors == [] and (.notes | length) == 1" >/dev/null' - "$output"
	done
fi
seq 100 | sed 's/.*/nonsense &/' | config
chmod 644 "$tree/etc/vfio-early.conf"
as_nobody list
ok "errors beyond the limit are counted" says "more errors of this kind are not shown"
as_nobody list --json
ok "in JSON too" sh -c 'printf "%s\n" "$1" | jq -e "(.errors | length) + .errors_left_out == 100" >/dev/null' - "$output"
rm -rf "${tree:?}"/*

# --- a serial console on a card ---

machine dmar0
pci 0000:00:02.0 8086:041A 30000 2 i915
pci 0000:03:00.0 9710:9900 70002 3 serial
pci 0000:04:00.0 9710:9900 70002 4 serial
mkdir -p "$tree/sys/class/tty"
ln -s ../../devices/pci0000:00/0000:00:1c.0/0000:03:00.0/0000:03:00.0:0/tty/ttyS4 "$tree/sys/class/tty/ttyS4"
ln -s ../../devices/pci0000:00/0000:00:1c.1/0000:04:00.0/tty/ttyS5 "$tree/sys/class/tty/ttyS5"
cmdline console=tty0 console=ttyS4,115200n8 rd.vfio.ids=03:00.0,04:00.0
run check
ok "the serial console goes with its card" \
	line "WARN 0000:03:00.0 9710:9900: the serial console ttyS4 (console=ttyS4) is on it, and the host loses it; make sure that you have another way to reach the host"
ok "another card has none" [ -z "$(echo "$output" | grep '0000:04:00.0.*console')" ]

# --- 50,000 claims that match nothing: each has its finding, and their number is no square ---

gpu
seq 0 49999 | awk '{ printf "claim %04x:%04x\n", 8192 + int($1 / 65536), $1 % 65536 }' | config
for command in check status; do
	status=0
	output=$(timeout 10 "$binary" --root "$tree" "$command" 2>&1) || status=$?
	ok "$command of many claims ends" exits 1
	ok "$command: each is absent" [ "$(printf '%s\n' "$output" | grep -c '^FAIL 2000:.* no device matches\|^FAIL 2000:.*now: ')" -ge 49999 ]
done

# --- words ---

run check 01:00.0
ok "selectors are refused" exits 2
run check --nonsense
ok "so are options that there are not" exits 2
run check --color=sometimes
ok "and colours" exits 2
gpu
cmdline rd.vfio=0 rd.vfio.ids=10de:1c03
: >"$tree/usr/sbin/grubby"
run check
ok "switched off, with the way back" line "WARN 0000:01:00.0 10de:1c03: left alone: rd.vfio=0 on the kernel command line; sudo grubby --update-kernel=ALL --remove-args=rd.vfio=0"
cmdline rd.vfio.ids=10de:1c03 rd.vfio=OFF
run check
ok "it is not ready" says "vfio-early is off on the next boot (rd.vfio=OFF): it binds no device."
ok "in another spelling, too" line "WARN 0000:01:00.0 10de:1c03: left alone: rd.vfio=OFF on the kernel command line; sudo grubby --update-kernel=ALL --remove-args=rd.vfio=OFF"
echo "clam 01:00.0" | config
run check
ok "an error of the configuration fails" says "FAIL /etc/vfio-early.conf:1:1: "

# --- the display that stays, by the driver that it will have ---

two_displays() {
	machine dmar0
	pci 0000:00:02.0 8086:041A 30000 2 i915
	pci 0000:01:00.0 10DE:1C03 30000 1 nouveau
	kernel 6.1.0-1
	printf '%s\n' "alias pci:v000010DEd*sv*sd*bc03sc*i* nouveau" "alias pci:v00008086d0000041Asv*sd*bc03sc*i* i915" \
		>"$tree/lib/modules/6.1.0-1/modules.alias"
	mkdir -p "$tree/etc/modprobe.d" "$tree/etc/driverctl.d"
}
reach="make sure that you have another way to reach the host"
two_displays
cmdline rd.vfio.ids=01:00.0
run check
ok "it keeps its driver" lacks "the host has no display with a driver then"
echo "blacklist i915" >"$tree/etc/modprobe.d/a.conf"
run check
ok "its driver is on a blacklist" line "WARN 0000:01:00.0 10de:1c03: the host has no display with a driver then: 0000:00:02.0 8086:041a stays, and the next boot does not load i915 (blacklist, /etc/modprobe.d/a.conf:1); remove that line or parameter, or $reach"
echo "install i915 /bin/false" >"$tree/etc/modprobe.d/a.conf"
run check
ok "an install line loads nothing" says "stays, and the next boot does not load i915 (install line, /etc/modprobe.d/a.conf:1)"
rm "$tree/etc/modprobe.d/a.conf"
cmdline rd.vfio.ids=01:00.0 module_blacklist=i915
run check
ok "module_blacklist=" says "stays, and the next boot does not load i915 (blacklist, module_blacklist=i915)"
cmdline rd.vfio.ids=01:00.0 pci-stub.ids=8086:041a
echo kernel/drivers/pci/pci-stub.ko >>"$tree/lib/modules/6.1.0-1/modules.builtin"
run check
ok "pci-stub" says "0000:00:02.0 8086:041a stays, and pci-stub binds it by its ids=; remove 8086:041a from the ids= of pci-stub, or $reach"
cmdline rd.vfio.ids=01:00.0
echo vfio-pci >"$tree/etc/driverctl.d/0000:00:02.0"
run check
ok "driverctl" says "0000:00:02.0 8086:041a stays, and driverctl binds it to vfio-pci after the boot; sudo driverctl unset-override 0000:00:02.0, or $reach"
rm "$tree/etc/driverctl.d/0000:00:02.0"
cmdline rd.vfio.ids=01:00.0,00:02.0 modprobe.blacklist=i915
run check
ok "the one that the planner keeps" says "0000:00:02.0 8086:041a stays, and the next boot does not load i915 (blacklist, modprobe.blacklist=i915)"
rm -r "$tree/sys/bus/pci/devices/0000:01:00.0"
run check
ok "the only one" line "WARN 0000:00:02.0 8086:041a: the host has no display with a driver then: the next boot does not load i915 (blacklist, modprobe.blacklist=i915); remove that line or parameter, or $reach"
cmdline quiet modprobe.blacklist=i915
run check
ok "where no display is claimed that is nobody's fault" lacks "display with a driver"

# --- an IOMMU that the next boot does not have ---

lost() { # CONFIGURATION-OF-THE-KERNEL
	gpu
	kernel 6.1.0-1
	cmdline rd.vfio.ids=10de:1c03 intel_iommu=on
	mkdir -p "$tree/boot/grub" "$tree/etc/default"
	: >"$tree/etc/default/grub"
	: >"$tree/usr/sbin/update-grub"
	printf 'menuentry x {\n\tlinux /boot/vmlinuz-6.1.0-1 rd.vfio.ids=10de:1c03\n\tinitrd /boot/initrd.img-6.1.0-1\n}\n' >"$tree/boot/grub/grub.cfg"
	printf '%s\n' "$@" >"$tree/boot/config-6.1.0-1"
	run check
}
lost "# CONFIG_INTEL_IOMMU_DEFAULT_ON is not set"
ok "it is lost" says "FAIL IOMMU: is on by intel_iommu=on, which the next boot does not have, and its kernel does not enable VT-d by default; add intel_iommu=on to"
ok "no device passes" says "FAIL 0000:01:00.0 10de:1c03: stays with the host: no usable IOMMU; see IOMMU above"
ok "it is said once" [ "$(printf '%s\n' "$output" | grep -c '^.... IOMMU')" = 1 ]
ok "the last line" says "Not ready: 2 failures above."
lost "# CONFIG_INTEL_IOMMU_DEFAULT_ON is not set" "CONFIG_INTEL_IOMMU_DEFAULT_ON_INTGPU_OFF=y"
ok "Debian's default" says "PASS 0000:01:00.0 10de:1c03: would be bound"
ok "is on" lacks "which the next boot does not have"
lost "# CONFIG_INTEL_IOMMU_DEFAULT_ON is not set"
cp "$(dirname "$0")/../machines/tables/dmar" "$tree/sys/firmware/acpi/tables/DMAR"
run check
ok "a table without the flag" says "FAIL IOMMU: is on by intel_iommu=on"
printf '\005' | dd of="$tree/sys/firmware/acpi/tables/DMAR" bs=1 seek=37 conv=notrunc 2>/dev/null
run check
ok "the firmware may enable it" says "WARN IOMMU: is on by intel_iommu=on, which the next boot does not have, and without it the kernel enables VT-d only if the machine has a Thunderbolt or USB4 port; add intel_iommu=on to"
ok "and the device may be bound" says "PASS 0000:01:00.0 10de:1c03: would be bound"

# --- ids that name the guest's card and the host's ---

twins() {
	machine dmar0
	pci 0000:01:00.0 10DE:1C03 30000 1 nouveau
	echo 1 >"$tree/sys/bus/pci/devices/0000:01:00.0/boot_vga"
	pci 0000:02:00.0 10DE:1C03 30000 2 nouveau
	pci 0000:02:00.1 10DE:10F1 40300 2
}
twins
cmdline vfio-pci.ids=10de:1c03,10de:10f1
run check
ok "ids of the command line" says "and loads the module without these ids; replace it with rd.vfio.ids=0000:02:00.0@10de:1c03,10de:10f1"
ok "the one that stays" says "it is the host's last display; name the guest's card: in place of 10de:1c03 in vfio-pci.ids put rd.vfio.ids=0000:02:00.0,0000:02:00.1 on the kernel command line"
ok "one cure is said once" says "claim 10de:1c03: matches 2 devices: 0000:01:00.0, 0000:02:00.0; see 0000:01:00.0 above"
cmdline rd.vfio.ids=0000:02:00.0@10de:1c03,10de:10f1
run check
ok "which does what it says" says "PASS 0000:02:00.0 10de:1c03: would be bound"
ok "and leaves the other" lacks "0000:01:00.0"
mkdir "$tree/etc/modprobe.d"
echo "options vfio-pci ids=10de:1c03,10de:10f1" >"$tree/etc/modprobe.d/v.conf"
cmdline quiet
run check
ok "ids of modprobe.d" says "add to the configuration: claim 0000:02:00.0@10de:1c03 10de:10f1 (in /etc/vfio-early.conf), and remove the line, then: "
rm "$tree/sys/bus/pci/devices/0000:01:00.0/boot_vga"
pci 0000:00:02.0 8086:041A 30000 9 i915
run check
ok "of two that may go" says "to claim one of them, remove 10de:1c03 from /etc/modprobe.d/v.conf:1 and claim 0000:01:00.0@10de:1c03 (in /etc/vfio-early.conf)"

# --- what is not found, by the kind of its selector ---

machine dmar0
pci 0000:00:02.0 8086:041A 38000 2 i915
pci 0000:01:00.0 10DE:1C03 30000 1
pci 0000:01:00.1 10DE:10F1 40300 1
compare="compare with lspci -nn; the card may be in another slot, or disabled in the firmware setup"
while IFS='|' read -r selector hint; do
	echo "claim $selector" | config
	run check
	ok "$selector" says "FAIL $selector: not found: no device matches $selector; $hint"
done <<EOT
01:00.2|that slot has 0000:01:00.0 10de:1c03, 0000:01:00.1 10de:10f1; $compare
01:01.0|that bus has 0000:01:00.0 10de:1c03, 0000:01:00.1 10de:10f1; $compare
02:00.0|near it there is 0000:01:00.0 10de:1c03; $compare
0002:01:00.0|did you mean 0000:01:00.0 10de:1c03? $compare
0a:00.0|$compare
07:00.0@10de:1c03|the pinned id is at 0000:01:00.0 10de:1c03; change the address, or claim it by its path
1c03:10de|the vendor comes first: did you mean 0000:01:00.0 10de:1c03?
10de:1c30|did you mean 0000:01:00.0 10de:1c03? $compare
10ed:1c03|did you mean 0000:01:00.0 10de:1c03? $compare
10de:2204|of this vendor there is 0000:01:00.0 10de:1c03, 0000:01:00.1 10de:10f1; $compare
10de:1c03:1043:85ac|another subsystem or class has 0000:01:00.0 10de:1c03; $compare
dead:beef|$compare
class:0301|of class:03 there is 0000:00:02.0 8086:041a, 0000:01:00.0 10de:1c03; compare the classes with lspci -nn
class:12|no device has the base class 12 either; compare the classes with lspci -nn
0000:00:1c.0/00.0|no device has the first step of this path; compare with the links in /sys/bus/pci/devices
boot-vga|no display is marked as the firmware's (boot_vga); claim the card by its address
EOT
echo "claim 10de:1c30 optional" | config
run check
ok "what is optional may be absent" lacks "did you mean"
pci 0000:01:00.2 10DE:1CF1 40300 1
echo "claim 10de:1c03 10de:1cf3" | config
run check
ok "what another claim has was not meant" says "FAIL 10de:1cf3: not found: no device matches 10de:1cf3; did you mean 0000:01:00.2 10de:1cf1? $compare"
done_testing
