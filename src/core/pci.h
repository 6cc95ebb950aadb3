/* SPDX-License-Identifier: GPL-2.0-or-later */
/* PCI functions: their addresses and what the kernel says of them. Pure; host/pci-read.h reads them. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "util.h"

#define PCI_ADDRESS_SIZE 20 /* "ffffffff:ff:1f.7" and its end */
#define PCI_DRIVER_SIZE 64

/* Where a function sits. Segments are 16 bits wide by specification; Linux gives VMD domains above ffff. */
struct pci_address {
	uint32_t segment;
	uint8_t bus, slot, function;
};

#define PCI_PATH_HOPS 16

/* The way to a function from its root bus: slot and function of each bridge, then of the function itself. */
struct pci_path {
	uint32_t segment;
	uint8_t root_bus;
	uint8_t hops; /* 0: not read */
	struct pci_hop {
		uint8_t slot, function;
	} hop[PCI_PATH_HOPS];
};

/*
 * Signs that the firmware's screen is on a display, the weaker ones first; boot_vga is stronger than all of
 * them.
 */
enum pci_console {
	PCI_CONSOLE_NONE,         /* no sign, or not read */
	PCI_CONSOLE_BOOT_DISPLAY, /* a connector's boot_display (ABI/testing/sysfs-class-drm, Linux 6.18) */
	PCI_CONSOLE_FRAMEBUFFER,  /* the firmware's framebuffer is in one of its BARs */
};

/* One PCI function as sysfs shows it. */
struct pci_function {
	struct pci_address address;
	struct pci_path path;
	uint16_t vendor, device, subvendor, subdevice;
	uint32_t class;               /* base class, sub-class, programming interface: 0xBBSSPP */
	char driver[PCI_DRIVER_SIZE]; /* "" where no driver is bound, or not read */
	bool driver_read;
	int header_type;          /* 0 endpoint, 1 bridge, 2 CardBus; -1 not read */
	int iommu_group;          /* -1 none or not read */
	int boot_vga;             /* 1 the firmware's display, 0 another, -1 not read or no display */
	enum pci_console console; /* what else says that the firmware drew on it */
	int monitor;       /* of a display: 1 a monitor is connected, 0 none is, -1 not known or not read */
	bool has_disk;     /* a block device hangs off it now */
	bool has_keyboard; /* a keyboard hangs off it now */
	/* its IOMMU group has a reserved region of type "direct"; false where it was not read */
	bool direct_region;
	bool is_virtual;             /* an SR-IOV virtual function: it has a "physfn" link */
	struct pci_address physical; /* of a virtual function: what makes it */
	/* by module_index_spared(): what keeps a host driver off it at the next boot, NULL where nothing does */
	const char *next_driver;
	/* "nouveau or nvidia": the host drivers that it has not now and gets at the next boot, NULL for none or not known */
	const char *later_drivers;
};

/* Take a number of exactly @digits hexadecimal digits, in either case, from *@cursor up to @end. */
bool pci_hex_parse(const char **cursor, const char *end, int digits, uint32_t *ret) must_check;
/*
 * Parse an address as sysfs and lspci print it: [segment:]bus:slot.function in hexadecimal, either case,
 * two digits of bus and slot, four to eight of segment. Returns 0, or -EINVAL where it is anything else.
 */
int pci_address_parse(const char *text, size_t length, struct pci_address *ret) must_check;
/* The same with "*" in place of the function's number, which is then stored as 0 with @ret_every set. */
int pci_address_parse_any(const char *text, size_t length, struct pci_address *ret,
			  bool *ret_every) must_check;
/* Parse slot.function, two digits and one; "*" as above. Returns 0 or -EINVAL. */
int pci_hop_parse(const char *text, size_t length, struct pci_hop *ret, bool *ret_every) must_check;
/*
 * Parse a path: an address on a root bus, then /slot.function of each step down, if there is one. Where @ret_every is not NULL
 * the last step may be slot.*, which is stored there. Returns 0, -E2BIG for more than PCI_PATH_HOPS steps, or
 * -EINVAL; then the place of the error is stored in @ret_offset, which may be NULL.
 */
int pci_path_parse(const char *text, size_t length, struct pci_path *ret, bool *ret_every,
		   size_t *ret_offset) must_check;
/* The path as pci_path_parse() reads it, "-" for one that was not read: a util_text(). */
const char *pci_path_text(const struct pci_path *path) must_check;
bool pci_path_equal(const struct pci_path *a, const struct pci_path *b);
/* The address as sysfs names it, segment included: a util_text(). */
const char *pci_address_text(const struct pci_address *address) must_check;
/* "0000:01:00.0 10de:1c03", what every line about a function starts with: a util_text(). */
const char *pci_text(const struct pci_function *function) must_check;
/*
 * Take the next function that a path of sysfs goes through from *@cursor, which is moved on behind it.
 * Returns false where there is no more.
 */
bool pci_next_address(const char **cursor, struct pci_address *ret);
/* Order by segment, bus, slot, function: negative, 0 or positive. */
int pci_address_compare(const struct pci_address *a, const struct pci_address *b);
bool pci_same_slot(const struct pci_address *a, const struct pci_address *b);

/*
 * Take ids, class and driver from the text of a function's uevent file: PCI_ID, PCI_SUBSYS_ID, PCI_CLASS and
 * DRIVER (pci_uevent() in drivers/pci/pci-driver.c, the same from Linux 3.0 to 7.2).
 * Returns 0, or -EINVAL where the ids or the class are missing.
 */
int pci_parse_uevent(const char *text, struct pci_function *function) must_check;

/*
 * Take ids and class from the text of a function's modalias file (modalias_show() in drivers/pci/pci-sysfs.c,
 * the same from Linux 3.0 to 7.2), which the kernel serves without the device's lock. Returns 0, or -EINVAL
 * where it is none.
 */
int pci_parse_modalias(const char *text, struct pci_function *function) must_check;

/*
 * Take the path from what the function's link in /sys/bus/pci/devices points to: its last component
 * "pciSEGMENT:BUS" is the root bus (drivers/pci/probe.c, pci_register_host_bridge()), each one behind it a
 * function. Returns 0, or -EINVAL where the text is no such link or has more than PCI_PATH_HOPS hops.
 */
int pci_parse_path(const char *link, struct pci_path *ret) must_check;

/* Class codes that the program knows by name (PCI Code and ID Assignment Specification). */
static inline unsigned int pci_base_class(const struct pci_function *function)
{
	return function->class >> 16;
}
#define PCI_BASE_STORAGE 0x01
#define PCI_BASE_NETWORK 0x02
#define PCI_BASE_DISPLAY 0x03
#define PCI_BASE_MULTIMEDIA 0x04
#define PCI_BASE_BRIDGE 0x06
#define PCI_BASE_ACCELERATOR 0x12
#define PCI_BASE_VENDOR 0xff /* fits no class that is defined */
#define PCI_SUB_CXL_MEMORY 0x0502
#define PCI_SUB_HOST_BRIDGE 0x0600
#define PCI_SUB_ISA_BRIDGE 0x0601
#define PCI_SUB_PCI_BRIDGE 0x0604
#define PCI_SUB_CARDBUS_BRIDGE 0x0607
#define PCI_SUB_FIREWIRE 0x0c00
#define PCI_SUB_USB 0x0c03
#define PCI_SUB_SMBUS 0x0c05
#define PCI_SUB_SERIAL_OTHER 0x0c80 /* SPI, I2C, USB-C */
#define PCI_SUB_AUDIO 0x0403
#define PCI_SUB_SYSTEM_OTHER 0x0880
#define PCI_SUB_RAID 0x0104
#define PCI_SUB_SD_HOST 0x0805
#define PCI_SUB_FIBRE_CHANNEL 0x0c04
#define PCI_SUB_INFINIBAND 0x0c06
#define PCI_SUB_VGA 0x0300
#define PCI_SUB_DISPLAY_OTHER 0x0380

/* Do disks hang off this function by its nature: storage, SD and MMC hosts, Fibre Channel? */
static inline bool pci_is_storage(const struct pci_function *function)
{
	unsigned int sub = function->class >> 8;

	return pci_base_class(function) == PCI_BASE_STORAGE || sub == PCI_SUB_SD_HOST ||
	       sub == PCI_SUB_FIBRE_CHANNEL;
}

/*
 * Might disks hang off this function: storage, USB, FireWire, a card reader, persistent memory, or a share of
 * a virtual machine's host (virtiofs, 9p)? A root can be on each of these.
 */
bool pci_may_carry_disks(const struct pci_function *function);

/*
 * Do disks come to this function and go, so that it may as well have none: USB, FireWire, SD and MMC hosts, card
 * readers?
 */
bool pci_has_removable_disks(const struct pci_function *function);

/* Is it a virtio device that carries a host's folder (Virtual I/O Device 1.2, 5: types 9 and 26)? */
bool pci_is_plan9(const struct pci_function *function);
bool pci_is_virtiofs(const struct pci_function *function);

/*
 * Is it behind a controller such as Intel's VMD, in a segment that only Linux has (above ffff:
 * drivers/pci/controller/vmd.c, vmd_find_free_domain())? Its requests carry the controller's requester id, so
 * it shares the controller's IOMMU group.
 */
static inline bool pci_is_behind_vmd(const struct pci_function *function)
{
	return function->address.segment > 0xffff;
}

/*
 * That controller: the RAID controller of the same IOMMU group; NULL where @function is behind none, or none is
 * found.
 */
const struct pci_function *pci_find_vmd(const struct pci_function *functions, size_t count,
					const struct pci_function *function);

/* What makes a virtual function; NULL where @function is none, or it is not found. */
const struct pci_function *pci_find_physical(const struct pci_function *functions, size_t count,
					     const struct pci_function *function);

/* Is it a driver that gives devices to guests, so that the host has no use of them? */
bool pci_is_guest_driver(const char *driver);
/* Does the host use the function: has it a driver that is no guest's? */
bool pci_has_host_driver(const struct pci_function *function);

static inline bool pci_is_network(const struct pci_function *function)
{
	return pci_base_class(function) == PCI_BASE_NETWORK || function->class >> 8 == PCI_SUB_INFINIBAND;
}

/* Does a screen hang off this function? A 3D controller (0302) drives none. */
static inline bool pci_is_display(const struct pci_function *function)
{
	unsigned int sub = function->class >> 8;

	return sub == PCI_SUB_VGA || sub == PCI_SUB_DISPLAY_OTHER;
}

/*
 * Number the IOMMU groups of the functions from 0 on, for tables by group: the kernel's own numbers may be
 * far apart. Returns one number a function, PCI_NO_GROUP where none was read, in an array that the caller
 * frees; @ret_limit is one more than the highest.
 */
#define PCI_NO_GROUP ((size_t)-1)
size_t *pci_group_numbers(const struct pci_function *functions, size_t count, size_t *ret_limit) must_check;
/* Sort by address. */
void pci_sort(struct pci_function *functions, size_t count);
/* The function at this address among @count sorted ones, or NULL. */
const struct pci_function *pci_find(const struct pci_function *functions, size_t count,
				    const struct pci_address *address);

/*
 * A function of the base class of bridges, or with the header of one. vfio-pci refuses the header types of
 * bridges (drivers/vfio/pci/vfio_pci_core.c, vfio_pci_core_register_device()); what expand=group takes leaves
 * the class out.
 */
bool pci_is_bridge(const struct pci_function *function);

/*
 * Host, ISA, PCI and CardBus bridges, and what has the header of a bridge. Others of the class are endpoints:
 * an NVSwitch.
 */
bool pci_is_real_bridge(const struct pci_function *function);
