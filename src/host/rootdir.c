/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/rootdir.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#if __has_include(<linux/openat2.h>)
#include <linux/openat2.h>
#else
/* Kernel headers before Linux 5.6 (RHEL 8): the ABI of openat2(2). */
#define RESOLVE_NO_MAGICLINKS 0x02
#define RESOLVE_IN_ROOT 0x10
struct open_how {
	uint64_t flags, mode, resolve;
};
#endif
#ifndef SYS_openat2
#define SYS_openat2 437 /* on every architecture with PCI but Alpha */
#endif

#define OPEN_TRIES 1000

/* The folder of --root, or -1 for the machine's own root. */
static int root_fd = -1;

const char *rootdir_path(struct rootdir_text *ret, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(ret->text, sizeof(ret->text), format, args);
	va_end(args);
	return ret->text;
}

int rootdir_enter(const char *folder)
{
	int fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	cleanup_close int seen = -1;

	if (fd < 0)
		return -errno;
	if (root_fd >= 0)
		close(root_fd);
	root_fd = fd;
	/* A kernel that cannot look below a root must not pass for a tree with nothing in it. */
	seen = rootdir_open("/", O_PATH | O_DIRECTORY);
	return seen < 0 ? seen : 0;
}

bool rootdir_is_host(void)
{
	return root_fd < 0;
}

bool rootdir_is_unprivileged(void)
{
	return rootdir_is_host() && geteuid() != 0;
}

bool rootdir_is_initramfs(void)
{
	struct statfs is;

	if (!rootdir_is_host())
		return true;
	if (statfs("/", &is) < 0)
		return false;
	if (is.f_type == OVERLAYFS_SUPER_MAGIC)
		return rootdir_exists("/etc/initrd-release") || rootdir_exists("/usr/lib/initrd-release");
	return is.f_type == RAMFS_MAGIC || is.f_type == TMPFS_MAGIC;
}

int rootdir_open(const char *path, int flags)
{
	int fd = -1;

	flags |= O_CLOEXEC;
	if (rootdir_is_host()) {
		fd = open(path, flags, 0644);
	} else {
		struct open_how how = {
			.flags = (unsigned int)flags,
			.mode = flags & O_CREAT ? 0644 : 0,
			.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
		};
		/*
		 * EAGAIN: something on the machine was renamed or mounted meanwhile, so ".." could not be
		 * trusted (openat2(2)).
		 */
		for (int tries = 0; tries < OPEN_TRIES; tries++) {
			fd = (int)syscall(SYS_openat2, root_fd, path, &how, sizeof(how));
			if (fd >= 0 || errno != EAGAIN)
				break;
		}
	}
	return fd < 0 ? -errno : fd;
}

ssize_t rootdir_read_start(const char *path, void *buffer, size_t size)
{
	cleanup_close int fd = rootdir_open(path, O_RDONLY | O_NONBLOCK);
	ssize_t length;

	if (fd < 0)
		return fd;
	length = read(fd, buffer, size);
	return length < 0 ? -errno : length;
}

/* End the text that is @length bytes long, or "" where that is an error. Returns 0 or the error. */
static int end_text(struct rootdir_text *text, ssize_t length, int too_long)
{
	if (length == (ssize_t)sizeof(text->text))
		length = too_long;
	text->text[length < 0 ? 0 : length] = '\0';
	return length < 0 ? (int)length : 0;
}

int rootdir_read(const char *path, struct rootdir_text *ret)
{
	ssize_t length = rootdir_read_start(path, ret->text, sizeof(ret->text));

	if (length > 0 && length < (ssize_t)sizeof(ret->text) && ret->text[length - 1] == '\n')
		length--;
	return end_text(ret, length, -EFBIG);
}

int rootdir_open_file(const char *path)
{
	int fd = rootdir_open(path, O_RDONLY | O_NONBLOCK);
	struct stat is;
	int r = fd;

	if (fd < 0)
		return fd;
	if (fstat(fd, &is) < 0)
		r = -errno;
	else if (!S_ISREG(is.st_mode))
		r = S_ISDIR(is.st_mode) ? -EISDIR : -ENOTSUP;
	if (r < 0)
		close(fd);
	return r;
}

int rootdir_read_file(const char *path, size_t limit, char **ret_text, size_t *ret_length)
{
	cleanup_close int fd = rootdir_open_file(path);
	cleanup_free char *text = NULL;
	size_t length = 0, room = 0;

	if (fd < 0)
		return fd;
	for (;;) {
		ssize_t got;

		if (length == room) {
			char *larger = util_resize(text, (room = room ? room * 2 : 4096) + 1);

			if (!larger)
				return -ENOMEM;
			text = larger;
		}
		got = read(fd, text + length, room - length);
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		length += (size_t)got;
		if (length > limit)
			break;
	}
	*ret_length = length > limit ? limit : length;
	text[*ret_length] = '\0';
	*ret_text = text;
	text = NULL;
	return length > limit ? -EFBIG : 0;
}

char *rootdir_read_text(const char *path, size_t limit)
{
	char *text = NULL;
	size_t length;

	if (rootdir_read_file(path, limit, &text, &length) == 0)
		return text;
	free(text);
	return NULL;
}

const char *rootdir_error(int error)
{
	return error == -ENOTSUP ? "it is not a regular file" : strerror(-error);
}

int rootdir_write(const char *path, const char *text)
{
	cleanup_close int fd = rootdir_open(path, O_WRONLY | O_TRUNC);

	if (fd < 0)
		return fd;
	return write(fd, text, strlen(text)) < 0 ? -errno : 0;
}

/* Split @path into its folder, opened, and its last component. */
static int open_parent(const char *path, const char **ret_name)
{
	const char *slash = strrchr(path, '/');
	struct rootdir_text folder;

	/* The kernel sees its parts only. */
	if (strlen(path) >= PATH_MAX)
		return -ENAMETOOLONG;
	*ret_name = slash + 1;
	return rootdir_open(slash == path ? "/" : rootdir_path(&folder, "%.*s", (int)(slash - path), path),
			    O_PATH | O_DIRECTORY);
}

int rootdir_link(const char *path, struct rootdir_text *ret)
{
	const char *name = path;
	cleanup_close int parent = rootdir_is_host() ? -1 : open_parent(path, &name);
	ssize_t length = parent;

	if (parent >= 0 || rootdir_is_host()) {
		length =
			readlinkat(rootdir_is_host() ? AT_FDCWD : parent, name, ret->text, sizeof(ret->text));
		length = length < 0 ? -errno : length;
	}
	return end_text(ret, length, -ENAMETOOLONG);
}

int rootdir_link_name(const char *path, char *buffer, size_t size)
{
	struct rootdir_text target;
	const char *base;
	int r = rootdir_link(path, &target);

	if (r < 0)
		return r;
	base = strrchr(target.text, '/');
	base = base ? base + 1 : target.text;
	if (strlen(base) >= size)
		return -ENAMETOOLONG;
	strcpy(buffer, base);
	return 0;
}

bool rootdir_exists(const char *path)
{
	cleanup_close int fd = rootdir_is_host() ? -1 : rootdir_open(path, O_PATH);

	return rootdir_is_host() ? access(path, F_OK) == 0 : fd >= 0;
}

bool rootdir_any_exists(const char *const *paths)
{
	for (; *paths; paths++)
		if (rootdir_exists(*paths))
			return true;
	return false;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Of getdents64(2), which opendir(3) would wrap with an allocation and three more calls a folder. */
struct folder_entry {
	uint64_t inode;
	int64_t offset;
	unsigned short length;
	unsigned char type;
	char name[];
};

int rootdir_each_name(const char *path, void (*found)(void *data, const char *name), void *data)
{
	cleanup_close int fd = rootdir_open(path, O_RDONLY | O_DIRECTORY);
	_Alignas(8) char entries[4096];
	long length;

	if (fd < 0)
		return fd;
	while ((length = syscall(SYS_getdents64, fd, entries, sizeof(entries))) > 0) {
		for (long at = 0; at < length;) {
			const struct folder_entry *entry = (const void *)(entries + at);

			at += entry->length;
			if (strcmp(entry->name, ".") && strcmp(entry->name, ".."))
				found(data, entry->name);
		}
	}
	return length < 0 ? -errno : 0;
}

struct pci_names {
	char **list;
	size_t count;
};

static void add_name(void *data, const char *name)
{
	struct pci_names *names = data;

	names->list = util_grow(names->list, names->count, sizeof(*names->list));
	names->list[names->count++] = util_copy(name, strlen(name));
}

void rootdir_list_free(char **names, ssize_t count)
{
	for (ssize_t i = 0; i < count; i++)
		free(names[i]);
	if (count > 0)
		free(names);
}

ssize_t rootdir_list(const char *path, char ***ret_names)
{
	struct pci_names names = { 0 };
	int r = rootdir_each_name(path, add_name, &names);

	if (r < 0) {
		rootdir_list_free(names.list, (ssize_t)names.count);
		return r;
	}
	if (names.count)
		qsort(names.list, names.count, sizeof(*names.list), by_name);
	*ret_names = names.list;
	return (ssize_t)names.count;
}

void rootdir_each_file(const char *folder, const char *suffix, void (*found)(void *data, const char *path),
		       void *data)
{
	struct rootdir_text path;
	char **names;
	ssize_t count = rootdir_list(folder, &names);

	for (ssize_t i = 0; i < count; i++)
		if (util_ends_in(names[i], suffix))
			found(data, rootdir_path(&path, "%s/%s", folder, names[i]));
	rootdir_list_free(names, count);
}

int rootdir_mkdir(const char *path)
{
	const char *name;
	cleanup_close int parent = open_parent(path, &name);

	if (parent < 0)
		return parent;
	return mkdirat(parent, name, 0755) < 0 && errno != EEXIST ? -errno : 0;
}

static int write_all(int fd, const char *text, size_t length)
{
	while (length) {
		ssize_t written = write(fd, text, length);

		if (written < 0)
			return -errno;
		text += written;
		length -= (size_t)written;
	}
	return 0;
}

int rootdir_replace(const char *path, const char *text, size_t length)
{
	const char *name;
	cleanup_close int parent = open_parent(path, &name);
	struct rootdir_text draft;
	int fd, r;

	if (parent < 0)
		return parent;
	fd = rootdir_open(rootdir_path(&draft, "%s.new", path),
			  O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return fd;
	rootdir_path(&draft, "%s.new", name);
	r = write_all(fd, text, length);
	/* Some file systems tell only now that there is no room. */
	if (close(fd) < 0 && r == 0)
		r = -errno;
	if (r == 0 && renameat(parent, draft.text, parent, name) < 0)
		r = -errno;
	/* What it is removed for is the error that counts. */
	if (r < 0)
		(void)!unlinkat(parent, draft.text, 0);
	return r;
}

int rootdir_remove(const char *path)
{
	const char *name;
	cleanup_close int parent = open_parent(path, &name);

	if (parent < 0)
		return parent;
	return unlinkat(parent, name, 0) < 0 ? -errno : 0;
}
