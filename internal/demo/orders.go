package demo

import (
	"fmt"
	"time"
)

// door is a way into the hub.
type door int

// The ways in.
const (
	byEvent      door = iota // POST /events
	byOccurrence             // occurrencePublish
	byRecords                // recordsUpsert: nobody says what happened, the hub notices it by itself
)

// order is one thing that the story tells the hub.
type order struct {
	title   string
	door    door
	id      string // CloudEvents id
	kind    string // event type
	folio   string // what it is about
	records []record
	old     bool // what is taken over from before: nothing is to be noticed in it

	expect []wanted // what the phones get
	// why is what the hub's reasons for everything that was not sent must say, one of them after the other.
	why []string
}

// wanted is a message that a phone is to get.
type wanted struct {
	to, template, language string
	has                    []string // parts of its text
}

// record is one that comes in, in the shape of all doors.
type record struct {
	Type string    `json:"type"`
	Key  string    `json:"key"`
	Data variables `json:"data"`
}

// source is where the occurrences come from, as their sender says.
const source = "/fracttal/planta-norte"

// The people of the story by their codes.
const (
	jonas   = "JCAMPOS"
	rafael  = "RNUNES"
	lucia   = "LORTEGA"
	camille = "CGIRARD"
	hugo    = "HLEFEVRE"
)

var names = map[string]string{jonas: "Jonas Campos", rafael: "Rafael Nunes", lucia: "Lucía Ortega", camille: "Camille Girard", hugo: "Hugo Lefèvre"}

// The telephones of the people, as WhatsApp has them.
const (
	jonasPhone   = "+5531998765432"
	luciaPhone   = "+573001234567"
	camillePhone = "+33612345678"
)

func person(code string, more variables) record {
	data := variables{"code": code, "name": names[code], "full_name": names[code], "active": true}
	return record{"person", code, with(data, more)}
}

func with(data, more variables) variables {
	for key, value := range more {
		data[key] = value
	}
	return data
}

// task is a row of a work order, with the fields and names of Fracttal's API.
func task(id int, folio, code string, at time.Time, more variables) record {
	data := variables{
		"id_work_orders_tasks": id, "wo_folio": folio, "id_status_work_order": 1, "task_status": "NO_STARTED", "done": false,
		"created_by": "Marina Duarte", "code_create_by": "MDUARTE", "creation_date": moment(at),
		"trigger_description": "NO_SCHEDULE_TASK", "parent_description": "// Planta Norte/ Captação/",
	}
	if code != "" {
		data["code_responsible"], data["personnel_description"], data["user_assigned"] = code, names[code], names[code]
	}
	return record{"work_order_task", fmt.Sprint(id), with(data, more)}
}

// reading is a value read from a meter.
func reading(key, serial, asset, description string, value float64, at time.Time) record {
	return record{"reading", key, variables{"serial": serial, "date_reading": moment(at), "date": moment(at),
		"data": variables{"date": moment(at), "value": value}, "units_description": "°C", "source": "API", "items_code": asset, "items_description": description}}
}

func moment(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// telling tells one run of the story from another on the same data.
type telling struct {
	number int
	run    string
	now    time.Time
}

// id is the CloudEvents id of what happens to a work order in this telling.
func (t telling) id(folio string) string { return folio + "@" + t.run }

// numbered gives a name to what must be new each time, since the hub would notice nothing in what it knows.
func (t telling) numbered(prefix string, first int) string {
	return fmt.Sprintf("%s%d", prefix, first+10*t.number)
}

// acts are what the story tells of each rule, in their order.
func (t telling) acts() [][]order {
	return [][]order{t.assignments(), t.alerts(), t.statuses(), t.requests()}
}
