package catalog_test

import (
	"testing"

	"github.com/recado-hub/recado/internal/hub"
)

// taskRow is a row as the product's "Query tasks in WOs" returns it, with every field of it.
const taskRow = `{
  "id_work_order": 5120011, "id_work_orders_tasks": 9340021, "id_task": null, "id_item": 43128271, "id_company": 77,
  "wo_folio": "OS-1496", "id_status_work_order": 1, "work_orders_status_custom_description": null,
  "id_status_work_order_task": "NO_STARTED", "task_status": "NO_STARTED", "done": false, "completed_percentage": 0,
  "description": "Trocar rolamento do motor", "task_note": "", "note": "Parada combinada com a produção", "annotations": null,
  "tasks_log_task_type_main": "Corretiva", "tasks_log_types_description": "Mecânica", "tasks_log_types_2_description": null,
  "id_priorities": 2, "priorities_description": "HIGH", "trigger_description": "NO_SCHEDULE_TASK",
  "code": "MTR-014", "items_log_description": "MOTOR   { MTR-014 }", "parent_description": "// Planta/ Linha 2/",
  "groups_description": "Motor", "groups_1_description": null, "groups_2_description": null, "costs_center_description": "Produção",
  "user_assigned": "Jonas Campos", "personnel_description": "Jonas Campos", "code_responsible": "P-0042", "id_personnel": 1414413,
  "id_contact": null, "id_personnel_log": 88112, "id_contacts_log": null, "created_by": "Marta Lima", "code_create_by": "P-0007",
  "requested_by": "Turno B", "id_request": 3991, "validated_by_description": null,
  "creation_date": "2026-09-17T14:00:34.404671+00:00", "date_maintenance": "2026-09-18T08:00:00+00:00",
  "cal_date_maintenance": "2026-09-18T08:00:00Z", "event_date": "2026-09-17T10:30:00-03", "initial_date": null, "final_date": null,
  "review_date": null, "wo_final_date": null, "first_date_task": "2026-09-18T08:00:00+00:00",
  "duration": 5400, "real_duration": 0, "tasks_duration": 5400, "stop_assets_sec": 3600, "real_stop_assets_sec": 0, "stop_assets": true,
  "time_disruption": null, "resources_hours": "1.5", "resources_inventory": "Rolamento 6205", "resources_human_resources": null,
  "resources_services": null, "total_cost_task": 312.5, "id_failure_type": 4, "types_description": "Desgaste", "id_failure_cause": 9,
  "causes_description": "Falta de lubrificação", "id_failure_detection_method": 2, "detection_method_description": "Ruído",
  "id_failure_severity": 3, "severiry_description": "HIGH", "id_damage_type": 1, "damages_types_description": "NEITHER",
  "caused_damage": null, "signature": null, "details_signature": null, "responsible_path_signature": null,
  "validator_path_signature": null, "personnel_path_image": null, "id_parent_wo": null, "id_parent": null, "has_children": false,
  "children": [], "labels": [{"description": "URGENTE", "color": "#FF0000", "enabled": true}], "rating": null, "is_offline": false,
  "enable_budget": false, "id_group_task": null, "id_items_availability": null
}`

// taskFields is taskRow as the hub's doors decode it, or as encoding/json does by itself.
func taskFields(t testing.TB, numbers bool) hub.Fields {
	t.Helper()
	return fields(t, taskRow, numbers)
}
