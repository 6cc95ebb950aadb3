/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The door to libkmod. */
#pragma once

#include "util.h"

/*
 * Load the module @name with its dependencies and the options of modprobe.d and of the kernel command line,
 * without ids=. "install" lines of modprobe.d are not run. Already loaded or built in is as good. May block
 * while the module's drivers probe. Below another root nothing is loaded.
 * Returns 0, -ENOENT where the module is neither built in nor in this image, or -errno of the kernel.
 */
int modules_load(const char *name) must_check;

/*
 * Look for a variant of vfio-pci that is made for the device of @modalias ("pci:v..."): since Linux 5.16 such
 * modules have aliases "vfio_pci:v..." (scripts/mod/file2alias.c). The generic vfio_pci is no variant. Stores
 * the module's name. Returns 0, -ENOENT where there is none or below another root, or -errno.
 */
int modules_find_variant(const char *modalias, char *name, size_t size) must_check;
