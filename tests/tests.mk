# SPDX-License-Identifier: GPL-2.0-or-later
# The ladder: unit, cli (the shipped binary on trees), order (what the generators wrote), vm. See tests/README.md.

T ?=
# A rung or a test by name: make check T=twin-gpus
picked = $(if $(T),$(foreach word,$(T),$(filter %/$(word) %/$(word).t,$(1))),$(1))

# Unit tests and fuzz targets link src/core alone: what decides needs no machine. The tests of what reads and writes link the
# other rooms too, without the commands and without libkmod. All are built for the machine itself and under sanitizers.
unit_tests := $(patsubst tests/unit/%.c,build/test/unit/%,$(wildcard tests/unit/*.c))
host_tests := $(patsubst tests/host/%.c,build/test/host/%,$(wildcard tests/host/*.c))
core_sources := src/util.c $(sort $(wildcard src/core/*.c))
host_sources := $(filter-out src/boot/modules.c,$(sort $(wildcard src/host/*.c src/boot/*.c)))
unit_cflags := -std=gnu11 -g -O1 -Wall -Wextra -Werror -D_GNU_SOURCE -DVFIO_EARLY_VERSION='"0"' -Isrc -fsanitize=address,undefined \
	-fno-sanitize-recover=undefined -fno-omit-frame-pointer

script_tests := $(wildcard tests/build/*.t tests/cli/*.t tests/machines/*.t tests/record/*.t tests/fuzz/*.t tests/order/*.t \
	tests/disks/*.t tests/docs/*.t)
# The scenes that take minutes come first, so that none of them runs alone at the end.
long_scenes := $(addprefix tests/vm/,twin-gpus.t forced-drivers.t late-twin-nvme.t late-stacked-root.t host-iommu.t host-well.t \
	hanging-unbind.t roots.t luks-home.t host-facts.t)
vm_tests := $(long_scenes) $(filter-out $(long_scenes),$(wildcard tests/vm/*.t))
prove := prove --timer --failures
jobs ?= $(shell nproc)

build/test/.setup: tests/setup
	$(Q)tests/setup
	$(Q)mkdir -p build/test && touch $@

# libblkid from the pinned source, under the address sanitizer: what it reads, a guest may have written.
libblkid_san := build/test/libblkid
$(libblkid_san)/.built: deps/build deps/config/util-linux.h tests/disks/guarded.h build/deps/archives.fetched | build/test/.setup
	@echo "  BUILD util-linux (sanitized)"
	$(Q)mkdir -p $(libblkid_san)
	$(Q)ASAN_OPTIONS=detect_leaks=0 CC=gcc AR=ar CPPFLAGS="-include $(CURDIR)/tests/disks/guarded.h" \
		CFLAGS="-g -O1 -ffunction-sections -fsanitize=address" LDFLAGS=-fsanitize=address LIBS= deps/build util-linux build/deps/archives $(libblkid_san)
	$(Q)touch $@

# As in the program: what nothing calls asks for parts of util-linux that are not built.
blkid_san_libs := -Wl,--gc-sections $(libblkid_san)/lib/libblkid.a

# Each source once for the unit tests and once for the fuzz targets, whatever is linked from them.
src_headers := $(wildcard $(rooms:%=%/*.h) $(rooms:%=%/*.def))
core_objects := $(patsubst %.c,build/test/gcc/%.o,$(core_sources))
host_objects := $(patsubst %.c,build/test/gcc/%.o,$(host_sources) tests/host/no-modules/modules.c)
fuzz_objects := $(patsubst %.c,build/test/fuzzed/%.o,$(core_sources))

.SECONDARY: $(core_objects) $(host_objects) $(fuzz_objects)

build/test/gcc/%.o: %.c $(src_headers) $(libblkid_san)/.built | build/test/.setup
	$(Q)mkdir -p $(@D)
	$(Q)gcc $(unit_cflags) -I$(libblkid_san)/include -c -o $@ $<

build/test/fuzzed/%.o: %.c $(src_headers) | build/test/.setup
	$(Q)mkdir -p $(@D)
	$(Q)clang $(unit_cflags) -fsanitize=fuzzer-no-link -c -o $@ $<

build/test/unit/%: tests/unit/%.c tests/unit/unit.h $(core_objects)
	@echo "  CC    $<"
	$(Q)mkdir -p build/test/unit
	$(Q)gcc $(unit_cflags) -o $@ $< $(core_objects) -lcmocka

# This one has a kernel of its own in place of sysfs.
bind_objects := $(addprefix build/test/gcc/src/,boot/bind.o boot/work.o host/deadline.o)
build/test/host/bind: tests/host/bind.c tests/unit/unit.h $(core_objects) $(bind_objects)
	@echo "  CC    $<"
	$(Q)mkdir -p build/test/host
	$(Q)gcc $(unit_cflags) -Itests/unit -o $@ $< $(core_objects) $(bind_objects) -lcmocka

# This one has a clock of its own.
build/test/host/deadline: private unit_cflags += -Wl,--wrap=util_now,--wrap=poll,--wrap=usleep

build/test/host/%: tests/host/%.c tests/unit/unit.h $(core_objects) $(host_objects)
	@echo "  CC    $<"
	$(Q)mkdir -p build/test/host
	$(Q)gcc $(unit_cflags) -Itests/unit -o $@ $< $(core_objects) $(host_objects) $(blkid_san_libs) -lpci -lcmocka

build/test/disks-door: tests/disks/door.c $(core_objects) $(host_objects)
	@echo "  CC    $<"
	$(Q)gcc $(unit_cflags) -o $@ $< $(core_objects) $(host_objects) $(blkid_san_libs) -lpci

fuzz_tests := $(addprefix build/test/fuzz/,$(basename $(notdir $(wildcard tests/fuzz/*.c))))

build/test/fuzz/%: tests/fuzz/%.c $(wildcard tests/fuzz/*.h) $(fuzz_objects)
	@echo "  FUZZ  $<"
	$(Q)mkdir -p build/test/fuzz
	$(Q)clang $(unit_cflags) -fsanitize=fuzzer -Itests/fuzz -o $@ $< $(fuzz_objects)

build/test/vfio-probe: tests/vm/guest/vfio-probe.c | build/test/.setup
	$(Q)mkdir -p build/test
	$(Q)gcc -O1 -Wall -Wextra -Werror -static -o $@ $<

build/test/faulty-disk: tests/vm/faulty-disk.c | build/test/.setup
	$(Q)mkdir -p build/test
	$(Q)gcc -std=gnu11 -D_GNU_SOURCE -O1 -Wall -Wextra -Werror -pthread -o $@ $<

# Everything that the tests run: both binaries, from nothing.
build/test/depmod: tests/vm/depmod deps/sources | build/test/.built
	$(Q)tests/vm/depmod build/deps/archives $(CURDIR)/$@

build/test/.built: build/test/.setup FORCE
	$(Q)$(MAKE) --no-print-directory STATIC=1 build/static/vfio-early
	$(Q)$(MAKE) --no-print-directory STATIC=0 build/shared/vfio-early
	$(Q)touch $@
FORCE:

# What the scenes need besides the binaries.
vm_programs := build/test/vfio-probe build/test/faulty-disk build/test/depmod
test_programs := $(unit_tests) $(host_tests) $(fuzz_tests) $(vm_programs) build/test/disks-door

check: build/test/.built ## Run every test, from nothing; T=NAME... runs some
	$(Q)$(MAKE) --no-print-directory -j$(jobs) $(test_programs)
	$(Q)$(MAKE) --no-print-directory check-compilers lint
	$(Q)$(MAKE) --no-print-directory prove

prove: ## Run the tests that are built already
	$(Q)$(prove) -j$(jobs) $(call picked,$(long_scenes) $(unit_tests) $(host_tests) $(script_tests) $(filter-out $(long_scenes),$(vm_tests)))

check-unit: $(call picked,$(unit_tests) $(host_tests)) ## Only the unit tests
	$(Q)$(prove) -j$(jobs) $(call picked,$(unit_tests) $(host_tests))

# Some of them wait for budgets to end. check-and-boot, record, results, steps and sweep go through every machine: make check, or T=.
cli_tests := $(filter tests/machines/%,$(script_tests)) $(filter tests/cli/% tests/record/%,$(script_tests))
check-cli: build/test/.built ## Only the tests of the binary on trees and machines; T=record, check-and-boot, results, steps, sweep: those too
	$(Q)$(prove) -j$(shell expr 2 \* $(jobs)) $(call picked,$(if $(T),$(cli_tests),$(filter-out %/check-and-boot.t %/record.t %/results.t %/steps.t %/sweep.t,$(cli_tests))))

check-disks: build/test/disks-door ## Only the spoilt superblocks; CASES=200, SEED= of an earlier run
	$(Q)$(prove) --verbose tests/disks/superblocks.t

fuzz: $(fuzz_tests) ## Run each fuzz target for 60 seconds
	$(Q)SECONDS_EACH=60 $(prove) --verbose tests/fuzz/fuzz.t

coverage: build/test/.setup ## Line coverage of src/core by the unit tests and the fuzz corpus
	$(Q)tests/coverage

check-vm: build/test/.built $(vm_programs) ## Only the scenes in virtual machines; EVERY=1: all images
	$(Q)$(prove) -j$(jobs) $(call picked,$(filter tests/order/%,$(script_tests)) $(vm_tests))

check-matrix: build/test/.built $(vm_programs) ## The package on every generation; T=WORD... picks rows
	$(Q)$(MAKE) --no-print-directory STATIC=1 deb
	$(Q)tests/matrix/run vfio-early_*.deb $(T)

check-compilers: build/test/.setup ## gcc and clang, static and shared, without a warning
	$(Q)for cc in gcc clang; do for static in 1 0; do \
		$(MAKE) --no-print-directory -j$(jobs) CC=$$cc STATIC=$$static WERROR=1 OUT=build/test/$$cc-$$static \
			build/test/$$cc-$$static/vfio-early >build/test/$$cc-$$static.log 2>&1 || \
			{ cat build/test/$$cc-$$static.log; exit 1; }; done; done

hook_scripts := $(sort $(filter-out %.service,\
	$(foreach hook,$(dracut_hooks) $(initramfs_tools_hooks),$(firstword $(subst :, ,$(hook)))))) \
	man/make deps/fetch deps/build deps/need deps/mirror deps/config/regen \
	packaging/deb packaging/rpm packaging/source packaging/date packaging/debian/vfio-early.postinst \
	packaging/debian/vfio-early.postrm packaging/debian/tests/image
test_scripts := tests/setup tests/walls tests/demo tests/coverage tests/vm/tree tests/vm/image tests/vm/disks tests/vm/roots tests/vm/depmod \
	tests/vm/unpack-kernel \
	tests/vm/guest/tell tests/vm/guest/own-init tests/vm/guest/ask tests/vm/guest/factory tests/vm/guest/watch \
	tests/vm/guest/watch-setup tests/vm/guest/trigger tests/vm/guest/trigger-setup tests/vm/guest/write-facts \
	tests/vm/guest/prompt tests/vm/guest/prompt-setup tests/tap.sh \
	$(addprefix tests/matrix/,tree row life display newcomer guest/newcomer guest/mkinitramfs build scene run twin-nvme.t) \
	tests/bench/late-stage tests/machines/install $(wildcard tests/*/lib*.sh) $(script_tests) $(vm_tests)

# What two analysers find in src/, as an error. gcc's follows calls within a file, and sees more of them with -O2.
analysed := $(patsubst %.c,build/test/analysed/%.o,$(sources))
build/test/analysed/%.o: %.c | build/test/.setup
	@echo "  CHECK $<"
	$(Q)mkdir -p $(@D)
	$(Q)gcc -std=gnu11 -O2 -Wall -Wextra -Werror -fanalyzer -D_GNU_SOURCE -DVFIO_EARLY_VERSION='""' -Isrc \
		-MMD -MP -c -o $@ $<
-include $(analysed:.o=.d)

build/test/cppcheck: $(sources) $(src_headers) | build/test/.setup
	@echo "  CHECK src (cppcheck)"
	$(Q)cppcheck --quiet --error-exitcode=1 --std=c11 --language=c --enable=warning,performance,portability --inline-suppr \
		-j$(jobs) -D_GNU_SOURCE -DVFIO_EARLY_VERSION='""' -Isrc src
	$(Q)touch $@

analyse: $(analysed) build/test/cppcheck

# What users and packagers read.
user_texts := README.md NEWS.md SECURITY.md CONTRIBUTING.md $(wildcard docs/*.md man/*.scd completions/*) vfio-early.conf \
	packaging/debian/control packaging/debian/README.source packaging/vfio-early.spec \
	$(wildcard systemd/*.service dracut/*/*.service)

c_files := $(wildcard $(rooms:%=%/*.[ch]) tests/*/*.[ch] tests/*/*/*.[ch])

# SC2154 in the hooks: the generators set these. SC2034, SC2154 in the tests: set in one file, read in another.
# SC2153: capitals from outside, small letters are the scene's. SC2016: one program's text inside another's.
# SC2086: lists of words are meant to be split.
lint: build/test/.setup ## The walls between the rooms of src/, clang-format, cppcheck, gcc's analyser, shellcheck, POSIX shell in the hooks, spelling, phrases
	$(Q)tests/walls
	$(Q)clang-format --dry-run -Werror $(c_files)
	$(Q)$(MAKE) --no-print-directory -j$(jobs) analyse
	$(Q)shellcheck -e SC1091,SC2016,SC2154 $(hook_scripts)
	$(Q)shellcheck -e SC1090,SC1091,SC2016,SC2034,SC2086,SC2153,SC2154 $(test_scripts)
	$(Q)shellcheck -s bash completions/vfio-early.bash
	$(Q)zsh -n completions/_vfio-early
	$(Q)for script in $$(grep -l '^#!/bin/sh' $(hook_scripts)); do dash -n $$script && busybox sh -n $$script || exit 1; done
	$(Q)codespell
	$(Q)tests/phrases $(user_texts) $(filter src/%,$(c_files)) $(wildcard $(rooms:%=%/*.def))

demo: ## Show it: an emulated machine with two GPUs, before and after (as root, on Debian 12)
	$(Q)tests/demo

.PHONY: check prove fuzz coverage check-unit check-cli check-disks check-vm check-matrix check-compilers analyse lint demo FORCE
