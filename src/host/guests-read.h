/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads which devices guests are configured with, where that can be read. */
#pragma once

#include "core/guests.h"

/* Free with guests_clear(). */
void guests_read(struct guest_devices *ret);
