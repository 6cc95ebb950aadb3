/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which network functions does the host have a route through? Pure. */
#pragma once

#include "core/pci.h"

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
 * Call @found with each interface of /proc/net/route and /proc/net/ipv6_route that leads anywhere: no
 * loopback, no link-local or multicast route of IPv6, no route that rejects.
 */
void network_parse_routes(const char *ipv4, const char *ipv6,
			  void (*found)(void *data, const char *interface), void *data);

/* Why the host needs the network. */
enum network_need {
	NETWORK_OF_ROOT,  /* the root is on it */
	NETWORK_OF_MOUNT, /* the booted system mounts something over it */
	/* a part of the boot uses it, as dropbear in the image: over when the root is there */
	NETWORK_OF_BOOT,
};

/* Does a route lead through the function: a card, or the controller that it hangs off? */
bool network_leads_through(const struct network *network, const struct pci_address *function);

/*
 * Must the host keep this function, because @by needs the network? Each card with a route stays; where no
 * route is known, each card, unless only the boot has used it.
 */
bool network_keeps(const struct network *network, const struct pci_address *function, enum network_need need,
		   const char *by, const char **ret_reason);
void network_clear(struct network *network);
