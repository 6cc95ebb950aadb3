#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The rooms of src/ keep apart, and a change that breaks a wall is named.
. "$(dirname "$0")/../tap.sh"
tree=$work/tree

copy_src() {
	rm -rf "$tree/src"
	mkdir -p "$tree/tests"
	cp -Rp "$top/src" "$tree"
	cp "$top/tests/walls" "$tree/tests"
}
refuses() { # TEXT: that it prints
	! "$tree/tests/walls" >"$work/said" 2>&1 && grep -F -- "$1" "$work/said"
}

copy_src
# Objects are known by the text that they were made from, so those of make lint will do.
[ ! -d "$top/build/test/walls" ] || { mkdir -p "$tree/build/test" && cp -R "$top/build/test/walls" "$tree/build/test"; }
ok "every arrow points downwards" "$tree/tests/walls"

echo 'int fds_open(const char *path); int open(const char *path, int flags); int fds_open(const char *path) { return open(path, 0); }' >>"$tree/src/core/lvm.c"
ok "a core file that calls open() is refused" refuses "src/core/lvm.c imports open"

copy_src
echo 'int slurp(const char *path); int open(const char *path, int flags); int slurp(const char *path) { return open(path, 0); }' >>"$tree/src/util.c"
ok "so is util" refuses "src/util.c imports open"

copy_src
echo 'unsigned long long what_time(void); unsigned long long what_time(void) { return util_now(); }' >>"$tree/src/core/lvm.c"
ok "a core file that looks at the clock is refused" refuses "src/core/lvm.c calls util_now"

copy_src
echo 'void trap(void); void trap(void) { __asm__ volatile("syscall"); }' >>"$tree/src/core/lvm.c"
ok "so is assembler" refuses "assembler in src/core"

copy_src
echo 'int open(const char *path, int flags); int gone(void); int gone(void) { return open("", 0); }' >"$tree/src/core/gone.c"
ok "a new file is looked at" refuses "src/core/gone.c imports open"
rm "$tree/src/core/gone.c"
ok "one that is gone is not" "$tree/tests/walls"

copy_src
echo 'no C' >>"$tree/src/util.c"
ok "what does not compile is refused" refuses ""

for spelling in '#include "cmd/findings.h"' '#include <cmd/findings.h>' ' # include "cmd/findings.h" /* why */'; do
	copy_src
	echo "$spelling" >>"$tree/src/host/machine.c"
	ok "a host file with $spelling is refused" refuses "src/host/machine.c includes src/cmd/findings.h: it is in a room above"
done

copy_src
echo 'void report_free(void *report); void call_up(void *report); void call_up(void *report) { report_free(report); }' >>"$tree/src/core/lvm.c"
ok "a call upwards without an include is refused" refuses "src/core/lvm.c calls src/host/report-read.c: it is in a room above"

copy_src
echo '#include "core/plan.h"' >>"$tree/src/core/config.h"
ok "headers that include each other are refused" refuses "files of which each includes another in a circle"

copy_src
echo 'void wait_find(void); void call_back(void); void call_back(void) { wait_find(); }' >>"$tree/src/core/match.c"
ok "files that call each other are refused" refuses "files of which each calls another in a circle"
finish
