package demo

import "time"

// takenOver is what is there before the story begins: people, meters, and two work orders.
func (t telling) takenOver() order {
	first, second := t.numbered("OT-", 3101), t.numbered("OT-", 3102)
	return order{door: byRecords, old: true, records: []record{
		person(jonas, variables{"sms": "+55 31 99876-5432"}),
		person(rafael, variables{"sms": "+55 31 98765-4321"}),
		person(lucia, variables{"sms": "", "telephone": "300 123 4567"}),
		person(camille, variables{"sms": "06 12 34 56 78"}),
		person(hugo, nil),
		meter("TT-101", pump, pumpName),
		meter("TT-205", fan, fanName),
		task(t.key(1), first, lucia, t.now.Add(-26*time.Hour), bearing),
		task(t.key(2), second, lucia, t.now.Add(-25*time.Hour), painting),
	}}
}

// key is that of a task of the work orders that are taken over.
func (t telling) key(n int) int { return 770000 + 10*t.number + n }

func meter(serial, asset, description string) record {
	return record{"meter", serial, variables{"serial": serial, "description": "bearing temperature", "code": asset, "items_description": description,
		"units_description": "°C", "min_value": 10, "max_value": 80, "is_counter": false}}
}

// What the tasks of the two work orders are about.
var (
	bearing = variables{"description": "Cambiar el rodamiento del agitador", "items_log_description": "Agitador AG-04", "code": "AG-04",
		"priorities_description": "VERY_HIGH", "stop_assets": true}
	painting = variables{"description": "Pintar la baranda del tanque", "items_log_description": "Tanque TQ-02", "code": "TQ-02",
		"priorities_description": "LOW"}
)

// The assets that have a meter.
const (
	pump, pumpName = "P-12", "Cooling water pump P-12"
	fan, fanName   = "F-03", "Extraction fan F-03"
)

// assignments are published by whoever makes the work orders.
func (t telling) assignments() []order {
	assigned := func(has ...string) []wanted {
		return []wanted{{jonasPhone, "wo_assigned", "pt_BR", append(has, "Olá, Jonas!")}}
	}
	first := order{title: "a new work order for Jonas Campos", id: t.id("OS-2041"), kind: newWorkOrder, folio: "OS-2041",
		records: []record{task(880101, "OS-2041", jonas, t.now, variables{
			"description": "Trocar o selo mecânico da bomba de recalque", "items_log_description": "Bomba de recalque BBA-101", "code": "BBA-101",
			"tasks_log_task_type_main": "Corretiva", "priorities_description": "VERY_HIGH", "stop_assets": true, "duration": 7200})},
		expect: assigned("*OS-2041*", "Tarefa: Trocar o selo mecânico da bomba de recalque", "Criada por: Marina Duarte")}
	again := first
	again.title, again.expect, again.why = "the same CloudEvent once more, as senders do who got no answer", nil, []string{"known as a repeat of occ_"}
	return []order{
		first,
		{title: "a new work order for Rafael Nunes", id: t.id("OS-2042"), kind: newWorkOrder, folio: "OS-2042", records: []record{
			task(880102, "OS-2042", rafael, t.now, variables{"description": "Inspecionar o painel elétrico QGBT-02", "items_log_description": "Painel QGBT-02",
				"code": "QGBT-02", "tasks_log_task_type_main": "Preventiva", "priorities_description": "MEDIUM", "duration": 3600})},
			why: []string{`responsible EQUAL "JCAMPOS", and got "RNUNES"`}},
		{title: "a task for each of them, by the screen's names for task and asset, with occurrencePublish", id: t.id("OS-2043"),
			kind: newWorkOrder, folio: "OS-2043", door: byOccurrence,
			records: []record{
				task(880103, "OS-2043", jonas, t.now, variables{"task_todo_description": "Alinhar o motor da esteira", "item_description": "Esteira transportadora TC-07",
					"code": "TC-07", "tasks_log_task_type_main": "Preditiva", "priorities_description": "HIGH", "duration": 5400}),
				task(880104, "OS-2043", rafael, t.now, variables{"description": "Medir a isolação do motor da esteira", "items_log_description": "Esteira transportadora TC-07",
					"code": "TC-07", "tasks_log_task_type_main": "Preditiva", "priorities_description": "HIGH", "duration": 1800})},
			expect: assigned("*OS-2043*", "Tarefa: Alinhar o motor da esteira", "Ativo: Esteira transportadora TC-07"),
			why:    []string{`responsible EQUAL "JCAMPOS", and got "RNUNES"`}},
		again,
		{title: "a new work order without a responsible", id: t.id("OS-2045"), kind: newWorkOrder, folio: "OS-2045", records: []record{
			task(880106, "OS-2045", "", t.now, variables{"description": "Calibrar o transmissor de pressão PT-210", "items_log_description": "Transmissor PT-210",
				"code": "PT-210", "tasks_log_task_type_main": "Calibração", "priorities_description": "LOW"})},
			why: []string{`responsible EQUAL "JCAMPOS", and got nothing`}},
	}
}

// alerts come of readings that the hub finds out of range.
func (t telling) alerts() []order {
	alert := []string{"bearing temperature is out of range at *" + pumpName + "*", "Measured: *93.4 °C*", "Allowed: 10 to 80 °C", "Deviation: 13.4 °C"}
	return []order{
		{title: "a reading of 71.5 °C, where 10 to 80 are allowed", folio: "TT-101", door: byRecords,
			records: []record{reading(t.numbered("R-", 1), "TT-101", pump, pumpName, 71.5, t.now)}, why: []string{"noticed nothing"}},
		{title: "a reading of 93.4 °C", folio: "TT-101", door: byRecords,
			records: []record{reading(t.numbered("R-", 2), "TT-101", pump, pumpName, 93.4, t.now.Add(time.Second))},
			expect:  []wanted{{controlRoom, "critical_alert", "en", alert}, {onCall, "critical_alert", "en", alert}}},
		{title: "a reading of 81.2 °C, hardly out of range; and one of 99 °C at an asset of which nobody asked", folio: "TT-101", door: byRecords,
			records: []record{
				reading(t.numbered("R-", 3), "TT-101", pump, pumpName, 81.2, t.now.Add(2*time.Second)),
				reading(t.numbered("R-", 4), "TT-205", fan, fanName, 99, t.now)},
			why: []string{"deviation GREATER_OR_EQUAL 5, and got 1.2", "deviation LESS_OR_EQUAL -5, and got 1.2", `items_code IS_ANY_OF ["P-12","P-14"], and got "F-03"`}},
	}
}

// statuses are what a system sends that only says how its work orders are now.
func (t telling) statuses() []order {
	first, second := t.numbered("OT-", 3101), t.numbered("OT-", 3102)
	status := func(name string) []wanted {
		return []wanted{{luciaPhone, "wo_status", "es", []string{"Hola, Lucía.", "*" + first + "* cambió de estado: *" + name + "*", "Activo: Agitador AG-04"}}}
	}
	changed := func(n int, folio string, about variables, more variables) record {
		return task(t.key(n), folio, lucia, t.now.Add(-time.Duration(27-n)*time.Hour), with(with(variables{}, about), more))
	}
	review := variables{"id_status_work_order": 2, "done": true, "completed_percentage": 100, "review_date": moment(t.now)}
	return []order{
		{title: "the work order is under review", folio: first, door: byRecords, records: []record{changed(1, first, bearing, review)},
			expect: status("En revisión")},
		{title: "it is completed, and another one is cancelled", folio: first, door: byRecords, records: []record{
			changed(1, first, bearing, with(with(variables{}, review), variables{"id_status_work_order": 3, "wo_final_date": moment(t.now)})),
			changed(2, second, painting, variables{"id_status_work_order": 4})},
			expect: status("Finalizada"), why: []string{"no enabled event asks for work_management.work_orders.cancelled"}},
	}
}

// requesterField leads from a request to whoever made it. It is a field that this company added; see tenantFields.
const requesterField = "x_requester"

// requests come from people who want to know what becomes of them.
func (t telling) requests() []order {
	first, second := t.numbered("DI-", 501), t.numbered("DI-", 502)
	request := func(code, who, description string, more variables) record {
		return record{"work_request", code, with(variables{"id_code": code, "x_requester_code": who, "requested_by": names[who], "description": description,
			"date": moment(t.now), "is_urgent": false, "id_status": 1}, more)}
	}
	update := func(has ...string) []wanted {
		return []wanted{{camillePhone, "request_update", "fr", append(has, "Bonjour Camille,", "*"+first+"*")}}
	}
	const leak = "Fuite d'eau sous le compresseur CP-03"
	return []order{
		{title: "Camille Girard makes a request", folio: first, door: byRecords, records: []record{request(first, camille, leak, nil)},
			expect: update("est *Ouverte*", "Note : —")},
		{title: "it is solved", folio: first, door: byRecords, records: []record{request(first, camille, leak, variables{
			"id_status": 6, "date_status": moment(t.now), "requests_x_status_notes": "Joint remplacé", "requests_x_status_accounts_name": names[lucia]})},
			expect: update("est *Résolue avec OT*", "Note : Joint remplacé"), why: []string{"no enabled event asks for work_requests.my_requests.solved"}},
		{title: "Hugo Lefèvre, of whom nobody has a telephone, makes one", folio: second, door: byRecords,
			records: []record{request(second, hugo, "Éclairage en panne à l'atelier", nil)}, why: []string{"RECIPIENT"}},
	}
}

// tenantFields is the catalog.json of this company: who made a request, since the product's requests only have a name.
const tenantFields = `{ "fields": { "work_request": [
  { "key": "x_requester_code", "type": "TEXT", "title": { "fr": "Code du demandeur", "en": "Requester's code" } },
  { "key": "x_requester", "type": "REFERENCE", "title": { "fr": "Demandeur", "en": "Requester" }, "reference": "person", "by": "x_requester_code" }
] } }
`
