package hub

import "strings"

// CoreAttribute says whether CloudEvents itself says what an attribute means, which then is text. All others are extensions.
func CoreAttribute(name string) bool {
	switch name {
	case "specversion", "id", "source", "type", "subject", "time", "dataschema", "datacontenttype":
		return true
	}
	return false
}

// Extend takes an extension attribute (CloudEvents §3.1.1): text, a json.Number or a boolean; one that is nil counts as left out. The hub understands
// recadoderive, and traceparent and tracestate, which are those of distributed tracing; the others are kept as they are.
func (in *OccurrenceInput) Extend(name string, value any) (err error) {
	if value == nil {
		return nil
	}
	path := Clip(name, 40)
	if err := extensionName(name, path); err != nil {
		return err
	}
	text, isText := value.(string)
	switch name {
	case "recadoderive":
		in.Derive, err = derive(name, value)
		return err
	case "traceparent": // one that is malformed is none: no event is refused for it
		in.traceparent = text
		in.Trace = ParseTrace(in.traceparent, in.tracestate)
		return nil
	case "tracestate":
		in.tracestate = text
		in.Trace = ParseTrace(in.traceparent, in.tracestate)
		return nil
	}
	switch value.(type) {
	case map[string]any, []any:
		return Invalid(path, "an extension attribute must be text, a number or a boolean; records belong in data")
	}
	if isText && ControlCharacters(text) {
		return Invalid(path, "%s must not contain control characters", path)
	}
	if in.extended += len(name) + len(text) + 8; in.extended > MaxExtensionBytes {
		return Invalid(path, "the extension attributes are larger than %d bytes together, which is the limit here; records belong in data", MaxExtensionBytes)
	}
	if in.Extensions == nil {
		in.Extensions = Fields{}
	}
	in.Extensions[name] = value
	return nil
}

func extensionName(name, path string) error {
	switch {
	case name == "":
		return Invalid("", "an attribute has no name")
	case CoreAttribute(name) || name == "data":
		return Invalid(path, "%s is no extension attribute: CloudEvents itself says what it means", path)
	}
	for i := range len(name) {
		if c := name[i]; !('a' <= c && c <= 'z' || '0' <= c && c <= '9') {
			return Invalid(path, "CloudEvents names attributes with lower-case letters and digits alone")
		}
	}
	return nil
}

// derive reads whether the hub is to notice by itself what else the records tell. A boolean may come as text, too: some who
// speak CloudEvents write every attribute so, and headers have nothing else.
func derive(path string, value any) (*bool, error) {
	switch value {
	case true, "true":
		return new(true), nil
	case false, "false":
		return new(false), nil
	}
	return nil, Invalid(path, "%s must be true or false", path)
}

// ControlCharacters says whether a text has any, which no attribute may have (CloudEvents §2.1).
func ControlCharacters(s string) bool {
	return strings.ContainsFunc(s, func(c rune) bool { return c < ' ' || 0x7f <= c && c <= 0x9f })
}
