/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices that users report not to reset, or not to wake up: a short table with a source a row. Pure. */
#pragma once

#include "core/pci.h"

/*
 * What is reported of the device and where, and what helped; false where nothing is. It is no verdict: with
 * another board, firmware or kernel it may be otherwise.
 */
bool reported_find(const struct pci_function *function, struct explanation *ret);
