/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include <errno.h>

#include "core/cpio.h"

/* Bytes that come in pieces, as from a pipe. */
struct source {
	const char *bytes;
	size_t length, at, piece;
	int error; /* at the end, or 0 */
};

static ssize_t read_source(void *data, void *buffer, size_t size)
{
	struct source *source = data;
	size_t left = source->length - source->at;

	if (!left)
		return source->error;
	size = size < source->piece ? size : source->piece;
	size = size < left ? size : left;
	memcpy(buffer, source->bytes + source->at, size);
	source->at += size;
	return (ssize_t)size;
}

/* Add a file to an archive of @length bytes. Returns its new length. */
static size_t put(char *archive, size_t length, const char *name, unsigned int mode, const char *content)
{
	size_t size = strlen(content);

	length += (size_t)sprintf(archive + length,
				  "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", 1, mode, 0, 0,
				  1, 0, (unsigned int)size, 0, 0, 0, 0, (unsigned int)strlen(name) + 1, 0);
	memcpy(archive + length, name, strlen(name) + 1);
	length += strlen(name) + 1;
	while (length & 3)
		archive[length++] = '\0';
	memcpy(archive + length, content, size);
	length += size;
	while (length & 3)
		archive[length++] = '\0';
	return length;
}

static size_t make(char *archive)
{
	size_t length = put(archive, 0, "./usr/sbin/tool", 0100755, "12345");

	length = put(archive, length, "etc", 0040755, "");
	length = put(archive, length, "/etc/.hidden", 0100644, "");
	length = put(archive, length, ".", 0040755, "");
	return put(archive, length, "TRAILER!!!", 0, "");
}

static void files_and_contents(void **state)
{
	char archive[4096] = "", content[16] = "";
	size_t length = make(archive);

	(void)state;
	for (size_t piece = 1; piece < 200; piece += 33) {
		struct source source = { archive, length, 0, piece, 0 };
		struct cpio cpio = { .read = read_source, .data = &source };
		struct cpio_file file;

		assert_int_equal(cpio_next(&cpio, &file), 1);
		assert_string_equal(file.name, "usr/sbin/tool");
		assert_true(file.regular && file.size == 5);
		for (size_t got = 0; got < 5;)
			got += (size_t)cpio_content(&cpio, content + got, 5 - got);
		assert_string_equal(content, "12345");
		assert_int_equal(cpio_content(&cpio, content, 5), 0);
		assert_int_equal(cpio_next(&cpio, &file), 1);
		assert_string_equal(file.name, "etc");
		assert_false(file.regular);
		assert_int_equal(cpio_next(&cpio, &file), 1);
		assert_string_equal(file.name, "etc/.hidden");
		assert_int_equal(cpio_next(&cpio, &file), 1);
		assert_int_equal(cpio_next(&cpio, &file), 0);
	}
}

/* A content that nobody read is passed over; so are zeros between two archives. */
static void archives_in_a_row(void **state)
{
	char archive[8192] = "";
	size_t length = make(archive), names = 0;
	struct source source = { archive, 0, 0, 100, 0 };
	struct cpio cpio = { .read = read_source, .data = &source };
	struct cpio_file file;

	(void)state;
	length += 512;
	length += make(archive + length);
	source.length = length;
	while (cpio_next(&cpio, &file) > 0)
		names++;
	assert_int_equal(names, 8);
}

static void what_is_no_archive(void **state)
{
	char archive[4096] = "";
	size_t length = make(archive);
	struct cpio_file file;

	(void)state;
	memcpy(archive + length, "\x28\xb5\x2f\xfd....", 8);
	for (size_t cut = 0; cut <= length + 8; cut++) {
		struct source source = { archive, cut, 0, 64, 0 };
		struct cpio cpio = { .read = read_source, .data = &source };
		int r;

		while ((r = cpio_next(&cpio, &file)) > 0)
			;
		/* Nothing at all, or the whole archive, or what follows it. */
		if (cut == 0 || cut == length)
			assert_int_equal(r, 0);
		else if (cut > length + 5)
			assert_true(r == -ENOTSUP && cpio.magic_length == 6 &&
				    !memcmp(cpio.magic, "\x28\xb5\x2f\xfd", 4));
		else
			assert_true(r == -EBADMSG || r == -ENOTSUP);
	}
	archive[16] = 'x';
	assert_int_equal(cpio_next(&(struct cpio){ .read = read_source,
						   .data = &(struct source){ archive, length, 0, 64, 0 } },
				   &file),
			 -EBADMSG);
}

static void an_error_comes_through(void **state)
{
	char archive[4096] = "";
	size_t length = make(archive);
	struct source source = { archive, length - 20, 0, 64, -EIO };
	struct cpio cpio = { .read = read_source, .data = &source };
	struct cpio_file file;
	int r;

	(void)state;
	while ((r = cpio_next(&cpio, &file)) > 0)
		;
	assert_int_equal(r, -EIO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_and_contents),
		cmocka_unit_test(archives_in_a_row),
		cmocka_unit_test(what_is_no_archive),
		cmocka_unit_test(an_error_comes_through),
	};

	return RUN(tests);
}
