#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# status on small trees: what is wanted, what the boot did, what is now, and what changed since.
. "$(dirname "$0")/lib.sh"

# booted VERDICT REASON [HINT]: the report of a boot that was asked for 01:00.0.
booted() {
	mkdir -p "$tree/run/vfio-early"
	jq -n --arg verdict "$1" --arg reason "$2" --arg hint "${3:-}" '{ schema: 1, command: "boot", iommu: {}, devices: [
		{ address: "0000:01:00.0", id: "10de:1c03", subsystem: "19da:1438", class: "030000", name: null, driver: null,
		  was: null, iommu_group: 1, boot_vga: null, wanted_by: "rd.vfio.ids", verdict: $verdict, reason: $reason,
		  hint: $hint } ], errors: [] }' >"$tree/run/vfio-early/report.json"
	echo "[    1.000000] <6> a line of the early log" >"$tree/run/vfio-early/boot.log"
}
card() { # DRIVER
	machine dmar0
	pci 0000:00:02.0 8086:041A 30000 2
	pci 0000:01:00.0 10DE:1C03 30000 1 $1
	cmdline rd.vfio.ids=01:00.0
}
bound="bound to vfio-pci, IOMMU group 1 (was: no driver)"

card vfio-pci
booted bound "$bound"
run status
ok "all is well" line "PASS 0000:01:00.0 10de:1c03: now: vfio-pci; at boot: $bound; claimed: by rd.vfio.ids"
ok "with status 0" exits 0
ok "the last line says so" [ "$(printf '%s\n' "$output" | tail -n 1)" = "Bound: 1 device, as claimed." ]
ok "the early log is below" line "log: [ 1.000000] <6> a line of the early log"
run status --json
ok "JSON says the same" [ "$(printf '%s' "$output" | jq -r '.devices[0] | "\(.verdict) \(.bound) \(.driver) \(.now)"')" = "bound true vfio-pci vfio-pci" ]
ok "and fits the schema" sh -c 'printf "%s" "$1" >"$2/json" && /usr/bin/python3 -m jsonschema -i "$2/json" "$3"' - "$output" "$tree" "$cli_here/../report.schema.json"

card nouveau
booted bound "$bound"
run status
ok "a driver that was bound since" says "now: nouveau: it was unbound from vfio-pci after the boot; at boot: $bound; claimed: by rd.vfio.ids; reboot, or: echo vfio-pci | sudo tee /sys/bus/pci/devices/0000:01:00.0/driver_override && echo 0000:01:00.0 | sudo tee /sys/bus/pci/devices/0000:01:00.0/driver/unbind /sys/bus/pci/drivers_probe"
ok "with status 1" exits 1
card ""
booted bound "$bound"
run status
ok "none that has to let go" says "now: no driver: it was unbound from vfio-pci after the boot; at boot: $bound; claimed: by rd.vfio.ids; reboot, or: echo vfio-pci | sudo tee /sys/bus/pci/devices/0000:01:00.0/driver_override && echo 0000:01:00.0 | sudo tee /sys/bus/pci/drivers_probe"

card ""
booted bound "$bound"
rm -r "$tree/sys/bus/pci/devices/0000:01:00.0"
run status
ok "a device that is gone" line "FAIL 0000:01:00.0 10de:1c03: now: removed since the boot; at boot: $bound; claimed: no; plug it in again, or: echo 1 | sudo tee /sys/bus/pci/rescan; then reboot to bind it"
ok "with status 1" exits 1
run status --json
ok "it keeps its address in JSON" [ "$(printf '%s' "$output" | jq -r '.devices[] | select(.verdict == "bound") | .address, .driver')" = "0000:01:00.0
null" ]

card ""
pci 0000:05:00.0 10DE:1C03 30000 5 vfio-pci
cmdline rd.vfio.ids=10de:1c03
booted bound "$bound"
rm -r "$tree/sys/bus/pci/devices/0000:01:00.0"
run status
ok "one of two that is gone" says "FAIL 0000:01:00.0 10de:1c03: now: removed since the boot; at boot: $bound; claimed: no"
ok "with status 1 although the other is well" exits 1

card nouveau
booted refused "not bound to vfio-pci: the kernel's probe failed: Invalid argument; bound to nouveau again" "look for this device in dmesg"
run status
ok "a failure of the boot has its cure" says "claimed: by rd.vfio.ids; look for this device in dmesg"
card vfio-pci
booted deferred "deferred: the driver of its IOMMU is not loaded yet; the kernel probes the device when it is"
run status
ok "what the kernel finished later" says "now: vfio-pci: bound after the early stage"
ok "is well" exits 0
card my-vfio-pci
booted bound "$bound"
run status
ok "a variant of vfio-pci is as good" exits 0

card nouveau
booted bound "$bound"
cmdline rd.vfio.ids=10de:1c03,00:02.0
mkdir -p "$tree/usr/bin"
: >"$tree/usr/bin/dracut"
run status
ok "what the image did not know" says "FAIL 0000:00:02.0 8086:041a: now: no driver: the image that was booted has an older configuration; at boot: not claimed; claimed: by rd.vfio.ids; sudo dracut --regenerate-all --force, then reboot"
cmdline quiet
run status
ok "what is no longer claimed" line "WARN 0000:01:00.0 10de:1c03: now: nouveau: no longer claimed; at boot: $bound; claimed: no"
ok "is no fault" exits 0

card nouveau
run status
ok "without a report" line "WARN report: this boot has no report: its image does not contain vfio-early; install dracut or initramfs-tools and regenerate the initramfs, then reboot"
ok "the present is told" line "FAIL 0000:01:00.0 10de:1c03: now: nouveau; at boot: unknown; claimed: by rd.vfio.ids; see report above"
ok "with status 1" exits 1
mkdir "$tree/run/vfio-early"
run status
ok "a report that is gone" says "WARN report: the report of this boot is gone (/run/vfio-early/report.json)"
for rubbish in '' '{' '[]' '{"devices": 1}' '{"devices": [{"verdict": "bound"}, 3, {"address": 5, "verdict": []}]}'; do
	printf '%s' "$rubbish" >"$tree/run/vfio-early/report.json"
	run status
	ok "a report of rubbish ($rubbish)" says "FAIL 0000:01:00.0 10de:1c03: now: nouveau"
	run status --json
	ok "its JSON fits the schema" sh -c 'printf "%s" "$1" >"$2/json" && /usr/bin/python3 -m jsonschema -i "$2/json" "$3"' - "$output" "$tree" "$cli_here/../report.schema.json"
done

card vfio-pci
cmdline quiet
run status
ok "nothing is claimed" says "WARN configuration: nothing is claimed"
ok "which is no fault" exits 0
card nouveau
booted kept "stays with the host: keep (/etc/vfio-early.conf:1) overrides every claim"
echo "keep 01:00.0" | config
run status
ok "a keep that is obeyed" says "PASS 0000:01:00.0 10de:1c03: now: nouveau: a keep leaves it with the host"
ok "is no failure" exits 0
card vfio-pci
echo "claim 10de:ffff optional" | config
run status
ok "what is optional may be absent" exits 0
echo "claim 10de:ffff" | config
run status
ok "what is not may not" exits 1
ok "it says what was looked for" says "FAIL 10de:ffff: now: no device matches 10de:ffff; at boot: unknown; claimed: by /etc/vfio-early.conf:1"
card nouveau
rm "$tree/sys/bus/pci/devices/0000:01:00.0/iommu_group"
run status
ok "what the image cannot mend asks for check" says "FAIL 0000:01:00.0 10de:1c03: now: nouveau; at boot: unknown; claimed: by rd.vfio.ids; vfio-early check predicts the next boot"
card nouveau
pci 0000:01:00.1 10DE:10F1 40300 1 snd_hda_intel
cmdline quiet
echo "claim 01:00.0 expand=group" | config
run status
ok "what expand= takes along says so" says "claimed: by /etc/vfio-early.conf:1, with 01:00.0 because of expand=group"
run list --lines
ok "in list too" says "claimed by /etc/vfio-early.conf:1, with 01:00.0 because of expand=group; would be bound"
run check
ok "and in check" says "PASS 0000:01:00.1 10de:10f1: would be bound to vfio-pci, IOMMU group 1 (now: snd_hda_intel), with 01:00.0 because of expand=group"
ok "not of what is named" line "PASS 0000:01:00.0 10de:1c03: would be bound to vfio-pci, IOMMU group 1 (now: nouveau)"

card vfio-pci
pci 0000:01:00.2 10DE:1ADA C0330 1 xhci_hcd
cmdline rd.vfio.ids=01:00.0,01:00.2
run status
ok "a claimed function that stays has one line" [ "$(printf '%s\n' "$output" | grep -c " 0000:01:00.2 ")" = 1 ]
ok "which fails" says "FAIL 0000:01:00.2 10de:1ada: now: xhci_hcd"
echo "keep 01:00.2" | config
run status
ok "where a keep leaves it, what follows for the group is said" says "WARN 0000:01:00.2 10de:1ada: is bound to xhci_hcd; until it is released no guest can use IOMMU group 1 with 0000:01:00.0"

card vfio-pci
cmdline quiet
echo "claim 10de:1c03 10f0" | config
run status
ok "a line with an error is said once" lacks "nothing is claimed"
done_testing
