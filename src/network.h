/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which network functions does the host have a route through? Asked where the root is on the network. */
#pragma once

#include "pci.h"

struct network_card {
	struct pci_address address;
	char interface[32];
};

/* The functions below the interfaces that have a route, those below a bond, bridge or VLAN included. */
struct network {
	struct network_card *cards;
	size_t count;
};

/*
 * Call @found with each interface of /proc/net/route and /proc/net/ipv6_route that leads anywhere: no loopback,
 * no link-local or multicast route of IPv6, no route that rejects. Pure.
 */
void network_parse_routes(const char *ipv4, const char *ipv6, void (*found)(void *data, const char *interface),
			  void *data);

/* Read routes and interfaces. Free with network_clear(). */
void network_read(struct network *ret);

/*
 * Must the host keep this function? Where the root is on the network, each card with a route, and each one where no route
 * is known. Where only @use of the boot needs it ("dropbear in the image"; "" for a root), a card with a route. Pure.
 */
bool network_keeps(const struct network *network, const struct pci_address *function, const char *use, char *reason,
		   size_t size);
void network_clear(struct network *network);
