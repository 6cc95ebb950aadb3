/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * vfio-probe ADDRESS: open a device as a hypervisor does. Prints one line, "usable ..." or what failed.
 * Group viable, container with an IOMMU, configuration space read, the first memory BAR mapped
 * (linux/vfio.h).
 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/vfio.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

static const char *address;

static void check(long result, const char *what)
{
	if (result >= 0)
		return;
	printf("%s unusable: %s: %s\n", address, what, strerror(errno));
	exit(1);
}

static int open_group(void)
{
	char path[128], target[256] = "";
	struct vfio_group_status status = { .argsz = sizeof(status) };
	int group;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/iommu_group", address);
	check(readlink(path, target, sizeof(target) - 1), "no IOMMU group");
	snprintf(path, sizeof(path), "/dev/vfio/%s", basename(target));
	group = open(path, O_RDWR);
	check(group, path);
	check(ioctl(group, VFIO_GROUP_GET_STATUS, &status), "group status");
	errno = EBUSY;
	check(status.flags & VFIO_GROUP_FLAGS_VIABLE ? 0 : -1, "the group is not viable");
	return group;
}

static int open_device(int group)
{
	int container = open("/dev/vfio/vfio", O_RDWR), device;

	check(container, "/dev/vfio/vfio");
	check(ioctl(group, VFIO_GROUP_SET_CONTAINER, &container), "set container");
	check(ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU), "set IOMMU");
	device = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, address);
	check(device, "get device");
	return device;
}

/* Map the first memory BAR that can be mapped; returns its number, or -1 where the device has none. */
static int map_bar(int device)
{
	for (unsigned int bar = VFIO_PCI_BAR0_REGION_INDEX; bar <= VFIO_PCI_BAR5_REGION_INDEX; bar++) {
		struct vfio_region_info info = { .argsz = sizeof(info), .index = bar };
		void *memory;

		check(ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &info), "region information");
		if (!info.size || !(info.flags & VFIO_REGION_INFO_FLAG_MMAP))
			continue;
		memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, device, (off_t)info.offset);
		check(memory == MAP_FAILED ? -1 : 0, "map BAR");
		return (int)bar;
	}
	return -1;
}

int main(int argc, char **argv)
{
	struct vfio_region_info config = { .argsz = sizeof(config), .index = VFIO_PCI_CONFIG_REGION_INDEX };
	uint16_t ids[2] = { 0 };
	int device, bar;

	address = argc > 1 ? argv[1] : "";
	device = open_device(open_group());
	check(ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &config), "configuration region");
	check(pread(device, ids, sizeof(ids), (off_t)config.offset), "read configuration space");
	bar = map_bar(device);
	printf("%s usable: group viable, id %04x:%04x, BAR %d mapped\n", address, ids[0], ids[1], bar);
	return 0;
}
