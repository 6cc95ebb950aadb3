/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host/network-read.h"

#include "host/sysfs.h"

#define TABLE_LIMIT (1 << 20)
#define DEPTH 4

/* One interface with a route, on the way down to its cards. */
struct descent {
	struct network *network;
	const char *interface;
	unsigned int depth;
};

static void add_cards(const struct descent *descent, const char *link)
{
	struct network *network = descent->network;
	struct pci_address address;

	while (pci_next_address(&link, &address)) {
		network->cards = util_grow(network->cards, network->count, sizeof(*network->cards));
		network->cards[network->count].address = address;
		util_format(network->cards[network->count++].interface, sizeof(network->cards->interface),
			    "%s", descent->interface);
	}
}

static void descend(void *data, const char *interface)
{
	const struct descent *above = data;
	struct descent descent = { above->network, above->interface, above->depth + 1 };
	struct rootdir_text link;

	if (descent.depth > DEPTH)
		return;
	if (sysfs_net_link(interface, &link) == 0)
		add_cards(&descent, link.text);
	sysfs_net_lower(interface, descend, &descent);
}

static void add_interface(void *data, const char *interface)
{
	struct descent descent = { data, interface, 0 };

	descend(&descent, interface);
}

void network_read(struct network *ret)
{
	cleanup_free char *ipv4 = NULL, *ipv6 = NULL;
	size_t length;

	*ret = (struct network){ 0 };
	/* A kernel may lack one of the two; without any route each card of a network root stays. */
	(void)!rootdir_read_file("/proc/net/route", TABLE_LIMIT, &ipv4, &length);
	(void)!rootdir_read_file("/proc/net/ipv6_route", TABLE_LIMIT, &ipv6, &length);
	network_parse_routes(ipv4 ? ipv4 : "", ipv6 ? ipv6 : "", add_interface, ret);
}
