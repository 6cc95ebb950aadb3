/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads what iommu.h judges by. */
#pragma once

#include "core/iommu.h"

/* Read the facts of this machine, which was booted with @cmdline, and judge them. */
/* Does the firmware ask for VT-d, or may it, by the flag DMA_CTRL_PLATFORM_OPT_IN of its table? */
bool iommu_read_opts_in(void);

void iommu_read(const char *cmdline, struct iommu *ret);
