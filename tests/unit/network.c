/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "unit.h"

#include "core/network.h"

static char interfaces[256];

static void collect(void *data, const char *interface)
{
	(void)data;
	util_append(interfaces, sizeof(interfaces), " %s", interface);
}

#define HEAD "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"
#define SIX(destination, flags, interface) \
	destination " 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 " \
		    "00000001 00000000 " flags " " interface "\n"

static void routes_lead_through_interfaces(void **state)
{
	static const struct {
		const char *ipv4, *ipv6, *interfaces;
	} rows[] = {
		{ "", "", "" },
		{ HEAD, "", "" },
		{ HEAD "eth0\t00000000\t0202000A\t0003\t0\t0\t0\t00000000\t0\t0\t0\neth1\t0002000A\t00000000"
		       "\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n",
		  "", " eth0 eth1" },
		{ HEAD "eth0\t00000000\t0202000A\t0201\t0\t0\t0\t00000000\t0\t0\t0\nlo\t0000007F\t00000000\t0"
		       "001\t0\t0\t0\t000000FF\t0\t0\t0\n",
		  "", "" },
		{ "", SIX("fe800000000000000000000000000000", "00000001", "eth0"), "" },
		{ "", SIX("ff000000000000000000000000000000", "00000001", "eth0"), "" },
		{ "", SIX("00000000000000000000000000000000", "00200200", "lo"), "" },
		{ "", SIX("fd000000000000000000000000000000", "00000001", "eth0"), " eth0" },
		{ "rubbish\n\n\n", "more rubbish", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		interfaces[0] = '\0';
		network_parse_routes(rows[i].ipv4, rows[i].ipv6, collect, NULL);
		assert_row(!strcmp(interfaces, rows[i].interfaces), rows[i].interfaces);
	}
}

static void a_card_with_a_route_stays(void **state)
{
	struct network_card card = { .address = { .bus = 1 }, .interface = "eth0" };
	const struct network network = { &card, 1 }, none = { NULL, 0 };
	const struct pci_address here = { .bus = 1 }, there = { .bus = 2 };
	const char *reason;

	(void)state;
	assert_true(network_keeps(&network, &here, NETWORK_OF_ROOT, "", &reason));
	assert_string_equal(reason, "the root is on the network, and eth0 has a route");
	assert_false(network_keeps(&network, &there, NETWORK_OF_ROOT, "", &reason));
	assert_true(network_keeps(&none, &there, NETWORK_OF_ROOT, "", &reason));
	/* what the booted system mounts is not reached by any card yet */
	assert_true(network_keeps(&none, &there, NETWORK_OF_MOUNT, "fstab's /srv: a:/b", &reason));
	assert_string_equal(
		reason,
		"the host needs the network (fstab's /srv: a:/b), and the card that leads there is unknown");
	/* where only a part of the boot uses it, the root is there by now without any route */
	assert_true(network_keeps(&network, &here, NETWORK_OF_BOOT, "dropbear", &reason));
	assert_string_equal(reason, "the boot uses the network (dropbear), and eth0 has a route");
	assert_false(network_keeps(&none, &there, NETWORK_OF_BOOT, "dropbear", &reason));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(routes_lead_through_interfaces),
		cmocka_unit_test(a_card_with_a_route_stays),
	};

	return RUN(tests);
}
