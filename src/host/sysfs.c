/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/sysfs.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PCI "/sys/bus/pci"
#define PLATFORM "/sys/bus/platform"
#define BLOCK "/sys/class/block"
#define PATH_SIZE 512
#define ACPI_LIMIT (1 << 20)

/* A path by value: it lives as long as the expression that it is in, or as the variable. */
struct path {
	char text[PATH_SIZE];
};

static struct path printf_format(1, 2) path_of(const char *format, ...)
{
	struct path path;
	va_list args;

	va_start(args, format);
	vsnprintf(path.text, sizeof(path.text), format, args);
	va_end(args);
	return path;
}

/* What is written is never a text that memory may lack. */
static struct path name_of(const struct pci_address *address)
{
	return path_of("%04x:%02x:%02x.%x", address->segment, address->bus, address->slot & 0x1fU,
		       address->function & 7U);
}

static struct path pci_path(const struct pci_address *address, const char *attribute)
{
	return path_of(PCI "/devices/%s/%s", name_of(address).text, attribute);
}

ssize_t sysfs_pci_list(char ***ret_names)
{
	return rootdir_list(PCI "/devices", ret_names);
}

static void find_guest_driver(void *data, const char *name)
{
	*(bool *)data |= pci_is_guest_driver(name);
}

bool sysfs_pci_has_guest_driver(void)
{
	bool any = false;

	rootdir_each_name(PCI "/drivers", find_guest_driver, &any);
	return any;
}

ssize_t sysfs_pci_read(const struct pci_address *address, const char *attribute, char *buffer, size_t size)
{
	return rootdir_read(pci_path(address, attribute).text, buffer, size);
}

bool sysfs_pci_has(const struct pci_address *address, const char *attribute)
{
	return rootdir_exists(pci_path(address, attribute).text);
}

int sysfs_pci_link(const struct pci_address *address, char *buffer, size_t size)
{
	return rootdir_link(path_of(PCI "/devices/%s", name_of(address).text).text, buffer, size);
}

ssize_t sysfs_iommu_group_list(int group, char ***ret_names)
{
	return rootdir_list(path_of("/sys/kernel/iommu_groups/%d/devices", group).text, ret_names);
}

struct consumers {
	void (*found)(void *data, const struct pci_address *consumer);
	void *data;
};

static void add_consumer(void *data, const char *name)
{
	static const char prefix[] = "consumer:pci:";
	const struct consumers *consumers = data;
	struct pci_address consumer;

	if (util_starts_with(name, prefix) &&
	    pci_address_parse(name + strlen(prefix), strlen(name + strlen(prefix)), &consumer) == 0)
		consumers->found(consumers->data, &consumer);
}

void sysfs_pci_consumers(const struct pci_address *address,
			 void (*found)(void *data, const struct pci_address *consumer), void *data)
{
	struct consumers consumers = { found, data };

	rootdir_each_name(pci_path(address, "").text, add_consumer, &consumers);
}

int sysfs_pci_driver(const struct pci_address *address, char driver[static PCI_DRIVER_SIZE])
{
	int r = rootdir_link_name(pci_path(address, "driver").text, driver, PCI_DRIVER_SIZE);

	if (r != -ENOENT)
		return r;
	driver[0] = '\0';
	return rootdir_exists(pci_path(address, "").text) ? 0 : -ENODEV;
}

int sysfs_pci_iommu_group(const struct pci_address *address)
{
	char number[16], name[32], *end;
	struct path path;
	long group;

	if (rootdir_link_name(pci_path(address, "iommu_group").text, number, sizeof(number)) < 0)
		return -1;
	group = strtol(number, &end, 10);
	if (*end || end == number || group < 0)
		return -1;
	/*
	 * vfio's no-IOMMU mode makes groups that isolate nothing (drivers/vfio/group.c,
	 * vfio_noiommu_group_alloc).
	 */
	path = path_of("/sys/kernel/iommu_groups/%ld/name", group);
	if (rootdir_read(path.text, name, sizeof(name)) > 0 && util_starts_with(name, "vfio-noiommu"))
		return -1;
	return (int)group;
}

int sysfs_pci_set_override(const struct pci_address *address, const char *driver)
{
	char line[PCI_DRIVER_SIZE + 2];

	util_format(line, sizeof(line), "%s\n", driver ? driver : "");
	return rootdir_write(pci_path(address, "driver_override").text, line);
}

int sysfs_pci_unbind(const struct pci_address *address)
{
	return rootdir_write(pci_path(address, "driver/unbind").text, name_of(address).text);
}

int sysfs_pci_probe(const struct pci_address *address)
{
	return rootdir_write(PCI "/drivers_probe", name_of(address).text);
}

int sysfs_pci_bind(const struct pci_address *address, const char *driver)
{
	struct path path;

	path = path_of(PCI "/drivers/%s/bind", driver);
	return rootdir_write(path.text, name_of(address).text);
}

int sysfs_pci_remove_id(const struct pci_function *function, const char *driver)
{
	char id[16];
	struct path path;

	path = path_of(PCI "/drivers/%s/remove_id", driver);
	return rootdir_write(path.text,
			     util_format(id, sizeof(id), "%04x %04x", function->vendor, function->device));
}

void sysfs_pci_bound_to(const char *driver, void (*found)(void *data, const struct pci_address *address),
			void *data)
{
	char **names;
	ssize_t count = rootdir_list(path_of(PCI "/drivers/%s", driver).text, &names);
	struct pci_address address;

	for (ssize_t i = 0; i < count; i++)
		if (pci_address_parse(names[i], strlen(names[i]), &address) == 0)
			found(data, &address);
	rootdir_list_free(names, count);
}

bool sysfs_pci_driver_exists(const char *driver)
{
	return rootdir_exists(path_of(PCI "/drivers/%s", driver).text);
}

int sysfs_pci_driver_of_module(const char *module, char driver[static PCI_DRIVER_SIZE])
{
	char **names;
	ssize_t count = rootdir_list(path_of("/sys/module/%s/drivers", module).text, &names);
	int r = -ENOENT;

	for (ssize_t i = 0; i < count && r < 0; i++) {
		if (!util_starts_with(names[i], "pci:") || strlen(names[i] + 4) >= PCI_DRIVER_SIZE)
			continue;
		strcpy(driver, names[i] + 4);
		r = 0;
	}
	rootdir_list_free(names, count);
	return r;
}

/* One line of the "resource" file: start, end and flags of a BAR. Unused ones are all zero. */
static bool overlaps_bar(const char *resources, unsigned long long start, unsigned long long end)
{
	for (const char *line = resources; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		unsigned long long first, last;

		if (sscanf(line, "%llx %llx", &first, &last) == 2 && last && start <= last && end >= first)
			return true;
	}
	return false;
}

/* The drivers' names in /proc/iomem; BOOTFB is what x86's sysfb code reserves. */
static bool is_framebuffer_range(const char *label)
{
	static const char *const labels[] = { "efifb",  "vesafb", "simplefb", "simpledrm",
					      "BOOTFB", "efidrm", "vesadrm" };

	for (size_t i = 0; i < ARRAY_SIZE(labels); i++)
		if (util_starts_with(label, labels[i]))
			return true;
	return false;
}

int sysfs_framebuffer_range(const struct pci_address *address, char *label, size_t size)
{
	cleanup_free char *iomem = NULL;
	char resources[1024];
	size_t length;

	if (sysfs_pci_read(address, "resource", resources, sizeof(resources)) < 0 ||
	    (rootdir_read_file("/proc/iomem", 1 << 20, &iomem, &length) < 0 && !iomem))
		return -ENOENT;
	for (const char *line = iomem; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		const char *name = strstr(line, " : ");
		unsigned long long start, end;

		if (!name || !is_framebuffer_range(name + 3) ||
		    sscanf(line, " %llx-%llx", &start, &end) != 2 || !overlaps_bar(resources, start, end))
			continue;
		util_format(label, size, "%.*s", (int)strcspn(name + 3, "\n"), name + 3);
		return 0;
	}
	return -ENOENT;
}

int sysfs_framebuffer_of(const struct pci_address *address, char *name, size_t size)
{
	char driver[PCI_DRIVER_SIZE], label[32], **names;
	struct path path;
	ssize_t count;
	int r = -ENOENT;

	if (sysfs_framebuffer_range(address, label, sizeof(label)) < 0)
		return r;
	count = rootdir_list(PLATFORM "/devices", &names);
	for (ssize_t i = 0; i < count; i++) {
		if (!strstr(names[i], "-framebuffer"))
			continue;
		path = path_of(PLATFORM "/devices/%s/driver", names[i]);
		if (strlen(names[i]) < size && !rootdir_link_name(path.text, driver, sizeof(driver))) {
			strcpy(name, names[i]);
			r = 0;
			break;
		}
	}
	rootdir_list_free(names, count);
	return r;
}

int sysfs_framebuffer_unbind(const char *name)
{
	return rootdir_write(path_of(PLATFORM "/devices/%s/driver/unbind", name).text, name);
}

bool sysfs_drm_is_boot_display(const struct pci_address *address)
{
	char value[8], **names;
	struct path path;
	ssize_t count = rootdir_list(pci_path(address, "drm").text, &names);
	bool boots = false;

	for (ssize_t i = 0; i < count; i++) {
		path = path_of(PCI "/devices/%s/drm/%.64s/boot_display", name_of(address).text, names[i]);
		boots |= rootdir_read(path.text, value, sizeof(value)) > 0 && value[0] == '1';
	}
	rootdir_list_free(names, count);
	return boots;
}

/* The connectors of one card: folders "card0-HDMI-A-1" with a file "status" (drivers/gpu/drm/drm_sysfs.c). */
static int read_connectors(const char *card)
{
	char status[16], **names;
	ssize_t count = rootdir_list(card, &names);
	int monitor = -1;

	for (ssize_t i = 0; i < count; i++) {
		struct path path = path_of("%s/%s/status", card, names[i]);

		if (util_starts_with(names[i], "card") && rootdir_read(path.text, status, sizeof(status)) > 0)
			monitor = monitor == 1 || util_starts_with(status, "connected");
	}
	rootdir_list_free(names, count);
	return monitor;
}

int sysfs_drm_has_monitor(const struct pci_address *address)
{
	struct path path = pci_path(address, "drm");
	char **names;
	ssize_t count = rootdir_list(path.text, &names);
	int monitor = -1;

	for (ssize_t i = 0; i < count; i++) {
		int seen = read_connectors(path_of("%s/%s", path.text, names[i]).text);

		monitor = seen > monitor ? seen : monitor;
	}
	rootdir_list_free(names, count);
	return monitor;
}

ssize_t sysfs_iommu_list(char ***ret_names)
{
	return rootdir_list("/sys/class/iommu", ret_names);
}

bool sysfs_acpi_table_exists(const char *name)
{
	return rootdir_exists(path_of("/sys/firmware/acpi/tables/%s", name).text);
}

int sysfs_acpi_table_read(const char *name, char **ret_bytes, size_t *ret_length)
{
	return rootdir_read_file(path_of("/sys/firmware/acpi/tables/%s", name).text, ACPI_LIMIT, ret_bytes,
				 ret_length);
}

ssize_t sysfs_dmi_uuid_read(char *buffer, size_t size)
{
	return rootdir_read("/sys/class/dmi/id/product_uuid", buffer, size);
}

bool sysfs_firmware_exists(const char *name)
{
	return rootdir_exists(path_of("/sys/firmware/%s", name).text);
}

bool sysfs_efi_variable_exists(const char *name)
{
	return rootdir_exists(path_of("/sys/firmware/efi/efivars/%s", name).text);
}

int sysfs_efi_variable_read(const char *name, char **ret_bytes, size_t *ret_length)
{
	return rootdir_read_file(path_of("/sys/firmware/efi/efivars/%s", name).text, SYSFS_EFI_LIMIT,
				 ret_bytes, ret_length);
}

void sysfs_irq_chips(bool (*found)(void *data, const char *chip), void *data)
{
	char **names, chip[SYSFS_CHIP_SIZE];
	struct path path;
	ssize_t count = rootdir_list("/sys/kernel/irq", &names);
	bool goes_on = true;

	for (ssize_t i = 0; i < count && goes_on; i++) {
		path = path_of("/sys/kernel/irq/%.16s/chip_name", names[i]);
		if (rootdir_read(path.text, chip, sizeof(chip)) < 0)
			continue;
		chip[strcspn(chip, "\n")] = '\0';
		goes_on = found(data, chip);
	}
	rootdir_list_free(names, count);
}

bool sysfs_module_says(const char *module, const char *parameter)
{
	char value[8];
	struct path path;

	path = path_of("/sys/module/%s/parameters/%s", module, parameter);
	return rootdir_read(path.text, value, sizeof(value)) > 0 && (value[0] == 'Y' || value[0] == '1');
}

ssize_t sysfs_block_list(char ***ret_names)
{
	return rootdir_list(BLOCK, ret_names);
}

int sysfs_block_link(const char *name, char *buffer, size_t size)
{
	return rootdir_link(path_of(BLOCK "/%s", name).text, buffer, size);
}

void sysfs_block_functions(void (*found)(void *data, const struct pci_address *address), void *data)
{
	char link[4096], **names;
	ssize_t count = sysfs_block_list(&names);

	for (ssize_t i = 0; i < count; i++) {
		const char *cursor = link;
		struct pci_address address;

		if (sysfs_block_link(names[i], link, sizeof(link)) < 0)
			continue;
		while (pci_next_address(&cursor, &address))
			found(data, &address);
	}
	rootdir_list_free(names, count);
}

ssize_t sysfs_block_read(const char *name, const char *attribute, char *buffer, size_t size)
{
	return rootdir_read(path_of(BLOCK "/%s/%s", name, attribute).text, buffer, size);
}

bool sysfs_block_has(const char *name, const char *attribute)
{
	return rootdir_exists(path_of(BLOCK "/%s/%s", name, attribute).text);
}

ssize_t sysfs_block_slaves(const char *name, char ***ret_names)
{
	return rootdir_list(path_of(BLOCK "/%s/slaves", name).text, ret_names);
}

ssize_t sysfs_block_holders(const char *name, char ***ret_names)
{
	return rootdir_list(path_of(BLOCK "/%s/holders", name).text, ret_names);
}

void sysfs_nvme_paths(const char *subsystem, void (*found)(void *data, const char *link), void *data)
{
	char link[512], **names;
	struct path path;
	ssize_t count = rootdir_list(path_of("/sys/class/nvme-subsystem/%s", subsystem).text, &names);

	for (ssize_t i = 0; i < count; i++) {
		path = path_of("/sys/class/nvme-subsystem/%s/%s", subsystem, names[i]);
		if (!strncmp(names[i], "nvme", 4) && rootdir_link(path.text, link, sizeof(link)) == 0)
			found(data, link);
	}
	rootdir_list_free(names, count);
}

int sysfs_net_link(const char *name, char *buffer, size_t size)
{
	return rootdir_link(path_of("/sys/class/net/%s", name).text, buffer, size);
}

void sysfs_net_lower(const char *name, void (*found)(void *data, const char *lower), void *data)
{
	static const char prefix[] = "lower_";
	char **names;
	ssize_t count = rootdir_list(path_of("/sys/class/net/%s", name).text, &names);

	for (ssize_t i = 0; i < count; i++)
		if (util_starts_with(names[i], prefix))
			found(data, names[i] + strlen(prefix));
	rootdir_list_free(names, count);
}

ssize_t sysfs_input_list(char ***ret_names)
{
	return rootdir_list("/sys/class/input", ret_names);
}

int sysfs_input_link(const char *name, char *buffer, size_t size)
{
	return rootdir_link(path_of("/sys/class/input/%.64s", name).text, buffer, size);
}

ssize_t sysfs_input_read(const char *name, const char *attribute, char *buffer, size_t size)
{
	return rootdir_read(path_of("/sys/class/input/%.64s/%s", name, attribute).text, buffer, size);
}
