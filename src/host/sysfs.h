/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The paths of /sys that the program reads and writes; no other file knows them. */
#pragma once

#include "core/pci.h"
#include "host/rootdir.h"

/*
 * Names of all PCI functions. The caller frees them with rootdir_list_free(). Returns their number or -errno.
 */
ssize_t sysfs_pci_list(char ***ret_names) must_check;
/* Is vfio-pci, one of its variants or pci-stub there, as a driver? */
bool sysfs_pci_has_guest_driver(void);
/* Read an attribute of a function, as rootdir_read() does. Returns 0 or -errno. */
int sysfs_pci_read(const struct pci_address *address, const char *attribute,
		   struct rootdir_text *ret) must_check;
/* Read the first @size bytes of its configuration space. Returns the number of bytes or -errno. */
ssize_t sysfs_pci_read_config(const struct pci_address *address, void *buffer, size_t size) must_check;

/* Is the function there; has it this attribute? */
bool sysfs_pci_exists(const struct pci_address *address);
bool sysfs_pci_has(const struct pci_address *address, const char *attribute);

/*
 * Read what the function's link in /sys/bus/pci/devices points to, the way through its bridges. Returns 0 or
 * -errno.
 */
int sysfs_pci_link(const struct pci_address *address, struct rootdir_text *ret) must_check;

/* Does the function have a "physfn" link, and which is its physical function? */
bool sysfs_pci_physical(const struct pci_address *address, struct pci_address *ret);

/*
 * Store the name of the driver that is bound, "" for none, from the "driver" link: the only proof of a
 * binding. Returns 0, -ENODEV where the function is gone, -ENAMETOOLONG where the name does not fit, or
 * -errno.
 */
int sysfs_pci_driver(const struct pci_address *address, char *driver, size_t size) must_check;
/* Number of the IOMMU group, or -1 where there is none, or none that isolates ("vfio-noiommu"). */
int sysfs_pci_iommu_group(const struct pci_address *address) must_check;

/*
 * Has the IOMMU group a reserved region of type "direct": memory that the firmware uses through one of its devices?
 * A "direct-relaxable" one is none.
 */
bool sysfs_iommu_group_is_direct(int group) must_check;

/*
 * The functions on the way to a terminal ("ttyS4"): calls @found with each one.
 */
void sysfs_tty_functions(const char *name, void (*found)(void *data, const struct pci_address *address),
			 void *data);

/* Names of the functions of an IOMMU group. Returns their number or -errno; free with rootdir_list_free(). */
ssize_t sysfs_iommu_group_list(int group, char ***ret_names) must_check;
/*
 * Addresses of the functions that depend on this one by a device link ("consumer:pci:ADDRESS", Linux 5.8 and
 * later: drivers/base/core.c, device_link_add()), such as a GPU's audio. Calls @found for each.
 */
void sysfs_pci_consumers(const struct pci_address *address,
			 void (*found)(void *data, const struct pci_address *consumer), void *data);

/*
 * The writes of Documentation/ABI/testing/sysfs-bus-pci; each returns 0 or -errno and may block while
 * another driver probes or removes the function.
 *
 * override: @driver NULL clears, with "\n", since an empty write never reaches the kernel.
 * unbind:   from the driver that holds it now.
 * probe:    success proves nothing (probe errors are swallowed): read the driver link.
 * bind:     gives the errno of a failed probe from Linux 5.14 on, ENODEV before.
 */
int sysfs_pci_set_override(const struct pci_address *address, const char *driver) must_check;
int sysfs_pci_unbind(const struct pci_address *address) must_check;
int sysfs_pci_probe(const struct pci_address *address) must_check;
int sysfs_pci_bind(const struct pci_address *address, const char *driver) must_check;

/*
 * Remove the dynamic id of the function's vendor and device from @driver (drivers/pci/pci-driver.c,
 * remove_id_store()), so that the driver does not take the function again. Returns 0, -ENODEV where it has no
 * such id, or -errno.
 */
int sysfs_pci_remove_id(const struct pci_function *function, const char *driver) must_check;

/* Call @found with each function that is bound to @driver now. */
void sysfs_pci_bound_to(const char *driver, void (*found)(void *data, const struct pci_address *address),
			void *data);

/* Is the PCI driver registered, whether built in or from a module? */
bool sysfs_pci_driver_exists(const char *driver);

/*
 * Store the name of the PCI driver that the loaded module @module has registered. Returns 0, -ENOENT where it
 * has none, -ENAMETOOLONG where the name does not fit, or -errno.
 */
int sysfs_pci_driver_of_module(const char *module, char *driver, size_t size) must_check;

/*
 * A firmware framebuffer (efifb, vesafb, simplefb or their DRM successors) that is bound to a driver and
 * stands on the function's memory. Before Linux 6.0 vfio-pci leaves it there, and a guest cannot map the BAR.
 * Returns the platform device's name, a util_text(), or NULL.
 */
const char *sysfs_framebuffer_of(const struct pci_address *address) must_check;
/*
 * The label of a firmware framebuffer's range in /proc/iomem that is in one of the function's BARs: a guest
 * cannot map that BAR. A util_text(), or NULL.
 */
const char *sysfs_framebuffer_range(const struct pci_address *address) must_check;
/* Unbind the platform device @name from its driver. Returns 0 or -errno. */
int sysfs_framebuffer_unbind(const char *name) must_check;

/* Is a connector of the function's DRM device the one that the firmware used (boot_display, Linux 6.18)? */
bool sysfs_drm_is_boot_display(const struct pci_address *address);

/* Is a monitor connected to the function's DRM device? 1, 0, or -1 where it has none, or no connector. */
int sysfs_drm_has_monitor(const struct pci_address *address) must_check;
/* The connectors that have one, as "DP-1,HDMI-A-1": a util_text(), or NULL likewise. */
const char *sysfs_drm_monitors(const struct pci_address *address) must_check;

/*
 * Names of the IOMMUs that the kernel drives. Returns their number or -errno; free with rootdir_list_free().
 */
ssize_t sysfs_iommu_list(char ***ret_names) must_check;
/*
 * Read the DMI product UUID as the kernel prints it (Documentation/ABI/testing/sysfs-devices-virtual-dmi-id;
 * root may). Returns 0 or -errno.
 */
int sysfs_dmi_uuid_read(struct rootdir_text *ret) must_check;

/* Has the firmware an ACPI table of this four-letter name? */
bool sysfs_acpi_table_exists(const char *name);
/*
 * Read it: stores bytes that the caller frees, and their number. Returns 0, or -errno (-EACCES for other
 * users than root).
 */
int sysfs_acpi_table_read(const char *name, char **ret_bytes, size_t *ret_length) must_check;
/* Has the firmware left the folder or file @name in /sys/firmware ("ibft")? */
bool sysfs_firmware_exists(const char *name);
/*
 * Read an EFI variable, "NAME-VENDOR" (Documentation/filesystems/efivarfs.rst): stores bytes that the caller
 * frees, the first four of them attributes, and their number, at most SYSFS_EFI_LIMIT. May take long. Returns
 * 0 or -errno.
 */
#define SYSFS_EFI_LIMIT 8192
bool sysfs_efi_variable_exists(const char *name);
int sysfs_efi_variable_read(const char *name, char **ret_bytes, size_t *ret_length) must_check;

/*
 * Call @found with the name of the chip of each interrupt (Documentation/ABI/testing/sysfs-kernel-irq) until
 * it returns false.
 */
void sysfs_irq_chips(bool (*found)(void *data, const char *chip), void *data);

/* Is the boolean parameter of a loaded module on? */
bool sysfs_module_says(const char *module, const char *parameter);

/* Names of all block devices. Returns their number or -errno; free with rootdir_list_free(). */
ssize_t sysfs_block_list(char ***ret_names) must_check;
/* Read what the device's link in /sys/class/block points to. Returns 0 or -errno. */
int sysfs_block_link(const char *name, struct rootdir_text *ret) must_check;
/* Call @found with each function on the way to a block device, as often as there are devices. */
void sysfs_block_functions(void (*found)(void *data, const struct pci_address *address), void *data);
/* Read an attribute of a block device, as rootdir_read() does. Returns 0 or -errno. */
int sysfs_block_read(const char *name, const char *attribute, struct rootdir_text *ret) must_check;
/* Does the block device have this attribute, or a link or folder of this name? */
bool sysfs_block_has(const char *name, const char *attribute);
/* Names of the devices that a mapping or an array is made of. Returns their number or -errno. */
ssize_t sysfs_block_slaves(const char *name, char ***ret_names) must_check;
/*
 * Names of what stands on the device (Documentation/ABI/stable/sysfs-block, holders). Returns their number or
 * -errno.
 */
ssize_t sysfs_block_holders(const char *name, char ***ret_names) must_check;

/*
 * Several controllers may lead to one NVMe namespace, whose folder is then that of the subsystem
 * (drivers/nvme/host/multipath.c, nvme_mpath_alloc_disk()). Calls @found with what each controller's link of
 * /sys/class/nvme-subsystem/@subsystem (@length bytes) points to.
 */
void sysfs_nvme_paths(const char *subsystem, size_t length, void (*found)(void *data, const char *link),
		      void *data);

/*
 * Network interfaces; what the interface's link in /sys/class/net points to; the interfaces below a bond or
 * bridge.
 */
int sysfs_net_link(const char *name, struct rootdir_text *ret) must_check;
void sysfs_net_lower(const char *name, void (*found)(void *data, const char *lower), void *data);

/*
 * Names of all input devices (inputN); what one's link in /sys/class/input points to; an attribute.
 */
ssize_t sysfs_input_list(char ***ret_names) must_check;
int sysfs_input_link(const char *name, struct rootdir_text *ret) must_check;
int sysfs_input_read(const char *name, const char *attribute, struct rootdir_text *ret) must_check;
