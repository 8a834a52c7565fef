package engine

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/recado-hub/recado/internal/catalog"
	"github.com/recado-hub/recado/internal/condition"
)

// derivation is a rule of the catalogue by which the hub notices an event by itself, ready to be asked.
type derivation struct {
	*catalog.Derived
	event string
	where *condition.Program
	days  []int // of DUE: how many days before (below 0) or after the time of the field, the farthest before first
}

// derivations are the rules about a record type.
type derivations struct {
	typ    *catalog.RecordType
	upsert []*derivation // asked when a record is written
	clock  clockRules    // asked when time has passed
}

// compileDerivations makes the rules of the catalogue ready, by record type.
func (e *Engine) compileDerivations() (map[string]*derivations, error) {
	list := map[string]*derivations{}
	for _, t := range e.catalog.EventTypes() {
		if t.Derived == nil {
			continue
		}
		d, err := e.compileDerivation(t)
		if err != nil {
			return nil, fmt.Errorf("how %s is derived: %w", t.Key, err)
		}
		of := list[t.RecordType]
		if of == nil {
			of = &derivations{typ: e.catalog.RecordType(t.RecordType)}
			list[t.RecordType] = of
		}
		if d.On == catalog.DerivedClock {
			of.clock = append(of.clock, d)
		} else {
			of.upsert = append(of.upsert, d)
		}
	}
	return list, nil
}

func (e *Engine) compileDerivation(t *catalog.EventType) (*derivation, error) {
	d := &derivation{Derived: t.Derived, event: t.Key}
	var err error
	if d.where, err = e.compileTerms(t.RecordType, d.Terms()); err != nil {
		return nil, err
	}
	if d.Kind == catalog.DerivedDue {
		d.days, err = daysOf(d.Settings)
	}
	return d, err
}

// daysOf reads the settings of a rule of the clock: days_after, or each of days_before.
func daysOf(settings []catalog.Field) ([]int, error) {
	var days []int
	for _, s := range settings {
		sign := map[string]int{"days_after": 1, "days_before": -1}[s.Key]
		list, many := s.Default.([]any)
		if !many {
			list = []any{s.Default}
		}
		for _, v := range list {
			n, ok := v.(int64)
			if !ok || sign == 0 {
				return nil, fmt.Errorf("the setting %s: %v is no number of days", s.Key, v)
			}
			days = append(days, sign*int(n))
		}
	}
	if days == nil {
		days = []int{0}
	}
	slices.Sort(days)
	return slices.Compact(days), nil
}

// perSubject says whether several records of a subject tell of one cause. A number is each record's own.
func (d *derivation) perSubject() bool { return d.Per == catalog.PerSubject && !d.numeric() }

// numeric says whether the rule holds a number against limits.
func (d *derivation) numeric() bool {
	return d.Kind == catalog.DerivedFellUnder || d.Kind == catalog.DerivedRoseOver || d.Kind == catalog.DerivedOutOfRange
}

// applies says whether the record satisfies what the rule wants beside its field.
func (d *derivation) applies(w *row, now time.Time) bool { return d.where.Match(w, w.moment(now)) }

// wants says whether a value is one of those that the rule waits for.
func (d *derivation) wants(v string) bool {
	return slices.ContainsFunc(d.Values, func(w any) bool { return plain(w) == v })
}

// valueAt reads a path of a record; nil if there is no record, or nothing there.
func valueAt(w *row, path string) any {
	if w == nil || path == "" {
		return nil
	}
	v, _ := w.Field(path)
	return v
}

// plain is a value as text, so that two can be compared whatever the form in which they came: 1, 1.0 and the int64 1 are the
// same. What is empty is "".
func plain(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case json.Number:
		if f, err := v.Float64(); err == nil {
			if n, err := v.Int64(); err == nil {
				return strconv.FormatInt(n, 10)
			}
			return strconv.FormatFloat(f, 'g', -1, 64)
		}
		return v.String()
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case int64:
		return strconv.FormatInt(v, 10)
	case int:
		return strconv.Itoa(v)
	}
	b, _ := json.Marshal(v) // it came from JSON
	return string(b)
}

// numberAt reads a number; ok is false if there is none.
func numberAt(w *row, path string) (float64, bool) {
	return numberOf(valueAt(w, path))
}

func numberOf(v any) (float64, bool) {
	switch v := v.(type) {
	case json.Number:
		f, err := v.Float64()
		return f, err == nil
	case float64:
		return v, true
	case int64:
		return float64(v), true
	case int:
		return float64(v), true
	}
	return 0, false
}

// timeAt reads a time; ok is false if there is none.
func timeAt(w *row, path string) (time.Time, bool) {
	s, ok := valueAt(w, path).(string)
	if !ok {
		return time.Time{}, false
	}
	t, err := catalog.ParseTime(s)
	return t, err == nil
}

// elementsAt are the names of the elements of a list, such as the labels of a work order: texts, or what the objects in it
// have at the end of the path. An object that says that it is not enabled is not there.
func elementsAt(w *row, path string) map[string]bool {
	key, part, objects := strings.Cut(path, ".")
	list, _ := valueAt(w, key).([]any)
	names := make(map[string]bool, len(list))
	for _, element := range list {
		switch o, is := element.(map[string]any); {
		case !objects:
			names[plain(element)] = true
		case is && o["enabled"] != false:
			names[plain(o[part])] = true
		}
	}
	delete(names, "")
	return names
}

// lacking lists what is in a and not in b, sorted.
func lacking(a, b map[string]bool) []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(a)), func(name string) bool { return b[name] })
}
