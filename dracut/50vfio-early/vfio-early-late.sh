#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by dracut's init once the root device is there. The early stage leaves the file where something waits.
if [ -e /run/vfio-early/late ]; then
    # shellcheck disable=SC2154 # dracut's own: what its hooks have made of root=
    /usr/sbin/vfio-early boot --late ${root:+"root=$root"} || :
fi
