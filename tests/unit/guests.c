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
		{ "hostpci0: mapping=gpu\n", "" },
		{ "hostpci0:", "" },
		{ "hostpci", "" },
		{ "hostpci0: ;;,", "" },
		{ "name: x\n[snapshot]\nhostpci0: 01:00.0\n", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct guest_devices guests = { 0 };

		guests_add_proxmox(&guests, "/etc/pve/qemu-server/7.conf", rows[i].text);
		assert_string_equal(shown(&guests), rows[i].expected);
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
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct guest_devices guests = { 0 };

		guests_add_libvirt(&guests, "/etc/libvirt/qemu/a.xml", rows[i].text);
		assert_string_equal(shown(&guests), rows[i].expected);
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
