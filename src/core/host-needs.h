/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the host needs to come up: the devices of its root, /usr, swap and resume image, its keys, and whether
 * the network is one of them. Taken from the kernel command line and from the files that initramfs generators
 * leave. Pure.
 *
 * A need is met when a block device of the machine is what it names. Every kind can be unmet but
 * NEED_NOTHING, NEED_VIRTIOFS and NEED_9P, which are on no block device. A path that is not below /dev (a
 * swap file, a bind mount) is on a device that another need names, and is none itself; only a root that is
 * written so is one, and never met.
 */
#pragma once

#include "core/cmdline.h"
#include "core/devspec.h"
#include "core/facts.h"

struct need {
	enum need_kind kind;
	char *purpose; /* "root", "/usr", "swap", "resume" or the parameter's name */
	char *value;   /* the path, UUID, label or name */
	char *text;    /* as it was written, with its parameter */
	/* a boot does without it (noauto, nofail): the host would miss it, and it keeps nothing */
	bool spare;
	/* root, /usr, resume: while it is unmet, nothing is known of a disk without an owner */
	bool required;
	bool key;    /* holds a key or a detached header: needed only until the LUKS is open */
	bool opened; /* the kernel command line names it, so the initramfs opens or assembles it */
	/* the root's entry in an fstab, where root= names it: "/dev/root" or an old label is no need */
	bool repeated;
	bool source; /* what crypttab makes the mapping of, whose name is the purpose */
};

struct host_needs {
	struct need *list;
	size_t count;
	bool root; /* something says what the root is */
	bool boot; /* the kernel command line says boot=, so BOOT= does not count */
	/* Texts of util_text(), NULL where there is nothing to say. */
	const char *no_late; /* what boots by scripts that run no late stage, "boot=live" */
	bool no_resume;      /* noresume: what says resume= does not count */
	const char *network; /* what puts the root or a required mount on the network */
	/* the booted system mounts it: the initramfs brings no network up for it, and has no route */
	bool network_later;
	const char *network_use;   /* what else uses the network during the boot (dropbear, clevis) */
	bool passphrase;           /* the initramfs may ask for one, or for a shell */
	const struct facts *facts; /* an entry that they resolve is on no other disk; the caller's, or NULL */
};

/* Is it on a block device at all? */
bool host_needs_is_on_disk(const struct need *need);

/*
 * Add what the kernel command line names: root=, rootflags= (device=, logdev=, rtdev=, journal_path=),
 * resume=, mount.usr= and usr=, rd.luks.uuid=, rd.luks.name=, rd.luks.key=, rd.luks.options=, rd.luks.data=
 * and their luks. forms, rd.live.overlay=, rd.overlay=, overlayroot=, live-media=, boot= (the device of
 * /boot, with fips=1), cryptopts=, rd.lvm.vg=, rd.lvm.lv=, rd.md.uuid=, roothash=, usrhash=,
 * systemd.verity_root_data= and its like, systemd.mount-extra=, systemd.swap-extra=, and what puts the root
 * on the network (dracut.cmdline(7), initramfs-tools(7), live-boot(7), systemd-fstab-generator(8),
 * systemd-cryptsetup-generator(8), systemd-veritysetup-generator(8), systemd-import-generator(8)). Of root=
 * and resume= the last one counts.
 */
void host_needs_add_cmdline(struct host_needs *needs, const char *text);

/*
 * Add what an fstab(5) names; with noauto or nofail as spare. A file system of the network without these puts
 * a required mount on the network.
 */
void host_needs_add_fstab(struct host_needs *needs, const char *text);

/*
 * Add what a mount or swap unit of systemd names in [Mount] or [Swap] (systemd.mount(5), systemd.swap(5)): What=,
 * Where=, Type=, Options=. @name is the unit's. Specifiers are not expanded.
 */
void host_needs_add_unit(struct host_needs *needs, const char *name, const char *text);

/*
 * Add the sources of a crypttab(5), and what their keys and detached headers are on; with noauto or nofail
 * the source alone, as spare. _netdev says that the key of a required one comes over the network: for the
 * root in the initramfs' own crypttab, for the booted system in the host's.
 */
void host_needs_add_crypttab(struct host_needs *needs, const char *text);
void host_needs_add_host_crypttab(struct host_needs *needs, const char *text);

/* Add of an fstab or a crypttab only what is on no block device: the network, virtiofs and 9p. */
void host_needs_add_fstab_remote(struct host_needs *needs, const char *text);
void host_needs_add_crypttab_remote(struct host_needs *needs, const char *text);
void host_needs_add_host_crypttab_remote(struct host_needs *needs, const char *text);

/*
 * Add RESUME= and ROOT= of a file in initramfs-tools' conf.d, where no need of that purpose is known yet, and
 * see whether BOOT= or IP= need the network.
 */
void host_needs_add_conf(struct host_needs *needs, const char *text);

/*
 * Say that root or /usr (@purpose) is what the link @path leads to: systemd finds them by the types of
 * partitions where root= is gpt-auto or missing (systemd-gpt-auto-generator(8)).
 */
void host_needs_add_root_link(struct host_needs *needs, const char *purpose, const char *path);

/*
 * Add the device of the hibernated image that the EFI variable HibernateLocation names, where no other one is
 * known: @length bytes as efivarfs has them, four of attributes and then JSON in UTF-16LE
 * (systemd-hibernate-resume-generator(8)).
 */
void host_needs_add_hibernation(struct host_needs *needs, const char *bytes, size_t length);
/*
 * The variable is there, and cannot be read: what it names is not known, and nothing is found that it might
 * be.
 */
void host_needs_add_unread_hibernation(struct host_needs *needs);

/* Say that the file @path, which names needs, was not read to its end: a need that is never met. */
void host_needs_add_unread(struct host_needs *needs, const char *path);

/* Say what puts the root, or a required mount, on the network; the first one counts. */
void host_needs_say_network(struct host_needs *needs, const char *by);

/* The same of what only the booted system mounts; and of either, by the purpose of the mount. */
void host_needs_say_network_later(struct host_needs *needs, const char *by);
void host_needs_say_network_for(struct host_needs *needs, const char *purpose, const char *by);

/*
 * See whether the script @script of initramfs-tools boots (boot=, BOOT=): those of live-boot and casper do
 * not run local-premount, where the late stage is. @name stands before it in messages.
 */
void host_needs_see_script(struct host_needs *needs, const char *name, const char *script);

/* Has the root been named as what systemd finds by the type of its partition (root=gpt-auto)? */
bool host_needs_root_by_type(const struct host_needs *needs);

/* Free all of it. */
void host_needs_clear(struct host_needs *needs);
