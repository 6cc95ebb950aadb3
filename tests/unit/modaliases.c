/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "core/modaliases.h"

#include <string.h>

#include "unit.h"

static const char modules[] = "# Aliases extracted from modules themselves.\n"
			      "alias pci:v*d*sv*sd*bc0Csc03i30* xhci_pci\n"
			      "alias vfio_pci:v*d*sv*sd*bc*sc*i* vfio_pci\n"
			      "alias pci:v000010DEd*sv*sd*bc03sc02i00* nvidia\n"
			      "alias pci:v000010DEd*sv*sd*bc03sc00i00* nvidia\n"
			      "alias pci:v000010DEd*sv*sd*bc03sc*i* nouveau\n"
			      "alias pci:v000010DEd00001C03sv000019DAsd00001438bc*sc*i* card\n"
			      "alias pci:v000010DEd00001C03sv*sd*bc*sc*i* nouveau\n"
			      "alias pci:v00008086d*sv*sd*bc02sc00i* intel\n"
			      "alias pci:broken\n"
			      "alias pci:v000010DEd*sv*sd*bc03sc*i*x behind\n"
			      "alias pci:v10DEd*sv*sd*bc03sc*i* short\n"
			      "alias pci:v000010DEd*sv*sd*bc03sc*i*\n"
			      "pci:v000010DEd*sv*sd*bc03sc*i* noalias";

/* The array's own end is the field's. */
static const char builtin[] = "simple.alias=of:x\0efi.alias=pci:v*d*sv*sd*bc03sc00i*\0simple.license=GPL";

static void which_modules(void **state)
{
	static const struct {
		const char *row;
		struct pci_function function;
		const char *modules;
	} rows[] = {
		{ "a card", { .vendor = 0x10de, .device = 0x1c04, .class = 0x030000 }, "nvidia,nouveau,efi" },
		{ "its subsystem",
		  { .vendor = 0x10de,
		    .device = 0x1c03,
		    .subvendor = 0x19da,
		    .subdevice = 0x1438,
		    .class = 0x030000 },
		  "nvidia,nouveau,card,efi" },
		{ "another class of its vendor",
		  { .vendor = 0x10de, .device = 0x10f1, .class = 0x040300 },
		  "" },
		{ "any vendor", { .vendor = 0x1b21, .device = 0x2142, .class = 0x0c0330 }, "xhci_pci" },
		{ "another interface", { .vendor = 0x1b21, .device = 0x2142, .class = 0x0c0320 }, "" },
		{ "the highest vendor", { .vendor = 0xffff, .device = 0xffff, .class = 0xffffff }, "" },
		{ "an interface that any matches", { .vendor = 0x8086, .class = 0x020001 }, "intel" },
	};
	struct modaliases aliases = { 0 };

	(void)state;
	modaliases_add_builtin(&aliases, builtin, sizeof(builtin) - 1);
	modaliases_add(&aliases, modules);
	modaliases_sort(&aliases);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_row(!strcmp(modaliases_describe(&aliases, &rows[i].function), rows[i].modules),
			   rows[i].row);
	modaliases_clear(&aliases);
	assert_string_equal(modaliases_describe(&aliases, &rows[0].function), "");
	util_free_texts();
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(which_modules) };

	return RUN(tests);
}
