package webhook

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/recado-hub/recado/plugins/sdk"
)

// maxBody bounds a request's body, in bytes.
const maxBody = 256 << 10

// ofFlow tells whether what is at a path lies in the flow's own settings.
func ofFlow(path string) bool { return path == "action" || strings.HasPrefix(path, "parameters") }

// body is the request's body for a delivery: the same on every attempt.
func (p *plan) body(d *sdk.Delivery) ([]byte, problems) {
	if !goodID(d.ID) {
		var found problems
		found.add("INVALID", "id", "a delivery's id must have 1 to 64 letters, digits, - and _", "Give every delivery its own short id.")
		return nil, found
	}
	known, found := values(d)
	if len(found) > 0 {
		return nil, found
	}
	var b []byte
	if p.template == nil {
		b = p.envelop(d)
	} else {
		for name, text := range map[string]string{"recipient": d.Recipient, "delivery_id": d.ID} {
			if _, mapped := known[name]; !mapped {
				known[name] = text
			}
		}
		b, found = p.template.fill(known)
	}
	if len(b) > maxBody {
		found.add("TOO_LONG", "values", fmt.Sprintf("the message has %d bytes; it may have %d", len(b), maxBody), "Map fewer or shorter fields.")
	}
	return b, found
}

// goodID tells whether an id can stand before the full stop in what is signed.
func goodID(id string) bool {
	return id != "" && len(id) <= 64 && !strings.ContainsFunc(id, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_'
	})
}

// envelop writes the values as JSON, in the order of the mapping.
func (p *plan) envelop(d *sdk.Delivery) []byte {
	if p.envelope == "" {
		return appendValues(nil, d.Values)
	}
	b := append([]byte(`{"type":`), quoted(p.envelope)...)
	b = append(append(b, `,"recipient":`...), quoted(d.Recipient)...)
	b = appendValues(append(b, `,"data":`...), d.Values)
	return append(b, '}')
}

// appendValues writes an object of named values, or a list of positional ones in the order of their positions.
func appendValues(b []byte, list []sdk.Value) []byte {
	positional := len(list) > 0 && list[0].Position > 0
	brackets := "{}"
	if positional {
		brackets = "[]"
		list = slices.SortedFunc(slices.Values(list), func(a, b sdk.Value) int { return a.Position - b.Position })
	}
	b = append(b, brackets[0])
	for i, v := range list {
		if i > 0 {
			b = append(b, ',')
		}
		if !positional {
			b = append(append(b, quoted(v.Name)...), ':')
		}
		b = append(b, quoted(v.Text)...)
	}
	return append(b, brackets[1])
}

// unmapped are the template's places for which a mapping has no value, and the mapping's values for which it has no place.
func (t *template) unmapped(use sdk.ActionUse) (places, spare []string) {
	mapped := slices.Clone(use.Names)
	for i := range use.Positions {
		mapped = append(mapped, strconv.Itoa(i+1))
	}
	for _, name := range t.names {
		if !slices.Contains(mapped, name) && !slices.Contains(given, name) {
			places = append(places, name)
		}
	}
	for _, name := range mapped {
		if !slices.Contains(t.names, name) {
			spare = append(spare, name)
		}
	}
	return places, spare
}
