package main

import (
	"bytes"
	"fmt"
	"time"
)

// Event types: that of the hot path, and that of which a history is made, so that what is set up for the one costs the other nothing.
const (
	hotType     = "work_management.work_orders.new"
	historyType = "work_management.work_orders.in_process"
)

// Times of the work orders: one that is overdue already would be told of a second time, by the hub itself.
var (
	created = time.Now().UTC().Truncate(time.Second).Format(time.RFC3339)
	planned = time.Now().UTC().Truncate(time.Second).AddDate(0, 0, 7).Format(time.RFC3339)
)

// order is what differs from event to event.
type order struct {
	number       int
	event        string
	folio, text  string
	task, person string
}

// writeEvent writes the CloudEvent of a new work order: one task row of common size, whose responsible person is known.
func writeEvent(buf *bytes.Buffer, n int) {
	writeOrder(buf, order{number: n, event: hotType, folio: fmt.Sprint(marker, n), text: "Lubricar rolamentos do motor principal", task: fmt.Sprint(n), person: "P-001"})
}

// writeOrder writes the event. Its id is as scattered as those that senders commonly draw.
func writeOrder(buf *bytes.Buffer, o order) {
	fmt.Fprintf(buf, `{"specversion":"1.0","id":"%016x","source":"/bench/cmms","type":"%s","subject":"%s","time":"%s",`+
		`"datacontenttype":"application/json","data":{"records":[{"type":"work_order_task","key":"%s","data":{"id_work_orders_tasks":%s,"id_work_order":%s,`+
		`"wo_folio":"%s","id_status_work_order":1,"description":"%s","task_note":"Usar graxa NLGI 2",`+
		`"tasks_log_task_type_main":"Preventiva","id_priorities":2,"code":"MTR-0042","items_log_description":"Motor principal { MTR-0042 }",`+
		`"parent_description":"// Fábrica Norte/ Linha 2/","user_assigned":"Jonas Campos","code_responsible":"%s","created_by":"Ana Souza",`+
		`"creation_date":"%s","date_maintenance":"%s","duration":5400,"stop_assets":false,"completed_percentage":0}}]}}`,
		scatter(uint64(o.number)), o.event, o.folio, created, o.task, o.task, o.task, o.folio, o.text, o.person, created, planned)
}

// scatter gives each number another one that has nothing to do with it, the finaliser of SplitMix64. Indexes over ids grow at
// their end if ids follow each other, which those of the world do not.
func scatter(n uint64) uint64 {
	n += 0x9e3779b97f4a7c15
	n = (n ^ n>>30) * 0xbf58476d1ce4e5b9
	n = (n ^ n>>27) * 0x94d049bb133111eb
	return n ^ n>>31
}

// providerID is the id that the sink gives the message of an event.
func providerID(n int) string { return fmt.Sprintf("wamid.%016X", scatter(^uint64(n))) }

// writeHeld writes the event of a work order whose message is held back.
func writeHeld(buf *bytes.Buffer, n int) {
	writeOrder(buf, order{number: n, event: heldType, folio: fmt.Sprint("HELD-", n), text: "Lubricar rolamentos", task: fmt.Sprint(2_000_000_000 + n), person: "P-001"})
}
