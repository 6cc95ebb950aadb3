/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/reported.h"

#define VENDOR_RESET "the module vendor-reset (github.com/gnif/vendor-reset) resets it"
#define NO_IDLE "options vfio-pci disable_idle_d3=1 in modprobe.d keeps the devices on vfio-pci awake"
#define REBOOT "a newer kernel or firmware may fix it; until then reboot the host between two starts"

/* At most 20 rows: a family of ids, what is reported, when and where. */
static const struct {
	uint16_t vendor, first, last;
	const char *name, *what, *source, *hint;
} reports[] = {
	{ 0x1002, 0x67c0, 0x67df, "Polaris 10", "not to reset", "2020-11, gnif/vendor-reset", VENDOR_RESET },
	{ 0x1002, 0x67e0, 0x67ff, "Polaris 11", "not to reset", "2020-11, gnif/vendor-reset", VENDOR_RESET },
	{ 0x1002, 0x6980, 0x699f, "Polaris 12", "not to reset", "2020-11, gnif/vendor-reset", VENDOR_RESET },
	{ 0x1002, 0x6860, 0x687f, "Vega 10", "not to reset", "2020-11, gnif/vendor-reset#3", VENDOR_RESET },
	{ 0x1002, 0x66a0, 0x66af, "Vega 20", "not to reset", "2021-07, gnif/vendor-reset#35", VENDOR_RESET },
	{ 0x1002, 0x7310, 0x731f, "Navi 10", "not to reset", "2020-11, gnif/vendor-reset#3", VENDOR_RESET },
	{ 0x1002, 0x744c, 0x744c, "Navi 31", "not to reset", "2023-03, gnif/vendor-reset#65", REBOOT },
	{ 0x1002, 0x7590, 0x7590, "Navi 44", "not to reset", "2026-01, gnif/vendor-reset#107", REBOOT },
	{ 0x1002, 0x7550, 0x7550, "Navi 48", "not to wake up", "2026-07, mroboff/vm-curator#60", NO_IDLE },
	{ 0x1002, 0x13c0, 0x13c0, "Granite Ridge graphics", "not to reset cleanly",
	  "2025-08, isc30/ryzen-gpu-passthrough-proxmox#135", REBOOT },
	{ 0x1002, 0x1586, 0x1586, "Strix Halo graphics", "not to reset",
	  "2025-11, Uhh-IDontKnow/Proxmox_AMD_AI_Max_395_Radeon_8060s_GPU_Passthrough#3", REBOOT },
	{ 0x10de, 0x2c05, 0x2c05, "RTX 5070 Ti", "not to reset, and to freeze the host",
	  "2025-05, NVIDIA/open-gpu-kernel-modules#853", REBOOT },
};

bool reported_find(const struct pci_function *function, struct explanation *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(reports); i++) {
		if (function->vendor != reports[i].vendor || function->device < reports[i].first ||
		    function->device > reports[i].last)
			continue;
		*ret = (struct explanation){
			util_text("%s is reported %s after a guest (%s); this card may be different",
				  reports[i].name, reports[i].what, reports[i].source),
			reports[i].hint,
		};
		return true;
	}
	return false;
}
