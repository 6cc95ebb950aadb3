/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads what iommu.h judges by. */
#pragma once

#include "core/iommu.h"

/* Read the facts of this machine, which was booted with @cmdline, and judge them. */
void iommu_read(const char *cmdline, struct iommu *ret);
