/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The door to libkmod. */
#pragma once

#include "util.h"

/*
 * Load the module @name with its dependencies and the options of modprobe.d and of the kernel command line.
 * "install" lines of modprobe.d are not run. Already loaded or built in is as good. May block while the
 * module's drivers probe. Below another root nothing is loaded.
 * Returns 0, -ENOENT where the module is neither built in nor in this image, or -errno of the kernel.
 */
int modules_load(const char *name) must_check;
