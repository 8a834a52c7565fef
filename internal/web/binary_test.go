package web_test

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/recado-hub/recado/internal/hub"
)

// theData is what newWorkOrder brings.
const theData = `{"records":[{"type":"work_order_task","key":"884213","data":{"id_work_orders_tasks":884213,
		"wo_folio":"OT-1496","description":"Check the bearing","personnel_description":"Jonas Campos"}}]}`

// binary makes of a request one in the binary mode: newWorkOrder with these headers instead of its own, or without those that are empty.
func binary(id string, headers ...string) func(*http.Request) {
	return func(r *http.Request) {
		all := []string{"Content-Type", "application/json", "ce-specversion", "1.0", "ce-id", id, "ce-source", "/fracttal/one", "ce-type", "work_management.work_orders.new",
			"ce-subject", "OT-1496", "ce-time", "2026-11-22T14:00:00Z"}
		all = append(all, headers...)
		for i := 0; i < len(all); i += 2 {
			if r.Header.Del(all[i]); all[i+1] != "" {
				r.Header.Set(all[i], all[i+1])
			}
		}
	}
}

// occurrence reads what an answer is about.
func (h *house) occurrence(t *testing.T, a answer) *hub.Occurrence {
	t.Helper()
	_, key, err := hub.ParseID(a.ID)
	if err != nil {
		t.Fatal(err)
	}
	o, err := h.db.Occurrence(t.Context(), h.admin, key)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestTheSameEventIsTheSameInEveryMode(t *testing.T) {
	t.Parallel()
	h := open(t)
	first := accepted(t, h.publish(theData, binary("1")))
	if o := h.occurrence(t, first); first.Repeat || o.Subject != "OT-1496" || len(o.Records) != 1 || o.Records[0].Data["description"] != "Check the bearing" {
		t.Fatalf("it became %+v", o)
	}
	for name, again := range map[string]answer{
		"binary":                    accepted(t, h.publish(theData, binary("1"))),
		"binary without its type":   accepted(t, h.publish(theData, binary("1", "Content-Type", ""))),
		"binary of another subtype": accepted(t, h.publish(theData, binary("1", "Content-Type", "application/vnd.cmms+json; charset=UTF-8"))),
		"structured":                accepted(t, h.publish(newWorkOrder("1"), nil)),
	} {
		if !again.Repeat || again.ID != first.ID {
			t.Errorf("%s: got %+v, want a repeat of %s", name, again, first.ID)
		}
	}
	if status, got := h.batch(t, list(newWorkOrder("1"))); status != 200 || !got[0].Repeat || got[0].ID != first.ID {
		t.Errorf("batch: got %d %+v", status, got)
	}
	w := h.publish(strings.Replace(theData, "bearing", "belt", 1), binary("1"))
	if p := problem(t, w); w.Code != 409 || p["code"] != "CONFLICT" || p["path"] != "id" {
		t.Errorf("another content under the same id: got %d %v", w.Code, p)
	}
}

func TestAttributesInHeadersAreDecoded(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, c := range []struct{ name, header, want string }{
		{"percent-encoding of the binding's own example", "Euro%20%E2%82%AC%20%F0%9F%98%80", "Euro € 😀"},
		{"lower-case digits, and what needed no encoding", "%e2%82%ac%41", "€A"},
		{"one round alone", "100%2525", "100%25"},
		{"a percent sign that encodes nothing", "50% of%zz 7%4", "50% of%zz 7%4"},
		{"text that was not encoded", "São Paulo", "São Paulo"},
		{"quotes, of older senders", `"a \"b\" \\ c" d`, `a "b" \ c d`},
		{"quotes around percent-encoding", `"a%22%5C"`, `a"\`},
		{"a backslash outside of quotes", `a\b`, `a\b`},
	} {
		a := accepted(t, h.publish("", binary(c.name, "ce-subject", c.header)))
		if o := h.occurrence(t, a); o.Subject != c.want {
			t.Errorf("%s: %s became %q, want %q", c.name, c.header, o.Subject, c.want)
		}
	}
}

func TestExtensionAttributesAreStored(t *testing.T) {
	t.Parallel()
	h := open(t)
	o := h.occurrence(t, accepted(t, h.publish(theData, binary("1", "ce-plant", "%C3%89vora", "ce-sequence", "7", "ce-recadoderive", "false", "ce-traceparent", "00-0", "x-other", "1"))))
	if want := (hub.Fields{"plant": "Évora", "sequence": "7"}); !reflect.DeepEqual(o.Extensions, want) {
		t.Errorf("in headers: %#v, want %#v", o.Extensions, want)
	}
	body := strings.Replace(newWorkOrder("2"), `"specversion"`, `"plant":"Évora","sequence":7,"urgent":false,"specversion"`, 1)
	o = h.occurrence(t, accepted(t, h.publish(body, nil)))
	if want := (hub.Fields{"plant": "Évora", "sequence": json.Number("7"), "urgent": false}); !reflect.DeepEqual(o.Extensions, want) {
		t.Errorf("in JSON: %#v, want %#v", o.Extensions, want)
	}
	if again := accepted(t, h.publish(newWorkOrder("2"), nil)); !again.Repeat {
		t.Errorf("without the extensions it is no repeat: %+v", again)
	}
	if o = h.occurrence(t, accepted(t, h.publish(newWorkOrder("3"), nil))); o.Extensions != nil {
		t.Errorf("without any it has %#v", o.Extensions)
	}
}

func TestABadEventInHeadersIsRefusedWithTheAttribute(t *testing.T) {
	t.Parallel()
	h := open(t)
	for _, c := range []struct {
		name, body         string
		change             func(*http.Request)
		status             int
		code, path, detail string
	}{
		{"no id", theData, binary(""), 400, "INVALID", "id", "missing"},
		{"an id that is empty", theData, binary(`""`), 400, "INVALID", "id", "must not be empty"},
		{"no source", theData, binary("1", "ce-source", ""), 400, "INVALID", "source", "missing"},
		{"no type", theData, binary("1", "ce-type", ""), 400, "INVALID", "type", "missing"},
		{"no version", theData, binary("1", "ce-specversion", ""), 400, "INVALID", "specversion", "missing"},
		{"another version", theData, binary("1", "ce-specversion", "0.3"), 400, "INVALID", "specversion", "only CloudEvents 1.0"},
		{"a source that is none", theData, binary("1", "ce-source", "my%20plant"), 400, "INVALID", "source", "URI reference"},
		{"a time that is none", theData, binary("1", "ce-time", "yesterday"), 400, "INVALID", "time", "RFC 3339"},
		{"an overlong encoding", theData, binary("1", "ce-subject", "%C0%A0"), 400, "INVALID", "subject", "ce-subject is not UTF-8"},
		{"bytes of another character set", theData, binary("1", "ce-subject", "\xe9"), 400, "INVALID", "subject", "not UTF-8"},
		{"a control character", theData, binary("1", "ce-subject", "a%0Ab"), 400, "INVALID", "subject", "control characters"},
		{"a control character in an extension", theData, binary("1", "ce-plant", "a%00b"), 400, "INVALID", "plant", "control characters"},
		{"a name with a hyphen", theData, binary("1", "ce-my-plant", "a"), 400, "INVALID", "my-plant", "lower-case letters and digits"},
		{"no name", theData, binary("1", "ce-", "a"), 400, "INVALID", "", "no name"},
		{"data in a header", theData, binary("1", "ce-data", "{}"), 400, "INVALID", "data", "ce-data"},
		{"the type of data twice", theData, binary("1", "ce-datacontenttype", "application/json"), 400, "INVALID", "datacontenttype", "Content-Type"},
		{"an attribute twice", theData, func(r *http.Request) { binary("1")(r); r.Header.Add("ce-id", "2") }, 400, "INVALID", "id", "more than once"},
		{"a doubtful wish to derive", theData, binary("1", "ce-recadoderive", "perhaps"), 400, "INVALID", "recadoderive", "true or false"},
		{"data that is cut off", theData[:40], binary("1"), 400, "INVALID", "", "ends too early"},
		{"data that is no object", "[]", binary("1"), 400, "INVALID", "data", "an object with the list records"},
		{"a misspelt member", `{"record":[]}`, binary("1"), 400, "INVALID", "data.record", "only the member records"},
		{"more behind data", "{}{}", binary("1"), 400, "INVALID", "", "there is more"},
		{"a whole event as data", newWorkOrder("1"), binary("1"), 400, "INVALID", "data.specversion", "only the member records"},
		{"data that is no JSON", "<a/>", binary("1", "Content-Type", "application/xml"), 415, "UNSUPPORTED_MEDIA_TYPE", "", "must be JSON"},
		{"data in another character set", theData, binary("1", "Content-Type", "application/json; charset=latin1"), 415, "UNSUPPORTED_MEDIA_TYPE", "", "UTF-8"},
		{"data over the limit", `{"records":"` + strings.Repeat("a", 1<<20) + `"}`, binary("1"), 413, "TOO_LARGE", "", "1048576"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := h.publish(c.body, c.change)
			p := problem(t, w)
			path, _ := p["path"].(string)
			if w.Code != c.status || p["code"] != c.code || path != c.path || !strings.Contains(p["detail"].(string), c.detail) {
				t.Errorf("got %d %v\nwant %d %s at %q with %q", w.Code, p, c.status, c.code, c.path, c.detail)
			}
			if c.status == 415 && !strings.HasSuffix(w.Header().Get("Accept-Post"), "application/json") {
				t.Errorf("it is not said what is accepted: %v", w.Header())
			}
		})
	}
	list, err := h.db.Occurrences(t.Context(), h.admin, hub.OccurrenceFilter{}, hub.Page{})
	if err != nil || len(list.Items) != 0 {
		t.Errorf("something was kept: %v, %v", list.Items, err)
	}
}

func TestWhatIsInTheBodyCountsInTheStructuredModeWhateverTheHeadersSay(t *testing.T) {
	t.Parallel()
	h := open(t)
	a := accepted(t, h.publish(newWorkOrder("1"), binary("2", "Content-Type", eventType, "ce-subject", "OT-1")))
	if o := h.occurrence(t, a); o.Name != "1" || o.Subject != "OT-1496" {
		t.Errorf("it became %+v", o)
	}
}
