/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "core/config.h"
#include "core/settings.h"

static struct config config;

static int start(void **state)
{
	(void)state;
	config_init(&config);
	return 0;
}

static int finish(void **state)
{
	(void)state;
	config_clear(&config);
	return 0;
}

static void add(const char *text)
{
	config_add_file(&config, "/f", text, strlen(text));
}

static void assert_error(size_t i, const char *where, const char *what)
{
	assert_true(i < config.error_count);
	assert_string_equal(config.errors[i].where, where);
	if (!strstr(config.errors[i].what, what))
		print_error("%s\n", config.errors[i].what);
	assert_non_null(strstr(config.errors[i].what, what));
}

static void files_claim(void **state)
{
	(void)state;
	add("# comment\n\n  claim 10de:1c03 01:00.1 # both\r\nclaim\t8086:2668");
	assert_int_equal(config.error_count, 0);
	assert_int_equal(config.claim_count, 3);
	assert_string_equal(config.claims[0].text, "10de:1c03");
	assert_string_equal(config.claims[0].wanted_by, "/f:3");
	assert_string_equal(config.claims[1].text, "01:00.1");
	assert_string_equal(config.claims[2].wanted_by, "/f:4");
}

static void a_byte_order_mark_is_no_text(void **state)
{
	(void)state;
	add("\xef\xbb\xbf"
	    "claim 10de:1c03");
	assert_int_equal(config.error_count, 0);
	assert_int_equal(config.claim_count, 1);
}

static void bad_lines_are_named_and_the_others_count(void **state)
{
	(void)state;
	add("frobnicate x\n"
	    "claim 10de-1c03 10de:1c03\n"
	    "claim 10de:1c03,10de:10f1\n"
	    " claim\n"
	    "claim 01:00.0 expand=most\n"
	    "set\n"
	    "set colour=blue\n"
	    "set iommu=perhaps log\n"
	    "set deadline=0 deadline=61 deadline=x deadline\n");
	assert_int_equal(config.claim_count, 0);
	assert_error(0, "/f:1:1", "'frobnicate': unknown directive");
	assert_error(1, "/f:2:7", "did you mean 10de:1c03? This line claims nothing.");
	assert_error(2, "/f:3:7", "with blanks here, not with commas");
	assert_error(3, "/f:4:7", "no selector on this line");
	assert_error(4, "/f:5:22", "'most': expand takes none, slot or group");
	assert_error(5, "/f:6:4", "set without NAME=VALUE");
	assert_error(6, "/f:7:5", "'colour': unknown setting");
	assert_error(7, "/f:8:11", "'perhaps': iommu takes require or ignore");
	assert_error(8, "/f:8:19", "log takes info or debug");
	for (size_t i = 9; i < 13; i++)
		assert_non_null(strstr(config.errors[i].what, "deadline takes 1 to 60 seconds"));
	assert_int_equal(config.error_count, 13);
	assert_int_equal(config.deadline, 10);
}

static void claims_have_options(void **state)
{
	(void)state;
	add("claim expand=slot 01:00.0 02:00.0 driver=pci-stub optional stage=early\n"
	    "claim 03:00.0 driver=auto stage=late expand=group\n"
	    "claim 04:00.0\n"
	    "claim 05:00.0 driver= colour=blue stage=soon driver=../x\n"
	    "set expand=group\n");
	assert_int_equal(config.claim_count, 4);
	for (int i = 0; i < 2; i++)
		assert_true(config.claims[i].expand == EXPAND_SLOT && config.claims[i].stage == STAGE_EARLY &&
			    config.claims[i].optional && !strcmp(config.claims[i].driver, "pci-stub"));
	assert_true(config.claims[2].expand == EXPAND_GROUP && config.claims[2].stage == STAGE_LATE &&
		    !config.claims[2].driver[0]);
	assert_true(config.claims[3].expand == EXPAND_DEFAULT && config.claims[3].stage == STAGE_AUTO);
	assert_int_equal(config.expand, EXPAND_GROUP);
	assert_error(0, "/f:4:22", "driver takes auto or the name");
	assert_error(1, "/f:4:23", "'colour=blue': unknown option");
	assert_error(2, "/f:4:41", "stage takes early or late");
	assert_error(3, "/f:4:53", "'../x': driver takes");
	assert_int_equal(config.error_count, 4);
}

static void defaults_are_values(void **state)
{
	struct claim claim = { 0 };

	(void)state;
	for (size_t i = 0; i < setting_list.count; i++) {
		const struct setting *setting = &setting_list.list[i];

		assert_true(setting_store(setting, setting->standard, strlen(setting->standard), &config));
	}
	for (size_t i = 0; i < claim_option_list.count; i++) {
		const struct setting *option = &claim_option_list.list[i];

		assert_true(!option->standard[0] ||
			    setting_store(option, option->standard, strlen(option->standard), &claim));
	}
	assert_int_equal(config.deadline, 10);
	assert_true(config.expand == EXPAND_NONE && !config.iommu_ignored && !config.debug);
}

static void keeps_are_kept(void **state)
{
	(void)state;
	add("keep 01:00.0 class:0300 # both\nkeep\nkeep optional\n");
	config_add_cmdline(&config, "rd.vfio.keep=10de:1c03,zzz rd.vfio.expand=slot rd.vfio.expand");
	assert_int_equal(config.keep_count, 3);
	assert_int_equal(config.claim_count, 0);
	assert_string_equal(config.keeps[1].where, "/f:1");
	assert_string_equal(config.keeps[2].where, "rd.vfio.keep");
	assert_error(0, "/f:2:5", "no selector on this line");
	assert_error(1, "/f:3:6", "'optional': expected a selector; keep takes no options");
	assert_error(2, "/proc/cmdline:1:24", "'zzz'");
	assert_error(3, "/proc/cmdline:1:56", "expand takes none, slot or group");
	assert_int_equal(config.expand, EXPAND_SLOT);
}

/* Each one would be added to a longer text: no more of them than there are errors in the list. */
static void a_torn_list_is_bounded(void **state)
{
	char line[20000] = "rd.vfio.ids=07:00.0";

	(void)state;
	for (size_t length = strlen(line); length + 4 < sizeof(line); length += 3)
		memcpy(line + length, " 07", 4);
	config_add_cmdline(&config, line);
	assert_int_equal(config.error_count, CONFIG_ERRORS_MAX);
	assert_int_equal(config.errors_left_out, 0);
}

static void rubbish_is_bounded(void **state)
{
	static char rubbish[1 << 20];

	(void)state;
	for (size_t i = 0; i < sizeof(rubbish); i++)
		rubbish[i] = (char)(i * 2654435761U >> 13);
	config_add_file(&config, "/f", rubbish, sizeof(rubbish));
	add("claim 10de:1c03");
	assert_int_equal(config.claim_count, 1);
	assert_int_equal(config.error_count, CONFIG_ERRORS_MAX);
	assert_true(config.errors_left_out > 1000);
}

static void settings_are_set(void **state)
{
	(void)state;
	add("set iommu=ignore last-display=claim recovery=claim log=debug deadline=60\n");
	assert_int_equal(config.error_count, 0);
	assert_true(config.iommu_ignored && config.last_display_claimed && config.recovery_claims &&
		    config.debug);
	assert_int_equal(config.deadline, 60);
	config_add_cmdline(&config, "rd.vfio.iommu=require rd.vfio.last_display=keep rd.vfio.deadline=3");
	assert_false(config.iommu_ignored || config.last_display_claimed);
	assert_int_equal(config.deadline, 3);
}

static void the_command_line_claims(void **state)
{
	(void)state;
	config_add_cmdline(&config, "quiet rd.vfio.ids=10de:1c03,,01:00.0, rd.vfio.ids=\"8086:2668\" "
				    "\"rd.vfio.ids=1234:1111\"\n");
	assert_int_equal(config.error_count, 0);
	assert_int_equal(config.claim_count, 4);
	assert_string_equal(config.claims[3].text, "1234:1111");
	assert_string_equal(config.claims[3].wanted_by, "rd.vfio.ids");
}

static void bad_tokens_are_named_and_the_others_count(void **state)
{
	(void)state;
	config_add_cmdline(&config, "rd.vfio.ids=zzz,10de:1c03 rd.vfio.ids rd.vfio=banana rd.vfio.nonsense=1 "
				    "rd.vfiox=1 rd.vfio.");
	assert_int_equal(config.claim_count, 1);
	assert_error(0, "/proc/cmdline:1:13", "'zzz': expected an id");
	assert_error(1, "/proc/cmdline:1:27", "no selector: expected ids");
	assert_error(2, "/proc/cmdline:1:47", "'banana': expected 0 or 1");
	assert_error(3, "/proc/cmdline:1:62", "'nonsense': unknown setting");
	assert_true(config.off);
}

static void switches(void **state)
{
	static const struct {
		const char *text;
		bool off, debug, dryrun;
	} rows[] = {
		{ "rd.vfio=0", true, false, false },
		{ "rd.vfio=off", true, false, false },
		{ "rd.vfio=no", true, false, false },
		{ "rd.vfio", false, false, false },
		{ "rd.vfio=1", false, false, false },
		{ "rd.vfio=1 rd.vfio=on", false, false, false },
		{ "\"rd.vfio=0\"", true, false, false },
		{ "rd.vfio=\"0\"", true, false, false },
		{ "rd.vfio.debug", false, true, false },
		{ "rd.vfio.debug=0", false, false, false },
		{ "rd.vfio.dryrun", false, false, true },
		{ "rd.vfio.dryrun=1 rd.vfio.log=debug", false, true, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		config_clear(&config);
		config_add_cmdline(&config, rows[i].text);
		assert_row(config.off == rows[i].off && config.debug == rows[i].debug &&
				   config.dryrun == rows[i].dryrun && !config.error_count,
			   rows[i].text);
		assert_row(!!config_off_reason(&config) == rows[i].off, rows[i].text);
	}
}

static void the_switch_fails_closed(void **state)
{
	static const struct {
		const char *text;
		bool off, dryrun, error;
	} rows[] = {
		{ "rd.vfio=OFF", true, false, false },        { "rd.vfio=No", true, false, false },
		{ "rd.vfio=none", true, false, false },       { "rd.vfio=", true, false, false },
		{ "rd.vfio=False", true, false, false },      { "rd.vfio=10de:1c03", true, false, true },
		{ "rd.vfio=1 rd.vfio=x", true, false, true }, { "rd.vfio=YES", false, false, false },
		{ "rd.vfio.dryrun=NO", false, false, false }, { "rd.vfio.dryrun=maybe", false, true, true },
		{ "rd.vfio=0 rd.vfio=1", true, false, true }, { "rd.vfio=1 rd.vfio=0", true, false, true },
		{ "rd.vfio.dryrun=", false, true, false },    { "rd.vfio.dryrun=On", false, true, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		config_clear(&config);
		config_add_cmdline(&config, rows[i].text);
		assert_row(config.off == rows[i].off && config.dryrun == rows[i].dryrun &&
				   !!config.error_count == rows[i].error,
			   rows[i].text);
	}
}

static void the_switch_is_told_as_it_was_written(void **state)
{
	(void)state;
	config_add_cmdline(&config, "rd.vfio=\"OFF\"");
	assert_string_equal(config.off_by, "rd.vfio=OFF");
	assert_string_equal(config_off_reason(&config), "rd.vfio=OFF on the kernel command line");
	config_add_cmdline(&config, "rd.vfio=");
	assert_string_equal(config.off_by, "rd.vfio=");
}

/* What other programs have on real command lines, alone and behind a parameter of ours: none is taken for a slip. */
static void words_of_others_are_no_slips(void **state)
{
	/* clang-format off */
	static const char *const words[] = {
		"acpi=off", "acpi_backlight=vendor", "acpi_enforce_resources=lax", "acpi_osi=Linux",
		"acpi_rev_override=1", "acpi_sleep=nonvs", "amd_iommu=on", "amd_iommu_dump",
		"amd_iommu_intr=vapic", "amd_pstate=active", "amdgpu.dc=0",
		"amdgpu.ppfeaturemask=0xffffffff", "apic=debug", "apparmor=1", "audit=0",
		"audit_backlog_limit=8192", "autoconf=0", "BOOT_IMAGE=/vmlinuz-6.1.0", "base_ubuntu",
		"bgrt_disable", "bluetooth.disable_ertm=1", "boot=live", "boot_delay=10", "bootmem_debug",
		"btusb.enable_autosuspend=0", "cgroup_disable=memory", "cgroup_enable=memory",
		"cgroup_no_v1=all", "cfg80211.ieee80211_regdom=DE", "checkreqprot=1", "clocksource=tsc",
		"cma=64M", "cnic.debug=1", "coherent_pool=1M", "components", "console=ttyS0,115200n8",
		"console=tty0", "consoleblank=0", "coredump_filter=0x33", "cpufreq.off=1", "cpuidle.off=1",
		"crashkernel=256M", "cryptdevice=UUID=1:root", "cryptomgr.notests", "debug",
		"default_hugepagesz=1G", "dell_smm_hwmon.ignore_dmi=1", "delayacct", "dis_ucode_ldr",
		"disable_ipv6=1", "dm_mod.create=x", "dm-verity.require_signatures=1",
		"drm.edid_firmware=edid/1.bin", "drm_kms_helper.poll=0",
		"dyndbg=\"file drivers/usb/* +p\"", "earlycon", "earlyprintk=vga", "edd=off",
		"efi=runtime", "efifb=off", "elevator=noop", "enforcing=0", "evdev.debug=1",
		"ext4.debug=1", "fastboot", "fb_tunnels=off", "fbcon=map:1", "fbcon=rotate:1",
		"file=/dev/sda1", "fips=1", "fio.debug=1", "firmware_class.path=/x", "floppy=off",
		"force_load", "fsck.mode=skip", "fsck.repair=yes", "ftrace=function", "gpt",
		"hid_apple.fnmode=2", "hostname=vfi", "hpet=disable", "hugepages=16", "hugepagesz=1G",
		"i2c_i801.disable_features=0x10", "i8042.nomux=1", "i8042.reset", "i915.enable_guc=3",
		"i915.enable_gvt=1", "i915.force_probe=46a6", "ide=nodma", "idle=poll", "ignore_loglevel",
		"ima_appraise=fix", "init=/usr/lib/systemd/systemd", "initcall_debug",
		"initrd=/initrd.img", "intel_idle.max_cstate=1", "intel_iommu=on", "intel_iommu=sm_on",
		"intel_pstate=passive", "intremap=nosid", "io_delay=0xed", "io=0", "iomem=relaxed",
		"iommu=pt", "iommu.passthrough=1", "iommu.strict=0", "ip=dhcp", "ipv6.disable=1",
		"irqaffinity=0-3", "isolcpus=managed_irq,2-7", "ivrs_ioapic[32]=00:14.0",
		"ivrs_hpet[0]=00:14.0", "ixgbe.allow_unsupported_sfp=1", "kaslr", "keep_bootcon",
		"kexec_load_disabled=1", "kvm.ignore_msrs=1", "kvm-intel.nested=1", "kvm_amd.npt=1",
		"libata.force=noncq", "libata.allow_tpm=1", "locale=de_DE", "lockdown=integrity",
		"log_buf_len=16M", "log=1", "loglevel=3", "loop.max_loop=64", "lpj=1", "lsm=landlock,yama",
		"mce=ignore_ce", "md_mod.start_ro=1", "mem=4G", "mem_encrypt=on", "memmap=16M!1G",
		"memtest=4", "mitigations=off", "module.sig_enforce=1", "module_blacklist=nouveau",
		"modprobe.blacklist=nouveau,nvidia", "mpt3sas.max_queue_depth=1", "nfs.nfs4_unique_id=x",
		"net.ifnames=0", "netconsole=@/,@10.0.0.1/", "nmi_watchdog=0", "noaer", "noapic",
		"nohz_full=2-7", "nokaslr", "nolapic", "nomodeset", "nopat", "nosmt", "nosplash",
		"nouveau.config=NvGspRm=1", "nouveau.modeset=0", "nowatchdog", "nvidia-drm.modeset=1",
		"nvidia.NVreg_PreserveVideoMemoryAllocations=1", "nvme_core.default_ps_max_latency_us=0",
		"nvme.poll_queues=4", "oops=panic", "page_alloc.shuffle=1", "panic=10", "parport=0",
		"pci=noaer,realloc", "pci=nommconf", "pcie_acs_override=downstream", "pcie_aspm=off",
		"pcie_aspm.policy=performance", "pcie_bus_perf", "pcie_port_pm=off", "plymouth.enable=0",
		"possible_cpus=8", "preempt=full", "printk.devkmsg=on", "processor.max_cstate=1", "psi=1",
		"pstore.backend=efi", "pti=off", "pty.legacy_count=0", "quiet", "r8169.use_dac=1",
		"radeon.si_support=0", "raid=noautodetect", "raid0.default_layout=2",
		"random.trust_cpu=on", "rcu_nocbs=2-7", "rd.auto", "rd.break=pre-mount", "rd.cmdline=ask",
		"rd.debug", "rd.dm=0", "rd.driver.blacklist=nouveau", "rd.driver.pre=vfio-pci",
		"rd.driver.post=nvidia", "rd.emergency=reboot", "rd.fcoe=0", "rd.fips=0", "rd.fstab=0",
		"rd.hostonly=0", "rd.info", "rd.iscsi.firmware=1", "rd.iscsi.ibft=1", "rd.live.image",
		"rd.live.check=0", "rd.live.ram=1", "rd.live.dir=/x", "rd.luks=0", "rd.luks.uuid=luks-1",
		"rd.luks.key=/k:UUID=1", "rd.luks.options=discard", "rd.lvm=0", "rd.lvm.vg=x",
		"rd.lvm.lv=x/y", "rd.md=0", "rd.md.uuid=1", "rd.md.imsm=0", "rd.memdebug=3",
		"rd.minmem=1024", "rd.multipath=0", "rd.neednet=1", "rd.net.timeout.dhcp=10",
		"rd.nfs.domain=x", "rd.nvmf.discover=x", "rd.nonvmf=0", "rd.overlay=1", "rd.peerdns=0",
		"rd.plymouth=0", "rd.qubes.hide_pci=01:00.0", "rd.retry=30", "rd.rw", "rd.shell=0",
		"rd.skipfsck", "rd.splash", "rd.systemd.unit=rescue.target", "rd.systemd.gpt_auto=0",
		"rd.timeout=0", "rd.udev.log_level=info", "rd.udev.debug", "rd.usrmount.ro",
		"rd.vconsole.keymap=de", "rd.verbose", "rd.verity=0", "rd.zfcp=0.0.1", "rd.znet=qeth",
		"rd.zram=0", "rd.zipl=0", "rd_NO_PLYMOUTH", "rd_NO_LUKS", "rd_LVM_VG=x", "rdinit=/init",
		"rdloaddriver=x", "reboot=pci", "relax_domain_level=1", "reserve=0x300,8", "resume=UUID=1",
		"resume_offset=1", "retain_initrd", "rhgb", "ro", "root=/dev/sda1", "rootdelay=5",
		"rootflags=subvol=@", "rootfstype=ext4", "rootwait", "rw", "sata_nv.swncq=0",
		"scsi_mod.scan=sync", "security=selinux", "selinux=0", "shpchp.shpchp_debug=1", "sit=0",
		"slab_nomerge", "snd_hda_intel.power_save=0", "snd_hda_intel.probe_mask=1",
		"softlockup_panic=0", "spectre_v2=off", "splash", "split_lock_detect=off", "swapaccount=1",
		"swiotlb=65536", "sysrq_always_enabled=1", "systemd.unit=multi-user.target",
		"systemd.mask=x", "systemd.machine_id=1", "systemd.show_status=0",
		"systemd.log_level=debug", "systemd.unified_cgroup_hierarchy=0",
		"thinkpad_acpi.fan_control=1", "threadirqs", "tpm_tis.interrupts=0",
		"transparent_hugepage=never", "tsc=reliable", "tsx=on", "udev.log_level=3",
		"udev.event_timeout=5", "usb-storage.quirks=0bc2:ab20:u", "usbcore.autosuspend=-1",
		"usbcore.quirks=0bc2:ab20:k", "usbhid.mousepoll=1", "uio=0", "uio_pci_generic.ids=x",
		"vconsole.keymap=de", "vdso=1", "verbose", "vfat.debug=1", "vfs=0", "vfs.debug=1",
		"vga=791", "vga=normal", "vgaarb=0", "via-rhine.debug=1", "video=efifb:off",
		"video=vesafb:off", "video=HDMI-A-1:1920x1080@60", "vifi=0", "vio=0", "fio=0", "vi=0",
		"vif=0", "virtio=0", "virtio_net.napi_tx=0", "virtio_pci.force_legacy=1", "vsyscall=none",
		"vt.handoff=7", "vt.global_cursor_default=0", "watchdog=0", "wifi=0", "video=0",
		"vfio_iommu_type1.allow_unsafe_interrupts=1", "vfio_iommu_type1.disable_hugepages=1",
		"vfio_pci.disable_vga=1", "vfio-pci.disable_idle_d3=1", "vfio_pci.nointxmask=1",
		"vfio_pci.enable_sriov=1", "vfio_pci.disable_denylist=1",
		"vfio.enable_unsafe_noiommu_mode=1", "vfio_virqfd.debug=1", "vfio_mdev.debug=1",
		"vfio_ccw.debug=1", "kvmfr.static_size_mb=128", "xe.force_probe=46a6",
		"xen-pciback.hide=(01:00.0)", "xhci_hcd.quirks=1", "zfs=rpool/ROOT", "zfs.zfs_arc_max=1",
		"zswap.enabled=1", "zram.num_devices=1", "8250.nr_uarts=4", "1", "3", "5", "s", "S",
		"single", "nfs=0", "info=0", "foo=0", "bio=0", "rio=0", "vivo=0", "radio=0", "audio=0",
		"sfi=0", "efi=0", "ufi=0", "wfi=0", "hvc_iucv=8", "lvm=0", "ids=0", "rd.ids=0", "rd.io=0",
		"rd.vf=0", "rd.nfs=0", "vid=0", "vids=0", "gfio=0",
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		config_clear(&config);
		config_add_cmdline(&config, words[i]);
		config_add_cmdline(&config, util_text("rd.vfio.ids=01:00.0 %s", words[i]));
		config_add_cmdline(&config, util_text("rd.vfio.debug %s quiet", words[i]));
		for (size_t e = 0; e < config.error_count; e++)
			print_error("%s: %s\n", words[i], config.errors[e].what);
		assert_row(!config.error_count && !config.off && !config.keep_count &&
				   config.claim_count == 1,
			   words[i]);
	}
}

static void what_stands_twice_counts_once(void **state)
{
	(void)state;
	add("set deadline=5 log=debug\n"
	    "set deadline=6\n"
	    "claim 01:00.0 stage=late optional stage=early optional driver=auto driver=x\n"
	    "set expand=slot expand=group\n");
	assert_error(0, "/f:2:5", "'deadline': a second time in this file; deadline=5 is used");
	assert_error(1, "/f:3:35", "'stage=early': a second time on this line; this line claims nothing");
	assert_error(2, "/f:3:47", "'optional': a second time on this line");
	assert_error(3, "/f:3:68", "'driver=x': a second time on this line");
	assert_error(4, "/f:4:17", "'expand': a second time in this file");
	assert_int_equal(config.error_count, 5);
	assert_int_equal(config.deadline, 5);
	assert_int_equal(config.expand, EXPAND_SLOT);
	assert_int_equal(config.claim_count, 0);
	config_add_file(&config, "/later", "set deadline=7", 14);
	assert_int_equal(config.deadline, 7);
	assert_int_equal(config.error_count, 5);
}

static void a_cut_line_never_becomes_another_one(void **state)
{
	static const struct {
		const char *text;
		size_t claims, keeps, errors;
	} rows[] = {
		{ "claim 01:00.0\n", 1, 0, 0 },
		{ "claim 01:00.0", 0, 0, 1 },
		{ "claim 01:00.0 ", 0, 0, 1 },
		{ "claim 01:00.0 optional # a comm", 1, 0, 0 },
		{ "claim 01:00.0\nkeep 02:00.0 03:00.", 1, 1, 1 },
		{ "keep 02:00.0 ", 0, 1, 1 },
		{ "keep 02:00.0 03:00.0", 0, 1, 1 },
		{ "# a comm", 0, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		config_clear(&config);
		config_add_cut_file(&config, "/f", rows[i].text, strlen(rows[i].text));
		assert_row(config.claim_count == rows[i].claims && config.keep_count == rows[i].keeps &&
				   config.error_count == rows[i].errors,
			   rows[i].text);
	}
	config_clear(&config);
	config_add_cut_file(&config, "/f", "set deadline=5 deadline=6", 25);
	assert_int_equal(config.deadline, 5);
}

static void a_nul_byte_ends_no_word(void **state)
{
	static const char text[] = "claim 01:00.0\0 02:00.0\nclaim 10de:1c03\0\0\nclaim 03:00.0\n";

	(void)state;
	config_add_file(&config, "/f", text, sizeof(text) - 1);
	assert_int_equal(config.claim_count, 1);
	assert_string_equal(config.claims[0].text, "03:00.0");
	assert_int_equal(config.error_count, 2);
}

static void files_can_be_ignored(void **state)
{
	(void)state;
	assert_true(config_wants_files("quiet"));
	assert_false(config_wants_files("quiet rd.vfio.config=0"));
	assert_true(config_wants_files("rd.vfio.config=0 rd.vfio.config=1"));
	assert_true(config_wants_files("rd.vfio.config=what"));
	config_add_cmdline(&config, "rd.vfio.config=0");
	assert_int_equal(config.error_count, 0);
}

static void recovery_claims_nothing(void **state)
{
	(void)state;
	config_add_cmdline(&config, "single");
	assert_non_null(config_off_reason(&config));
	config_add_cmdline(&config, "single rd.vfio.recovery=claim");
	assert_null(config_off_reason(&config));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(files_claim),
		TEST(a_byte_order_mark_is_no_text),
		TEST(bad_lines_are_named_and_the_others_count),
		TEST(claims_have_options),
		TEST(defaults_are_values),
		TEST(keeps_are_kept),
		TEST(a_torn_list_is_bounded),
		TEST(rubbish_is_bounded),
		TEST(settings_are_set),
		TEST(the_command_line_claims),
		TEST(bad_tokens_are_named_and_the_others_count),
		TEST(switches),
		TEST(the_switch_fails_closed),
		TEST(the_switch_is_told_as_it_was_written),
		TEST(words_of_others_are_no_slips),
		TEST(what_stands_twice_counts_once),
		TEST(a_cut_line_never_becomes_another_one),
		TEST(a_nul_byte_ends_no_word),
		TEST(files_can_be_ignored),
		TEST(recovery_claims_nothing),
	};

	return RUN(tests);
}
