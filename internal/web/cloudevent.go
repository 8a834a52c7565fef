package web

import (
	"encoding/base64"
	"errors"
	"strings"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// event reads the body as a CloudEvent in JSON (CloudEvents JSON format 1.0 §3) into what the engine takes. In data it wants what a
// record list needs and nothing else, so that a misspelt name is not silently lost. Errors are INVALID with the path.
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
	return in, seen.complete(&in)
}

func (d *reader) attribute(name string, in *hub.OccurrenceInput, seen *attributes) (err error) {
	if d.null() {
		return d.skip()
	}
	switch name {
	case "data":
		if err = seen.brings(name); err == nil {
			in.Records, err = d.data()
		}
		return err
	case "data_base64":
		if err = seen.brings(name); err == nil {
			in.Records, err = d.encoded(name)
		}
		return err
	}
	if hub.CoreAttribute(name) {
		text, err := d.text(name)
		if err != nil {
			return err
		}
		return seen.take(name, text, in)
	}
	value, err := d.value()
	if err != nil {
		return err
	}
	return in.Extend(name, value)
}

// encoded reads the member data_base64: the text of data in base 64, which is how some write what they have as bytes.
func (d *reader) encoded(name string) ([]hub.RecordInput, error) {
	text, err := d.text(name)
	if err != nil {
		return nil, err
	}
	inner := readers.Get().(*reader)
	defer readers.Put(inner)
	inner.body.Reset()
	if _, err := inner.body.ReadFrom(base64.NewDecoder(base64.StdEncoding, strings.NewReader(text))); err != nil {
		return nil, hub.Invalid(name, "%s is not in base 64 (RFC 4648 §4)", name)
	}
	records, err := inner.content()
	if e, ok := errors.AsType[*hub.Error](err); ok && e.Path == "" {
		e.Path = name
	}
	return records, err
}

// content reads a body that is data and nothing else; one that is empty or null brings nothing.
func (d *reader) content() (records []hub.RecordInput, err error) {
	if d.body.Len() == 0 {
		return nil, nil
	}
	d.start()
	if d.null() {
		err = d.skip()
	} else {
		records, err = d.data()
	}
	if err == nil {
		err = d.end()
	}
	return records, err
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

func (d *reader) time(path string) (time.Time, error) {
	s, err := d.text(path)
	if err != nil {
		return time.Time{}, err
	}
	return timeOf(path, s)
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
