/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fills struct host_needs: for host-needs-*.c, each of which reads one kind of text. Pure.
 */
#pragma once

#include "core/host-needs.h"

/* What the entries of one line or parameter have in common. */
struct host_needs_form {
	const char *purpose;
	const char *name; /* stands before the value in messages, "root=" */
	bool required, spare, key, opened, repeated, source;
};

/* Is there a need of this purpose already? */
bool host_needs_has_purpose(const struct host_needs *needs, const char *purpose);

/* Add a need as it is. @text is for messages. */
void host_needs_add(struct host_needs *needs, const struct host_needs_form *form, enum need_kind kind,
		    const char *value, const char *text);

/*
 * Add what @spec of @length bytes names: a device, the devices of a bcachefs ("/dev/a:/dev/b"), or a place on
 * the network. What is on no block device and what is no path below /dev is added only where it is required.
 */
void host_needs_add_device(struct host_needs *needs, const struct host_needs_form *form, const char *spec,
			   size_t length);

/*
 * Add the devices that options of a file system name: btrfs device=, logdev= and rtdev= of XFS, journal_path=
 * and journal_dev= of ext4, jdev= of ReiserFS.
 */
void host_needs_add_members(struct host_needs *needs, const struct host_needs_form *form, const char *options,
			    size_t length);

/* Is it a file system of the network (systemd's fstype_is_network()), with or without "fuse." before it? */
bool host_needs_is_network_type(const char *type);

/* One line of fstab(5), or what says the same. */
struct host_needs_mount {
	const char *spec, *place, *type, *options;
	const char *source; /* for messages, "fstab" */
};

/* Add what the mount stands on; with @remote_only no block device, only the network and shared folders. */
void host_needs_add_mount(struct host_needs *needs, const struct host_needs_mount *mount, bool remote_only);

/*
 * Add the device that holds a key, in each of its forms: PATH:DEVICE of systemd, PATH:DEVICE:LUKS of dracut,
 * DEVICE:PATH:TIMEOUT of Debian's passdev, a raw device. A path in the image or on the root is no need.
 */
void host_needs_add_key(struct host_needs *needs, const char *name, const char *value, size_t length);

/* Add what options of crypttab(5) or cryptopts= name: header=, key=, source=. */
void host_needs_add_crypt_options(struct host_needs *needs, const char *name, const char *options,
				  size_t length);

/* Take the "UUID=" in hexadecimal digits off that luks.key=, luks.options= and luks.data= may start with. */
void host_needs_skip_uuid(const char **value, size_t *length);

/*
 * Add what roothash=, usrhash=, systemd.verity_*=, systemd.mount-extra= and systemd.swap-extra= name, also
 * with "rd.".
 */
void host_needs_add_systemd(struct host_needs *needs, const char *cmdline);
