/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cpio.h"
#include "fuzz.h"

struct source {
	const uint8_t *bytes;
	size_t left;
};

static ssize_t read_source(void *data, void *buffer, size_t size)
{
	struct source *source = data;

	size = size < source->left ? size : source->left;
	memcpy(buffer, source->bytes, size);
	source->bytes += size;
	source->left -= size;
	return (ssize_t)size;
}

/* Any bytes in place of an archive: each file takes some of them, and no more is read than there is. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct source source = { data, size };
	struct cpio cpio = { .read = read_source, .data = &source };
	struct cpio_file file;
	char content[64];
	size_t files = 0;

	while (cpio_next(&cpio, &file) > 0) {
		require(++files <= size / 110);
		require(strlen(file.name) < CPIO_NAME_SIZE && file.name[0] != '/');
		if (file.size % 2)
			require(cpio_content(&cpio, content, sizeof(content)) <= (ssize_t)sizeof(content));
		require(cpio.offset <= size);
	}
	util_free_texts();
	return 0;
}
