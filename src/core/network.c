/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/network.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUTE_UP 0x1
#define ROUTE_REJECT 0x200 /* linux/route.h */

/* "eth0 00000000 0202000A 0003 ...": interface, destination, gateway, flags, and a head line. */
static void parse_ipv4(const char *text, void (*found)(void *data, const char *interface), void *data)
{
	const char *line;
	size_t length;

	while (util_next_line(&text, &line, &length)) {
		char interface[32];
		unsigned int flags;

		/* A name has 15 letters at most (IFNAMSIZ). */
		if (sscanf(line, "%31s %*x %*x %x", interface, &flags) == 2 && (flags & ROUTE_UP) &&
		    !(flags & ROUTE_REJECT) && strcmp(interface, "lo"))
			found(data, interface);
	}
}

/* Destination, its length, source, its length, gateway, metric, two counters, flags, interface. */
static void parse_ipv6(const char *text, void (*found)(void *data, const char *interface), void *data)
{
	const char *line;
	size_t length;

	while (util_next_line(&text, &line, &length)) {
		char destination[33], interface[32];
		unsigned int flags;

		if (sscanf(line, "%32s %*x %*s %*x %*s %*x %*x %*x %x %31s", destination, &flags,
			   interface) == 3 &&
		    (flags & ROUTE_UP) && !(flags & ROUTE_REJECT) && strcmp(interface, "lo") &&
		    strncmp(destination, "fe80", 4) && strncmp(destination, "ff", 2))
			found(data, interface);
	}
}

void network_parse_routes(const char *ipv4, const char *ipv6,
			  void (*found)(void *data, const char *interface), void *data)
{
	parse_ipv4(ipv4, found, data);
	parse_ipv6(ipv6, found, data);
}

/* "the root is on the network", and the like. */
static const char *say_need(enum network_need need, const char *by)
{
	switch (need) {
	case NETWORK_OF_MOUNT:
		return util_text("the host needs the network (%s)", by);
	case NETWORK_OF_BOOT:
		return util_text("the boot uses the network (%s)", by);
	default:
		return "the root is on the network";
	}
}

bool network_leads_through(const struct network *network, const struct pci_address *function)
{
	for (size_t i = 0; i < network->count; i++)
		if (!pci_address_compare(&network->cards[i].address, function))
			return true;
	return false;
}

bool network_keeps(const struct network *network, const struct pci_address *function, enum network_need need,
		   const char *by, const char **ret_reason)
{
	for (size_t i = 0; i < network->count; i++) {
		if (pci_address_compare(&network->cards[i].address, function))
			continue;
		*ret_reason =
			util_text("%s, and %s has a route", say_need(need, by), network->cards[i].interface);
		return true;
	}
	if (network->count || need == NETWORK_OF_BOOT)
		return false;
	*ret_reason = util_text("%s, and the card that leads there is unknown", say_need(need, by));
	return true;
}

void network_clear(struct network *network)
{
	free(network->cards);
	*network = (struct network){ 0 };
}
