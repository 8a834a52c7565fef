package web

import (
	"mime"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/recado-hub/recado/internal/hub"
)

// specVersion is the version of CloudEvents that is spoken here.
const specVersion = "1.0"

// required are the attributes that every event has (CloudEvents §3.1).
var required = []string{"specversion", "id", "source", "type"}

// attributes takes the attributes of an event, in whatever mode it comes, and remembers what has no place in an OccurrenceInput.
type attributes struct {
	version bool
	data    string // the member that brought it
}

// take takes an attribute that is text (CloudEvents §3.1).
func (a *attributes) take(name, text string, in *hub.OccurrenceInput) (err error) {
	if err := word(name, text); err != nil {
		return err
	}
	switch name {
	case "specversion":
		a.version = true
		if text != specVersion {
			err = hub.Invalid(name, "only CloudEvents %s is spoken here, not %s", specVersion, hub.Clip(text, 20))
		}
	case "id":
		in.ID = text
	case "source":
		if in.Source = text; !uriReference(text) {
			err = hub.Invalid(name, "source must be a URI reference (RFC 3986), such as /plants/lisbon or https://example.org/cmms")
		}
	case "type":
		in.Type = text
	case "subject":
		in.Subject = text
	case "time":
		in.Time, err = timeOf(name, text)
	case "datacontenttype":
		if !isJSON(text) {
			err = hub.Invalid(name, "data must be JSON; leave datacontenttype out or say application/json")
		}
	}
	return err
}

// brings notes by which member data comes: one of the two can (CloudEvents JSON format §3.1.1).
func (a *attributes) brings(name string) error {
	if a.data != "" {
		return hub.Invalid(name, "an event has data or data_base64, not both")
	}
	a.data = name
	return nil
}

// complete ends an event, and names the first required attribute (CloudEvents §3.1) that was not there. One that is null counts as
// left out.
func (a *attributes) complete(in *hub.OccurrenceInput) error {
	for i, there := range []bool{a.version, in.ID != "", in.Source != "", in.Type != ""} {
		if !there {
			return hub.Invalid(required[i], "the attribute %s is missing; CloudEvents requires it", required[i])
		}
	}
	return nil
}

// word refuses text that no attribute with a meaning can have: nothing, and control characters (CloudEvents §2.1).
func word(path, s string) error {
	switch {
	case s == "" && slices.Contains(required, path):
		return hub.Invalid(path, "%s must not be empty; CloudEvents requires it", path)
	case s == "":
		return hub.Invalid(path, "%s must not be empty; leave it out if there is nothing to say", path)
	case hub.ControlCharacters(s):
		return hub.Invalid(path, "%s must not contain control characters", path)
	}
	return nil
}

// timeOf reads a time as RFC 3339 has it.
func timeOf(path, s string) (time.Time, error) {
	var t time.Time
	// Unlike time.Parse, this takes RFC 3339 by the letter, save for a comma before the fraction.
	if t.UnmarshalText([]byte(s)) != nil || strings.Contains(s, ",") {
		return time.Time{}, hub.Invalid(path, "%q is no time of RFC 3339, such as 2026-11-22T14:00:00Z", hub.Clip(s, 40))
	}
	return t.UTC(), nil
}

// isJSON says whether a media type is that of JSON.
func isJSON(contentType string) bool {
	if contentType == "application/json" {
		return true
	}
	kind, _, err := mime.ParseMediaType(contentType)
	_, subtype, _ := strings.Cut(kind, "/")
	return err == nil && (subtype == "json" || strings.HasSuffix(subtype, "+json"))
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
