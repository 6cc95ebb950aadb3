/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks into an initramfs image: is vfio-early in it, and with which configuration? */
#pragma once

#include <stddef.h>

#include "util.h"

/* A file of our configuration, in an image or on the host. */
struct initramfs_file {
	char *path; /* absolute, as "/etc/vfio-early.conf" */
	char *text;
	size_t length;
};

struct initramfs {
	bool program; /* vfio-early itself */
	bool driver;  /* a module vfio-pci */
	struct initramfs_file *files;
	size_t file_count;
	char *facts; /* the host facts, NULL for none */
	size_t facts_length;
	const char *
		squashed; /* dracut's file system in the image that has all else and is not read, NULL for none */
	/* whether dracut's list of its modules has ours */
	enum { INITRAMFS_NO_LIST, INITRAMFS_LISTED, INITRAMFS_NOT_LISTED } listed;
};

/*
 * Read the image at @path, or the one in a unified kernel image there: uncompressed archives, and then one that
 * is compressed, through the program that its first bytes ask for (gzip, xz, zstd, lz4, bzip2, lzop), which
 * made it on this system too. Free with initramfs_clear(). Returns 0, -ENOEXEC where that program is missing
 * (its name is in @ret_tool), -ENOTSUP where it is no initramfs that we know, -EBADMSG where it is damaged, or
 * -errno.
 */
int initramfs_read(const char *path, struct initramfs *ret, const char **ret_tool) must_check;
/* A section of text in the unified kernel image at @path: a string that the caller frees, or NULL where it has none. */
char *initramfs_read_section(const char *path, const char *name) must_check;
void initramfs_clear(struct initramfs *initramfs);

/* Read our configuration as it is on the host, into @ret->files. */
void initramfs_read_host(struct initramfs *ret);

/* The file of this path, or NULL. Pure. */
const struct initramfs_file *initramfs_find(const struct initramfs *initramfs, const char *path);

/*
 * The first difference between the configuration in an image and the host's: the path of the file that is
 * new, gone or another, or NULL where they are the same. Pure.
 */
const char *initramfs_differs(const struct initramfs *initramfs, const struct initramfs *host);
