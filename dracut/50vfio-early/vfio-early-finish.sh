#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by dracut's init when the root is mounted: gives back what still waits for the late stage, and finishes what
# hung. The stages write the files where there is something to do.
if [ -e /run/vfio-early/late ] || [ -e /run/vfio-early/stuck ]; then
    /usr/sbin/vfio-early finish || :
fi
