/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/pci-names.h"

#include <fcntl.h>
#include <pci/pci.h>
#include <setjmp.h>
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

static void ignore(char *format, ...)
{
	(void)format;
}

void pci_names_open(void)
{
	static const char *const lists[] = { "/usr/share/misc/pci.ids", "/usr/share/hwdata/pci.ids",
					     "/usr/share/pci.ids" };
	static char path[64];

	for (size_t i = 0; i < ARRAY_SIZE(lists) && names_fd < 0; i++)
		names_fd = rootdir_open(lists[i], O_RDONLY);
	if (names_fd < 0)
		return;
	names_access = pci_alloc();
	names_access->error = fail;
	names_access->warning = ignore;
	names_access->debug = ignore;
	/* libpci takes a path, and knows nothing of --root. */
	util_format(path, sizeof(path), "/proc/self/fd/%d", names_fd);
	pci_set_name_list_path(names_access, path, 0);
	if (setjmp(names_failed) == 0)
		pci_load_name_list(names_access);
	else
		names_access = NULL;
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

const char *pci_names_device(const struct pci_function *function)
{
	char vendor[256], device[256];
	const char *maker, *model;

	if (!names_access)
		return "";
	maker = pci_lookup_name(names_access, vendor, sizeof(vendor), LOOKUP_FLAGS | PCI_LOOKUP_VENDOR,
				function->vendor);
	model = pci_lookup_name(names_access, device, sizeof(device), LOOKUP_FLAGS | PCI_LOOKUP_DEVICE,
				function->vendor, function->device);
	return maker ? util_text("%s%s%s", maker, model ? " " : "", model ? model : "") : "";
}

const char *pci_names_class(const struct pci_function *function)
{
	char text[256];
	const char *name = NULL;

	if (names_access)
		name = pci_lookup_name(names_access, text, sizeof(text), LOOKUP_FLAGS | PCI_LOOKUP_CLASS,
				       function->class >> 8);
	return name ? util_text("%s", name) : util_text("class %06x", function->class);
}
