/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What does not fit is an error: a name that is cut never stands for another one. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/rootdir.h"

static struct rootdir_text folder;

static void write_file(const char *name, size_t length)
{
	struct rootdir_text path;
	int fd = open(rootdir_path(&path, "%s/%s", folder.text, name), O_CREAT | O_TRUNC | O_WRONLY, 0644);

	assert_true(fd >= 0);
	for (size_t i = 0; i < length; i++)
		assert_int_equal(write(fd, i + 1 < length ? "x" : "\n", 1), 1);
	close(fd);
}

/* As many "/" as it takes until the path has @length bytes. */
static const char *padded(struct rootdir_text *ret, size_t length, const char *end)
{
	static const char slashes[PATH_MAX] = { [0 ... PATH_MAX - 2] = '/' };

	return rootdir_path(ret, "%s%.*s%s", folder.text, (int)(length - strlen(folder.text) - strlen(end)),
			    slashes, end);
}

static void expect_paths(size_t longest)
{
	struct rootdir_text path, text;

	assert_true(rootdir_exists(padded(&path, longest, "file")));
	assert_int_equal(rootdir_read(path.text, &text), 0);
	assert_int_equal(rootdir_link(padded(&path, longest, "link"), &text), 0);
	assert_string_equal(text.text, "file");
	/* One byte more would be cut to the name of what is there. */
	padded(&path, longest + 1, "file");
	assert_false(rootdir_exists(path.text));
	assert_int_equal(rootdir_read(path.text, &text), -ENAMETOOLONG);
	assert_string_equal(text.text, "");
	rootdir_path(&path, "%s%s", padded(&text, longest, "file"), "-and-more-that-does-not-fit");
	assert_int_equal(strlen(path.text), PATH_MAX);
	assert_int_equal(rootdir_read(path.text, &text), -ENAMETOOLONG);
	rootdir_path(&path, "%s%s", padded(&text, longest, "link"), "-and-more-that-does-not-fit");
	assert_int_equal(rootdir_link(path.text, &text), -ENAMETOOLONG);
	assert_string_equal(text.text, "");
	assert_int_equal(rootdir_replace(path.text, "", 0), -ENAMETOOLONG);
}

static void a_path_that_does_not_fit_is_refused(void **state)
{
	(void)state;
	expect_paths(PATH_MAX - 1);
}

static void an_attribute_that_does_not_fit_is_refused(void **state)
{
	struct rootdir_text path, text;

	(void)state;
	write_file("attribute", PATH_MAX);
	assert_int_equal(rootdir_read(rootdir_path(&path, "%s/attribute", folder.text), &text), 0);
	assert_int_equal(strlen(text.text), PATH_MAX - 1);
	write_file("attribute", PATH_MAX + 1);
	assert_int_equal(rootdir_read(path.text, &text), -EFBIG);
	assert_string_equal(text.text, "");
	write_file("attribute", 0);
	assert_int_equal(rootdir_read(path.text, &text), 0);
	assert_string_equal(text.text, "");
	/* The path may stand where the text comes to. */
	write_file("attribute", 3);
	assert_int_equal(rootdir_read(path.text, &path), 0);
	assert_string_equal(path.text, "xx");
}

static void a_name_that_does_not_fit_is_refused(void **state)
{
	struct rootdir_text path;
	char name[8];

	(void)state;
	rootdir_path(&path, "%s/driver", folder.text);
	assert_int_equal(symlink("../drivers/1234567", path.text), 0);
	assert_int_equal(rootdir_link_name(path.text, name, sizeof(name)), 0);
	assert_string_equal(name, "1234567");
	assert_int_equal(rootdir_link_name(path.text, name, sizeof(name) - 1), -ENAMETOOLONG);
}

static void below_another_root_too(void **state)
{
	(void)state;
	assert_int_equal(rootdir_enter("/"), 0);
	expect_paths(PATH_MAX - 1);
}

static int begin(void **state)
{
	struct rootdir_text path;

	(void)state;
	if (!mkdtemp(strcpy(folder.text, "/tmp/vfio-early-rootdir-XXXXXX")))
		return -1;
	write_file("file", 3);
	return symlink("file", rootdir_path(&path, "%s/link", folder.text));
}

static int end(void **state)
{
	static const char *const names[] = { "file", "link", "attribute", "driver", "" };
	struct rootdir_text path;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		(void)remove(rootdir_path(&path, "%s/%s", folder.text, names[i]));
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_that_does_not_fit_is_refused),
		cmocka_unit_test(an_attribute_that_does_not_fit_is_refused),
		cmocka_unit_test(a_name_that_does_not_fit_is_refused),
		cmocka_unit_test(below_another_root_too),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, begin, end);
}
