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

// Printer writes results for people as they come. Those that did not run for the same reason come together.
type Printer struct {
	W     io.Writer
	held  []string // names of what did not run, one after the other
	first Result
}

// Tell writes one result.
func (p *Printer) Tell(r Result) {
	if len(p.held) > 0 && r.Status == p.first.Status && r.Reason == p.first.Reason {
		p.held = append(p.held, r.Name)
		return
	}
	p.flush()
	switch r.Status {
	case Passed:
		fmt.Fprintf(p.W, "  passed   %-22s %s\n", r.Name, r.Title)
	case Failed:
		fmt.Fprintf(p.W, "  FAILED   %-22s %s\n", r.Name, r.Title)
		for _, problem := range r.Problems {
			fmt.Fprintf(p.W, "             - %s\n", strings.ReplaceAll(problem, "\n", "\n               "))
		}
		fmt.Fprintf(p.W, "             why:  %s\n             see:  %s\n", r.Why, r.Guide)
	default:
		p.held, p.first = []string{r.Name}, r
	}
}

func (p *Printer) flush() {
	if len(p.held) == 0 {
		return
	}
	label := map[Status]string{Skipped: "SKIPPED", NotOffered: "-"}[p.first.Status]
	for i, line := range wrapped(p.held, 88) {
		if i > 0 {
			label = ""
		}
		fmt.Fprintf(p.W, "  %-7s  %s\n", label, line)
	}
	fmt.Fprintf(p.W, "             %s\n", p.first.Reason)
	p.held = nil
}

// wrapped joins words into lines of about so many characters.
func wrapped(words []string, width int) (lines []string) {
	line := ""
	for _, w := range words {
		if line != "" && len(line)+len(w)+2 > width {
			lines, line = append(lines, line+","), ""
		}
		if line != "" {
			line += ", "
		}
		line += w
	}
	return append(lines, line)
}

// Summary is the last lines of a report.
func (p *Printer) Summary(r *Report) {
	p.flush()
	name := "the connector"
	if r.Connector.Name != "" {
		name = r.Connector.Name + " " + r.Connector.Version
	}
	fmt.Fprintf(p.W, "\n%s: %d passed, %d failed, %d skipped, %d not offered, in %.1f s\n", name,
		r.Counts[Passed], r.Counts[Failed], r.Counts[Skipped], r.Counts[NotOffered], float64(r.Millis)/1000)
	if r.Counts[Skipped] > 0 {
		fmt.Fprintln(p.W, "What was skipped was not tested; the reasons say what is missing.")
	}
}
