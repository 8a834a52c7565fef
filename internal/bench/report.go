package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
)

// report prints the tables of the screens, in Markdown.
func report(o output, list []measured, few, many int) {
	reportTimes(o, list, few, many)
	reportShares(o, list)
	reportScreens(o, list)
	var again []float64
	for i := range list {
		again = append(again, list[i].hubs[0].last/list[i].hubs[0].first)
	}
	mean, err := meanError(again)
	fmt.Fprintf(o, "\nrequests a second of the short history in its second turn against its first (A/A control): %.2f ± %.2f, median %.2f\n", mean, err, median(again))
	slowest := slices.MaxFunc(list, func(a, z measured) int { return cmp.Compare(a.growth(), z.growth()) })
	detail := map[string]float64{"A/A control": mean}
	for _, m := range list {
		detail[m.name()] = m.growth()
	}
	o.figure(figure{Name: fmt.Sprintf("the screens' operation that grows most (%s), at %d executions against %d", slowest.name(), many, few), Value: slowest.growth(), Most: 1.5, Detail: detail})
}

// growth is how many times longer a client that asks by itself waits with the long history.
func (m *measured) growth() float64 {
	return m.hubs[1].alone.percentile(50) / m.hubs[0].alone.percentile(50)
}

// both writes a number of either hub.
func (m *measured) both(format string, of func(*viewed) float64) string {
	return fmt.Sprintf(format+" / "+format, of(&m.hubs[0]), of(&m.hubs[1]))
}

// mainParts are those that the first table shows; the other table has all.
var mainParts = []part{partSQL, partGraph, partJSON, partRights}

func reportTimes(w io.Writer, list []measured, few, many int) {
	fmt.Fprintf(w, "\nAt %d / at %d executions; the shares of the processors' time at the latter:\n\n", few, many)
	fmt.Fprintf(w, "| screen | operation | one client: p50, ms | ratio | p99, ms | %d clients: requests/s | ratio | p50, ms | p99, ms | answer, KB | compressed | statements | CPU, ms | SQL | gqlgen | JSON | rights | others |\n|---|---|%s\n",
		askersAtOnce, strings.Repeat("---|", 16))
	for _, m := range list {
		fmt.Fprintf(w, "| %s | %s | %s | %.2f | %s | %s | %.2f | %s | %s | %s | %s | %s | %s | %s |\n", m.screen, m.name(),
			m.both("%.2f", func(v *viewed) float64 { return v.alone.percentile(50) }), m.growth(),
			m.both("%.2f", func(v *viewed) float64 { return v.alone.percentile(99) }),
			m.both("%.0f", func(v *viewed) float64 { return v.crowd.rate() }), m.hubs[0].crowd.rate()/m.hubs[1].crowd.rate(),
			m.both("%.1f", func(v *viewed) float64 { return v.crowd.percentile(50) }),
			m.both("%.1f", func(v *viewed) float64 { return v.crowd.percentile(99) }),
			m.both("%.1f", func(v *viewed) float64 { return float64(v.bytes) / 1000 }),
			m.both("%.1f", func(v *viewed) float64 { return v.per(float64(v.crowd.wire) / 1000) }),
			m.both("%.1f", func(v *viewed) float64 { return v.per(float64(v.reads)) }),
			m.both("%.2f", (*viewed).cpu), mainCells(&m.hubs[1].shares))
	}
}

// mainCells writes the shares of the main parts, and what is left.
func mainCells(s *shares) string {
	var text []string
	others := 100.0
	for _, p := range mainParts {
		text = append(text, fmt.Sprintf("%.0f", s.percent(p)))
		others -= s.percent(p)
	}
	return strings.Join(append(text, fmt.Sprintf("%.0f", others)), " | ")
}

// per is a sum for each request of the crowd.
func (v *viewed) per(sum float64) float64 { return sum / float64(max(len(v.crowd.took), 1)) }

// cpu is what a request costs the hub's process, in milliseconds of a processor.
func (v *viewed) cpu() float64 { return v.per(v.shares.seconds() * 1000) }

func heads() string {
	var names []string
	for _, p := range partNames {
		names = append(names, p.name)
	}
	return strings.Join(names, " | ")
}

// cells writes the shares of either hub.
func cells(a, z *shares) string {
	var text []string
	for _, p := range partNames {
		text = append(text, fmt.Sprintf("%.0f / %.0f", a.percent(p.part), z.percent(p.part)))
	}
	return strings.Join(text, " | ")
}

func reportShares(w io.Writer, list []measured) {
	fmt.Fprintf(w, "\nShares of the time of processors, in %%, with the standard error of a share of one half:\n\n| operation | CPU, ms | %s | ± |\n|---|---|%s---|\n", heads(), strings.Repeat("---|", len(partNames)))
	for _, m := range list {
		fmt.Fprintf(w, "| %s | %s | %s | %s |\n", m.name(), m.both("%.2f", (*viewed).cpu), cells(&m.hubs[0].shares, &m.hubs[1].shares),
			m.both("%.1f", func(v *viewed) float64 { return v.shares.margin() }))
	}
}

// reportScreens adds up the operations of each screen, as if each were asked once.
func reportScreens(w io.Writer, list []measured) {
	fmt.Fprintf(w, "\nThe screens, each of their operations asked once:\n\n| screen | operations | one client, ms | ratio | CPU, ms | %s |\n|---|---|---|---|---|%s\n", heads(), strings.Repeat("---|", len(partNames)))
	for begin := 0; begin < len(list); {
		end := begin
		var waits, cpu [2]float64
		var spent [2][parts]float64
		for ; end < len(list) && list[end].screen == list[begin].screen; end++ {
			for i := range list[end].hubs {
				v := &list[end].hubs[i]
				waits[i] += v.alone.percentile(50)
				cpu[i] += v.cpu()
				for p := range parts {
					spent[i][p] += v.cpu() * v.shares.percent(part(p)) / 100
				}
			}
		}
		var text []string
		for _, p := range partNames {
			text = append(text, fmt.Sprintf("%.0f / %.0f", 100*spent[0][p.part]/cpu[0], 100*spent[1][p.part]/cpu[1]))
		}
		fmt.Fprintf(w, "| %s | %d | %.1f / %.1f | %.2f | %.1f / %.1f | %s |\n", list[begin].screen, end-begin, waits[0], waits[1], waits[1]/waits[0], cpu[0], cpu[1], strings.Join(text, " | "))
		begin = end
	}
}
