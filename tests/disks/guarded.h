/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libblkid maps the memory that it reads into by itself, where the address sanitizer knows no end of it. Here it comes
 * from the heap.
 */
#define _GNU_SOURCE 1
#include <stdlib.h>
#include <sys/mman.h>

static inline void *guarded_map(size_t size)
{
	void *memory = malloc(size);

	return memory ? memory : MAP_FAILED;
}
#define mmap(address, size, protection, flags, fd, offset) guarded_map(size)
#define munmap(memory, size) free(memory)
#define mprotect(memory, size, protection) 0
