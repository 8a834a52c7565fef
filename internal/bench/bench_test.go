package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func TestEveryKeyOfAHistoryHasAWholePageHoweverLongItIs(t *testing.T) {
	t.Parallel()
	for _, n := range []int{small, 2 * small, 10 * small} {
		p := past{from: 77, n: n}
		folios, people, failed := map[string]int{}, map[string]int{}, 0
		for i := p.from; i < p.from+n; i++ {
			of := p.order(i)
			folios[p.folio(of)]++
			people[p.person(of)]++
			if p.fails(i) {
				failed++
			}
		}
		for folio, times := range folios {
			if times != perOrder {
				t.Errorf("of %d: %s comes %d times", n, folio, times)
			}
		}
		if len(people) != persons || failed != n/failsOf {
			t.Errorf("of %d: %d persons, %d fail", n, len(people), failed)
		}
		for person, times := range people {
			if times < 50 {
				t.Errorf("of %d: %s comes %d times", n, person, times)
			}
		}
	}
}

func TestTheSinkKnowsEachEventAndWhichItIsToRefuse(t *testing.T) {
	t.Parallel()
	p := past{n: small}
	for _, i := range []int{0, 1, 999, 10, 30} {
		var buf bytes.Buffer
		p.write(&buf, i)
		if n, refuse, ok := number(buf.Bytes()); !ok || n != i || refuse != p.fails(i) {
			t.Errorf("%d is taken for %d (%v, %v)", i, n, refuse, ok)
		}
	}
	if _, _, ok := number([]byte("BENCH-")); ok {
		t.Error("an event without a number is taken for one")
	}
}

func TestABatchIsAListOfTheEventsItWasAskedFor(t *testing.T) {
	t.Parallel()
	w := (&instance{}).recado(wayRecado, writeEvent).batches(3)
	var buf bytes.Buffer
	w.write(&buf, 5, 3)
	var list []struct{ ID, Subject string }
	if err := json.Unmarshal(buf.Bytes(), &list); err != nil || len(list) != 3 || list[0].Subject != "BENCH-5" || list[2].Subject != "BENCH-7" || list[0].ID == list[1].ID {
		t.Error(list, err)
	}
	if w.header.Get("Content-Type") != "application/cloudevents-batch+json" {
		t.Error(w.header)
	}
}

func TestARoundIsDividedByThoseBesideIt(t *testing.T) {
	t.Parallel()
	c := compared{rounds: []result{{rate: 100}, {rate: 75}, {rate: 200}, {rate: 150}, {rate: 400}}}
	c.judge()
	if c.ratio != 0.5 || c.ratioError != 0 || c.control != 2 {
		t.Error(c)
	}
	if c.rate(0) != 700.0/3 || c.rate(1) != 112.5 {
		t.Error(c.rate(0), c.rate(1))
	}
}

func TestAFigureSaysWhetherItReachesWhatItIsTo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		f    figure
		want string
	}{
		{figure{Name: "rate", Value: 0.7, Error: 0.01, Least: 0.65}, "rate: 0.70 ± 0.01, reach ≥ 0.65, reached\n"},
		{figure{Name: "rate", Value: 0.6, Least: 0.65}, "rate: 0.60, reach ≥ 0.65, missed\n"},
		{figure{Name: "memory", Value: 99.5, Unit: "MB", Most: 100}, "memory: 99.50 MB, reach ≤ 100 MB, reached\n"},
		{figure{Name: "memory", Value: 101, Unit: "MB", Most: 100}, "memory: 101.00 MB, reach ≤ 100 MB, missed\n"},
	} {
		var text, lines bytes.Buffer
		output{Writer: &text, lines: json.NewEncoder(&lines)}.figure(c.f)
		if text.String() != c.want {
			t.Errorf("%q, not %q", text.String(), c.want)
		}
		var told figure
		if err := json.Unmarshal(lines.Bytes(), &told); err != nil || told.Reached != strings.Contains(c.want, "reached") || told.Value != c.f.Value {
			t.Error(told, err)
		}
	}
}

func TestAnIdleSenderPostsAtItsRateAndInStepWithNothing(t *testing.T) {
	t.Parallel()
	begin := time.Now().Add(-time.Hour) // all of it is due
	due := begin
	gaps := map[time.Duration]bool{}
	for range 1000 {
		before := due
		if err := pace(t.Context(), &due); err != nil {
			t.Fatal(err)
		}
		gap := due.Sub(before)
		if gaps[gap] = true; gap < 10*time.Millisecond || gap > 30*time.Millisecond {
			t.Error(gap)
		}
	}
	if rate := 1000 / due.Sub(begin).Seconds(); rate < 45 || rate > 55 || len(gaps) < 900 {
		t.Error(rate, len(gaps))
	}
}
