/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The log: every line goes to the kernel log, with the prefix "vfio-early: ", and to boot.log. Commands log;
 * the modules below them do not.
 */
#pragma once

#include "util.h"

#define LOG_FILE "/run/vfio-early/boot.log"

enum { LOG_ERROR = 3, LOG_WARNING = 4, LOG_NOTICE = 5, LOG_INFO = 6, LOG_DEBUG = 7 };

/* Where lines go from now on. */
enum log_target {
	LOG_TO_STDOUT, /* plain lines, for a person: dry runs */
	LOG_TO_BOTH,   /* to the kernel log as below and to standard output: finish on a terminal */
	LOG_TO_KERNEL, /* /dev/kmsg and /run/vfio-early/boot.log; stderr where /dev/kmsg cannot be opened */
};
void log_start(enum log_target target, bool debug);

/*
 * Say in the kernel log, or on standard error, that the stage ends for want of memory. Allocates nothing: a
 * util_last_word.
 */
void log_no_memory(void);

/* Write one line of @level; debug lines only where log_start() asked for them. Never fails. */
void log_line(int level, const char *format, ...) printf_format(2, 3);
