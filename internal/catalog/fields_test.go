package catalog_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/catalog"
)

// productFields are the fields of the product's REST API, by the record type that has them, as its public pages and clients name them.
var productFields = map[string]string{
	"work_order_task": `id_work_order id_work_orders_tasks id_task id_item id_company wo_folio id_status_work_order work_orders_status_custom_description
		id_status_work_order_task task_status done completed_percentage description task_note note annotations tasks_log_task_type_main
		tasks_log_types_description tasks_log_types_2_description id_priorities priorities_description trigger_description code
		items_log_description parent_description groups_description groups_1_description groups_2_description costs_center_description
		user_assigned personnel_description code_responsible id_personnel id_contact id_personnel_log id_contacts_log created_by code_create_by
		requested_by id_request validated_by_description creation_date date_maintenance cal_date_maintenance event_date initial_date final_date
		review_date wo_final_date first_date_task duration real_duration tasks_duration stop_assets_sec real_stop_assets_sec stop_assets
		time_disruption resources_hours resources_inventory resources_human_resources resources_services total_cost_task id_failure_type
		types_description id_failure_cause causes_description id_failure_detection_method detection_method_description id_failure_severity
		severiry_description id_damage_type damages_types_description caused_damage signature details_signature responsible_path_signature
		validator_path_signature personnel_path_image id_parent_wo id_parent has_children children labels labels.description labels.color
		labels.enabled rating is_offline enable_budget id_group_task id_items_availability`,
	"pending_task": `id id_task id_item item_description group_task_description is_active visible_to_all parent_description date_maintenance
		cal_date_maintenance trigger_description delay description duration tasks_types_main_description tasks_types_description
		tasks_types_2_description priorities_description num_resources last_date_maintenance task_note requested_by id_request event_date
		replay_counter replay_counter_cycles`,
	"work_request": `id id_code date date_incident date_maintenance date_solution date_status is_urgent description observation rating rating_notes
		id_type types_description id_type_1 types_1_description id_type_2 types_2_description id_item items_description code_item
		parent_description groups_description groups_1_description groups_2_description id_status requests_x_status_description
		requests_x_status_notes requests_x_status_accounts_name accounts_name accounts_email requested_by email_requested_by identifier
		priorities_description requests_x_key_words_descriptions wo_folio id_work_order costs_center_description geolocation attachments`,
	"asset": `id active code description id_type_item items_types_description barcode field_1 field_2 field_3 field_4 field_5 field_6 notes
		min_stock_warning weight is_serial_control lead_time groups_description groups_1_description groups_2_description
		custom_fields_groups_description custom_fields_values custom_fields_values.id_item custom_fields_values.label_name
		custom_fields_values.id_custom_field custom_fields_values.id_custom_field_type custom_fields_values.value
		custom_fields_values.position_field units_description units_code priorities_description parent_description id_parent location_code
		purchase_date total_cost anual_depreciation startup_date total_replacement_cost salvage_value costs_center_description
		budgets_description cost_average latitude longitud groups_tasks_description third_parties_name visible_to_all
		hours_average_daily_use available initial_date_out_of_service last_final_date_available item_url id_company`,
	"meter": `description serial is_counter counter_offset_value counter_value last_data last_data.date last_data.value
		last_data.accumulated_value monthly_average_data monthly_average_auto units_description units_code items_description
		parent_description min_value max_value code`,
	"reading": `date_reading date data data.date data.value data.accumulated_value units_description units_code trigger_run source items_code
		items_description`,
	"person": `name full_name first_name last_name code email active account_active only_request telephone telephone_2 sms
		description_work_shifts address city state zip_code country latitude longitud asset_location_description hourly_rates_description
		groups_1_description groups_2_description custom_fields_groups_description creation_date groups_permissions_description`,
	"third_party": `name code address email country city state zip_code telephone_1 telephone_2 fax sms web_page groups_1_desc groups_2_desc
		active latitude longitud parent_description hourly_rates_description custom_fields_groups_description custom_fields_values
		id_third_party_type`,
	"stock_item": `id_item id_type_item code description units_description field_1 field_2 active groups_description groups_1_description
		groups_2_description parent_description id_warehouse stock min_stock_level max_stock_level reorder_level location`,
	"movement": `id_movement folio_source folio_target date date_create description document movements_types_description
		movements_states_description warehouses_source_description warehouses_source_code third_parties_name third_parties_code
		third_parties_address third_parties_telephone_1 third_parties_telephone_2 third_parties_email costs_center_description
		responsible_description responsible_code priorities_description number_details`,
	"subtask": `id_work_orders_tasks_form_items value description unit_description units_code order_number is_required wo_folio creation_date
		initial_date final_date id_status_work_order id_task_form_item_type`,
	"document": `groups_attached_description description name version valid_from valid_through author code_iso is_warranty status
		personnel_name code email`,
}

func TestEveryFieldOfTheProductIsKnown(t *testing.T) {
	t.Parallel()
	c := catalog.Load()
	for typ, keys := range productFields {
		for _, path := range strings.Fields(keys) {
			fact, field := c.Resolve(typ, path)
			if !fact.Known {
				t.Errorf("%s has no field %s", typ, path)
			} else if field.Origin != catalog.OriginFracttal {
				t.Errorf("%s.%s is the product's, but its origin is %s", typ, path, field.Origin)
			}
		}
	}
}

func TestAFieldThatTheProductDoesNotHaveIsMarkedAsOurs(t *testing.T) {
	t.Parallel()
	for _, typ := range catalog.Load().RecordTypes() {
		of := typ.Key
		if typ.FieldsOf != "" {
			of = typ.FieldsOf
		}
		known := strings.Fields(productFields[of])
		for _, f := range typ.Fields {
			ours := f.Origin == catalog.OriginRecado
			if listed := slices.Contains(known, f.Key); ours == listed {
				t.Errorf("%s.%s: its origin is %s, and the product has it: %v", typ.Key, f.Key, f.Origin, listed)
			}
		}
	}
}
