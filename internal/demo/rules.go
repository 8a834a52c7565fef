package demo

import "fmt"

// rule is one of the product's four data flows: a flow with the events that run it, all in one language.
type rule struct {
	about    string // what the product calls the data flow
	locale   string // of the flow's values, and in which the labels and refusals of its screens are asked for
	zone     string
	country  string // of telephone numbers without a country code
	name     string // of the flow
	source   string // action
	action   string // of the connector
	template string
	to       recipients
	values   []value
	events   []rulesEvent
}

// recipients say who gets the messages of a flow.
type recipients struct {
	input variables
	told  string
}

// value stands at a position of the template.
type value struct {
	field      string
	expression any    // JSON Logic, instead of a field
	otherwise  string // stands in for a missing value; empty: the delivery fails then
	told       string // what an expression yields
}

// rulesEvent is an event that runs the flow of a rule.
type rulesEvent struct {
	name  string
	kind  string // event type
	terms variables
	told  string // the terms
}

// The event types of the story.
const (
	newWorkOrder         = "work_management.work_orders.new"
	workOrderUnderReview = "work_management.work_orders.under_review"
	workOrderCompleted   = "work_management.work_orders.completed"
	readingOutOfRange    = "monitoring.meters.out_of_range"
	newRequest           = "work_requests.my_requests.new"
	requestStatusChanged = "work_requests.my_requests.status_changed"
)

// fieldValue and the functions below write values of a mapping.
func fieldValue(path string) value { return value{field: path} }

func variable(path string) variables { return variables{"var": path} }

// firstWord is how one greets somebody of whom the record has the whole name.
func firstWord(path string) value {
	return value{expression: variables{"split": []any{variable(path), " ", 0}}, told: "the first word of " + path}
}

// dated is the first of these dates that is there, by a pattern, in the words and the zone of the flow.
func dated(pattern string, paths ...string) value {
	given := make([]any, len(paths))
	told := ""
	for i, path := range paths {
		given[i] = variable(path)
		if i > 0 {
			told += " or "
		}
		told += path
	}
	return value{expression: variables{"format_date": []any{variables{"coalesce": given}, pattern}}, told: fmt.Sprintf("%s as %q", told, pattern)}
}

// number writes a number with the marks of the flow's language.
func number(path string) variables { return variables{"number_format": []any{variable(path), 0, 1}} }

func together(told string, parts ...any) value {
	return value{expression: variables{"cat": parts}, told: told}
}

func condition(field, operation string, wanted any) variables {
	return variables{"field": field, "operation": operation, "value": wanted}
}

// firstOf is a chain of recipients.
func firstOf(fields ...string) recipients {
	var chain []variables
	told := ""
	for i, f := range fields {
		chain = append(chain, variables{"field": f})
		if i > 0 {
			told += ", else "
		}
		told += f
	}
	return recipients{variables{"first": chain}, told}
}

// The telephones that get every alert.
const (
	controlRoom = "+442079460958"
	onCall      = "+447700900123"
)

// rules are the four data flows.
func rules() []rule {
	return []rule{
		{about: "new task assignment", locale: "pt-BR", zone: "America/Sao_Paulo", country: "BR",
			name: "WhatsApp: ordem de serviço atribuída", source: "query_work_order_tasks", action: "wo_assignment_pt_BR", template: "wo_assigned",
			to: recipients{variables{"field": "responsible.sms"}, "responsible.sms"},
			values: []value{firstWord("user_assigned"), fieldValue("wo_folio"), fieldValue("task_todo_description"), dated("EEEE, d/MM, HH:mm", "creation_date"),
				fieldValue("created_by"), fieldValue("user_assigned"), fieldValue("item_description")},
			events: []rulesEvent{{"Nova OS para Jonas Campos", newWorkOrder,
				variables{"mode": "ALL", "terms": []variables{condition("responsible", "EQUAL", jonas)}}, "responsible is equal to " + jonas + " (Jonas Campos)"}}},

		{about: "critical alerts", locale: "en", zone: "Europe/London", country: "GB",
			name: "WhatsApp: reading out of range", source: "query_readings", action: "critical_alert_en", template: "critical_alert",
			to: recipients{variables{"all": []variables{{"constant": controlRoom}, {"constant": "07700 900123"}}}, "all of: the control room, whoever is on call"},
			values: []value{fieldValue("meter.description"), fieldValue("items_description"),
				together("data.value with its unit", number("data.value"), " ", variable("units_description")),
				together("meter.min_value to meter.max_value", number("meter.min_value"), " to ", number("meter.max_value"), " ", variable("units_description")),
				together("deviation with its unit", number("deviation"), " ", variable("units_description")),
				dated("d MMM, HH:mm", "date_reading")},
			events: []rulesEvent{{"Pumps far out of range", readingOutOfRange,
				variables{"mode": "ALL", "terms": []variables{condition("items_code", "IS_ANY_OF", []string{"P-12", "P-14"})},
					"groups": []variables{{"mode": "ANY", "terms": []variables{condition("deviation", "GREATER_OR_EQUAL", 5), condition("deviation", "LESS_OR_EQUAL", -5)}}}},
				"items_code is any of P-12, P-14; and any of: deviation is 5 or more, or -5 or less"}}},

		{about: "work-order status change or close", locale: "es", zone: "America/Bogota", country: "CO",
			name: "WhatsApp: cambio de estado de una OT", source: "query_work_order_tasks", action: "wo_status_es", template: "wo_status",
			to: firstOf("responsible.sms", "responsible.telephone"),
			values: []value{firstWord("user_assigned"), fieldValue("wo_folio"), fieldValue("id_status_work_order"), fieldValue("task_todo_description"),
				fieldValue("item_description"), dated("EEEE d 'de' MMMM, HH:mm", "wo_final_date", "review_date")},
			events: []rulesEvent{
				{"OT en revisión", workOrderUnderReview, variables{"mode": "NONE"}, ""},
				{"OT urgente finalizada", workOrderCompleted,
					variables{"mode": "ALL", "terms": []variables{condition("priorities_description", "IS_ANY_OF", []string{"HIGH", "VERY_HIGH"})}},
					"priorities_description is any of HIGH, VERY_HIGH"}}},

		{about: "requests and consultations", locale: "fr", zone: "Europe/Paris", country: "FR",
			name: "WhatsApp : suivi des demandes", source: "query_work_requests", action: "request_update_fr", template: "request_update",
			to: firstOf(requesterField+".sms", requesterField+".telephone"),
			values: []value{firstWord(requesterField + ".name"), fieldValue("id_code"), fieldValue("id_status"), fieldValue("description"),
				dated("EEEE d MMMM, HH:mm", "date_status", "date"), {field: "requests_x_status_notes", otherwise: "—"}},
			events: []rulesEvent{
				{"Nouvelle demande", newRequest, variables{"mode": "NONE"}, ""},
				{"Demande traitée ou rejetée", requestStatusChanged,
					variables{"mode": "ALL", "terms": []variables{condition("id_status", "IS_ANY_OF", []int{4, 5, 6, 12})}}, "id_status is any of 4, 5, 6, 12"}}},
	}
}
