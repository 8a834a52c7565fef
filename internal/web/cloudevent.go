package web

import (
	"mime"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/recado-hub/recado/internal/hub"
)

// specVersion is the version of CloudEvents that is spoken here.
const specVersion = "1.0"

// event reads the body as a CloudEvent in JSON (CloudEvents JSON format 1.0 §3) into what the engine takes. Of extension
// attributes recadoderive is ours, traceparent and tracestate are kept (those of the
// distributed tracing extension), others are checked and left out. In data it wants what a record list needs and nothing else, so that a
// misspelt name is not silently lost. Errors are INVALID with the path.
func (d *reader) event() (hub.OccurrenceInput, error) {
	var in hub.OccurrenceInput
	d.start()
	seen := attributes{}
	if err := d.object(func(name string) error { return d.attribute(name, &in, &seen) }); err != nil {
		return in, err
	}
	if err := d.end(); err != nil {
		return in, err
	}
	in.Trace = hub.ParseTrace(seen.traceparent, seen.tracestate)
	return in, seen.missing(in)
}

// attributes remembers what has no place in an OccurrenceInput.
type attributes struct {
	version                 bool
	traceparent, tracestate string
}

// missing names the first required attribute (CloudEvents §3.1) that was not there. One that is null counts as left out.
func (a attributes) missing(in hub.OccurrenceInput) error {
	for _, attribute := range []struct {
		name  string
		there bool
	}{{"specversion", a.version}, {"id", in.ID != ""}, {"source", in.Source != ""}, {"type", in.Type != ""}} {
		if !attribute.there {
			return hub.Invalid(attribute.name, "the attribute %s is missing; CloudEvents requires it", attribute.name)
		}
	}
	return nil
}

func (d *reader) attribute(name string, in *hub.OccurrenceInput, seen *attributes) (err error) {
	if d.null() {
		return d.skip()
	}
	switch name {
	case "specversion":
		seen.version = true
		return d.specVersion()
	case "id":
		in.ID, err = d.word(name)
	case "source":
		if in.Source, err = d.word(name); err == nil && !uriReference(in.Source) {
			err = hub.Invalid(name, "source must be a URI reference (RFC 3986), such as /plants/lisbon or https://example.org/cmms")
		}
	case "type":
		in.Type, err = d.word(name)
	case "subject":
		in.Subject, err = d.word(name)
	case "time":
		in.Time, err = d.time(name)
	case "dataschema":
		_, err = d.word(name)
	case "datacontenttype":
		err = d.contentType(name)
	case "data":
		in.Records, err = d.data()
	case "recadoderive":
		in.Derive, err = d.derive(name)
	case "data_base64":
		err = hub.Invalid(name, "binary data is not accepted; put the records into data as JSON")
	case "traceparent":
		seen.traceparent, err = d.trace(name)
	case "tracestate":
		seen.tracestate, err = d.trace(name)
	default:
		err = d.extension(name)
	}
	return err
}

func (d *reader) specVersion() error {
	version, err := d.word("specversion")
	if err == nil && version != specVersion {
		err = hub.Invalid("specversion", "only CloudEvents %s is spoken here, not %s", specVersion, hub.Clip(version, 20))
	}
	return err
}

// word reads a text attribute: not empty, and without control characters (CloudEvents §2.1).
func (d *reader) word(path string) (string, error) {
	s, err := d.text(path)
	switch {
	case err != nil:
		return "", err
	case s == "":
		return "", hub.Invalid(path, "%s must not be empty; leave it out if there is nothing to say", path)
	case strings.ContainsFunc(s, func(c rune) bool { return c < ' ' || 0x7f <= c && c <= 0x9f }):
		return "", hub.Invalid(path, "%s must not contain control characters", path)
	}
	return s, nil
}

func (d *reader) time(path string) (time.Time, error) {
	s, err := d.text(path)
	if err != nil {
		return time.Time{}, err
	}
	var t time.Time
	// Unlike time.Parse, this takes RFC 3339 by the letter, save for a comma before the fraction.
	if t.UnmarshalText([]byte(s)) != nil || strings.Contains(s, ",") {
		return time.Time{}, hub.Invalid(path, "%q is no time of RFC 3339, such as 2026-11-22T14:00:00Z", hub.Clip(s, 40))
	}
	return t.UTC(), nil
}

// contentType refuses data that is not JSON.
func (d *reader) contentType(path string) error {
	s, err := d.text(path)
	if err != nil || s == "application/json" {
		return err
	}
	kind, _, err := mime.ParseMediaType(s)
	_, subtype, _ := strings.Cut(kind, "/")
	if err != nil || subtype != "json" && !strings.HasSuffix(subtype, "+json") {
		return hub.Invalid(path, "data must be JSON; leave datacontenttype out or say application/json")
	}
	return nil
}

// extension checks the name and the type of an extension attribute (CloudEvents §3.1.1, §2.1) and leaves it out.
func (d *reader) extension(name string) error {
	for i := range len(name) {
		if c := name[i]; !('a' <= c && c <= 'z' || '0' <= c && c <= '9') {
			return hub.Invalid(hub.Clip(name, 40), "CloudEvents names attributes with lower-case letters and digits alone")
		}
	}
	switch d.in.PeekKind() {
	case '{', '[':
		return hub.Invalid(hub.Clip(name, 40), "an extension attribute must be text, a number or a boolean; records belong in data")
	case 'n', 't', 'f', '"', '0':
		if name == "" {
			return hub.Invalid("", "an attribute has no name")
		}
	}
	return d.skip()
}

// trace reads an attribute of the distributed tracing extension. One that is no text is left out like any other extension, and one that
// is malformed is none: no event is refused for it.
func (d *reader) trace(name string) (string, error) {
	if d.in.PeekKind() != '"' {
		return "", d.extension(name)
	}
	return d.text(name)
}

// derive reads whether the hub is to notice by itself what else the records tell. A boolean may come as text, too: some who
// speak CloudEvents write every attribute so.
func (d *reader) derive(path string) (*bool, error) {
	yes := false
	switch kind := d.in.PeekKind(); kind {
	case 't', 'f':
		yes = kind == 't'
		return &yes, d.skip()
	case '"':
		s, err := d.text(path)
		if err != nil {
			return nil, err
		}
		if s == "true" || s == "false" {
			yes = s == "true"
			return &yes, nil
		}
	}
	return nil, hub.Invalid(path, "%s must be true or false", path)
}

// data reads the member data: an object with the list records.
func (d *reader) data() (records []hub.RecordInput, err error) {
	if d.in.PeekKind() != '{' {
		return nil, d.wrong("data", "an object with the list records")
	}
	err = d.object(func(name string) error {
		if name != "records" {
			return hub.Invalid(hub.Path("data", hub.Clip(name, 40)), "data has only the member records, a list of {type, key, data}")
		}
		if d.null() {
			return d.skip()
		}
		records, err = d.records()
		return err
	})
	return records, err
}

func (d *reader) records() ([]hub.RecordInput, error) {
	if d.in.PeekKind() != '[' {
		return nil, d.wrong("data.records", "a list of {type, key, data}")
	}
	var records []hub.RecordInput
	err := d.list(func(i int) error {
		if i >= hub.MaxOccurrenceRecord {
			return hub.Invalid("data.records", "an event can bring at most %d records", hub.MaxOccurrenceRecord)
		}
		record, err := d.record(i)
		records = append(records, record)
		return err
	})
	return records, err
}

// record reads one record. Its key may be left out, since a field of its data can name it; data may not: a record that stands
// without any would empty the one that the hub has.
func (d *reader) record(i int) (record hub.RecordInput, err error) {
	if d.in.PeekKind() != '{' {
		return record, d.wrong(hub.Path("data", "records", i), "an object {type, key, data}")
	}
	err = d.object(func(name string) (err error) {
		switch name {
		case "type":
			record.Type, err = d.member(i, name)
		case "key":
			record.Name, err = d.member(i, name)
		case "sourceUpdatedAt":
			if d.null() {
				return d.skip()
			}
			record.SourceUpdatedAt, err = d.time(hub.Path("data", "records", i, name))
		case "data":
			if d.in.PeekKind() != '{' {
				return d.wrong(hub.Path("data", "records", i, name), "an object of fields")
			}
			record.Data, err = d.fields()
		default:
			err = hub.Invalid(hub.Path("data", "records", i, hub.Clip(name, 40)), "a record has the members type, key and data, perhaps sourceUpdatedAt, and no other")
		}
		return err
	})
	switch {
	case err != nil:
	case record.Type == "":
		err = hub.Invalid(hub.Path("data", "records", i, "type"), "the record's type is missing; the types are listed by catalog.recordTypes")
	case record.Data == nil:
		err = hub.Invalid(hub.Path("data", "records", i, "data"), "the record's data is missing; give its fields as an object")
	}
	return record, err
}

// member reads a text of a record. Its path is put together only if it is needed.
func (d *reader) member(i int, name string) (string, error) {
	if d.in.PeekKind() != '"' {
		return "", d.wrong(hub.Path("data", "records", i, name), "a text")
	}
	return d.text(name)
}

// uriReference says whether the text has only characters that a URI reference can have (RFC 3986 §2). Beyond that a source
// is only compared.
func uriReference(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c <= ' ' || c >= utf8.RuneSelf || strings.IndexByte("\"<>\\^`{|}", c) >= 0 {
			return false
		}
	}
	return true
}
