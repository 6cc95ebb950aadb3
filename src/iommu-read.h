/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads what iommu.h judges by. */
#pragma once

#include "iommu.h"

/* Read the facts of this machine and judge them; @cmdline is the kernel command line. */
void iommu_read(const char *cmdline, struct iommu *ret);
