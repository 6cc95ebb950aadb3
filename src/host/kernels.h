/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernels that are installed, and their images. */
#pragma once

#include "host/initramfs.h"

enum kernel_driver { KERNEL_DRIVER_NONE, KERNEL_DRIVER_MODULE, KERNEL_DRIVER_BUILTIN };

struct kernel {
	char version[128];
	enum kernel_driver driver; /* vfio-pci */
	char path[256];            /* of its image, "" where none was found */
	struct initramfs initramfs;
	int error;        /* 0, or what initramfs_read() returned */
	const char *tool; /* of -ENOEXEC */
};

/* Find the kernels and read their images. Returns how many there are; free with kernels_free(). */
size_t kernels_read(struct kernel **ret_kernels);
void kernels_free(struct kernel *kernels, size_t count);
