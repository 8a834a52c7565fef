package web

import (
	"encoding/json"
	"strconv"

	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/hub"
)

// appendPublished writes what became of an event:
//
//	{"id", "repeat", "matches": [{"event", "fired", "executions": [{"id", "state"}], "skipped": [{"flow", "reason"}]}],
//	 "executions": [{"id", "flow", "state"}]}
//
// What the sender may not see is not in it: the list of executions is empty then, and the ids of events and flows are null.
func appendPublished(b []byte, p *hub.Published, locale string) []byte {
	return append(appendMembers(append(b, '{'), p, locale), "}\n"...)
}

// appendMembers writes the members of that object.
func appendMembers(b []byte, p *hub.Published, locale string) []byte {
	b = append(b, `"id":`...)
	b = appendID(b, hub.KindOccurrence, p.Occurrence.Key)
	b = append(b, `,"repeat":`...)
	b = strconv.AppendBool(b, p.Repeat)
	b = append(b, `,"matches":[`...)
	for i := range p.Occurrence.Matches {
		b = appendMatch(comma(b, i), &p.Occurrence.Matches[i], p.Executions, locale)
	}
	b = append(b, `],"executions":[`...)
	for i, e := range p.Executions {
		b = append(comma(b, i), `{"id":`...)
		b = appendID(b, hub.KindExecution, e.Key)
		b = append(b, `,"flow":`...)
		b = appendID(b, hub.KindFlow, e.FlowKey)
		b = appendState(b, e)
	}
	return append(b, ']')
}

func appendMatch(b []byte, m *hub.Match, executions []*hub.Execution, locale string) []byte {
	b = append(b, `{"event":`...)
	b = appendID(b, hub.KindEvent, m.EventKey)
	b = append(b, `,"fired":`...)
	b = strconv.AppendBool(b, m.Fired)
	b = append(b, `,"executions":[`...)
	for i, key := range m.Executions {
		b = append(comma(b, i), `{"id":`...)
		b = appendID(b, hub.KindExecution, key)
		b = appendState(b, find(executions, key))
	}
	b = append(b, `],"skipped":[`...)
	for i := range m.Skipped {
		b = append(comma(b, i), `{"flow":`...)
		b = appendID(b, hub.KindFlow, m.Skipped[i].FlowKey)
		b = append(b, `,"reason":`...)
		b = appendReason(b, m.Skipped[i].Reason, locale)
		b = append(b, '}')
	}
	return append(b, "]}"...)
}

// appendState ends the object of an execution with its state. Codes and ids are plain words: they need no escaping.
func appendState(b []byte, e *hub.Execution) []byte {
	if e != nil {
		b = append(b, `,"state":"`...)
		b = append(b, e.State...)
		b = append(b, '"')
	}
	return append(b, '}')
}

// appendReason writes code, message and next step, in the language of the caller. It is rare, so the library may do it.
func appendReason(b []byte, r hub.Reason, locale string) []byte {
	text, err := json.Marshal(struct {
		Code    hub.ReasonCode `json:"code"`
		Message string         `json:"message,omitempty"`
		Next    string         `json:"nextStep,omitempty"`
	}{r.Code, catalog.Say(locale, r.Message), catalog.Say(locale, r.NextStep)})
	if err != nil { // three texts can always be written
		panic(err)
	}
	return append(b, text...)
}

func find(executions []*hub.Execution, key int64) *hub.Execution {
	for _, e := range executions {
		if e.Key == key {
			return e
		}
	}
	return nil
}

// appendID writes the id of a thing; null for the key 0, of one that the caller may not see.
func appendID(b []byte, kind hub.Kind, key int64) []byte {
	if key == 0 {
		return append(b, "null"...)
	}
	b = append(b, '"')
	b = append(b, hub.ID(kind, key)...)
	return append(b, '"')
}

func comma(b []byte, i int) []byte {
	if i > 0 {
		b = append(b, ',')
	}
	return b
}
