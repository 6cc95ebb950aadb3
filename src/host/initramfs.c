/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/initramfs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/cpio.h"
#include "core/facts.h"
#include "core/pe.h"
#include "host/config-read.h"
#include "host/rootdir.h"

#define FILE_LIMIT (1 << 20)
#define SECTION_LIMIT (1 << 16)

/* --- files of the configuration --- */

static void add_file(struct initramfs *initramfs, const char *path, char *text, size_t length)
{
	struct initramfs_file *file;

	initramfs->files = util_grow(initramfs->files, initramfs->file_count, sizeof(*initramfs->files));
	file = &initramfs->files[initramfs->file_count++];
	*file = (struct initramfs_file){ util_copy(path, strlen(path)), text, length };
}

/* The hooks copy these; what is in /run at a boot comes from elsewhere. */
static const char *const folders[] = { CONFIG_READ_FOLDER, CONFIG_READ_VENDOR_FOLDER };

/* Is what an archive calls @name kept: the configuration, the copies of the host's tables, the host facts? */
static bool is_kept(const char *name)
{
	static const char *const paths[] = { CONFIG_READ_FILE, CONFIG_READ_FSTAB_COPY,
					     CONFIG_READ_CRYPTTAB_COPY, FACTS_FILE };
	const char *slash = strrchr(name, '/');

	for (size_t i = 0; i < ARRAY_SIZE(folders) && slash; i++)
		if (util_equal(name, (size_t)(slash - name), folders[i] + 1) &&
		    util_ends_in(slash + 1, ".conf"))
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		if (!strcmp(name, paths[i] + 1))
			return true;
	return false;
}

static void add_host_file(struct initramfs *initramfs, const char *path, const char *name)
{
	char *text;
	size_t length;

	if (rootdir_read_file(path, FILE_LIMIT, &text, &length) != 0)
		return;
	/* One that only masks another is the same as none. */
	if (length)
		add_file(initramfs, name, text, length);
	else
		free(text);
}

static void add_drop_in(void *initramfs, const char *path)
{
	add_host_file(initramfs, path, path);
}

void initramfs_read_host(struct initramfs *ret)
{
	*ret = (struct initramfs){ 0 };
	add_host_file(ret, CONFIG_READ_FILE, CONFIG_READ_FILE);
	config_read_each_drop_in(folders, ARRAY_SIZE(folders), add_drop_in, ret);
	/* The image has them under names of our own. */
	add_host_file(ret, "/etc/fstab", CONFIG_READ_FSTAB_COPY);
	add_host_file(ret, "/etc/crypttab", CONFIG_READ_CRYPTTAB_COPY);
}

const struct initramfs_file *initramfs_find(const struct initramfs *initramfs, const char *path)
{
	for (size_t i = 0; i < initramfs->file_count; i++)
		if (!strcmp(initramfs->files[i].path, path))
			return &initramfs->files[i];
	return NULL;
}

const char *initramfs_differs(const struct initramfs *initramfs, const struct initramfs *host)
{
	for (size_t i = 0; i < host->file_count; i++) {
		const struct initramfs_file *file = &host->files[i],
					    *other = initramfs_find(initramfs, file->path);

		if (!other || other->length != file->length ||
		    memcmp(other->text, file->text, file->length) != 0)
			return file->path;
	}
	for (size_t i = 0; i < initramfs->file_count; i++)
		if (!initramfs_find(host, initramfs->files[i].path))
			return initramfs->files[i].path;
	return NULL;
}

void initramfs_clear(struct initramfs *initramfs)
{
	for (size_t i = 0; i < initramfs->file_count; i++) {
		free(initramfs->files[i].path);
		free(initramfs->files[i].text);
	}
	free(initramfs->files);
	free(initramfs->facts);
	*initramfs = (struct initramfs){ 0 };
}

/* --- an archive --- */

/* What is read of a file, from where it stands. */
struct part {
	int fd;
	unsigned long long left;
};

static ssize_t read_part(void *data, void *buffer, size_t size)
{
	struct part *part = data;
	ssize_t r;

	if (part->left < size)
		size = (size_t)part->left;
	do {
		r = read(part->fd, buffer, size);
	} while (r < 0 && errno == EINTR);
	if (r > 0)
		part->left -= (unsigned long long)r;
	return r < 0 ? -errno : r;
}

/* Images merge /usr or do not. */
static bool is_program(const char *name)
{
	return UTIL_IS_ONE_OF(name, "usr/sbin/vfio-early", "sbin/vfio-early", "usr/bin/vfio-early",
			      "bin/vfio-early");
}

/* dracut's modules squash-squashfs and squash-erofs; up to 050, up to 102, later */
static bool is_squashed(const char *name)
{
	return UTIL_IS_ONE_OF(name, "squash/root.img", "squash-root.img", "squashfs-root.img",
			      "erofs-root.img");
}

/* dracut's list of its modules stays outside of such a file. */
static bool is_module_list(const char *name)
{
	return UTIL_IS_ONE_OF(name, "usr/lib/dracut/modules.txt", "lib/dracut/modules.txt",
			      "usr/lib64/dracut/modules.txt", "lib64/dracut/modules.txt");
}

static bool is_driver(const char *name)
{
	const char *base = strrchr(name, '/');

	return base && (!strncmp(base, "/vfio-pci.ko", 12) || !strncmp(base, "/vfio_pci.ko", 12));
}

/* Of two the later one counts, as it does for the kernel. */
static void keep_text(struct initramfs *initramfs, const char *path, char *text, size_t size)
{
	if (!strcmp(path, FACTS_FILE)) {
		free(initramfs->facts);
		initramfs->facts = text;
		initramfs->facts_length = size;
		return;
	}
	for (size_t i = 0; i < initramfs->file_count; i++) {
		struct initramfs_file *file = &initramfs->files[i];

		if (strcmp(file->path, path) != 0)
			continue;
		free(file->text);
		file->text = text;
		file->length = size;
		return;
	}
	add_file(initramfs, path, text, size);
}

/* Is our module among dracut's? */
static bool lists_us(const char *text)
{
	const char *line;
	size_t length;

	while (util_next_line(&text, &line, &length))
		if (util_equal(line, length, "vfio-early"))
			return true;
	return false;
}

static int keep_content(struct cpio *cpio, const struct cpio_file *file, struct initramfs *initramfs)
{
	size_t size = file->size < FILE_LIMIT ? (size_t)file->size : FILE_LIMIT, got = 0;
	char *text = util_zeroed(size + 1, 1);
	struct rootdir_text path;

	while (got < size) {
		ssize_t r = cpio_content(cpio, text + got, size - got);

		if (r <= 0) {
			free(text);
			return r < 0 ? (int)r : -EBADMSG;
		}
		got += (size_t)r;
	}
	if (is_module_list(file->name)) {
		initramfs->listed = lists_us(text) ? INITRAMFS_LISTED : INITRAMFS_NOT_LISTED;
		free(text);
	} else {
		keep_text(initramfs, rootdir_path(&path, "/%s", file->name), text, size);
	}
	return 0;
}

/* Returns what cpio_next() does at the archives' end. */
static int read_archives(struct cpio *cpio, struct initramfs *initramfs)
{
	struct cpio_file file;
	int r;

	while ((r = cpio_next(cpio, &file)) > 0) {
		initramfs->program |= is_program(file.name);
		initramfs->driver |= is_driver(file.name);
		if (is_squashed(file.name))
			initramfs->squashed = util_text("%s", file.name);
		if (file.regular && file.size && (is_kept(file.name) || is_module_list(file.name)))
			r = keep_content(cpio, &file, initramfs);
		if (r < 0)
			break;
	}
	return r;
}

/* --- what is compressed --- */

struct tool {
	const char *magic;
	size_t length;
	const char *command[4];
};

static const struct tool tools[] = {
	{ "\x28\xb5\x2f\xfd", 4, { "zstd", "-dcq" } },
	{ "\x1f\x8b", 2, { "gzip", "-dcq" } },
	{ "\xfd"
	  "7zXZ",
	  5,
	  { "xz", "-dcq", "--single-stream" } },
	{ "\x5d\0\0", 3, { "xz", "-dcq", "--format=lzma" } },
	{ "\x02\x21\x4c\x18", 4, { "lz4", "-dcq" } },
	{ "\x04\x22\x4d\x18", 4, { "lz4", "-dcq" } },
	{ "BZh", 3, { "bzip2", "-dcq" } },
	{ "\x89LZO", 4, { "lzop", "-dcq" } },
};

static const struct tool *tool_of(const struct cpio *cpio)
{
	for (size_t i = 0; i < ARRAY_SIZE(tools); i++)
		if (cpio->magic_length >= tools[i].length &&
		    !memcmp(cpio->magic, tools[i].magic, tools[i].length))
			return &tools[i];
	return NULL;
}

/* Never returns. */
static void run_tool(const struct tool *tool, int in, int out)
{
	int quiet = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 &&
	    (quiet < 0 || dup2(quiet, STDERR_FILENO) >= 0))
		execvp(tool->command[0], (char *const *)tool->command);
	_exit(127);
}

/* The tool may complain of what follows its archive; what it has unpacked counts. */
static int read_unpacked(const struct tool *tool, int in, struct initramfs *initramfs)
{
	struct part part = { .left = ULLONG_MAX };
	struct cpio cpio = { .read = read_part, .data = &part };
	int ends[2], status = 0, r;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	child = fork();
	if (child == 0)
		run_tool(tool, in, ends[1]);
	close(ends[1]);
	part.fd = ends[0];
	r = child < 0 ? -errno : read_archives(&cpio, initramfs);
	close(ends[0]);
	if (child < 0)
		return r;
	if (waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return -ENOEXEC;
	return r;
}

/* --- unified kernel images --- */

static bool find_section(int fd, const char *name, struct pe_section *ret)
{
	unsigned char headers[PE_HEADERS_SIZE];
	ssize_t length = pread(fd, headers, sizeof(headers), 0);

	return length > 0 && pe_find_section(headers, (size_t)length, name, ret) == 0;
}

char *initramfs_read_section(const char *path, const char *name)
{
	cleanup_close int fd = rootdir_open_file(path);
	struct pe_section section;
	ssize_t length;
	char *text;

	if (fd < 0 || !find_section(fd, name, &section) || section.size > SECTION_LIMIT)
		return NULL;
	text = util_zeroed(section.size + 1, 1);
	length = pread(fd, text, section.size, (off_t)section.offset);
	/* What is cut tells nothing. */
	if (length == (ssize_t)section.size)
		return text;
	free(text);
	return NULL;
}

/* --- all of it --- */

/* Where the initramfs begins, and how long it is: in a unified kernel image it is a section, else the whole file. */
static off_t find_initramfs(int fd, unsigned long long *ret_size)
{
	struct pe_section section = { .size = 0 };

	*ret_size = find_section(fd, ".initrd", &section) ? section.size : ULLONG_MAX;
	return (off_t)section.offset;
}

int initramfs_read(const char *path, struct initramfs *ret, const char **ret_tool)
{
	cleanup_close int fd = rootdir_open_file(path);
	struct part part = { .fd = fd };
	struct cpio cpio = { .read = read_part, .data = &part };
	const struct tool *tool;
	off_t begin;
	int r;

	*ret = (struct initramfs){ 0 };
	*ret_tool = "";
	if (fd < 0)
		return fd;
	begin = find_initramfs(fd, &part.left);
	if (lseek(fd, begin, SEEK_SET) < 0)
		return -errno;
	r = read_archives(&cpio, ret);
	if (r != -ENOTSUP)
		return r;
	tool = tool_of(&cpio);
	if (!tool)
		return -ENOTSUP;
	*ret_tool = tool->command[0];
	if (lseek(fd, begin + (off_t)cpio.offset - (off_t)cpio.magic_length, SEEK_SET) < 0)
		return -errno;
	return read_unpacked(tool, fd, ret);
}
