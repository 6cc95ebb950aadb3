/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands: one file each, src/cmd/NAME.c. */
#pragma once

/* Exit status of every command. */
enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

/* What the initramfs runs; see vfio-early --help. Never exits in a way that stops a boot. */
int cmd_boot(int argc, char **argv);

/* What the booted system runs where the initramfs has run no late stage. */
int cmd_finish(int argc, char **argv);

/* What the host looks at: groups and devices; what the next boot would do; what the last one did. */
int cmd_list(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_status(int argc, char **argv);

/* What the host needs at boot, for its image. */
int cmd_facts(int argc, char **argv);
