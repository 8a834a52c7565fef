package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
)

// figure is one line of the table: what was measured and what is to be reached.
type figure struct {
	Name    string             `json:"name"`
	Value   float64            `json:"value"`
	Error   float64            `json:"standardError,omitempty"`
	Unit    string             `json:"unit,omitempty"`
	Most    float64            `json:"atMost,omitempty"`
	Least   float64            `json:"atLeast,omitempty"`
	Reached bool               `json:"reached"`
	Detail  map[string]float64 `json:"detail,omitempty"`
}

// output is where figures go: text for people, and lines of JSON if asked for.
type output struct {
	io.Writer
	lines *json.Encoder
}

// figure prints what was measured with what is to be reached beside it.
func (o output) figure(f figure) {
	sign, bound := "≤", f.Most
	f.Reached = f.Value <= f.Most
	if f.Least > 0 {
		sign, bound, f.Reached = "≥", f.Least, f.Value >= f.Least
	}
	value := fmt.Sprintf("%.2f", f.Value)
	if f.Error > 0 {
		value += fmt.Sprintf(" ± %.2f", f.Error)
	}
	verdict := "reached"
	if !f.Reached {
		verdict = "missed"
	}
	unit := f.Unit
	if unit != "" {
		unit = " " + unit
	}
	fmt.Fprintf(o, "%s: %s%s, reach %s %g%s, %s\n", f.Name, value, unit, sign, bound, unit, verdict)
	if o.lines != nil {
		o.lines.Encode(f)
	}
}

func meanError(list []float64) (mean, stderr float64) {
	for _, v := range list {
		mean += v / float64(len(list))
	}
	var sum float64
	for _, v := range list {
		sum += (v - mean) * (v - mean)
	}
	if len(list) > 1 {
		stderr = math.Sqrt(sum/float64(len(list)-1)) / math.Sqrt(float64(len(list)))
	}
	return mean, stderr
}

// median is the middle one; 0 of none.
func median[T int64 | float64](list []T) T {
	if len(list) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(list))
	return sorted[len(sorted)/2]
}
