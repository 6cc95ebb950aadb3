#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by dracut's init when the root is mounted: gives back what still waits for the late stage. The early stage
# writes the file where something waits, the late stage removes it.
if [ -e /run/vfio-early/late ]; then
    /usr/sbin/vfio-early finish || :
fi
