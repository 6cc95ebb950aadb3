/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of steps: what each kind of entry gets, when a step's turn is, and what it is in words. */
#include "unit.h"

#include "core/steps.h"

static const struct pci_function card = {
	.address = { 0, 1, 0, 0 }, .vendor = 0x10de, .device = 0x1c03, .class = 0x030000
};
static const struct claim claim = { .rank = CLAIM_OF_FILE };

static struct plan_entry entry_of(enum verdict verdict, const char *driver)
{
	struct plan_entry entry = { .function = &card, .claim = &claim, .verdict = verdict };

	entry.wanted_driver = PLAN_DRIVER;
	strcpy(entry.driver, driver);
	return entry;
}

/* Kinds as letters, with the phase where it begins. */
static const char *letters_of(struct plan_entry *entry, char *letters)
{
	static const char names[] = "oOcrupbRflLK";
	struct plan plan = { .entries = entry, .count = 1 };
	struct step_list list;
	size_t length = 0;

	steps_make(&plan, &list);
	for (size_t i = 0; i < list.count; i++) {
		if (!i || list.steps[i].phase != list.steps[i - 1].phase)
			letters[length++] = (char)('0' + list.steps[i].phase);
		letters[length++] = names[list.steps[i].kind];
	}
	letters[length] = '\0';
	steps_clear(&list);
	return letters;
}

static void each_kind_of_entry_has_its_steps(void **state)
{
	struct plan_entry entry = entry_of(VERDICT_WOULD_BIND, "radeon");
	char letters[64];

	(void)state;
	/* override and its failure; load, read back; unbind, probe, bind, read back, failure, framebuffer; settle */
	assert_string_equal(letters_of(&entry, letters), "0ocrup2lKcrup3upbRcrupf4c");
	entry.variant = "mlx5_vfio_pci";
	assert_string_equal(letters_of(&entry, letters), "0ocrup2LOcruplKcrup3upbRcrupf4c");
	entry.decided_early = true;
	assert_string_equal(letters_of(&entry, letters), "");
	entry = entry_of(VERDICT_WOULD_BIND, PLAN_DRIVER);
	assert_string_equal(letters_of(&entry, letters), "0ocrup2lKcrup3upbRcrupf4c");
	entry = entry_of(VERDICT_DEFERRED, "");
	assert_string_equal(letters_of(&entry, letters), "");
	entry.reserved = true;
	assert_string_equal(letters_of(&entry, letters), "0o");
	entry = entry_of(VERDICT_KEPT, "");
	assert_string_equal(letters_of(&entry, letters), "");
	entry.give_back = true;
	assert_string_equal(letters_of(&entry, letters), "1crup");
	entry = entry_of(VERDICT_KEPT, "pci-stub");
	entry.give_back = true;
	assert_string_equal(letters_of(&entry, letters), "1crup");
}

static void a_step_has_its_turn_where_its_conditions_hold(void **state)
{
	static const struct {
		unsigned int conditions;
		const char *driver;
		bool failed, turn;
	} rows[] = {
		{ 0, "", false, true },
		{ 0, "nvme", true, false },
		{ STEP_IF_FAILED, "nvme", true, true },
		{ STEP_IF_FAILED, "nvme", false, false },
		{ STEP_IF_NOT_BOUND, "", false, true },
		{ STEP_IF_NOT_BOUND, "nvme", false, true },
		{ STEP_IF_NOT_BOUND, "vfio-pci", false, false },
		{ STEP_IF_BOUND, "vfio-pci", false, true },
		{ STEP_IF_BOUND, "pci-stub", false, false },
		{ STEP_IF_BOUND, "", false, false },
		{ STEP_IF_HELD, "nvme", false, true },
		{ STEP_IF_HELD, "vfio-pci", false, false },
		{ STEP_IF_HELD, "", false, false },
		{ STEP_IF_ON_GUEST_DRIVER, "pci-stub", false, true },
		{ STEP_IF_ON_GUEST_DRIVER, "nvme", false, false },
		{ STEP_IF_ON_HOST_DRIVER, "nvme", false, true },
		{ STEP_IF_ON_HOST_DRIVER, "", false, false },
		{ STEP_IF_NO_DRIVER, "", false, true },
		{ STEP_IF_NO_DRIVER, "nvme", false, false },
		{ STEP_IF_NO_DRIVER | STEP_IF_FAILED, "", true, true },
		{ STEP_IF_NO_DRIVER | STEP_IF_FAILED, "nvme", true, false },
		{ STEP_IF_TAKEN, "vfio-pci", false, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct plan_entry entry = entry_of(VERDICT_WOULD_BIND, rows[i].driver);
		const struct step step = { .conditions = (unsigned short)rows[i].conditions };
		char row[64];

		util_format(row, sizeof(row), "%#x with '%s'%s", rows[i].conditions, rows[i].driver,
			    rows[i].failed ? ", failed" : "");
		assert_row(step_applies(&step, &entry, rows[i].failed) == rows[i].turn, row);
	}
}

static void a_variant_is_loaded_once_and_named(void **state)
{
	struct plan_entry entries[2] = { entry_of(VERDICT_WOULD_BIND, ""), entry_of(VERDICT_WOULD_BIND, "") };
	const struct plan plan = { .entries = entries, .count = 2 };
	char seen[2048] = "";
	struct step_list list;

	(void)state;
	entries[0].variant = "mlx5_vfio_pci";
	entries[1].variant = "mlx5_vfio_pci";
	steps_make(&plan, &list);
	for (size_t i = 0; i < list.count;) {
		bool drivers = list.steps[i].phase == PHASE_DRIVERS;
		const char *text = steps_next_text(&plan, &list, &i);

		if (drivers)
			util_append(seen, sizeof(seen), "%s\n", text);
	}
	steps_clear(&list);
	assert_string_equal(seen, "load mlx5_vfio_pci\n"
				  "write the driver of module mlx5_vfio_pci to "
				  "/sys/bus/pci/devices/0000:01:00.0/driver_override\n"
				  "if a step for 0000:01:00.0 fails, return it to the host: clear "
				  "driver_override, unbind it from a guest driver, probe it\n"
				  "write the driver of module mlx5_vfio_pci to "
				  "/sys/bus/pci/devices/0000:01:00.0/driver_override\n"
				  "if a step for 0000:01:00.0 fails, return it to the host: clear "
				  "driver_override, unbind it from a guest driver, probe it\n"
				  "load vfio-pci; if this fails, skip the devices that need it\n"
				  "read /sys/bus/pci/drivers/vfio-pci\n"
				  "return each kept device that vfio-pci has bound to the host: clear "
				  "driver_override, remove the id, unbind, probe\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_of_entry_has_its_steps),
		cmocka_unit_test(a_step_has_its_turn_where_its_conditions_hold),
		cmocka_unit_test(a_variant_is_loaded_once_and_named),
	};

	return RUN(tests);
}
