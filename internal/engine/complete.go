package engine

import (
	"context"
	"encoding/json"
	"maps"
	"strconv"
	"time"

	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/hub"
)

// The fields in which the hub itself says that a record is out of range, and by how much.
const (
	fieldOutOfRange = "out_of_range"
	fieldDeviation  = "deviation"
)

// complete fills in what follows from a record and those that it refers to: whether a reading is out of the range of its
// meter, and its deviation. That is a fact of the moment, so it is kept with the reading. Without limits, what the sender
// says stays. filled says that something was.
func (e *Engine) complete(ctx context.Context, parts []part) (filled bool, err error) {
	var find lookup
	for i := range parts {
		p := &parts[i]
		of := e.derivations[p.typ.Key]
		if of == nil || p.typ.Field(fieldOutOfRange) == nil || p.typ.Field(fieldDeviation) == nil {
			continue
		}
		for _, d := range of.upsert {
			if d.Kind != catalog.DerivedOutOfRange {
				continue
			}
			if find == nil {
				find = e.storedBeside(ctx, broughtBy(parts))
			}
			w := &row{catalog: e.catalog, typ: p.typ, name: p.in.Name, data: p.in.Data, lookup: find}
			by, known := d.deviation(w)
			if !d.applies(w, time.Now()) || !known {
				if w.err != nil {
					return filled, w.err
				}
				continue
			}
			filled = true
			p.in.Data = maps.Clone(p.in.Data)
			p.in.Data[fieldOutOfRange] = by != 0
			p.in.Data[fieldDeviation] = json.Number(strconv.FormatFloat(by, 'f', -1, 64))
			if path, message := p.encode(); message != "" {
				return filled, hub.Invalid(hub.Path("records", i, path), "%s", message)
			}
		}
	}
	return filled, nil
}

// deviation is how far the number of the field lies over the upper limit, or, below 0, under the lower one. known is false
// without a number, or without any limit.
func (d *derivation) deviation(w *row) (by float64, known bool) {
	n, ok := numberAt(w, d.Field)
	if !ok {
		return 0, false
	}
	low, hasLow := numberAt(w, d.Low)
	high, hasHigh := numberAt(w, d.High)
	switch {
	case hasLow && n < low && d.Kind != catalog.DerivedRoseOver:
		return minus(n, low), true
	case hasHigh && n > high && d.Kind != catalog.DerivedFellUnder:
		return minus(n, high), true
	}
	return 0, hasLow || hasHigh
}

// minus takes one number from another without the digits that floating point adds: 7.3 - 7.1 is 0.2.
func minus(a, b float64) float64 {
	f, err := strconv.ParseFloat(strconv.FormatFloat(a-b, 'g', 12, 64), 64)
	if err != nil {
		return a - b
	}
	return f
}
