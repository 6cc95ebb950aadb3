/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/guests.h"

#include "unit.h"

static const char *shown(const struct guest_devices *guests)
{
	const char *text = "";

	for (size_t i = 0; i < guests->count; i++)
		text = util_text_add(text, "%s%s%s", text[0] ? " " : "",
				     pci_address_text(&guests->list[i].address),
				     guests->list[i].every_function ? "*" : "");
	return text;
}

static void proxmox(void **state)
{
	static const struct {
		const char *text, *expected;
	} rows[] = {
		{ "", "" },
		{ "hostpci0: 01:00.0\n", "0000:01:00.0" },
		{ "hostpci0: 0000:01:00,pcie=1", "0000:01:00.0*" },
		{ "hostpci10: host=01:00.0;02:00.1,rombar=0\n", "0000:01:00.0 0000:02:00.1" },
		{ "hostpci0: mapping=gpu\n", "0000:01:00.0 0000:01:00.1" },
		{ "hostpci0: pcie=1,mapping=nic", "0000:05:00.0*" },
		{ "hostpci0: mapping=gp", "" },
		{ "hostpci0: mapping=", "" },
		{ "hostpci0: mapping=gpu,mdev=nvidia-63", "" },
		{ "hostpci0: 00:02.0,mdev=i915-GVTg_V5_4", "" },
		{ "hostpci0: pcie=1,host=01:00", "0000:01:00.0*" },
		{ "hostpci0: x-vga=1,01:00.0 \r\n", "0000:01:00.0" },
		{ "hostpci0: 01:00.0;01:00.1", "0000:01:00.0 0000:01:00.1" },
		{ "hostpci0: 10000:01:00.0", "10000:01:00.0" },
		{ "hostpci0: 01:00.8;zz:00.0;01:20.0", "" },
		{ "#hostpci0: 01:00.0", "" },
		{ "description: hostpci0: 01:00.0", "" },
		{ "[snap]\nhostpci0: 01:00.0\n[PENDING]\nhostpci0: 02:00.0\n[old]\nhostpci1: 03:00.0\n",
		  "0000:02:00.0" },
		{ "hostpci0:", "" },
		{ "hostpci", "" },
		{ "hostpci0: ;;,", "" },
		{ "name: x\n[snapshot]\nhostpci0: 01:00.0\n", "" },
	};

	static const struct guest_mappings mappings = {
		"gpu\n\tdescription path=0000:09:00.0\n\tmap id=10de:1c03,iommugroup=1,node=pve,"
		"path=0000:01:00.0;0000:01:00.1\n\tmap id=10de:1c03,node=other,path=0000:02:00.0\n\n"
		"nic\n\tmap path=0000:05:00\n\tmdev 0\n",
		"pve"
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct guest_devices guests = { 0 };

		guests_add_proxmox(&guests, "/etc/pve/qemu-server/7.conf", rows[i].text, &mappings);
		assert_row(!strcmp(shown(&guests), rows[i].expected), rows[i].text);
		if (guests.count)
			assert_string_equal(guests.list[0].guest, "guest 7 of Proxmox");
		guests_clear(&guests);
	}
}

#define HOSTDEV "<hostdev mode='subsystem' type='pci' managed='yes'>"

static void libvirt(void **state)
{
	static const struct {
		const char *text, *expected;
	} rows[] = {
		{ "", "" },
		{ HOSTDEV "<source><address domain='0x0001' bus='0x0a' slot='0x1f' "
			  "function='0x7'/></source></hostdev>",
		  "0001:0a:1f.7" },
		{ "<hostdev type=\"pci\" managed=\"yes\"><source>\n<address bus=\"1\" slot=\"0\" "
		  "function=\"0\"/></source></hostdev>",
		  "0000:01:00.0" },
		{ "<hostdev type='pci' managed='no'><source><address bus='1' slot='0' "
		  "function='0'/></source></hostdev>",
		  "" },
		{ HOSTDEV "<address bus='1' slot='0' function='0'/></hostdev>", "" },
		{ HOSTDEV "<source><address bus='1' slot='0'/></source></hostdev>", "" },
		{ HOSTDEV "<source><address bus=", "" },
		{ "<hostdev ", "" },
		{ "<!-- " HOSTDEV "<source><address bus='1' slot='0' function='0'/></source></hostdev> -->",
		  "" },
		{ HOSTDEV
		  "<source><!-- <address bus='2' slot='0' function='0'/> --><address bus='1' slot='0' "
		  "function='0'/></source></hostdev>",
		  "0000:01:00.0" },
		{ "<!-- never closed " HOSTDEV
		  "<source><address bus='1' slot='0' function='0'/></source></hostdev>",
		  "" },
		{ HOSTDEV
		  "<source><address function = \"0x1\"\n slot='31'\tbus='0xFF' domain='0x000a'></address>"
		  "</source></hostdev>",
		  "000a:ff:1f.1" },
		{ HOSTDEV "<source><address bus='0x100' slot='0' function='0'/></source></hostdev>", "" },
		{ HOSTDEV "<source><address bus='1' slot='0x20' function='0'/></source></hostdev>", "" },
		{ HOSTDEV "<source><address bus='1' slot='0' function='8'/></source></hostdev>", "" },
		{ HOSTDEV
		  "<source><address domain='0x10000' bus='1' slot='0' function='0'/></source></hostdev>",
		  "" },
		{ HOSTDEV "<source><address bus='1x' slot='0' function='0'/></source></hostdev>", "" },
		{ HOSTDEV "<source><address bus='' slot='0' function='0'/></source></hostdev>", "" },
		{ HOSTDEV "<source><address bus='-1' slot='0' function='0'/></source></hostdev>", "" },
		{ HOSTDEV "<source><address bus=1 slot='0' function='0'/></source></hostdev>", "" },
		{ "<hostdev managed = 'yes'  type='pci'\nmode='subsystem'><source><address bus='1' slot='0' "
		  "function='0'/></source></hostdev>",
		  "0000:01:00.0" },
		{ "<hostdev note=\"a>b managed='no'\" managed='yes' type='pci'><source><address bus='1' "
		  "slot='0' "
		  "function='0'/></source></hostdev>",
		  "0000:01:00.0" },
		{ "<hostdev type='mdev' managed='yes'><source><address uuid='1'/></source></hostdev>", "" },
		{ "<hostdevs type='pci' managed='yes'><source><address bus='1' slot='0' "
		  "function='0'/></source>"
		  "</hostdevs>",
		  "" },
		{ "<hostdev type='pci' managed='yes'/><x/><source><address bus='1' slot='0' "
		  "function='0'/></source>",
		  "" },
		{ "<interface type='hostdev' managed='yes'><mac address='a'/><source><address type='pci' "
		  "domain='0' bus='3' slot='0x10' function='2'/></source><address type='pci' bus='1' "
		  "slot='0' "
		  "function='0'/></interface>",
		  "0000:03:10.2" },
		{ "<interface type='hostdev'><source><address bus='3' slot='0' "
		  "function='2'/></source></interface>",
		  "" },
		{ "<interface type='network' managed='yes'><source network='default'/></interface>", "" },
		{ HOSTDEV "<source><address bus='1' slot='0' function='0'/></source></hostdev>\n" HOSTDEV
			  "<source><address bus='2' slot='0' function='0'/></source></hostdev>",
		  "0000:01:00.0 0000:02:00.0" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct guest_devices guests = { 0 };

		guests_add_libvirt(&guests, "/etc/libvirt/qemu/a.b.xml", rows[i].text, i % 2);
		assert_row(!strcmp(shown(&guests), rows[i].expected), rows[i].text);
		if (guests.count)
			assert_string_equal(guests.list[0].guest, i % 2 ? "guest a.b of libvirt (autostart)" :
									  "guest a.b of libvirt");
		guests_clear(&guests);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(proxmox),
		cmocka_unit_test(libvirt),
	};

	return RUN(tests);
}
