#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Slips and the answer to each. A row is a line of the configuration (file), the kernel command line (line), an argument of list
# (word) or all arguments (args), and below it, behind ">", what is said: all of it. Where nothing stands below a row,
# nothing is said.
. "$(dirname "$0")/lib.sh"

machine dmar0
pci 0000:00:02.0 8086:3E92 30000 1
pci 0000:01:00.0 10DE:1C03 30000 2

table() {
	cat <<'TABLE'
file claim 01:00.0
file claim 01:00.0 # [10de:1c03] – the card
file clam 01:00.0
> 1: 'clam': unknown directive: a line starts with claim, keep, set or #; did you mean claim 01:00.0?
file Claim 01:00.0 expand=slot
> 1: 'Claim': unknown directive: a line starts with claim, keep, set or #; did you mean claim 01:00.0 expand=slot?
file claim: 01:00.0
> 1: 'claim:': unknown directive: a line starts with claim, keep, set or #; did you mean claim 01:00.0?
file claim01:00.0
> 1: 'claim01:00.0': unknown directive: a line starts with claim, keep, set or #; did you mean claim 01:00.0?
file cliam 10de:1c03 # the card
> 1: 'cliam': unknown directive: a line starts with claim, keep, set or #; did you mean claim 10de:1c03?
file bind 10de:1c03
> 1: 'bind': unknown directive: a line starts with claim, keep, set or #; did you mean claim 10de:1c03?
file ids 10de:1c03 10de:10f1
> 1: 'ids': unknown directive: a line starts with claim, keep, set or #; did you mean claim 10de:1c03 10de:10f1?
file kep 01:00.0
> 1: 'kep': unknown directive: a line starts with claim, keep, set or #; did you mean keep 01:00.0? It is obeyed, because it only protects.
file keeep 01:00.0
> 1: 'keeep': unknown directive: a line starts with claim, keep, set or #; did you mean keep 01:00.0? It is obeyed, because it only protects.
file exclude 01:00.0
> 1: 'exclude': unknown directive: a line starts with claim, keep, set or #; did you mean keep 01:00.0? It is obeyed, because it only protects.
file Set iommu=ignore
> 1: 'Set': unknown directive: a line starts with claim, keep, set or #; did you mean set iommu=ignore?
file frobnicate
> 1: 'frobnicate': unknown directive: a line starts with claim, keep, set or #
file claim 07:00.0 keep 07:00.1
> 15: 'keep': expected a selector or an option; keep starts a line of its own; this line claims nothing
file claim 01:00.0 zzz
> 15: 'zzz': expected an id such as 10de:1c03 or an address such as 01:00.0; this line claims nothing
file claim zzz
> 7: 'zzz': expected an id such as 10de:1c03 or an address such as 01:00.0
file claim
> 6: no selector on this line: expected an id such as 10de:1c03 or an address such as 01:00.0
file claim expand=slot
> 18: no selector on this line: expected an id such as 10de:1c03 or an address such as 01:00.0
file claim 0000:01:00:0
> 7: '0000:01:00:0': an address is [segment:]bus:slot.function, as in 0000:01:00.0 or 01:00.0; did you mean 0000:01:00.0?
file claim 07:00
> 7: '07:00': an address is [segment:]bus:slot.function, as in 0000:01:00.0 or 01:00.0; did you mean 07:00.*?
file claim 0000:07:00
> 7: '0000:07:00': an address is [segment:]bus:slot.function, as in 0000:01:00.0 or 01:00.0; did you mean 0000:07:00.*?
file claim 7:0.0
> 7: '7:0.0': an address is [segment:]bus:slot.function, as in 0000:01:00.0 or 01:00.0; did you mean 07:00.0?
file claim 01.00.0
> 7: '01.00.0': expected an id such as 10de:1c03 or an address such as 01:00.0; did you mean 01:00.0?
file claim 01:00.0.
> 7: '01:00.0.': an address is [segment:]bus:slot.function, as in 0000:01:00.0 or 01:00.0; did you mean 01:00.0?
file claim O1:00.0
> 7: 'O1:00.0': an address is [segment:]bus:slot.function, as in 0000:01:00.0 or 01:00.0; did you mean 01:00.0?
file claim [1002:67b1]
> 7: '[1002:67b1]': the vendor of an id is four hexadecimal digits or *; did you mean 1002:67b1?
file claim (10de:1c03)
> 7: '(10de:1c03)': the vendor of an id is four hexadecimal digits or *; did you mean 10de:1c03?
file claim 10de:1c03]
> 12: '10de:1c03]': the device of an id is four hexadecimal digits or *; did you mean 10de:1c03?
file claim "10de:1c03"
> 7: '"10de:1c03"': the vendor of an id is four hexadecimal digits or *; did you mean 10de:1c03?
file claim 10de-1c03
> 7: '10de-1c03': expected an id such as 10de:1c03 or an address such as 01:00.0; did you mean 10de:1c03?
file claim 10de1c03
> 7: '10de1c03': expected an id such as 10de:1c03 or an address such as 01:00.0; did you mean 10de:1c03?
file claim 0x10de1c03
> 7: '0x10de1c03': expected an id such as 10de:1c03 or an address such as 01:00.0; did you mean 10de:1c03?
file claim 10de:1c03,10de:10f1
> 7: '10de:1c03,10de:10f1': separate selectors with blanks here, not with commas; did you mean 10de:1c03 10de:10f1?
file claim boot_vga
> 7: 'boot_vga': expected an id such as 10de:1c03 or an address such as 01:00.0; did you mean boot-vga?
file claim BOOT-VGA
> 7: 'BOOT-VGA': expected an id such as 10de:1c03 or an address such as 01:00.0; did you mean boot-vga?
file claim bootvga
> 7: 'bootvga': expected an id such as 10de:1c03 or an address such as 01:00.0; did you mean boot-vga?
file claim class=0300
> 7: 'class=0300': expected an id such as 10de:1c03 or an address such as 01:00.0; did you mean class:0300?
file claim class:VGA
> 13: 'class:VGA': a class is two, four or six hexadecimal digits: base class, sub-class, programming interface; vfio-early list --gpu shows them
file claim 0300
> 7: '0300': expected an id such as 10de:1c03 or an address such as 01:00.0; did you mean class:0300?
file claim gpu
> 7: 'gpu': expected an id such as 10de:1c03 or an address such as 01:00.0; vfio-early list --gpu shows them
file claim GPU
> 7: 'GPU': expected an id such as 10de:1c03 or an address such as 01:00.0; vfio-early list --gpu shows them
file claim nvidia
> 7: 'nvidia': expected an id such as 10de:1c03 or an address such as 01:00.0; vfio-early list --gpu shows them
file claim nvidia gpu
> 7: 'nvidia': expected an id such as 10de:1c03 or an address such as 01:00.0; vfio-early list --gpu shows them
> 14: 'gpu': expected an id such as 10de:1c03 or an address such as 01:00.0; vfio-early list --gpu shows them
file claim amdgpu
> 7: 'amdgpu': expected an id such as 10de:1c03 or an address such as 01:00.0; vfio-early list --gpu shows them
file claim audio
> 7: 'audio': expected an id such as 10de:1c03 or an address such as 01:00.0; vfio-early list class:04 shows them
file claim snd_hda_intel
> 7: 'snd_hda_intel': expected an id such as 10de:1c03 or an address such as 01:00.0; vfio-early list class:04 shows them
file claim usb
> 7: 'usb': expected an id such as 10de:1c03 or an address such as 01:00.0; vfio-early list --usb shows them
file claim xhci_hcd
> 7: 'xhci_hcd': expected an id such as 10de:1c03 or an address such as 01:00.0; vfio-early list --usb shows them
file claim nvme0n1
> 7: 'nvme0n1': expected an id such as 10de:1c03 or an address such as 01:00.0; vfio-early list --storage shows them
file claim eth0
> 7: 'eth0': expected an id such as 10de:1c03 or an address such as 01:00.0; vfio-early list --net shows them
file keep gpu
> 6: 'gpu': expected an id such as 10de:1c03 or an address such as 01:00.0; vfio-early list --gpu shows them
file claim 01:00.0 hdmi-audio
> 15: 'hdmi-audio': expected an id such as 10de:1c03 or an address such as 01:00.0; vfio-early list class:04 shows them; this line claims nothing
file claim class:3
> 13: 'class:3': a class is two, four or six hexadecimal digits: base class, sub-class, programming interface; did you mean class:03?
file claim class:300
> 13: 'class:300': a class is two, four or six hexadecimal digits: base class, sub-class, programming interface; did you mean class:0300?
file claim class=03
> 7: 'class=03': expected an id such as 10de:1c03 or an address such as 01:00.0; did you mean class:03?
file claim class:gpu
> 13: 'class:gpu': a class is two, four or six hexadecimal digits: base class, sub-class, programming interface; vfio-early list --gpu shows them
line rd.vfio.ids=gpu
> 13: 'gpu': expected an id such as 10de:1c03 or an address such as 01:00.0; vfio-early list --gpu shows them
line rd.vfio.keep=nvidia
> 14: 'nvidia': expected an id such as 10de:1c03 or an address such as 01:00.0; vfio-early list --gpu shows them
line vfio-pci.ids=gpu
> vfio-pci.ids:1:1: 'gpu': expected an id such as 10de:1c03 or an address such as 01:00.0; vfio-early list --gpu shows them
word gpu
> vfio-early: 'gpu': expected an id such as 10de:1c03 or an address such as 01:00.0; vfio-early list --gpu shows them
word class:3
> vfio-early: 'class:3': a class is two, four or six hexadecimal digits: base class, sub-class, programming interface; did you mean class:03?
args list 10de 1f08
> vfio-early: '10de 1f08': an id is vendor:device, four hexadecimal digits each; did you mean 10de:1f08?
args list 10de
> vfio-early: '10de': expected an id such as 10de:1c03 or an address such as 01:00.0; did you mean 10de:*?
args list --driver=
> vfio-early: '--driver=' needs a value: --driver=NAME
args list --driver= 01:00.0
> vfio-early: '--driver=' needs a value: --driver=NAME
args list --driver --gpu
> vfio-early: '--driver' needs a value: --driver=NAME
args --root= list
> vfio-early: '--root=' needs a value: --root=DIR
args claim 01:00.0
> vfio-early: unknown command 'claim': to claim devices, add "claim 01:00.0" to /etc/vfio-early.conf, or rd.vfio.ids=01:00.0 to the kernel command line; vfio-early check says what is left to do
args bind 10de:1c03 10de:10f1
> vfio-early: unknown command 'bind': to claim devices, add "claim 10de:1c03 10de:10f1" to /etc/vfio-early.conf, or rd.vfio.ids=10de:1c03,10de:10f1 to the kernel command line; vfio-early check says what is left to do
args add gpu
> vfio-early: unknown command 'add': to claim devices, add "claim SELECTOR" to /etc/vfio-early.conf, or rd.vfio.ids=SELECTOR to the kernel command line; vfio-early check says what is left to do
args set-override 0000:01:00.0 vfio-pci
> vfio-early: unknown command 'set-override': to claim devices, add "claim 0000:01:00.0" to /etc/vfio-early.conf, or rd.vfio.ids=0000:01:00.0 to the kernel command line; vfio-early check says what is left to do
args detach pci_0000_01_00_0
> vfio-early: unknown command 'detach': to claim devices, add "claim 0000:01:00.0" to /etc/vfio-early.conf, or rd.vfio.ids=0000:01:00.0 to the kernel command line; vfio-early check says what is left to do
args nodedev-detach pci_0000_01_00_0
> vfio-early: unknown command 'nodedev-detach': to claim devices, add "claim 0000:01:00.0" to /etc/vfio-early.conf, or rd.vfio.ids=0000:01:00.0 to the kernel command line; vfio-early check says what is left to do
args unbind 01:00.0
> vfio-early: unknown command 'unbind': to leave devices to the host, remove the claim that vfio-early list --wanted names, or add "keep 01:00.0" to /etc/vfio-early.conf, or rd.vfio.keep=01:00.0 to the kernel command line; vfio-early check says what is left to do
args unset-override 01:00.0
> vfio-early: unknown command 'unset-override': to leave devices to the host, remove the claim that vfio-early list --wanted names, or add "keep 01:00.0" to /etc/vfio-early.conf, or rd.vfio.keep=01:00.0 to the kernel command line; vfio-early check says what is left to do
args keep 01:00.0
> vfio-early: unknown command 'keep': to leave devices to the host, remove the claim that vfio-early list --wanted names, or add "keep 01:00.0" to /etc/vfio-early.conf, or rd.vfio.keep=01:00.0 to the kernel command line; vfio-early check says what is left to do
args remove
> vfio-early: unknown command 'remove': to leave devices to the host, remove the claim that vfio-early list --wanted names, or add "keep SELECTOR" to /etc/vfio-early.conf, or rd.vfio.keep=SELECTOR to the kernel command line; vfio-early check says what is left to do
args claimm 01:00.0
> vfio-early: unknown command 'claimm': to claim devices, add "claim 01:00.0" to /etc/vfio-early.conf, or rd.vfio.ids=01:00.0 to the kernel command line; vfio-early check says what is left to do
args stat
> vfio-early: unknown command 'stat': did you mean status? vfio-early --help lists the commands
file claim group:13
> 7: 'group:13': group numbers change between boots: name a device, with expand=group for its whole group
file claim group=13
> 7: 'group=13': group numbers change between boots: name a device, with expand=group for its whole group
file claim <10de:…>
> 7: '<10de:???>': a placeholder: replace it with the id or the address of the device, which vfio-early list shows
file claim <id>
> 7: '<id>': a placeholder: replace it with the id or the address of the device, which vfio-early list shows
file claim 10de:xxxx
> 7: '10de:xxxx': a placeholder: replace it with the id or the address of the device, which vfio-early list shows
file claim XXXX:XXXX
> 7: 'XXXX:XXXX': a placeholder: replace it with the id or the address of the device, which vfio-early list shows
file claim VENDOR:DEVICE
> 7: 'VENDOR:DEVICE': a placeholder: replace it with the id or the address of the device, which vfio-early list shows
file claim $GPU
> 7: '$GPU': a placeholder: replace it with the id or the address of the device, which vfio-early list shows
file claim 10de–1c03
> 11: '10de???1c03': U+2013 EN DASH in place of '-'; did you mean 10de:1c03?
file claim 0000:01:00.0
> 1: 'claim??0000:01:00.0': U+00A0 NO-BREAK SPACE in place of a blank; did you mean claim 0000:01:00.0?
file claim 10de:1c03 10de:10f1
> 16: '10de:1c03??10de:10f1': U+00A0 NO-BREAK SPACE in place of a blank; did you mean 10de:1c03 10de:10f1?
file claim 10de:​1c03
> 12: '10de:???1c03': U+200B ZERO WIDTH SPACE, which is invisible; did you mean 10de:1c03?
file claim “10de:1c03”
> 7: '???10de:1c03???': U+201C LEFT DOUBLE QUOTATION MARK in place of '"'; did you mean 10de:1c03?
file claim ‘01:00.0’
> 7: '???01:00.0???': U+2018 LEFT SINGLE QUOTATION MARK in place of '''; did you mean 01:00.0?
file claim 01：00.0
> 9: '01???00.0': U+FF1A FULLWIDTH COLON in place of ':'; did you mean 01:00.0?
file claim 01:00.0 stage=lаte
> 21: 'l??te': U+0430, which is no ASCII character; stage takes early or late; this line claims nothing
file claim 01:00.0 stage=lat
> 21: 'lat': stage takes early or late; did you mean late? This line claims nothing.
file claim 01:00.0 stage = late
> 15: 'stage': expected a selector or an option; did you mean stage=late? This line claims nothing.
file claim 01:00.0 stage: late
> 15: 'stage:': expected a selector or an option; did you mean stage=late? This line claims nothing.
file claim 01:00.0 stag=late
> 15: 'stag=late': unknown option of a claim; options are expand=, driver=, stage= and optional; did you mean stage=late? This line claims nothing.
file claim 01:00.0 Optional
> 15: 'Optional': expected a selector or an option; did you mean optional? This line claims nothing.
file claim 01:00.0 optionl
> 15: 'optionl': expected a selector or an option; did you mean optional? This line claims nothing.
file claim 01:00.0 optional=yes
> 15: 'optional=yes': optional takes no value; this line claims nothing
file claim 01:00.0 stage=late stage=early
> 26: 'stage=early': a second time on this line; this line claims nothing
file claim 01:00.0 optional optional
> 24: 'optional': a second time on this line; this line claims nothing
file claim 01:00.0 iommu=ignore
> 15: 'iommu=ignore': no option of a claim but a setting; write it on a line of its own: set iommu=ignore; this line claims nothing
file claim 01:00.0 driver=../x
> 22: '../x': driver takes auto or the name of a driver; this line claims nothing
file claim host=01:00.0
> 7: 'host=01:00.0': unknown option of a claim; options are expand=, driver=, stage= and optional; did you mean 01:00.0?
file keep 01:00.0 optional
> 14: 'optional': expected a selector; keep takes no options
file keep 0000:01:00:0
> 6: '0000:01:00:0': an address is [segment:]bus:slot.function, as in 0000:01:00.0 or 01:00.0; did you mean 0000:01:00.0? It is kept.
file keep 10de:1c03 zzz
> 16: 'zzz': expected an id such as 10de:1c03 or an address such as 01:00.0
file set iommu = ignore
> 5: 'iommu = ignore': a setting is NAME=VALUE without blanks; did you mean set iommu=ignore?
file set iommu ignore
> 5: 'iommu ignore': a setting is NAME=VALUE without blanks; did you mean set iommu=ignore?
file set iommu: ignore
> 5: 'iommu: ignore': a setting is NAME=VALUE without blanks; did you mean set iommu=ignore?
file set iommu =ignore
> 5: 'iommu =ignore': a setting is NAME=VALUE without blanks; did you mean set iommu=ignore?
file set iommu=ignroe
> 11: 'ignroe': iommu takes require or ignore; did you mean ignore?
file set iommu=Ignore
> 11: 'Ignore': iommu takes require or ignore; did you mean ignore?
file set a b
> 5: 'a': unknown setting; settings are iommu, last-display, recovery, expand, deadline, facts and log
> 7: 'b': unknown setting; settings are iommu, last-display, recovery, expand, deadline, facts and log
file set a=b
> 5: 'a': unknown setting; settings are iommu, last-display, recovery, expand, deadline, facts and log
file set
> 4: set without NAME=VALUE, as in: set iommu=require
file set deadline=10s
> 14: '10s': deadline takes 1 to 60 seconds
file set last_dispaly=claim
> 5: 'last_dispaly': unknown setting; settings are iommu, last-display, recovery, expand, deadline, facts and log; did you mean last-display=claim?
file set stage=late
> 5: 'stage': no setting; stage is an option of a claim line in a file
file set debug=1
> 5: 'debug': unknown setting; settings are iommu, last-display, recovery, expand, deadline, facts and log; did you mean log=debug?
file set rd.vfio.iommu=ignore
> 5: 'rd.vfio.iommu': unknown setting; settings are iommu, last-display, recovery, expand, deadline, facts and log; did you mean iommu=ignore?
file set iommu=ignore iommu=require
> 18: 'iommu': a second time in this file; iommu=require is used
file set iommu=require iommu=ignore
> 19: 'iommu': a second time in this file; iommu=require is used
file set deadline=30 deadline=5
> 17: 'deadline': a second time in this file; deadline=5 is used
file set expand=group expand=slot
> 18: 'expand': a second time in this file; expand=slot is used
file set log=debug log=debug
> 15: 'log': a second time in this file; log=debug is used
file set iommu=ignore iommu=requrie
> 24: 'requrie': iommu takes require or ignore; did you mean require?
file iommu=ignore
> 1: 'iommu=ignore': unknown directive: a line starts with claim, keep, set or #; did you mean set iommu=ignore?
file iommu ignore
> 1: 'iommu': unknown directive: a line starts with claim, keep, set or #; did you mean set iommu=ignore?
file expand=slot 01:00.0
> 1: 'expand=slot': unknown directive: a line starts with claim, keep, set or #; did you mean claim 01:00.0 expand=slot?
file rd.vfio.ids=10de:1c03,10de:10f1
> 1: 'rd.vfio.ids=10de:1c03,10de:10f1': a kernel parameter, which has no effect in a file; did you mean claim 10de:1c03 10de:10f1?
file rd.vfio.keep=01:00.0
> 1: 'rd.vfio.keep=01:00.0': a kernel parameter, which has no effect in a file; did you mean keep 01:00.0? It is obeyed, because it only protects.
file rd.vfio.iommu=ignore
> 1: 'rd.vfio.iommu=ignore': a kernel parameter, which has no effect in a file; did you mean set iommu=ignore?
file rd.vfio=0
> 1: 'rd.vfio=0': a kernel parameter, which has no effect in a file
file vfio-pci.ids=10de:1c03,10de:10f1
> 1: 'vfio-pci.ids=10de:1c03,10de:10f1': a kernel parameter, which has no effect in a file; did you mean claim 10de:1c03 10de:10f1?
file options vfio-pci ids=10de:1c03,10de:10f1 disable_vga=1
> 1: 'options': unknown directive: a line starts with claim, keep, set or #; did you mean claim 10de:1c03 10de:10f1?
file 01:00.0 VGA compatible controller [0300]: NVIDIA Corporation GP106 [GeForce GTX 1060 6GB] [10de:1c03] (rev a1)
> 1: '01:00.0': unknown directive: a line starts with claim, keep, set or #; did you mean claim 01:00.0@10de:1c03?
file claim 01:00.0 VGA compatible controller [0300]: NVIDIA Corporation GP106 [GeForce GTX 1060 6GB] [10de:1c03] (rev a1)
> 15: 'VGA': expected a selector or an option; did you mean claim 01:00.0@10de:1c03? This line claims nothing.
file keep 01:00.0 VGA compatible controller [0300]: NVIDIA Corporation GP106 [10de:1c03] (rev a1)
> 14: 'VGA': expected a selector; did you mean keep 01:00.0@10de:1c03?
file 0000:01:00.0 VGA compatible controller [0300]: NVIDIA Corporation GP106 [10de:1c03] (rev a1)
> 1: '0000:01:00.0': unknown directive: a line starts with claim, keep, set or #; did you mean claim 0000:01:00.0@10de:1c03?
file claim [10de:1c03] NVIDIA Corporation GP106
> 7: '[10de:1c03]': expected a selector or an option; did you mean claim 10de:1c03?
file 	Subsystem: ZOTAC International (MCO) Ltd. GP106 [19da:1438]
> 2: 'Subsystem:': a line of lspci -k, which is not needed here
file 	Kernel driver in use: nouveau
> 2: 'Kernel': a line of lspci -k, which is not needed here
file 	Kernel modules: nouveau
> 2: 'Kernel': a line of lspci -k, which is not needed here
file 01:00.0 0300: 10de:1c03 (rev a1)
> 1: '01:00.0': unknown directive: a line starts with claim, keep, set or #; did you mean claim 01:00.0@10de:1c03?
file claim 01:00.0 0300: 10de:1c03 (rev a1)
> 15: '0300:': expected a selector or an option; did you mean claim 01:00.0@10de:1c03? This line claims nothing.
file 01:00.0 "VGA compatible controller" "NVIDIA Corporation" "GP106" -ra1 "ZOTAC" "Device 1438"
> 1: '01:00.0': unknown directive: a line starts with claim, keep, set or #; did you mean claim 01:00.0?
file pci_0000_01_00_0
> 1: 'pci_0000_01_00_0': unknown directive: a line starts with claim, keep, set or #; did you mean claim 0000:01:00.0?
file claim pci_0000_01_00_0
> 7: 'pci_0000_01_00_0': an address is [segment:]bus:slot.function, as in 0000:01:00.0 or 01:00.0; did you mean 0000:01:00.0?
file 0000:01:00.0 vfio-pci [*]
> 1: '0000:01:00.0': unknown directive: a line starts with claim, keep, set or #; did you mean claim 0000:01:00.0?
file claim 0000:01:00.0 vfio-pci [*]
> 20: 'vfio-pci': expected a selector or an option; did you mean claim 0000:01:00.0? This line claims nothing.
file 0000:01:00.0 nouveau (NVIDIA Corporation GP106)
> 1: '0000:01:00.0': unknown directive: a line starts with claim, keep, set or #; did you mean claim 0000:01:00.0?
file -device vfio-pci,host=01:00.0,multifunction=on
> 1: '-device': unknown directive: a line starts with claim, keep, set or #; did you mean claim 01:00.0?
file host=01:00.0
> 1: 'host=01:00.0': unknown directive: a line starts with claim, keep, set or #; did you mean claim 01:00.0?
file <address domain='0x0000' bus='0x01' slot='0x00' function='0x1'/>
> 1: '<address': unknown directive: a line starts with claim, keep, set or #; did you mean claim 0000:01:00.1?
file claim <address domain="0x0000" bus="0x01" slot="0x00" function="0x1"/>
> 7: '<address': expected a selector or an option; did you mean claim 0000:01:00.1?
file hostpci0: 01:00,pcie=1
> 1: 'hostpci0:': unknown directive: a line starts with claim, keep, set or #; did you mean claim 01:00.*?
file hostpci0: 0000:01:00.0,pcie=1
> 1: 'hostpci0:': unknown directive: a line starts with claim, keep, set or #; did you mean claim 0000:01:00.0?
file claim /sys/bus/pci/devices/0000:01:00.0
> 7: '/sys/bus/pci/devices/0000:01:00.0': a path is an address on a root bus, then /slot.function for each level below, as in 0000:00:01.0/00.0; did you mean 0000:01:00.0?
file claim PCI:10:0:0
> 7: 'PCI:10:0:0': an address is [segment:]bus:slot.function, as in 0000:01:00.0 or 01:00.0; did you mean 0a:00.0?
file [    1.234567] pci 0000:01:00.0: [10de:1c03] type 00 class 0x030000
> 1: '[': unknown directive: a line starts with claim, keep, set or #; did you mean claim 0000:01:00.0@10de:1c03?
file IOMMU Group 13 01:00.0 VGA compatible controller [0300]: NVIDIA Corporation GP106 [10de:1c03] (rev a1)
> 1: 'IOMMU': unknown directive: a line starts with claim, keep, set or #; did you mean claim 01:00.0@10de:1c03?
file 0000:01:00.0 10de:1c03 group=2 driver=nouveau VGA compatible controller; claimed by rd.vfio.ids
> 1: '0000:01:00.0': unknown directive: a line starts with claim, keep, set or #; did you mean claim 0000:01:00.0@10de:1c03?
line rd.vfio.ids=01:00.0
line rd.vfio.id=10de:1c03
> 1: 'rd.vfio.id': unknown parameter; did you mean rd.vfio.ids=10de:1c03?
line rd.vfio_ids=10de:1c03
> 1: 'rd.vfio_ids': unknown parameter; did you mean rd.vfio.ids=10de:1c03?
line rd_vfio_ids=10de:1c03
> 1: 'rd_vfio_ids': unknown parameter; did you mean rd.vfio.ids=10de:1c03?
line rd-vfio-ids=10de:1c03
> 1: 'rd-vfio-ids': unknown parameter; did you mean rd.vfio.ids=10de:1c03?
line rdvfio.ids=10de:1c03
> 1: 'rdvfio.ids': unknown parameter; did you mean rd.vfio.ids=10de:1c03?
line rd.vifo.ids=10de:1c03
> 1: 'rd.vifo.ids': unknown parameter; did you mean rd.vfio.ids=10de:1c03?
line vfio.ids=10de:1c03
> 1: 'vfio.ids': unknown parameter; did you mean rd.vfio.ids=10de:1c03?
line vfio-early.ids=10de:1c03
> 1: 'vfio-early.ids': unknown parameter; did you mean rd.vfio.ids=10de:1c03?
line rd.vfio-early.ids=10de:1c03
> 1: 'rd.vfio-early.ids': unknown parameter; did you mean rd.vfio.ids=10de:1c03?
line RD.VFIO.IDS=10de:1c03
> 1: 'RD.VFIO.IDS': unknown parameter; did you mean rd.vfio.ids=10de:1c03?
line rd.vfio.claim=10de:1c03
> 1: 'rd.vfio.claim': unknown parameter; did you mean rd.vfio.ids=10de:1c03?
line rd.vfio.keeep=01:00.0
> 1: 'rd.vfio.keeep': unknown parameter; did you mean rd.vfio.keep=01:00.0? It is obeyed, because it only protects.
line rd.vfio.dry-run
> 1: 'rd.vfio.dry-run': unknown parameter; did you mean rd.vfio.dryrun? It is obeyed, because it only protects.
line rd.vfio.dry_run=1
> 1: 'rd.vfio.dry_run': unknown parameter; did you mean rd.vfio.dryrun=1? It is obeyed, because it only protects.
line rd.vfio.off
> 1: 'rd.vfio.off': unknown parameter; did you mean rd.vfio=0? It is obeyed, because it only protects.
line rd.vfoi=0
> 1: 'rd.vfoi': unknown parameter; did you mean rd.vfio=0? It is obeyed, because it only protects.
line vfio=0
> 1: 'vfio': unknown parameter; did you mean rd.vfio=0? It is obeyed, because it only protects.
line RD.VFIO=0
> 1: 'RD.VFIO': unknown parameter; did you mean rd.vfio=0? It is obeyed, because it only protects.
line rd. vfio=0
> 5: 'vfio': the blank before it separates it from rd.; did you mean rd.vfio=0? It is obeyed, because it only protects.
line rd .vfio=off
> 4: '.vfio': the blank before it separates it from rd; did you mean rd.vfio=off? It is obeyed, because it only protects.
line rd. fio.keep=01:00.0
> 5: 'fio.keep': the blank before it separates it from rd.; did you mean rd.vfio.keep=01:00.0? It is obeyed, because it only protects.
line r .vfio.ids=10de:1c03
> 3: '.vfio.ids': the blank before it separates it from r; did you mean rd.vfio.ids=10de:1c03?
line rd vga=0 rd. info=0
line rd.vfio 0
> 9: '0': the blank before it separates it from rd.vfio; did you mean rd.vfio=0? It is obeyed, because it only protects.
line rd.vfio =0
> 9: '=0': the blank before it separates it from rd.vfio; did you mean rd.vfio=0? It is obeyed, because it only protects.
line rd.vfio=banana
> 9: 'banana': expected 0 or 1; this boot claims nothing; rd.vfio.ids= names devices
line rd.vfio=
line rd.vfio=1 rd.vfio=1
line rd.vfio=0 rd.vfio=1
> 11: 'rd.vfio': a second time, with another value; this boot claims nothing
line rd.vfio=1 rd.vfio=0
> 11: 'rd.vfio': a second time, with another value; this boot claims nothing
line rd.vfio=off rd.vfio=on
> 13: 'rd.vfio': a second time, with another value; this boot claims nothing
line rd.vfoi=0 rd.vfio=1
> 1: 'rd.vfoi': unknown parameter; did you mean rd.vfio=0? It is obeyed, because it only protects.
> 11: 'rd.vfio': a second time, with another value; this boot claims nothing
line rd.vfio=1 0
> 11: '0': the blank before it separates it from rd.vfio=1; did you mean rd.vfio=0? It is obeyed, because it only protects.
line rd.vfio=1 off
> 11: 'off': the blank before it separates it from rd.vfio=1; did you mean rd.vfio=0? It is obeyed, because it only protects.
line rd.vfio= 0
> 10: '0': the blank before it separates it from rd.vfio=; did you mean rd.vfio=0? It is obeyed, because it only protects.
line rd.vfio.dryrun=0 rd.vfio.dryrun
> 18: 'rd.vfio.dryrun': a second time, with another value; this boot is a dry run
line rd.vfio.dryrun rd.vfio.dryrun=0
> 16: 'rd.vfio.dryrun': a second time, with another value; this boot is a dry run
line rd.vfio.config=1 rd.vfio.config=0
> 18: 'rd.vfio.config': a second time, with another value; this boot claims nothing
line rd.vfio.debug=1 rd.vfio.debug=0
> 17: 'rd.vfio.debug': a second time, with another value; every write is logged
line rd.vfio.iommu=ignore rd.vfio.iommu=require
> 30: 'iommu': a second time, with another value; iommu=require is used
line rd.vfio.iommu=require rd.vfio.iommu=ignore
> 31: 'iommu': a second time, with another value; iommu=require is used
line rd.vfio.iommu=require rd.vfio.iommu=require
line rd.vfio.ids=01:00.0 rd.vfio.ids=10de:10f1 rd.vfio.keep=00:02.0 rd.vfio.keep=00:02.0
line rd.vfio.debbug
> 1: 'rd.vfio.debbug': unknown parameter; did you mean rd.vfio.debug?
line rd.vfio.nonsense=1
> 9: 'nonsense': unknown setting; settings are iommu, last-display, recovery, expand, deadline, facts and log
line rd.vfio.iommu=ignroe
> 15: 'ignroe': iommu takes require or ignore; did you mean ignore?
line rd.vfio.last-dispaly=claim
> 1: 'rd.vfio.last-dispaly': unknown parameter; did you mean rd.vfio.last-display=claim?
line rd.vfio.stage=late
> 9: 'stage': no setting; stage is an option of a claim line in a file
line rd.vfio.ids 10de:1c03
> 1: 'rd.vfio.ids': no selector: expected ids or addresses with commas between them, as in rd.vfio.ids=10de:1c03,01:00.0
> 13: '10de:1c03': the blank before it separates it from rd.vfio.ids; did you mean rd.vfio.ids=10de:1c03?
line rd.vfio.ids=
> 1: 'rd.vfio.ids': no selector: expected ids or addresses with commas between them, as in rd.vfio.ids=10de:1c03,01:00.0
line rd.vfio.ids="10de:1c03 10de:10f1"
> 14: '10de:1c03 10de:10f1': separate selectors with commas here, not with blanks; did you mean 10de:1c03,10de:10f1?
line rd.vfio.ids=10de:1c03, 10de:10f1
> 24: '10de:10f1': the blank before it separates it from rd.vfio.ids=10de:1c03,; did you mean rd.vfio.ids=10de:1c03,10de:10f1?
line rd.vfio.ids=10de:1c03 10de:10f1
> 23: '10de:10f1': the blank before it separates it from rd.vfio.ids=10de:1c03; did you mean rd.vfio.ids=10de:1c03,10de:10f1?
line rd.vfio.ids=10de:1c03 ,10de:10f1
> 23: ',10de:10f1': the blank before it separates it from rd.vfio.ids=10de:1c03; did you mean rd.vfio.ids=10de:1c03,10de:10f1?
line rd.vfio.ids=10de:1c03:19da :1438
> 28: ':1438': the blank before it separates it from rd.vfio.ids=10de:1c03:19da; did you mean rd.vfio.ids=10de:1c03:19da:1438?
line rd.vfio.ids=10de:1c03,[10de:10f1]
> 23: '[10de:10f1]': the vendor of an id is four hexadecimal digits or *; did you mean 10de:10f1?
line rd.vfio.ids:10de:1c03
> 1: 'rd.vfio.ids:10de:1c03': unknown parameter; did you mean rd.vfio.ids=10de:1c03?
line rd.vfio.ids==10de:1c03
> 13: '=10de:1c03': the vendor of an id is four hexadecimal digits or *; did you mean 10de:1c03?
line rd.vfio.ids=pci_0000_01_00_0
> 13: 'pci_0000_01_00_0': an address is [segment:]bus:slot.function, as in 0000:01:00.0 or 01:00.0; did you mean 0000:01:00.0?
line rd.vfio.ids=10de–1c03
> 17: '10de???1c03': U+2013 EN DASH in place of '-'; did you mean 10de:1c03?
line rd.vfio.ids=“10de:1c03”
> 13: '???10de:1c03???': U+201C LEFT DOUBLE QUOTATION MARK in place of '"'; did you mean 10de:1c03?
line “rd.vfio.ids=10de:1c03”
> 1: '???rd.vfio.ids': U+201C LEFT DOUBLE QUOTATION MARK in place of '"'; did you mean rd.vfio.ids=10de:1c03?
line quiet rd.vfio.ids=10de:1c03
> 1: 'quiet??rd.vfio.ids': U+00A0 NO-BREAK SPACE in place of a blank; did you mean rd.vfio.ids=10de:1c03?
line rd.vfio.ids=10de:1c03 quiet
> 22: '10de:1c03??quiet': U+00A0 NO-BREAK SPACE in place of a blank; did you mean 10de:1c03?
line rd.vfio.keep=01:00 .0
> 14: '01:00': an address is [segment:]bus:slot.function, as in 0000:01:00.0 or 01:00.0; did you mean 01:00.*? It is kept.
> 20: '.0': the blank before it separates it from rd.vfio.keep=01:00; did you mean rd.vfio.keep=01:00.0? It is obeyed, because it only protects.
line rd.vfio.keep="01:00.0 02:00.0"
> 15: '01:00.0 02:00.0': separate selectors with commas here, not with blanks; did you mean 01:00.0,02:00.0?
line quiet 10de:1c03
> 7: '10de:1c03': a selector that stands alone; did you mean rd.vfio.ids=10de:1c03?
line quiet 01:00.0,10de:10f1 splash
> 7: '01:00.0,10de:10f1': a selector that stands alone; did you mean rd.vfio.ids=01:00.0,10de:10f1?
line vfio_pci.ids=10de:1c03
line vfio_pci,ids=10de:1c03
> 1: 'vfio_pci,ids': unknown parameter; did you mean vfio-pci.ids=10de:1c03?
line vifo-pci.ids=10de:1c03
> 1: 'vifo-pci.ids': unknown parameter; did you mean vfio-pci.ids=10de:1c03?
line vfio-pci.id=10de:1c03
> 1: 'vfio-pci.id': unknown parameter; did you mean vfio-pci.ids=10de:1c03?
line vfio-pci.ids:10de:1c03
> 1: 'vfio-pci.ids:10de:1c03': unknown parameter; did you mean vfio-pci.ids=10de:1c03?
line VFIO-PCI.IDS=10de:1c03
> 1: 'VFIO-PCI.IDS': unknown parameter; did you mean vfio-pci.ids=10de:1c03?
line vfio–pci.ids=10de:1c03
> 1: 'vfio???pci.ids': U+2013 EN DASH in place of '-'; did you mean vfio-pci.ids=10de:1c03?
line vfio-pci.ids=10de:1c03, 10de:10f1
> 25: '10de:10f1': the blank before it separates it from vfio-pci.ids=10de:1c03,; did you mean vfio-pci.ids=10de:1c03,10de:10f1?
line vfio-pci.ids
> 1: 'vfio-pci.ids': no ids: expected ids with commas between them
line vfio-pci ids=10de:1c03
> 10: 'ids': unknown parameter; did you mean rd.vfio.ids=10de:1c03?
line nvidia.ids=10de:1c03
> 1: 'nvidia.ids': unknown parameter; did you mean rd.vfio.ids=10de:1c03?
line rd.vfio.ids=01:00.0 3
line rd.lvm.vg=x rd.lvm.lv=vg/x rd.md=0 rd.dm=0 rd.luks=0 rd.info rd.udev.debug rd.driver.pre=vfio-pci rd.driver.blacklist=nouveau
line vfio_iommu_type1.allow_unsafe_interrupts=1 vfio-pci.disable_vga=1 vfio_pci.disable_idle_d3=1 vfio.enable_unsafe_noiommu_mode=1
line pci-stub.ids=10de:1c03 xen-pciback.hide=(01:00.0) pcie_acs_override=id:10de:1c03 video=efifb:off intel_iommu=on iommu=pt kvm.ignore_msrs=1
file keep=01:00.0
> 1: 'keep=01:00.0': unknown directive: a line starts with claim, keep, set or #; did you mean keep 01:00.0? It is obeyed, because it only protects.
file rd.vfio.keep 01:00.0
> 1: 'rd.vfio.keep': a kernel parameter, which has no effect in a file; did you mean keep 01:00.0? It is obeyed, because it only protects.
file - keep 01:00.0
> 1: '-': unknown directive: a line starts with claim, keep, set or #; did you mean keep 01:00.0? It is obeyed, because it only protects.
file unclaim 01:00.0
> 1: 'unclaim': unknown directive: a line starts with claim, keep, set or #; did you mean keep 01:00.0? It is obeyed, because it only protects.
file dont-claim 01:00.0
> 1: 'dont-claim': unknown directive: a line starts with claim, keep, set or #; did you mean keep 01:00.0? It is obeyed, because it only protects.
file keep 01:00.0,02:00.0
> 6: '01:00.0,02:00.0': separate selectors with blanks here, not with commas; did you mean 01:00.0 02:00.0? They are kept.
file keep 01:00.0;02:00.0
> 6: '01:00.0;02:00.0': an address is [segment:]bus:slot.function, as in 0000:01:00.0 or 01:00.0; did you mean 01:00.0 02:00.0? They are kept.
file claim 01:00.0;01:00.1;02:00.0
> 7: '01:00.0;01:00.1;02:00.0': an address is [segment:]bus:slot.function, as in 0000:01:00.0 or 01:00.0; did you mean 01:00.0 01:00.1 02:00.0?
file keep 01:00.0#card
> 6: '01:00.0#card': an address is [segment:]bus:slot.function, as in 0000:01:00.0 or 01:00.0. It is kept.
file set keep=01:00.0
> 5: 'keep': no setting; did you mean keep 01:00.0? It is kept.
file [claim]
> 1: '[claim]': unknown directive: a line starts with claim, keep, set or #
file claim 01:00.0 expand
> 15: 'expand': an option is NAME=VALUE; expand takes none, slot or group; this line claims nothing
file claim 1:00.0
> 7: '1:00.0': an address is [segment:]bus:slot.function, as in 0000:01:00.0 or 01:00.0; did you mean 01:00.0?
file claim 01:00.0-1
> 7: '01:00.0-1': an address names one function, or all of its slot with .*; did you mean 01:00.0 01:00.1?
file claim 02:00.0-3
> 7: '02:00.0-3': an address names one function, or all of its slot with .*; did you mean 02:00.0 02:00.1 02:00.2 02:00.3?
file claim 2:00.0-3
> 7: '2:00.0-3': an address names one function, or all of its slot with .*; did you mean 02:00.0 02:00.1 02:00.2 02:00.3?
file claim 0000:02:00.0-1
> 7: '0000:02:00.0-1': an address names one function, or all of its slot with .*; did you mean 0000:02:00.0 0000:02:00.1?
file claim 02:00.0–1
> 14: '02:00.0???1': U+2013 EN DASH in place of '-'; did you mean 02:00.0 02:00.1?
file claim 02:00.0..3
> 7: '02:00.0..3': an address names one function, or all of its slot with .*; did you mean 02:00.0 02:00.1 02:00.2 02:00.3?
file claim 02:00.[0-7]
> 7: '02:00.[0-7]': an address names one function, or all of its slot with .*; did you mean 02:00.*?
file claim 02:00.x
> 7: '02:00.x': an address names one function, or all of its slot with .*; did you mean 02:00.*?
file claim 02:00.0,1
> 7: '02:00.0,1': separate selectors with blanks here, not with commas; did you mean 02:00.0 02:00.1?
file claim 02:00.0,.1
> 7: '02:00.0,.1': separate selectors with blanks here, not with commas; did you mean 02:00.0 02:00.1?
file claim 02:00.{0,1}
> 7: '02:00.{0,1}': separate selectors with blanks here, not with commas; did you mean 02:00.0 02:00.1?
file claim 02:00.0/1
> 7: '02:00.0/1': an address names one function, or all of its slot with .*; did you mean 02:00.0 02:00.1?
file claim 02:00.0+1
> 7: '02:00.0+1': an address names one function, or all of its slot with .*; did you mean 02:00.0 02:00.1?
file claim 02:00.0-02:00.1
> 7: '02:00.0-02:00.1': an address names one function, or all of its slot with .*; did you mean 02:00.0 02:00.1?
file claim 02:00.0-03:00.1
> 7: '02:00.0-03:00.1': an address is [segment:]bus:slot.function, as in 0000:01:00.0 or 01:00.0
file claim 02:00.3-0
> 7: '02:00.3-0': an address names one function, or all of its slot with .*; did you mean 02:00.0 02:00.1 02:00.2 02:00.3?
file claim 02:00.0 .1
> 15: '.1': expected an id such as 10de:1c03 or an address such as 01:00.0; did you mean 02:00.1? This line claims nothing.
file claim 02:00.0 1
> 15: '1': expected an id such as 10de:1c03 or an address such as 01:00.0; did you mean 02:00.1? This line claims nothing.
file claim 10de:1c03,10f1
> 7: '10de:1c03,10f1': separate selectors with blanks here, not with commas; did you mean 10de:1c03 10de:10f1?
file claim 10de:{1c03,10f1}
> 7: '10de:{1c03,10f1}': separate selectors with blanks here, not with commas; did you mean 10de:1c03 10de:10f1?
file claim 10de 1c03
> 7: '10de 1c03': an id is vendor:device, four hexadecimal digits each; did you mean 10de:1c03?
file claim 10de 1c03 optional
> 7: '10de 1c03': an id is vendor:device, four hexadecimal digits each; did you mean 10de:1c03?
file keep 10de 1c03
> 6: '10de 1c03': an id is vendor:device, four hexadecimal digits each; did you mean 10de:1c03? It is kept.
file keep 02:00.0-1
> 6: '02:00.0-1': an address names one function, or all of its slot with .*; did you mean 02:00.0 02:00.1? They are kept.
file keep 02:00.0 .1
> 14: '.1': expected an id such as 10de:1c03 or an address such as 01:00.0; did you mean 02:00.1? It is kept.
line rd.vfio.ids=02:00.0-1
> 13: '02:00.0-1': an address names one function, or all of its slot with .*; did you mean 02:00.0,02:00.1?
line rd.vfio.ids=02:00.{0,1}
> 13: '02:00.{0,1}': an address names one function, or all of its slot with .*; did you mean 02:00.0,02:00.1?
line rd.vfio.ids=02:00.0,1
> 21: '1': expected an id such as 10de:1c03 or an address such as 01:00.0; did you mean 02:00.1?
line rd.vfio.ids=10de:1c03,10f1
> 23: '10f1': expected an id such as 10de:1c03 or an address such as 01:00.0; did you mean 10de:10f1?
line rd.vfio.keep=02:00.0,1
> 22: '1': expected an id such as 10de:1c03 or an address such as 01:00.0; did you mean 02:00.1? It is kept.
word 02:00.0-1
> vfio-early: '02:00.0-1': an address names one function, or all of its slot with .*; did you mean 02:00.0 02:00.1?
word 10de:1c03,10f1
> vfio-early: '10de:1c03,10f1': separate selectors with blanks here, not with commas; did you mean 10de:1c03 10de:10f1?
line rd.vfio.dry-run=0
> 1: 'rd.vfio.dry-run': unknown parameter; did you mean rd.vfio.dryrun=0?
line rd.vfio0
> 1: 'rd.vfio0': unknown parameter; did you mean rd.vfio=0? It is obeyed, because it only protects.
line rd.vfio.enabled=0
> 1: 'rd.vfio.enabled': unknown parameter; did you mean rd.vfio=0? It is obeyed, because it only protects.
line rd.vfio.exclude=01:00.0
> 1: 'rd.vfio.exclude': unknown parameter; did you mean rd.vfio.keep=01:00.0? It is obeyed, because it only protects.
word 10de:zzzz
> vfio-early: '10de:zzzz': the device of an id is four hexadecimal digits or *
word [10de:1c03]
> vfio-early: '[10de:1c03]': the vendor of an id is four hexadecimal digits or *; did you mean 10de:1c03?
word 0000:01:00:0
> vfio-early: '0000:01:00:0': an address is [segment:]bus:slot.function, as in 0000:01:00.0 or 01:00.0; did you mean 0000:01:00.0?
word pci_0000:01:00.0
> vfio-early: 'pci_0000:01:00.0': an address is [segment:]bus:slot.function, as in 0000:01:00.0 or 01:00.0; did you mean 0000:01:00.0?
word “10de:1c03”
> vfio-early: '???10de:1c03???': U+201C LEFT DOUBLE QUOTATION MARK in place of '"'; did you mean 10de:1c03?
TABLE
}

# answer KIND TEXT: what is said, a line each; of a file and the command line with the column before it.
answer() {
	: >"$tree/etc/vfio-early.conf"
	cmdline quiet
	case $1 in
	file) printf '%s\n' "$2" >"$tree/etc/vfio-early.conf" ;;
	line) printf '%s\n' "$2" >"$tree/proc/cmdline" ;;
	word)
		run list "$2"
		printf '%s\n' "$output"
		return
		;;
	args)
		# shellcheck disable=SC2086 # several arguments
		run $2
		printf '%s\n' "$output"
		return
		;;
	esac
	run boot --dry-run --json
	printf '%s\n' "$output" | jq -r '.errors[] | (.where | sub("^/(etc/vfio-early.conf|proc/cmdline):1:"; "")) + ": " + .what'
}
claims_nothing() { printf '%s\n' "$output" | jq -e '[.devices[] | select(.verdict)] | length == 0' >/dev/null; }
# A row ends where the next one begins.
end_row() {
	[ -n "$kind" ] || return 0
	answer "$kind" "$text" >"$tree.said"
	ok "$kind $text" [ "$(cat "$tree.said")" = "$expected" ]
	[ "$kind" != file ] || [ -z "$expected" ] || ok "$kind $text: claims nothing" claims_nothing
}
kind="" rows=0 newline='
'
table >"$tree.table"
while IFS= read -r row; do
	case $row in
	"> "*)
		expected=$expected${expected:+$newline}${row#> }
		continue
		;;
	esac
	end_row
	kind=${row%% *} text=${row#* } expected=""
	rows=$((rows + 1))
done <"$tree.table"
end_row
rm "$tree.table" "$tree.said"
ok "at least 80 slips" [ "$rows" -ge 80 ]

# --- where it is said ---
echo "clam 01:00.0" | config
cmdline rd.vfio.id=10de:1c03
run check
ok "check: the file" line "FAIL /etc/vfio-early.conf:1:1: 'clam': unknown directive: a line starts with claim, keep, set or #; did you mean claim 01:00.0?"
ok "check: the command line" line "FAIL /proc/cmdline:1:1: 'rd.vfio.id': unknown parameter; did you mean rd.vfio.ids=10de:1c03?"
ok "it is not ready" exits 1
run boot
ok "the log of the boot" log_says "vfio-early: /proc/cmdline:1:1: 'rd.vfio.id': unknown parameter; did you mean rd.vfio.ids=10de:1c03?"
ok "of the file too" log_says "vfio-early: /etc/vfio-early.conf:1:1: 'clam': unknown directive"
rm -r "$tree/run/vfio-early"


# --- what only protects takes effect, and nothing else does ---
for line in "keep=01:00.0" "rd.vfio.keep 01:00.0" "- keep 01:00.0" "unclaim 01:00.0" "keep 02:00.0,01:00.0" "keep 01:00.0;02:00.0" \
	"set keep=01:00.0" "keep 01:00.0#card" "keep 01:00.0-1" "keep 01:00.1-0" "keep 01:00.1,0" "keep 01:00.1 .0" "keep 01:00.1 0" \
	"keep 01:00.{1,0}" "keep 01:00.x" "keep 10de 1c03" "keep 10de:10f1,1c03"; do
	printf 'claim 01:00.0\n%s\n' "$line" | config
	cmdline quiet
	run boot --dry-run
	ok "kept: $line" lacks "would be bound"
done
echo "claim 01:00.0" | config
for line in "rd.vfio.dryrun rd.vfio.dry-run=0" "rd.vfio.dryrun 0" "rd.vfio.dryrun rd.vfio.dryrun=0" "rd.vfio=0 rd.vfio=1" \
	"rd.vfio=1 rd.vfio=0" "rd.vfio=1 0" "rd.vfio=1 off" "rd.vfio= 0" "rd.vfio= 1" "rd.vfoi=0 rd.vfio=1" "rd.vfio.config=0 rd.vfio.config=1"; do
	cmdline "$line"
	run boot
	ok "nothing is bound: $line" [ "$(cat "$tree/sys/bus/pci/devices/0000:01:00.0/driver_override")" = "(null)" ]
	rm -r "$tree/run/vfio-early"
done

# The careful value of two counts, also where the last one cannot be read.
cmdline quiet
for line in "set last-display=claim\nset last-display=keep" "set last-display=keep\nset last-display=claim" \
	"set last-display=claim\nset last-display=kepe"; do
	printf 'claim 01:00.0 00:02.0\n%b\n' "$line" | config
	run boot --dry-run
	ok "a display stays: $line" says "00:02.0 8086:3e92 stays with the host"
done

# --- files at places where nothing reads them ---
cmdline quiet
: | config
unread() { # PATH MEANT: what a file at PATH was meant to be
	mkdir -p "$tree${1%/*}"
	echo "claim 01:00.0" >"$tree$1"
	run check
	ok "$1" line "FAIL $1: no file of vfio-early; did you mean $2?"
	rm -r "${tree:?}$1"
	[ "${1%/*}" = /etc ] || rmdir "$tree${1%/*}"
}
unread /etc/vfio-early.conf.d/gpu /etc/vfio-early.conf.d/gpu.conf
unread /etc/vfio-early.conf.d/gpu.cfg /etc/vfio-early.conf.d/gpu.cfg.conf
unread /usr/lib/vfio-early.conf.d/gpu /etc/vfio-early.conf.d/gpu.conf
unread /etc/vfio-early.d/gpu.conf /etc/vfio-early.conf.d/gpu.conf
unread /etc/vfio-early/gpu.conf /etc/vfio-early.conf.d/gpu.conf
unread /etc/vfio-early/vfio-early.conf /etc/vfio-early.conf.d/vfio-early.conf
unread /etc/vfio_early.conf /etc/vfio-early.conf
unread /etc/vfioearly.conf /etc/vfio-early.conf
unread /etc/vfio-early /etc/vfio-early.conf
unread /etc/vfio-early.cfg /etc/vfio-early.conf
mkdir "$tree/etc/vfio-early.conf.d"
for name in gpu.conf.bak gpu.conf~ .gpu.conf.swp gpu.conf.disabled; do echo "claim 01:00.0" >"$tree/etc/vfio-early.conf.d/$name"; done
echo "The drop-ins of this host are described in the wiki." >"$tree/etc/vfio-early.conf.d/README"
run check
ok "backups and notes are no drop-ins, and were meant to be none" lacks "no file of vfio-early"
rm -r "$tree/etc/vfio-early.conf.d"
echo "claim 01:00.0" >"$tree/etc/vfio-early.conf.d"
run check
ok "a file in place of the folder" line "FAIL /etc/vfio-early.conf.d: a file, where a folder belongs; did you mean /etc/vfio-early.conf?"
rm "$tree/etc/vfio-early.conf.d"

# --- what other methods leave in lists of modules ---
mkdir -p "$tree/etc/initramfs-tools" "$tree/etc/modules-load.d" "$tree/etc/dracut.conf.d" "$tree/usr/sbin"
: >"$tree/usr/sbin/update-initramfs"
printf 'vfio\nvfio_iommu_type1\nvfio_pci ids=10de:1c03\n' >"$tree/etc/initramfs-tools/modules"
printf 'loop\nvfio\nvfio_pci\n' >"$tree/etc/modules"
echo vfio-pci >"$tree/etc/modules-load.d/vfio.conf"
echo 'force_drivers+=" vfio-pci "' >"$tree/etc/dracut.conf.d/vfio.conf"
echo 'omit_drivers+=" vfio-pci "' >"$tree/etc/dracut.conf.d/omit.conf"
echo 'MODULES=(vfio_pci vfio) # was: vfio_iommu_type1' >"$tree/etc/mkinitcpio.conf"
run check
needless="which is harmless and which vfio-early does not need"
ok "initramfs-tools' list" line "WARN /etc/initramfs-tools/modules:1: loads vfio, vfio_iommu_type1, vfio_pci or adds it to images, $needless; remove the line, then: sudo update-initramfs -u -k all"
ok "the ids in it" says "WARN /etc/initramfs-tools/modules:3: vfio-early treats vfio-pci.ids=10de:1c03 as claims with the lowest priority"
ok "/etc/modules" line "WARN /etc/modules:2: loads vfio, vfio_pci or adds it to images, $needless; remove these lines"
ok "modules-load.d" says "WARN /etc/modules-load.d/vfio.conf:1: loads vfio-pci or adds it to images, $needless"
ok "dracut's force_drivers" says "WARN /etc/dracut.conf.d/vfio.conf:1: loads vfio-pci or adds it to images, $needless"
ok "dracut's omit_drivers" says "FAIL /etc/dracut.conf.d/omit.conf:1: keeps vfio-pci out of the images, so no device can be bound to vfio-pci there"
ok "mkinitcpio's MODULES" says "WARN /etc/mkinitcpio.conf:1: loads vfio_pci, vfio or adds it to images, $needless"

done_testing
