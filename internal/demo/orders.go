package demo

import (
	"fmt"
	"time"
)

// The people of the story by their codes, and the event types.
const (
	jonas  = "JCAMPOS"
	rafael = "RNUNES"

	newWorkOrder       = "work_management.work_orders.new"
	workOrderCompleted = "work_management.work_orders.completed"
)

// order is one publication of the story.
type order struct {
	title   string
	id      string // CloudEvents id
	kind    string // event type
	folio   string
	records []record
	graphQL bool // by occurrencePublish instead of POST /events
	expect  int  // messages
}

// record is one that an occurrence brings, in the shape of both doors.
type record struct {
	Type string    `json:"type"`
	Key  string    `json:"key"`
	Data variables `json:"data"`
}

// source is where the occurrences come from, as their sender says.
const source = "/fracttal/planta-norte"

func person(code, name, sms string) record {
	return record{"person", code, variables{"code": code, "name": name, "full_name": name, "sms": sms, "active": true}}
}

var people = []record{person(jonas, "Jonas Campos", "+55 31 99876-5432"), person(rafael, "Rafael Nunes", "+55 31 98765-4321")}

// task is a row of a work order, with the fields and names of Fracttal's API.
func task(id int, folio, code string, at time.Time, more variables) record {
	name := map[string]string{jonas: "Jonas Campos", rafael: "Rafael Nunes"}[code]
	data := variables{
		"id_work_orders_tasks": id, "wo_folio": folio, "id_status_work_order": 1, "task_status": "NO_STARTED", "done": false,
		"created_by": "Marina Duarte", "code_create_by": "MDUARTE", "creation_date": at.UTC().Format(time.RFC3339),
		"trigger_description": "NO_SCHEDULE_TASK", "parent_description": "// Planta Norte/ Captação/",
	}
	if code != "" {
		data["code_responsible"], data["personnel_description"], data["user_assigned"] = code, name, name
	}
	for key, value := range more {
		data[key] = value
	}
	return record{"work_order_task", fmt.Sprint(id), data}
}

// story is what is published, in order. run tells its ids from those of another run on the same data.
func story(run string, now time.Time) []order {
	id := func(folio string) string { return folio + "@" + run }
	pump := task(880101, "OS-2041", jonas, now, variables{
		"description": "Trocar o selo mecânico da bomba de recalque", "items_log_description": "Bomba de recalque BBA-101", "code": "BBA-101",
		"tasks_log_task_type_main": "Corretiva", "priorities_description": "VERY_HIGH", "stop_assets": true, "duration": 7200})
	first := order{title: "a new work order for Jonas Campos", id: id("OS-2041"), kind: newWorkOrder, folio: "OS-2041",
		records: append([]record{pump}, people...), expect: 1}
	again := first
	again.title, again.expect = "the same CloudEvent once more, as senders do who got no answer", 0
	return []order{
		first,
		{title: "a new work order for Rafael Nunes", id: id("OS-2042"), kind: newWorkOrder, folio: "OS-2042", records: []record{
			task(880102, "OS-2042", rafael, now, variables{"description": "Inspecionar o painel elétrico QGBT-02", "items_log_description": "Painel QGBT-02",
				"code": "QGBT-02", "tasks_log_task_type_main": "Preventiva", "priorities_description": "MEDIUM", "duration": 3600})}},
		{title: "a new work order with a task for each of them, by occurrencePublish", id: id("OS-2043"), kind: newWorkOrder, folio: "OS-2043", graphQL: true, expect: 1,
			records: []record{
				task(880103, "OS-2043", jonas, now, variables{"description": "Alinhar o motor da esteira", "items_log_description": "Esteira transportadora TC-07",
					"code": "TC-07", "tasks_log_task_type_main": "Preditiva", "priorities_description": "HIGH", "duration": 5400}),
				task(880104, "OS-2043", rafael, now, variables{"description": "Medir a isolação do motor da esteira", "items_log_description": "Esteira transportadora TC-07",
					"code": "TC-07", "tasks_log_task_type_main": "Preditiva", "priorities_description": "HIGH", "duration": 1800})}},
		again,
		{title: "a work order of Jonas Campos is completed", id: id("OS-2038"), kind: workOrderCompleted, folio: "OS-2038", records: []record{
			task(880088, "OS-2038", jonas, now, variables{"description": "Lubrificar os mancais do ventilador", "items_log_description": "Ventilador VE-12",
				"code": "VE-12", "tasks_log_task_type_main": "Preventiva", "id_status_work_order": 3, "task_status": "DONE", "done": true, "completed_percentage": 100})}},
		{title: "a new work order whose sender uses the screen's names for task and asset", id: id("OS-2044"), kind: newWorkOrder, folio: "OS-2044", expect: 1,
			records: []record{
				task(880105, "OS-2044", jonas, now, variables{"task_todo_description": "Substituir a correia do compressor", "item_description": "Compressor de ar CP-03",
					"code": "CP-03", "tasks_log_task_type_main": "Corretiva", "priorities_description": "HIGH", "duration": 5400})}},
		{title: "a new work order without a responsible", id: id("OS-2045"), kind: newWorkOrder, folio: "OS-2045", records: []record{
			task(880106, "OS-2045", "", now, variables{"description": "Calibrar o transmissor de pressão PT-210", "items_log_description": "Transmissor PT-210",
				"code": "PT-210", "tasks_log_task_type_main": "Calibração", "priorities_description": "LOW"})}},
		{title: "a planned work order for Jonas Campos, by occurrencePublish", id: id("OS-2046"), kind: newWorkOrder, folio: "OS-2046", graphQL: true, expect: 1,
			records: []record{
				task(880107, "OS-2046", jonas, now, variables{"description": "Troca de óleo e filtros (500 h)", "items_log_description": "Gerador a diesel GD-01",
					"code": "GD-01", "tasks_log_task_type_main": "Preventiva", "priorities_description": "MEDIUM", "duration": 10800,
					"trigger_description": "READING$EACH$500$h ( GD-01 )"})}},
	}
}
