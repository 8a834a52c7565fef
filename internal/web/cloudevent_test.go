package web

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// newWorkOrder is an event as a sender writes it: a new work order with one task.
const newWorkOrder = `{"specversion":"1.0","id":"3f0a7c1e-2b1d-4b8e-9f0a-1c2d3e4f5a6b","source":"/fracttal/one","type":"work_management.work_orders.new",` +
	`"subject":"OT-1496","time":"2026-11-22T14:00:34.404671Z","datacontenttype":"application/json","data":{"records":[{"type":"work_order_task",` +
	`"key":"884213","data":{"id_work_orders_tasks":884213,"wo_folio":"OT-1496","description":"Check the bearing of pump 3","items_log_description":` +
	`"Centrifugal pump P-003 (Plant 2)","creation_date":"2026-11-22T14:00:34.404671+00:00","created_by":"Ana Souza","user_assigned":"Jonas Campos",` +
	`"code_responsible":"JC-01","personnel_description":"Jonas Campos","id_status_work_order":1,"done":false,"task_note":null}}]}}`

func read(body string) (hub.OccurrenceInput, error) {
	d := newReader()
	d.body.WriteString(body)
	return d.event()
}

// with is a minimal event with more members, or others in the place of its own.
func with(members string) string {
	return `{"specversion":"1.0","id":"1","source":"/s","type":"t"` + members + `}`
}

func TestAnEventBecomesWhatTheEngineTakes(t *testing.T) {
	t.Parallel()
	got, err := read(newWorkOrder)
	if err != nil {
		t.Fatal(err)
	}
	want := hub.OccurrenceInput{
		Source: "/fracttal/one", ID: "3f0a7c1e-2b1d-4b8e-9f0a-1c2d3e4f5a6b", Type: "work_management.work_orders.new", Subject: "OT-1496",
		Time: time.Date(2026, 11, 22, 14, 0, 34, 404671000, time.UTC),
		Records: []hub.RecordInput{{Type: "work_order_task", Name: "884213", Data: hub.Fields{
			"id_work_orders_tasks": json.Number("884213"), "wo_folio": "OT-1496", "description": "Check the bearing of pump 3",
			"items_log_description": "Centrifugal pump P-003 (Plant 2)", "creation_date": "2026-11-22T14:00:34.404671+00:00",
			"created_by": "Ana Souza", "user_assigned": "Jonas Campos", "code_responsible": "JC-01", "personnel_description": "Jonas Campos",
			"id_status_work_order": json.Number("1"), "done": false, "task_note": nil}}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %#v\nwant %#v", got, want)
	}
}

func TestAGoodEventIsAccepted(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"nothing but what is required":            with(""),
		"a null attribute counts as left out":     with(`,"subject":null,"time":null,"data":null,"dataschema":null,"data_base64":null`),
		"extensions of the three kinds":           with(`,"traceparent":"00-ab","sequence":7,"sampled":true,"nothing":null`),
		"data in JSON under another name":         with(`,"datacontenttype":"application/vnd.fracttal+json; charset=utf-8"`),
		"no records":                              with(`,"data":{"records":[]}`),
		"null records":                            with(`,"data":{"records":null}`),
		"white space around and escapes in names": " \r\n" + with(`,"\u0073ubject":"a","data":{"records":[]}`) + "\n\t ",
		"a time with an offset":                   with(`,"time":"2016-07-12T20:00:00-03:00"`),
		"a schema":                                with(`,"dataschema":"https://example.org/schema"`),
		"data in base 64":                         with(`,"data_base64":"eyJyZWNvcmRzIjpbXX0="`),
		"nothing in base 64":                      with(`,"data_base64":""`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in, err := read(body)
			if err != nil {
				t.Fatalf("%s: %v", body, err)
			}
			if in.ID != "1" || in.Source != "/s" || in.Type != "t" {
				t.Errorf("%s: got %+v", body, in)
			}
		})
	}
}

func TestAnEventSaysWhetherAndInWhichOrderItsRecordsTell(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		with(""):                        "<nil>",
		with(`,"recadoderive":null`):    "<nil>",
		with(`,"recadoderive":false`):   "false",
		with(`,"recadoderive":"false"`): "false",
		with(`,"recadoderive":true`):    "true",
	} {
		in, err := read(body)
		got := "<nil>"
		if in.Derive != nil {
			got = fmt.Sprint(*in.Derive)
		}
		if err != nil || got != want {
			t.Errorf("%s: %s, %v, want %s", body, got, err, want)
		}
	}
	in, err := read(with(`,"data":{"records":[{"type":"t","data":{},"sourceUpdatedAt":"2026-09-17T14:00:34.404671+00:00"},{"type":"t","data":{},"sourceUpdatedAt":null}]}`))
	if err != nil || in.Records[0].SourceUpdatedAt.UnixMicro() != 1789653634404671 || !in.Records[1].SourceUpdatedAt.IsZero() {
		t.Errorf("%+v, %v", in.Records, err)
	}
}

// Some who have their data as bytes write it so, whatever it is.
func TestDataInBase64IsReadAsData(t *testing.T) {
	t.Parallel()
	data := newWorkOrder[strings.Index(newWorkOrder, `{"records"`) : len(newWorkOrder)-1]
	plain, err := read(with(`,"data":` + data))
	if err != nil {
		t.Fatal(err)
	}
	in, err := read(with(`,"data_base64":"` + base64.StdEncoding.EncodeToString([]byte(data)) + `"`))
	if err != nil || !reflect.DeepEqual(in, plain) || len(in.Records) != 1 {
		t.Errorf("got %+v, %v, want %+v", in, err, plain)
	}
}

func TestExtensionAttributesAreKept(t *testing.T) {
	t.Parallel()
	in, err := read(with(`,"sequence":7,"sampled":true,"team":"","dead":null,"dataschema":"/x","recadoderive":true,"traceparent":"00","tracestate":"a=b"`))
	want := hub.Fields{"sequence": json.Number("7"), "sampled": true, "team": ""}
	if err != nil || !reflect.DeepEqual(in.Extensions, want) {
		t.Errorf("got %#v, %v, want %#v", in.Extensions, err, want)
	}
}

func TestABadEventIsRefusedWithPathAndPlace(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", 40) + strings.Repeat("]", 40)
	for _, c := range []struct{ name, body, path, message string }{
		{"nothing", "", "", "the body is empty"},
		{"white space", "  \n ", "", "ends too early"},
		{"no object", "[]", "", "must be a JSON object, not a list"},
		{"cut off", with("")[:30], "", "line 1, column 31 (byte 30): the JSON ends too early"},
		{"not JSON", "{\"specversion\":\"1.0\",\n \"id\": yes}", "", "line 2, column 8 (byte 29): this is not JSON"},
		{"a trailing comma", with(","), "", "this is not JSON"},
		{"two events", with("") + with(""), "", "there is more after the end of the event"},
		{"rubbish behind", with("") + "x", "", "this is not JSON"},
		{"bytes that are not UTF-8", with(",\"subject\":\"\xff\""), "", "this is not JSON: invalid UTF-8"},
		{"a name that stands twice", with(`,"id":"2"`), "", "a name stands twice in one object"},
		{"a field that stands twice", with(`,"data":{"records":[{"type":"t","key":"k","data":{"a":1,"a":2}}]}`), "", "a name stands twice"},
		{"no version", `{"id":"1","source":"/s","type":"t"}`, "specversion", "specversion is missing"},
		{"another version", `{"specversion":"0.3","id":"1","source":"/s","type":"t"}`, "specversion", "only CloudEvents 1.0"},
		{"no id", `{"specversion":"1.0","source":"/s","type":"t"}`, "id", "id is missing"},
		{"a null id", `{"specversion":"1.0","id":null,"source":"/s","type":"t"}`, "id", "id is missing"},
		{"an empty id", `{"specversion":"1.0","id":"","source":"/s","type":"t"}`, "id", "id must not be empty; CloudEvents requires it"},
		{"an empty source", `{"specversion":"1.0","id":"1","source":"","type":"t"}`, "source", "source must not be empty; CloudEvents requires it"},
		{"an empty type", `{"specversion":"1.0","id":"1","source":"/s","type":""}`, "type", "type must not be empty; CloudEvents requires it"},
		{"an empty version", `{"specversion":"","id":"1","source":"/s","type":"t"}`, "specversion", "specversion must not be empty; CloudEvents requires it"},
		{"a number as id", `{"specversion":"1.0","id":7,"source":"/s","type":"t"}`, "id", "id must be a text, not a number"},
		{"no source", `{"specversion":"1.0","id":"1","type":"t"}`, "source", "source is missing"},
		{"a source that is no URI reference", `{"specversion":"1.0","id":"1","source":"my plant","type":"t"}`, "source", "URI reference"},
		{"no type", `{"specversion":"1.0","id":"1","source":"/s"}`, "type", "type is missing"},
		{"an empty subject", with(`,"subject":""`), "subject", "must not be empty; leave it out"},
		{"a subject with a line break", with(`,"subject":"a\nb"`), "subject", "control characters"},
		{"a time without zone", with(`,"time":"2026-11-22T14:00:34"`), "time", "no time of RFC 3339"},
		{"a time with a comma", with(`,"time":"2026-11-22T14:00:34,5Z"`), "time", "no time of RFC 3339"},
		{"a time as number", with(`,"time":1763820000`), "time", "must be a text, not a number"},
		{"data that is XML", with(`,"datacontenttype":"application/xml","data":"<a/>"`), "datacontenttype", "data must be JSON"},
		{"data in base 64 that is no JSON", with(`,"data_base64":"AAAA"`), "data_base64", "line 1, column 1 (byte 0): this is not JSON"},
		{"data in base 64 that is none", with(`,"data_base64":"e30"`), "data_base64", "not in base 64"},
		{"data in base 64 that brings what no event does", with(`,"data_base64":"eyJyZWNvcmQiOltdfQ=="`), "data.record", "only the member records"},
		{"data twice", with(`,"data":{},"data_base64":"e30="`), "data_base64", "not both"},
		{"an extension with a line break", with(`,"team":"a\nb"`), "team", "control characters"},
		{"extensions without end", with(`,"a":"` + strings.Repeat("a", 5000) + `","b":"` + strings.Repeat("b", 5000) + `"`), "b", "larger than 8192 bytes"},
		{"an attribute in capitals", with(`,"traceParent":"x"`), "traceParent", "lower-case letters and digits"},
		{"an attribute without a name", with(`,"":"x"`), "", "no name"},
		{"an attribute that is an object", with(`,"records":[]`), "records", "records belong in data"},
		{"data that is a list", with(`,"data":[]`), "data", "data must be an object with the list records, not a list"},
		{"a misspelt member of data", with(`,"data":{"record":[]}`), "data.record", "only the member records"},
		{"records that are an object", with(`,"data":{"records":{}}`), "data.records", "must be a list"},
		{"a record that is null", with(`,"data":{"records":[{"type":"t","key":"k","data":{}},null]}`), "data.records.1", "must be an object"},
		{"a record's key as number", with(`,"data":{"records":[{"type":"t","key":7,"data":{}}]}`), "data.records.0.key", "must be a text, not a number"},
		{"a record's type as list", with(`,"data":{"records":[{"type":[],"key":"k","data":{}}]}`), "data.records.0.type", "must be a text, not a list"},
		{"a record's data as text", with(`,"data":{"records":[{"type":"t","key":"k","data":"x"}]}`), "data.records.0.data", "must be an object of fields, not a text"},
		{"a record without data", with(`,"data":{"records":[{"type":"t","key":"k"}]}`), "data.records.0.data", "data is missing"},
		{"a record without type", with(`,"data":{"records":[{"type":"t","data":{}},{"key":"k","data":{}}]}`), "data.records.1.type", "type is missing"},
		{"a misspelt member of a record", with(`,"data":{"records":[{"type":"t","name":"k","data":{}}]}`), "data.records.0.name", "type, key and data"},
		{"a record's time without zone", with(`,"data":{"records":[{"type":"t","data":{},"sourceUpdatedAt":"2026-11-22T14:00:34"}]}`), "data.records.0.sourceUpdatedAt", "no time of RFC 3339"},
		{"a doubtful wish to derive", with(`,"recadoderive":"perhaps"`), "recadoderive", "true or false"},
		{"a depth without end", with(`,"data":{"records":[{"type":"t","key":"k","data":{"a":` + deep + `}}]}`), "", "nested deeper than 32"},
		{"too many records", with(`,"data":{"records":[` + strings.Repeat(`{"type":"t","data":{}},`, 500) + `{"type":"t","data":{}}]}`), "data.records", "at most 500 records"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := read(c.body)
			e, ok := err.(*hub.Error)
			if !ok {
				t.Fatalf("got %v, want a *hub.Error", err)
			}
			if e.Code != hub.CodeInvalid || e.Path != c.path || !strings.Contains(e.Message, c.message) {
				t.Errorf("got %s at %q: %s\nwant it at %q with %q", e.Code, e.Path, e.Message, c.path, c.message)
			}
		})
	}
}

func TestAReaderForgetsTheEventBefore(t *testing.T) {
	t.Parallel()
	d := newReader()
	for range 3 {
		for _, body := range []string{newWorkOrder, with(`,"subject":"x"`), "{", with("")} {
			d.body.Reset()
			d.body.WriteString(body)
			got, err := d.event()
			want, wantErr := read(body)
			if !reflect.DeepEqual(got, want) || (err == nil) != (wantErr == nil) {
				t.Fatalf("%s: a used reader read %+v, %v; a new one %+v, %v", body, got, err, want, wantErr)
			}
		}
	}
}

func TestWhatWasReadSurvivesTheNextEvent(t *testing.T) {
	t.Parallel()
	d := newReader()
	d.body.WriteString(newWorkOrder)
	kept, err := d.event()
	if err != nil {
		t.Fatal(err)
	}
	d.body.Reset()
	d.body.WriteString(strings.Repeat("#", len(newWorkOrder)))
	if want, _ := read(newWorkOrder); !reflect.DeepEqual(kept, want) {
		t.Errorf("the buffer's next content changed what was read before: %+v", kept)
	}
}

// FuzzEvent holds that no body ends in a panic, that what is accepted is JSON in the eyes of encoding/json too, and that records have the same values there.
func FuzzEvent(f *testing.F) {
	f.Add(newWorkOrder)
	f.Add(with(`,"data":{"records":[{"type":"t","key":"k","data":{"a":[1,-2.5e3,{"b":null}],"c":"\ud83d\ude00\u0000"}}]}`))
	f.Add(with(`,"time":"2016-07-12T20:00:00-03:00","x":1}`))
	f.Fuzz(func(t *testing.T, body string) {
		in, err := read(body)
		if err != nil {
			if hub.CodeOf(err) != hub.CodeInvalid {
				t.Fatalf("%q: %v", body, err)
			}
			return
		}
		var peer struct {
			ID   string `json:"id"`
			Data struct {
				Records []struct {
					Data map[string]any `json:"data"`
				} `json:"records"`
			} `json:"data"`
		}
		decoder := json.NewDecoder(bytes.NewReader([]byte(body)))
		decoder.UseNumber()
		if err := decoder.Decode(&peer); err != nil {
			t.Fatalf("%q was accepted, but encoding/json says %v", body, err)
		}
		for i, r := range in.Records {
			if len(r.Data) == 0 && len(peer.Data.Records[i].Data) == 0 {
				continue
			}
			if !reflect.DeepEqual(map[string]any(r.Data), peer.Data.Records[i].Data) {
				t.Fatalf("%q: record %d is %v, but encoding/json says %v", body, i, r.Data, peer.Data.Records[i].Data)
			}
		}
	})
}

func BenchmarkReadEvent(b *testing.B) {
	d := newReader()
	b.ReportAllocs()
	b.SetBytes(int64(len(newWorkOrder)))
	for b.Loop() {
		d.body.Reset()
		d.body.WriteString(newWorkOrder)
		if _, err := d.event(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkReadEventWithEncodingJSON is what reading would cost without places, paths and duplicate names.
func BenchmarkReadEventWithEncodingJSON(b *testing.B) {
	b.ReportAllocs()
	b.SetBytes(int64(len(newWorkOrder)))
	for b.Loop() {
		var event struct {
			SpecVersion     string    `json:"specversion"`
			ID              string    `json:"id"`
			Source          string    `json:"source"`
			Type            string    `json:"type"`
			Subject         string    `json:"subject"`
			Time            time.Time `json:"time"`
			DataContentType string    `json:"datacontenttype"`
			Data            struct {
				Records []hub.RecordInput `json:"records"`
			} `json:"data"`
		}
		decoder := json.NewDecoder(strings.NewReader(newWorkOrder))
		decoder.UseNumber()
		if err := decoder.Decode(&event); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWriteAnswer(b *testing.B) {
	published := &hub.Published{
		Occurrence: &hub.Occurrence{Key: 1 << 50, Matches: []hub.Match{{EventKey: 1 << 51, Fired: true, Executions: []int64{1 << 52}}}},
		Executions: []*hub.Execution{{Key: 1 << 52, FlowKey: 1 << 53, State: hub.Queued}},
	}
	var out []byte
	b.ReportAllocs()
	for b.Loop() {
		out = appendPublished(out[:0], published, "en")
	}
}
