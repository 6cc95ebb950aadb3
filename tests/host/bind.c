/* SPDX-License-Identifier: GPL-2.0-or-later */
/* bind_apply() on a kernel that answers: drivers are there once loaded, a probe binds what an override names. */
#include "unit.h"

#include <errno.h>
#include <sys/mman.h>

#include "boot/bind.h"
#include "boot/log.h"
#include "boot/modules.h"
#include "host/deadline.h"
#include "host/sysfs.h"

#define VARIANT "mlx5_vfio_pci"

struct device {
	struct pci_address address;
	char driver[PCI_DRIVER_SIZE], override[PCI_DRIVER_SIZE];
	bool has_variant, refuses_override, hides_driver;
};

/* Children write to it, so it is shared. */
static struct kernel {
	struct device devices[2];
	bool vfio, variant;
	char trace[2048];
} * kernel;

static void trace(const struct pci_address *address, const char *what, const char *value)
{
	util_append(kernel->trace, sizeof(kernel->trace), "%x %s%s%s\n", address ? address->bus : 0, what,
		    value ? " " : "", value ? value : "");
}

static struct device *device_at(const struct pci_address *address)
{
	return &kernel->devices[address->bus - 1];
}

static bool exists(const char *driver)
{
	return !strcmp(driver, PLAN_DRIVER) ? kernel->vfio : strcmp(driver, VARIANT) || kernel->variant;
}

static int probe(struct device *device)
{
	const char *driver = device->override[0] ? device->override : "host";

	if (!device->driver[0] && exists(driver))
		strcpy(device->driver, driver);
	return 0;
}

/* --- what bind.c and work.c call --- */

bool rootdir_is_host(void)
{
	return true;
}

void log_no_memory(void)
{
}

void log_line(int level, const char *format, ...)
{
	(void)level;
	(void)format;
}

int modules_load(const char *name)
{
	trace(NULL, "load", name);
	kernel->vfio |= !strcmp(name, PLAN_DRIVER);
	kernel->variant |= !strcmp(name, VARIANT);
	for (size_t i = 0; i < ARRAY_SIZE(kernel->devices); i++)
		probe(&kernel->devices[i]);
	return 0;
}

int modules_find_variant(const char *modalias, char *name, size_t size)
{
	if (strcmp(modalias, "variant"))
		return -ENOENT;
	util_format(name, size, VARIANT);
	return 0;
}

int sysfs_pci_read(const struct pci_address *address, const char *attribute, struct rootdir_text *ret)
{
	(void)attribute;
	strcpy(ret->text, device_at(address)->has_variant ? "variant" : "plain");
	return 0;
}

bool sysfs_pci_exists(const struct pci_address *address)
{
	(void)address;
	return true;
}

int sysfs_pci_driver(const struct pci_address *address, char *driver, size_t size)
{
	if (device_at(address)->hides_driver)
		return -EACCES;
	util_format(driver, size, "%s", device_at(address)->driver);
	return 0;
}

int sysfs_pci_set_override(const struct pci_address *address, const char *driver)
{
	trace(address, "override", driver ? driver : "-");
	if (device_at(address)->refuses_override && driver)
		return -EINVAL;
	strcpy(device_at(address)->override, driver ? driver : "");
	return 0;
}

int sysfs_pci_unbind(const struct pci_address *address)
{
	trace(address, "unbind", NULL);
	device_at(address)->driver[0] = '\0';
	return 0;
}

int sysfs_pci_probe(const struct pci_address *address)
{
	trace(address, "probe", NULL);
	return probe(device_at(address));
}

int sysfs_pci_bind(const struct pci_address *address, const char *driver)
{
	trace(address, "bind", driver);
	if (!exists(driver))
		return -ENOENT;
	strcpy(device_at(address)->driver, driver);
	return 0;
}

int sysfs_pci_remove_id(const struct pci_function *function, const char *driver)
{
	trace(&function->address, "remove_id", driver);
	return 0;
}

void sysfs_pci_bound_to(const char *driver, void (*found)(void *data, const struct pci_address *address),
			void *data)
{
	for (size_t i = 0; i < ARRAY_SIZE(kernel->devices); i++)
		if (!strcmp(kernel->devices[i].driver, driver))
			found(data, &kernel->devices[i].address);
}

bool sysfs_pci_driver_exists(const char *driver)
{
	return exists(driver);
}

int sysfs_pci_driver_of_module(const char *module, char *driver, size_t size)
{
	if (!exists(module))
		return -ENOENT;
	util_format(driver, size, "%s", module);
	return 0;
}

int sysfs_pci_iommu_group(const struct pci_address *address)
{
	return address->bus;
}

const char *sysfs_framebuffer_of(const struct pci_address *address)
{
	(void)address;
	return NULL;
}

const char *sysfs_framebuffer_range(const struct pci_address *address)
{
	return sysfs_framebuffer_of(address);
}

int sysfs_framebuffer_unbind(const char *name)
{
	(void)name;
	return -ENOENT;
}

/* --- tests --- */

static struct pci_function functions[2];
static struct plan_entry entries[2];
static const struct claim claim = { .rank = CLAIM_OF_FILE, .text = (char[]){ "x" } };

static void add(size_t i, enum verdict verdict, const char *driver, bool has_variant)
{
	struct device *device = &kernel->devices[i];

	functions[i] = (struct pci_function){ .address = { .bus = (uint8_t)(i + 1) }, .class = 0x020000 };
	*device = (struct device){ .address = functions[i].address, .has_variant = has_variant };
	strcpy(device->driver, driver);
	entries[i] = (struct plan_entry){
		.function = &functions[i], .claim = &claim, .verdict = verdict, .reason = "", .hint = ""
	};
	entries[i].wanted_driver = PLAN_DRIVER;
	strcpy(entries[i].driver, driver);
}

static void start(bool vfio)
{
	if (!kernel)
		kernel = mmap(NULL, sizeof(*kernel), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
			      0);
	memset(kernel, 0, sizeof(*kernel));
	kernel->vfio = vfio;
	memset(entries, 0, sizeof(entries));
}

static void apply(size_t count)
{
	struct plan plan = { .entries = entries, .count = count };
	struct step_list list;
	struct bind_times times;

	deadline_begin(10);
	steps_make(&plan, &list);
	bind_apply(&plan, &list, "", &times);
	steps_clear(&list);
}

static void expect(size_t i, enum verdict verdict, const char *driver, const char *override)
{
	assert_string_equal(verdict_name(entries[i].verdict), verdict_name(verdict));
	assert_string_equal(kernel->devices[i].driver, driver);
	assert_string_equal(kernel->devices[i].override, override);
}

/* Each driver is loaded, whichever device comes first. */
static void a_variant_beside_a_plain_device(void **state)
{
	(void)state;
	for (size_t variant = 0; variant < 2; variant++) {
		start(false);
		add(0, VERDICT_WOULD_BIND, "", variant == 0);
		add(1, VERDICT_WOULD_BIND, "", variant == 1);
		apply(2);
		expect(variant, VERDICT_BOUND, VARIANT, VARIANT);
		expect(!variant, VERDICT_BOUND, PLAN_DRIVER, PLAN_DRIVER);
		/* Every override is there before anything is loaded. */
		assert_non_null(strstr(kernel->trace, "1 override vfio-pci\n2 override vfio-pci\n0 load"));
		assert_string_equal(variant ? plan_sentence(&entries[1]) : plan_sentence(&entries[0]),
				    variant ? "bound to " VARIANT ", IOMMU group 2 (was: no driver)" :
					      "bound to " VARIANT ", IOMMU group 1 (was: no driver)");
	}
}

/* vfio-pci takes what was reserved by its override; the late stage finds the variant. */
static void a_variant_for_a_device_that_vfio_pci_has(void **state)
{
	(void)state;
	start(true);
	add(0, VERDICT_WOULD_BIND, PLAN_DRIVER, true);
	apply(1);
	expect(0, VERDICT_BOUND, VARIANT, VARIANT);
}

static void a_host_driver_is_unbound(void **state)
{
	(void)state;
	start(false);
	add(0, VERDICT_WOULD_BIND, "host", false);
	apply(1);
	expect(0, VERDICT_BOUND, PLAN_DRIVER, PLAN_DRIVER);
	assert_string_equal(kernel->trace, "1 override vfio-pci\n0 load vfio-pci\n1 unbind\n1 probe\n");
}

/* The plan was made before the driver took it. */
static void what_a_guest_driver_has_by_then_is_given_back(void **state)
{
	(void)state;
	start(true);
	add(0, VERDICT_KEPT, "", false);
	entries[0].give_back = true;
	strcpy(kernel->devices[0].driver, PLAN_DRIVER);
	strcpy(kernel->devices[0].override, PLAN_DRIVER);
	apply(1);
	expect(0, VERDICT_KEPT, "host", "");
}

static void an_override_that_fails_gives_the_device_back(void **state)
{
	(void)state;
	start(true);
	add(0, VERDICT_WOULD_BIND, "pci-stub", false);
	kernel->devices[0].refuses_override = true;
	apply(1);
	expect(0, VERDICT_REFUSED, "host", "");
	assert_non_null(strstr(entries[0].reason, "bound to host again"));
}

/* What has the device is not known: it is not "another driver". */
static void a_driver_that_cannot_be_read_has_its_errno(void **state)
{
	(void)state;
	start(true);
	add(0, VERDICT_WOULD_BIND, "", false);
	kernel->devices[0].hides_driver = true;
	apply(1);
	assert_string_equal(verdict_name(entries[0].verdict), verdict_name(VERDICT_REFUSED));
	assert_non_null(strstr(entries[0].reason, "its driver cannot be read: Permission denied"));
}

/* A driver that was loaded has what the plan keeps. */
static void what_a_driver_has_taken_is_given_back(void **state)
{
	(void)state;
	start(false);
	add(0, VERDICT_WOULD_BIND, "", false);
	add(1, VERDICT_KEPT, "", false);
	strcpy(kernel->devices[1].override, PLAN_DRIVER);
	apply(2);
	expect(0, VERDICT_BOUND, PLAN_DRIVER, PLAN_DRIVER);
	expect(1, VERDICT_KEPT, "host", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_variant_beside_a_plain_device),
		cmocka_unit_test(a_variant_for_a_device_that_vfio_pci_has),
		cmocka_unit_test(a_host_driver_is_unbound),
		cmocka_unit_test(what_a_guest_driver_has_by_then_is_given_back),
		cmocka_unit_test(an_override_that_fails_gives_the_device_back),
		cmocka_unit_test(a_driver_that_cannot_be_read_has_its_errno),
		cmocka_unit_test(what_a_driver_has_taken_is_given_back),
	};

	return RUN(tests);
}
