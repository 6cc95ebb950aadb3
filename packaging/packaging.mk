# SPDX-License-Identifier: GPL-2.0-or-later

dist: ## Make the release archive, vfio-early-VERSION.tar.xz
	$(Q)packaging/source .

deb: build/deps/archives.fetched ## Build the Debian package with the distribution's own tools
	$(Q)mkdir -p build/deb
	$(Q)packaging/deb build/deb build/deps/archives >build/deb/log 2>&1 || { tail -n 30 build/deb/log >&2; exit 1; }
	$(Q)rm -f vfio-early_*.deb
	$(Q)cp build/deb/vfio-early_*.deb . && ls vfio-early_*.deb

rpm: $(if $(filter 1,$(STATIC)),build/deps/archives.fetched) ## Build the RPM, from packaging/vfio-early.spec
	$(Q)mkdir -p build/rpm
	$(Q)WITH_MAN=$(WITH_MAN) packaging/rpm build/rpm $(if $(filter 1,$(STATIC)),build/deps/archives) >build/rpm/log 2>&1 || \
		{ tail -n 30 build/rpm/log >&2; exit 1; }
	$(Q)rm -f vfio-early-*.rpm
	$(Q)cp build/rpm/vfio-early-[0-9]*.*.rpm . && ls vfio-early-*.rpm

.PHONY: dist deb rpm
