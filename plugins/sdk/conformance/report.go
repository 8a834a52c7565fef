package conformance

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// ReportVersion is the version of the shape of a [Report] as JSON. Fields are added without changing it.
const ReportVersion = 1

// Report is what became of a whole run. Its JSON is stable.
type Report struct {
	Version int `json:"version"`
	// Status is FAILED if any check failed, else PASSED.
	Status    Status    `json:"status"`
	Connector Tested    `json:"connector"`
	Began     time.Time `json:"began"`
	Millis    int64     `json:"ms"`
	// Counts are how many checks ended how.
	Counts map[Status]int `json:"counts"`
	Checks []Result       `json:"checks"`
}

// Tested says which connector it was.
type Tested struct {
	Path     string `json:"path,omitempty"`
	Name     string `json:"name"`
	Version  string `json:"version"`
	Contract int    `json:"contract"`
}

// Result is what became of one check.
type Result struct {
	Name   string `json:"name"`
	Title  string `json:"title"`
	Status Status `json:"status"`
	Why    string `json:"why"`
	Guide  string `json:"guide"`
	// Problems are what is wrong, if it failed.
	Problems []string `json:"problems,omitempty"`
	// Reason says why it did not run, if it was skipped or is not offered.
	Reason string `json:"reason,omitempty"`
	Millis int64  `json:"ms"`
}

// guide is the document that the sections of the checks are in.
const guide = "plugins/README.md"

func (r *Report) add(one Result) {
	r.Checks = append(r.Checks, one)
	r.Counts[one.Status]++
	if one.Status == Failed {
		r.Status = Failed
	}
}

// Line is one result in a line or, if it failed, with all that an author needs.
func (r *Result) Line(w io.Writer) {
	switch r.Status {
	case Passed:
		fmt.Fprintf(w, "  passed   %-24s %s\n", r.Name, r.Title)
	case Failed:
		fmt.Fprintf(w, "  FAILED   %-24s %s\n", r.Name, r.Title)
		for _, p := range r.Problems {
			fmt.Fprintf(w, "             - %s\n", strings.ReplaceAll(p, "\n", "\n               "))
		}
		fmt.Fprintf(w, "             why:  %s\n             see:  %s\n", r.Why, r.Guide)
	case Skipped:
		fmt.Fprintf(w, "  SKIPPED  %-24s %s\n             %s\n", r.Name, r.Title, r.Reason)
	case NotOffered:
		fmt.Fprintf(w, "  -        %-24s %s\n", r.Name, r.Reason)
	}
}

// Summary is the last lines of a report for people.
func (r *Report) Summary(w io.Writer) {
	fmt.Fprintf(w, "\n%s %s: %d passed, %d failed, %d skipped, %d not offered, in %.1f s\n", r.Connector.Name, r.Connector.Version,
		r.Counts[Passed], r.Counts[Failed], r.Counts[Skipped], r.Counts[NotOffered], float64(r.Millis)/1000)
	if r.Counts[Skipped] > 0 {
		fmt.Fprintln(w, "What was skipped was not tested: the reasons say what the suite needs to be told (--config).")
	}
}
