/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands: one file each, src/cmd/NAME.c. */
#pragma once

struct options; /* cmd/options.h */

/* Exit status of every command. */
enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

/* What the initramfs runs; see vfio-early --help. Never exits in a way that stops a boot. */
int cmd_boot(const struct options *options);

/* What the booted system runs where the initramfs has run no late stage. */
int cmd_finish(const struct options *options);

/* What the host looks at: groups and devices; what the next boot would do; what the last one did. */
int cmd_list(const struct options *options);
int cmd_check(const struct options *options);
int cmd_status(const struct options *options);

/* What the host needs at boot, for its image. */
int cmd_facts(const struct options *options);
