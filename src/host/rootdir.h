/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files below the root that the program works on: "/", or the folder given with --root.
 *
 * Every path is absolute and as it is on a real machine. Below another root nothing outside is reached,
 * whatever symbolic links say: openat2(2) with RESOLVE_IN_ROOT, Linux 5.6.
 */
#pragma once

#include <limits.h>
#include <stddef.h>
#include <sys/types.h>

#include "util.h"

/*
 * Room for a path, or for what is read from one or written to one: no path is longer, and no attribute of
 * sysfs (fs/sysfs/file.c: one page).
 */
struct rootdir_text {
	char text[PATH_MAX + 1];
};

/*
 * Open a regular file for reading: not what waits for a writer, has an effect when it is read, or has no end. Returns the
 * file descriptor, which the caller closes, -EISDIR or -ENOTSUP for what is none, or -errno.
 */
int rootdir_open_file(const char *path) must_check;

/*
 * Make a path in @ret, or a text to be written. What does not fit is cut to PATH_MAX bytes, one more than the
 * kernel takes: it refuses such a path with ENAMETOOLONG, so a cut one never names another file. Returns the
 * text.
 */
const char *rootdir_path(struct rootdir_text *ret, const char *format, ...) printf_format(2, 3);

/* Work below @folder from now on. Returns 0, -ENOSYS on a kernel without openat2(2), or -errno. */
int rootdir_enter(const char *folder) must_check;
/* Is it the machine's own root? */
bool rootdir_is_host(void);

/* Is the program run by another user than root, on the machine itself? Some things cannot be seen then. */
bool rootdir_is_unprivileged(void);

/*
 * Is "/" an initramfs: ramfs or tmpfs, as the kernel mounts its rootfs, or an overlay in an image that says
 * so by its initrd-release? Below --root nothing is detected, and it counts as one.
 */
bool rootdir_is_initramfs(void);

/* Open @path with the open(2) @flags; files are made with mode 0644. Returns a descriptor or -errno. */
int rootdir_open(const char *path, int flags) must_check;

/*
 * Read at most @size bytes from the start of @path in one read(2). Returns the number of bytes or -errno.
 */
ssize_t rootdir_read_start(const char *path, void *buffer, size_t size) must_check;

/*
 * Read @path, which may be @ret's own text, in one read(2): an attribute of sysfs or another short file,
 * without the newline at its end. Returns 0, -EFBIG where it does not fit, or -errno; the text is "" then.
 */
int rootdir_read(const char *path, struct rootdir_text *ret) must_check;

/*
 * Read the whole regular file @path up to @limit bytes. Stores a terminated string that the caller frees, and
 * its length without the terminator. Returns 0, -EFBIG with the first @limit bytes stored, -ENOTSUP where it
 * is no regular file, or -errno.
 */
int rootdir_read_file(const char *path, size_t limit, char **ret_text, size_t *ret_length) must_check;

/* The same for who does without a file that cannot be read whole: returns the string, or NULL. */
char *rootdir_read_text(const char *path, size_t limit) must_check;

/* What went wrong with a file, for a person: strerror(3), and words for -ENOTSUP. */
const char *rootdir_error(int error);

/*
 * Write @text to the existing @path in one write(2), as a shell's ">" does. May never return. Returns 0 or
 * -errno.
 */
int rootdir_write(const char *path, const char *text) must_check;

/* Read what the symbolic link @path points to, likewise. Returns 0, or -errno with the text "". */
int rootdir_link(const char *path, struct rootdir_text *ret) must_check;

/*
 * Store the last component of what the symbolic link @path points to. Returns 0, -ENAMETOOLONG where it does
 * not fit, or -errno.
 */
int rootdir_link_name(const char *path, char *buffer, size_t size) must_check;

/* Does @path exist? */
bool rootdir_exists(const char *path);

/* Does one of @paths exist, which end at the first NULL? The macro takes them as its arguments. */
bool rootdir_any_exists(const char *const *paths);
#define ROOTDIR_ANY_EXISTS(...) rootdir_any_exists((const char *const[]){ __VA_ARGS__, NULL })

/* Call @found with each name in the folder @path, in no order, without "." and "..". Returns 0 or -errno. */
int rootdir_each_name(const char *path, void (*found)(void *data, const char *name), void *data) must_check;

/*
 * List the folder @path, sorted by name, without "." and "..". The caller frees every name and the array.
 * Returns the number of names or -errno.
 */
ssize_t rootdir_list(const char *path, char ***ret_names) must_check;
void rootdir_list_free(char **names, ssize_t count);

/* Call @found with the path of each file of a folder whose name ends in @suffix, in name order. */
void rootdir_each_file(const char *folder, const char *suffix, void (*found)(void *data, const char *path),
		       void *data);

/* Replace the file @path by @length bytes of @text, whole or not at all. Returns 0 or -errno. */
int rootdir_replace(const char *path, const char *text, size_t length) must_check;
/* Remove the file @path. Returns 0 or -errno. */
int rootdir_remove(const char *path) must_check;
/* Make the folder @path with mode 0755 if it is not there. Returns 0 or -errno. */
int rootdir_mkdir(const char *path) must_check;
