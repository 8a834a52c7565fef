package engine

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/hub"
)

// intake is an occurrence that was judged and is ready to be stored.
type intake struct {
	occurrence *hub.Occurrence
	main       *catalog.RecordType
	parts      []part
	rows       []*row // those of the main type
	recordsDoc string
	find       lookup   // of what the hub noticed inside a transaction, whose rows know what they were before; else nil
	silent     bool     // nothing is noticed in what it brings
	before     *earlier // what the records were, if an event asks; nil if none does
}

// part is a record that an occurrence brings.
type part struct {
	typ  *catalog.RecordType
	in   hub.RecordInput
	data string // as JSON text
	came string // the same before it was put into the form in which records hold it
	sub  string
}

// intake judges attributes and records, and prepares what the transaction will write.
func (e *Engine) intake(ctx context.Context, c hub.Caller, in hub.OccurrenceInput, main *catalog.RecordType) (*intake, error) {
	if err := checkAttributes(in); err != nil {
		return nil, err
	}
	parts, err := e.parts(in.Records, "data.records")
	if err != nil {
		return nil, err
	}
	// Of what came, letter by letter, before anything is filled in or written in the hub's own form: a repeat is known whatever
	// changed meanwhile, also what the catalogue knows of its fields.
	hash := contentHash(in, recordsDoc(parts, func(p *part) string { return p.came }))
	doc := keptDoc(parts)
	switch filled, err := e.complete(ctx, parts); {
	case err != nil:
		return nil, err
	case filled:
		doc = keptDoc(parts)
	}
	p := &intake{main: main, parts: parts, recordsDoc: doc, silent: in.Derive != nil && !*in.Derive}
	for i := range parts {
		if part := &parts[i]; part.typ == main {
			p.rows = append(p.rows, &row{catalog: e.catalog, typ: main, name: part.in.Name, data: part.in.Data})
		}
	}
	p.occurrence = &hub.Occurrence{ConsumerKey: c.Consumer.Key, Source: in.Source, Name: in.ID, Type: in.Type, Subject: in.Subject,
		Time: in.Time, Hash: hash, Extensions: in.Extensions}
	for i := range parts {
		p.occurrence.Records = append(p.occurrence.Records, parts[i].in)
	}
	return p, nil
}

// keptDoc writes records as occurrences keep them.
func keptDoc(parts []part) string { return recordsDoc(parts, func(p *part) string { return p.data }) }

// recordsDoc writes records, each with what is taken for its fields.
func recordsDoc(parts []part, fields func(*part) string) string {
	size := 2
	for i := range parts {
		size += len(parts[i].data) + len(parts[i].in.Type) + len(parts[i].in.Name) + 80
	}
	var doc strings.Builder
	doc.Grow(size)
	doc.WriteByte('[')
	for i := range parts {
		part := &parts[i]
		if i > 0 {
			doc.WriteByte(',')
		}
		doc.WriteString(`{"type":`)
		doc.WriteString(strconv.Quote(part.in.Type))
		doc.WriteString(`,"key":`)
		doc.Write(quote(part.in.Name))
		doc.WriteString(`,"data":`)
		doc.WriteString(fields(part))
		if at := part.in.SourceUpdatedAt; !at.IsZero() {
			doc.WriteString(`,"sourceUpdatedAt":`)
			doc.WriteString(strconv.Quote(at.UTC().Format(time.RFC3339Nano)))
		}
		doc.WriteByte('}')
	}
	doc.WriteByte(']')
	return doc.String()
}

func quote(s string) []byte {
	b, _ := json.Marshal(s) // text always can
	return b
}

// contentHash tells a repeat from another content under the same id.
func contentHash(in hub.OccurrenceInput, records string) []byte {
	h := sha256.New()
	for _, s := range []string{in.Type, in.Subject, records} {
		h.Write(strconv.AppendInt(nil, int64(len(s)), 10))
		h.Write([]byte{0})
		h.Write([]byte(s))
	}
	if !in.Time.IsZero() {
		h.Write(strconv.AppendInt(nil, in.Time.UnixNano(), 10))
	}
	return h.Sum(nil)
}

func checkAttributes(in hub.OccurrenceInput) error {
	for _, a := range []struct {
		path, value string
		required    bool
	}{{"id", in.ID, true}, {"source", in.Source, true}, {"subject", in.Subject, false}} {
		switch {
		case a.required && a.value == "":
			return hub.Invalid(a.path, "the attribute %s is missing or empty", a.path)
		case len(a.value) > hub.MaxAttribute:
			return hub.Invalid(a.path, "the attribute %s can have at most %d bytes", a.path, hub.MaxAttribute)
		case !hub.Printable(a.value):
			return hub.Invalid(a.path, "the attribute %s holds control characters or bytes that are not text; CloudEvents allows neither", a.path)
		}
	}
	if strings.HasPrefix(in.Source, hub.OwnSource) {
		return hub.Invalid("source", "sources that begin with %s are the hub's own; choose another", hub.OwnSource)
	}
	if _, err := url.Parse(in.Source); err != nil {
		return hub.Invalid("source", "the attribute source must be a URI reference (RFC 3986), such as /plant-7/cmms")
	}
	if len(in.Records) > hub.MaxOccurrenceRecord {
		return hub.Invalid("data.records", "an occurrence can bring at most %d records, this one brings %d", hub.MaxOccurrenceRecord, len(in.Records))
	}
	return nil
}

// parts judges records by the catalogue; every problem is named with its path.
func (e *Engine) parts(records []hub.RecordInput, path string) ([]part, error) {
	parts := make([]part, 0, len(records))
	var problems []hub.Problem
	seen := make(map[[2]string]int, len(records))
	for i, in := range records {
		p, wrong := e.part(in)
		if first, twice := seen[[2]string{p.in.Type, p.in.Name}]; twice && len(wrong) == 0 {
			wrong = []hub.Problem{{Code: hub.ProblemRecordInvalid, Path: "key",
				Message: fmt.Sprintf("the record %d is this one already; give each record once", first)}}
		}
		seen[[2]string{p.in.Type, p.in.Name}] = i
		for _, w := range wrong {
			w.Path = hub.Path(path, i, w.Path)
			problems = append(problems, w)
		}
		parts = append(parts, p)
	}
	if len(problems) > 0 {
		return nil, hub.WithProblems(problems)
	}
	return parts, nil
}

func (e *Engine) part(in hub.RecordInput) (part, []hub.Problem) {
	typ := e.catalog.RecordType(in.Type)
	if typ == nil {
		return part{}, []hub.Problem{{Code: hub.ProblemRecordTypeUnknown, Path: "type",
			Message: fmt.Sprintf("there is no record type %q; they are listed by catalog.recordTypes", hub.Clip(in.Type, 60))}}
	}
	if wrong := typ.Check(in.Data); len(wrong) > 0 {
		for i := range wrong {
			wrong[i].Path = "data." + wrong[i].Path
		}
		return part{}, wrong
	}
	raw, changed := in.Data, false
	in.Data, changed = typ.Normal(in.Data)
	if in.Name == "" {
		in.Name = typ.NameOf(in.Data)
	}
	bad := func(path, format string, args ...any) (part, []hub.Problem) {
		return part{}, []hub.Problem{{Code: hub.ProblemRecordInvalid, Path: path, Message: fmt.Sprintf(format, args...)}}
	}
	switch named := typ.NameOf(in.Data); {
	case in.Name == "":
		return bad("key", "the record has no key; give one, or the field %s", typ.NameField)
	case !hub.Printable(in.Name):
		return bad("key", "a key can hold neither control characters nor bytes that are not text")
	case len(in.Name) > hub.MaxRecordName:
		return bad("key", "a key can have at most %d bytes", hub.MaxRecordName)
	case named != "" && named != in.Name:
		return bad("key", "the key is %q, but the field %s says %q", hub.Clip(in.Name, 40), typ.NameField, hub.Clip(named, 40))
	case in.SourceUpdatedAt.After(time.Now().Add(hub.MaxClockAhead)):
		return bad("sourceUpdatedAt", "%s is more than a day ahead, and until then every other state would be taken for an older one; correct the sender's clock",
			in.SourceUpdatedAt.UTC().Format(time.RFC3339))
	}
	p := part{typ: typ, in: in}
	if path, message := p.encode(); message != "" {
		return bad(path, "%s", message)
	}
	p.came = p.data
	if changed {
		came, err := json.Marshal(raw)
		if err != nil {
			return bad("data", "the data cannot be written as JSON")
		}
		p.came = string(came)
	}
	return p, nil
}

// encode writes the data as JSON text, and says what follows from it; a message says why it cannot be kept.
func (p *part) encode() (path, message string) {
	if len(p.in.Data) > hub.MaxFields {
		return "data", fmt.Sprintf("a record can have at most %d fields, this one has %d", hub.MaxFields, len(p.in.Data))
	}
	data, err := json.Marshal(p.in.Data)
	if err != nil {
		return "data", "the data cannot be written as JSON"
	}
	if len(data) > hub.MaxRecordBytes {
		return tooLong(p.in.Data), fmt.Sprintf("a record can have at most %d KiB, this one has %d, most of them in this place; shorten it", hub.MaxRecordBytes>>10, (len(data)+1023)>>10)
	}
	p.data, p.sub = string(data), p.typ.SubjectOf(p.in.Data)
	return "", ""
}

// tooLong is the path of the longest field.
func tooLong(data hub.Fields) string {
	path, most := "data", 0
	for key, v := range data {
		if b, err := json.Marshal(v); err == nil && (len(b) > most || len(b) == most && path > "data."+key) {
			path, most = "data."+key, len(b)
		}
	}
	return path
}
