/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For the list of names of libpci: musl reads a kilobyte at a time, which is a thousand calls for the list. */
#include <stdio.h>

static char list_buffer[1 << 16];

static inline FILE *open_buffered(const char *path, const char *mode)
{
	FILE *file = fopen(path, mode);

	if (file)
		setvbuf(file, list_buffer, _IOFBF, sizeof(list_buffer));
	return file;
}
#define fopen open_buffered
