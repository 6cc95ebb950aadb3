/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the routes of the running system. */
#pragma once

#include "core/network.h"

/* Read routes and interfaces. Free with network_clear(). */
void network_read(struct network *ret);
