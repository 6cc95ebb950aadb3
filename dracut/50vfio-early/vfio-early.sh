#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by dracut's init. Whatever comes of it stands in the log; the boot goes on.
/usr/sbin/vfio-early boot || :
