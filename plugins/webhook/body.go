package webhook

import (
	"fmt"
	"slices"
	"strings"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/sdk/places"
)

// maxBody bounds a request's body, in bytes.
const maxBody = 256 << 10

// body is the request's body for a delivery: the same on every attempt.
func (p *plan) body(d *sdk.Delivery) ([]byte, sdk.Problems) {
	if !goodID(d.ID) {
		var found sdk.Problems
		found.Add("INVALID", "id", "a delivery's id must have 1 to 64 letters, digits, - and _", "Give every delivery its own short id.")
		return nil, found
	}
	known, wrong := places.Values(d)
	if len(wrong) > 0 {
		return nil, wrong
	}
	var b []byte
	if p.template == nil {
		b = p.envelop(d)
	} else {
		places.WithDelivery(known, d)
		b, wrong = p.template.Fill(known)
	}
	found := sdk.Problems(wrong)
	if len(b) > maxBody {
		found.Add("TOO_LONG", "values", fmt.Sprintf("the message has %d bytes; it may have %d", len(b), maxBody), "Map fewer or shorter fields.")
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
	b := append([]byte(`{"type":`), places.Quoted(p.envelope)...)
	b = append(append(b, `,"recipient":`...), places.Quoted(d.Recipient)...)
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
			b = append(append(b, places.Quoted(v.Name)...), ':')
		}
		b = append(b, places.Quoted(v.Text)...)
	}
	return append(b, brackets[1])
}
