/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads an initramfs: archives of the "newc" form, one behind the other (kernel: Documentation/driver-api/
 * early-userspace/buffer-format.rst). Pure: the bytes come through a function.
 */
#pragma once

#include <sys/types.h>

#include "util.h"

#define CPIO_NAME_SIZE 4096

struct cpio {
	/* Store up to @size bytes, return how many; 0 at the end, or -errno. */
	ssize_t (*read)(void *data, void *buffer, size_t size);
	void *data;
	/* kept by the calls below */
	unsigned char magic[6]; /* the bytes that stand where no archive goes on */
	size_t magic_length;
	unsigned long long offset; /* how many bytes were read */
	unsigned long long left;   /* of the file that is open */
	bool open;                 /* an archive was begun, and its end was not seen yet */
};

struct cpio_file {
	char name[CPIO_NAME_SIZE]; /* without "./" or "/" in front */
	unsigned long long size;
	bool regular;
};

/*
 * Go to the next file. Returns 1, 0 at the end, -ENOTSUP where something else than an archive follows (the
 * first bytes of it are in magic, and were read), -EBADMSG where the archive is damaged, or the -errno of a
 * read.
 */
int cpio_next(struct cpio *cpio, struct cpio_file *ret) must_check;

/* Read the content of the file that is open: up to @size bytes, 0 at its end, or -errno. */
ssize_t cpio_content(struct cpio *cpio, void *buffer, size_t size) must_check;
