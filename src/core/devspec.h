/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How devices are written in root=, resume= and fstab(5): paths, tags, numbers, pools, places on the network.
 * Pure.
 */
#pragma once

#include "util.h"

/* What a device is named by. */
enum need_kind {
	NEED_DEVICE, /* a path below /dev, or a text that is no device at all */
	NEED_NUMBER, /* "major:minor" */
	NEED_UUID,   /* of a file system, a swap area, a LUKS header */
	NEED_LABEL,
	NEED_PARTUUID,
	NEED_PARTLABEL,
	NEED_LUKS,     /* a LUKS header by the start of its UUID */
	NEED_MD,       /* the members of an MD array by its UUID */
	NEED_GROUP,    /* an LVM volume group by name */
	NEED_POOL,     /* the members of a ZFS pool by name, "" for any */
	NEED_NOTHING,  /* a root that is on no block device */
	NEED_VIRTIOFS, /* a root or a required mount that a virtual machine's host shares: its tag */
	NEED_9P,
};

/*
 * udev's link to the root that systemd finds by the type of its partition (root=gpt-auto, or no root= at
 * all).
 */
#define DEVSPEC_FOUND_BY_TYPE "/dev/gpt-auto-root"

/*
 * Tell what @spec, without quotes around it, names, and store its path, UUID, label, number, tag or name: a part of
 * @spec or a util_text(). NEED_NOTHING for what is on no block device, the network among it.
 */
enum need_kind devspec_parse(const char *spec, const char **ret_value) must_check;

/* Is it a path below /dev, or a tag such as UUID=? */
bool devspec_is_device(const char *spec);

/* A device number in the kernel's encoding (new_decode_dev(), include/linux/kdev_t.h) as "major:minor". */
const char *devspec_number(unsigned long number) must_check;

/*
 * Is it a place on the network: a scheme of dracut's (nfs:, iscsi:), SERVER:/PATH, //SERVER/SHARE, /dev/nfs,
 * /dev/nbd0?
 */
bool devspec_is_on_network(const char *spec);

/* Where udev's link for a need of @kind and @value is, or the device's own path; NULL where there is none. */
const char *devspec_path(enum need_kind kind, const char *value) must_check;
