/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/pci-names.h"

#include <fcntl.h>
#include <pci/pci.h>
#include <setjmp.h>
#include <string.h>
#include <unistd.h>

#include "host/rootdir.h"

/* Names alone, of the list alone. */
#define LOOKUP_FLAGS (PCI_LOOKUP_NO_NUMBERS | PCI_LOOKUP_NO_HWDB)

static struct pci_access *names_access;
static int names_fd = -1;
static jmp_buf names_failed;

/* libpci must not come back from here; a list that it cannot read is no list. */
static void __attribute__((noreturn)) fail(char *format, ...)
{
	(void)format;
	longjmp(names_failed, 1);
}

/* Looking a name up makes an entry of its own where the list has none. */
static void __attribute__((noreturn)) end(char *format, ...)
{
	(void)format;
	util_end_without_memory();
}

static void ignore(char *format, ...)
{
	(void)format;
}

void pci_names_open(void)
{
	static const char *const lists[] = { "/usr/share/misc/pci.ids", "/usr/share/hwdata/pci.ids",
					     "/usr/share/pci.ids" };
	const char *path;

	for (size_t i = 0; i < ARRAY_SIZE(lists) && names_fd < 0; i++)
		names_fd = rootdir_open_file(lists[i]);
	if (names_fd < 0)
		return;
	names_access = pci_alloc();
	names_access->error = fail;
	names_access->warning = ignore;
	names_access->debug = ignore;
	/* libpci takes a path, and knows nothing of --root. */
	path = util_text("/proc/self/fd/%d", names_fd);
	pci_set_name_list_path(names_access, util_copy(path, strlen(path)), 1);
	if (setjmp(names_failed) == 0)
		pci_load_name_list(names_access);
	else
		names_access = NULL;
	/* The frame that it would return to is gone. */
	if (names_access)
		names_access->error = end;
}

void pci_names_close(void)
{
	/*
	 * What libpci has allocated goes with the process: freeing forty thousand names takes longer than
	 * using them.
	 */
	if (names_fd >= 0)
		close(names_fd);
	names_access = NULL;
	names_fd = -1;
}

/* No line of the list is longer (pciutils, lib/names-parse.c, MAX_LINE). */
struct name {
	char text[1024];
};

/* "" for what has none. A look-up that takes one id leaves @second alone. */
static struct name look_up(int what, unsigned int first, unsigned int second)
{
	struct name name;
	const char *found = names_access ? pci_lookup_name(names_access, name.text, sizeof(name.text),
							   LOOKUP_FLAGS | what, first, second) :
					   NULL;

	if (!found)
		name.text[0] = '\0';
	return name;
}

const char *pci_names_device(const struct pci_function *function)
{
	struct name vendor = look_up(PCI_LOOKUP_VENDOR, function->vendor, 0), device;

	if (!vendor.text[0])
		return "";
	device = look_up(PCI_LOOKUP_DEVICE, function->vendor, function->device);
	return util_text("%s%s%s", vendor.text, device.text[0] ? " " : "", device.text);
}

const char *pci_names_model(const struct pci_function *function)
{
	struct name device = look_up(PCI_LOOKUP_DEVICE, function->vendor, function->device);

	return device.text[0] ? util_text("%s", device.text) : pci_names_device(function);
}

const char *pci_names_class(const struct pci_function *function)
{
	struct name name = look_up(PCI_LOOKUP_CLASS, function->class >> 8, 0);

	return name.text[0] ? util_text("%s", name.text) : util_text("class %06x", function->class);
}
