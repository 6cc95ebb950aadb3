/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/cpio.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define HEADER_SIZE 110
#define FIELD_MODE 1
#define FIELD_SIZE 6
#define FIELD_NAME_SIZE 11

/* Read all of it, or say how much there was. */
static ssize_t read_all(struct cpio *cpio, void *buffer, size_t size)
{
	size_t got = 0;

	while (got < size) {
		ssize_t r = cpio->read(cpio->data, (char *)buffer + got, size - got);

		if (r < 0)
			return r;
		if (r == 0)
			break;
		got += (size_t)r;
		cpio->offset += (size_t)r;
	}
	return (ssize_t)got;
}

static int read_exactly(struct cpio *cpio, void *buffer, size_t size)
{
	ssize_t r = read_all(cpio, buffer, size);

	return r < 0 ? (int)r : (size_t)r == size ? 0 : -EBADMSG;
}

static int skip(struct cpio *cpio, unsigned long long size)
{
	char waste[4096];

	while (size) {
		size_t part = size < sizeof(waste) ? (size_t)size : sizeof(waste);
		int r = read_exactly(cpio, waste, part);

		if (r < 0)
			return r;
		size -= part;
	}
	return 0;
}

static unsigned int padding(unsigned long long size)
{
	return (unsigned int)(-size & 3);
}

ssize_t cpio_content(struct cpio *cpio, void *buffer, size_t size)
{
	ssize_t r = cpio->left ? read_all(cpio, buffer, cpio->left < size ? (size_t)cpio->left : size) : 0;

	if (r > 0)
		cpio->left -= (size_t)r;
	return r == 0 && cpio->left ? -EBADMSG : r;
}

/* Eight hexadecimal digits, or an error in @bad. */
static unsigned long long field(const char *header, int index, bool *bad)
{
	unsigned long long value = 0;

	for (int i = 0; i < 8; i++) {
		char c = header[6 + index * 8 + i], lower = (char)(c | 0x20);

		if (c >= '0' && c <= '9')
			value = value << 4 | (unsigned int)(c - '0');
		else if (lower >= 'a' && lower <= 'f')
			value = value << 4 | (unsigned int)(lower - 'a' + 10);
		else
			*bad = true;
	}
	return value;
}

/* Between archives stand zeros. Stores what follows them in magic. Returns 1, 0 at the end, or -errno. */
static int find_magic(struct cpio *cpio)
{
	ssize_t r;

	do {
		r = read_all(cpio, cpio->magic, 1);
	} while (r == 1 && !cpio->magic[0]);
	if (r == 0 && cpio->open)
		return -EBADMSG;
	if (r != 1)
		return (int)r;
	r = read_all(cpio, cpio->magic + 1, sizeof(cpio->magic) - 1);
	cpio->magic_length = r < 0 ? 0 : (size_t)r + 1;
	return r < 0 ? (int)r : 1;
}

static int read_header(struct cpio *cpio, struct cpio_file *ret)
{
	char header[HEADER_SIZE], *name = ret->name;
	unsigned long long size;
	bool bad = false;
	int r = read_exactly(cpio, header + 6, HEADER_SIZE - 6);

	if (r < 0)
		return r;
	size = field(header, FIELD_NAME_SIZE, &bad);
	ret->size = field(header, FIELD_SIZE, &bad);
	ret->regular = S_ISREG(field(header, FIELD_MODE, &bad));
	if (bad || !size || size > sizeof(ret->name))
		return -EBADMSG;
	r = read_exactly(cpio, name, (size_t)size);
	if (r == 0)
		r = skip(cpio, padding(HEADER_SIZE + size));
	if (r < 0)
		return r;
	name[size - 1] = '\0';
	size = strspn(name, "./");
	/* "." is the root itself; ".hidden" keeps its point. */
	while (size && name[size - 1] == '.' && name[size])
		size--;
	memmove(name, name + size, strlen(name + size) + 1);
	cpio->left = ret->size;
	return 1;
}

/* Go on behind the content that was not read, and behind what fills it up to four bytes. */
static int skip_rest(struct cpio *cpio)
{
	int r = skip(cpio, cpio->left);

	cpio->left = 0;
	return r < 0 ? r : skip(cpio, padding(cpio->offset));
}

int cpio_next(struct cpio *cpio, struct cpio_file *ret)
{
	int r;

	do {
		r = skip_rest(cpio);
		if (r == 0)
			r = find_magic(cpio);
		if (r <= 0)
			return r;
		if (cpio->magic_length != 6 ||
		    (memcmp(cpio->magic, "070701", 6) && memcmp(cpio->magic, "070702", 6)))
			return -ENOTSUP;
		r = read_header(cpio, ret);
		cpio->open = r > 0 && strcmp(ret->name, "TRAILER!!!") != 0;
	} while (r > 0 && !cpio->open);
	return r;
}
