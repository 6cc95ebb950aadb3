/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "boot/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/rootdir.h"

#define PREFIX "vfio-early: "
#define KMSG "/dev/kmsg"
/* A record may be 1024 bytes long, and 976 on older kernels (LOG_LINE_MAX); longer ones are refused. */
#define LINE_MAX_BYTES 900

static enum log_target log_target = LOG_TO_STDOUT;
static bool log_debug;

void log_start(enum log_target target, bool debug)
{
	log_target = target;
	log_debug = debug;
}

static int must_check append_to(const char *path, int flags, const char *text)
{
	cleanup_close int fd = rootdir_open(path, O_WRONLY | O_APPEND | O_NONBLOCK | flags);
	struct stat is;

	if (fd < 0)
		return fd;
	if (fstat(fd, &is) < 0)
		return -errno;
	/* A pipe in its place would wait for a reader, or end the program when that goes. */
	if (S_ISFIFO(is.st_mode))
		return -ENOTSUP;
	return write(fd, text, strlen(text)) < 0 ? -errno : 0;
}

/*
 * The kernel takes ten records in five seconds from one open file and drops the rest without an error
 * (kernel/printk/printk.c, devkmsg_write()); every open starts a count of its own, so each line opens anew.
 */
static void write_record(int level, const char *text, int length, const char *more)
{
	const char *record = util_text("<%d>" PREFIX "%.*s%s\n", level, length, text, more);

	if (append_to(KMSG, 0, record) < 0)
		fputs(record, stderr);
}

/* What is longer than a record goes on in the next one. */
static void write_kernel_log(int level, const char *text)
{
	for (; strlen(text) > LINE_MAX_BYTES; text += LINE_MAX_BYTES)
		write_record(level, text, LINE_MAX_BYTES, "...");
	write_record(level, text, (int)strlen(text), "");
}

static void write_boot_log(int level, const char *text)
{
	unsigned long long now = util_now();

	/* A copy: the kernel log, or stderr, has the line. */
	(void)!append_to(LOG_FILE, O_CREAT,
			 util_text("[%5llu.%06llu] <%d> %s\n", now / 1000000, now % 1000000, level, text));
}

void log_no_memory(void)
{
	static const char record[] =
		"<3>" PREFIX "no memory is left: this stage ends without a report, and what is not bound "
		"stays with the host; look for memory in dmesg\n";

	if (append_to(KMSG, 0, record) < 0)
		(void)!write(STDERR_FILENO, record + 3, sizeof(record) - 4);
}

void log_line(int level, const char *format, ...)
{
	cleanup_texts struct text *mark = util_texts_mark();
	const char *text;
	va_list args;

	if (level == LOG_DEBUG && !log_debug)
		return;
	va_start(args, format);
	text = util_text_list(format, args);
	va_end(args);
	if (log_target != LOG_TO_KERNEL)
		puts(text);
	if (log_target == LOG_TO_STDOUT)
		return;
	write_kernel_log(level, text);
	write_boot_log(level, text);
}
