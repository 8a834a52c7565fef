package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/pprof/profile"

	docs "github.com/recado-hub/recado/schema/screens"
)

// How the screens are asked.
const (
	askersAtOnce = 8  // clients beside each other; then one by itself
	turnsOfHub   = 2  // each hub is asked so often, by turns
	variants     = 64 // requests with other variables
	warmShare    = 4  // the share of a turn that goes before it, uncounted
)

// viewed is an ask of one hub: what it is answered with, and what that costs.
type viewed struct {
	crowd, alone burst // of eight clients, and of one
	bytes        int   // of the answer, before it is compressed
	reads        int64 // statements, while the crowd asked
	shares       shares
	first, last  float64 // requests a second in the first turn and in the last: the same thing measured twice
	seen         []*profile.Profile
}

// measured is an ask of both hubs.
type measured struct {
	ask
	screen string
	hubs   [2]viewed // with a short history, and with a long one
}

// screens asks both hubs what the screens ask, with the rights of their staff.
func (b *bench) screens(ctx context.Context, p plan, o output, short, full *instance) error {
	operations, err := docs.Operations()
	if err != nil {
		return err
	}
	var hubs [2]*places
	for i, h := range []*instance{short, full} {
		if hubs[i], err = h.asStaff(ctx); err != nil {
			return err
		}
	}
	load, _ := os.ReadFile("/proc/loadavg")
	fmt.Fprintf(o, "the screens at %d and at %d executions, each operation %s of either; load of the machine before: %s", short.History, full.History, p.each, load)
	var list []measured
	for _, a := range asks {
		i := slices.IndexFunc(operations, func(op docs.Operation) bool { return op.Name == a.operation })
		if p.only != "" && !slices.Contains(strings.Split(p.only, ","), a.operation) {
			continue
		}
		if i < 0 {
			return fmt.Errorf("no screen has the operation %s", a.operation)
		}
		m := measured{ask: a, screen: operations[i].Screen}
		if wrong := m.measure(ctx, p, hubs, operations[i].Document); wrong != nil { // the others are measured all the same
			err = errors.Join(err, fmt.Errorf("%s: %w", m.name(), wrong))
			continue
		}
		list = append(list, m)
	}
	if len(list) == 0 {
		return errors.Join(err, fmt.Errorf("there is nothing to report of the operations %s", p.only))
	}
	report(o, list, short.History, full.History)
	return err
}

// asStaff is the hub as its staff meets it.
func (h *instance) asStaff(ctx context.Context) (*places, error) {
	own := *h
	var err error
	if own.token, err = h.fetchToken(ctx, h.Staff.ClientID, h.Staff.Secret); err != nil {
		return nil, err
	}
	return own.find(ctx)
}

// name is that of the ask, for the tables.
func (a ask) name() string {
	if a.how == "" {
		return a.operation
	}
	return a.operation + ", " + a.how
}

// measure asks both hubs by turns.
func (m *measured) measure(ctx context.Context, p plan, hubs [2]*places, document string) error {
	var requests [2][][]byte
	for i, of := range hubs {
		for n := range variants {
			body, err := json.Marshal(map[string]any{"operationName": m.operation, "query": document, "variables": m.variables(of, n)})
			if err != nil {
				return err
			}
			requests[i] = append(requests[i], body)
		}
		var err error
		if m.hubs[i].bytes, err = m.check(ctx, of.h, requests[i][0]); err != nil {
			return err
		}
	}
	turn := p.each / turnsOfHub
	for t := range turnsOfHub {
		for i, of := range hubs {
			if err := m.hubs[i].turn(ctx, of.h, requests[i], turn, t == 0); err != nil {
				return err
			}
		}
	}
	if p.profile == "" {
		return nil
	}
	return m.keep(p.profile, hubs)
}

// check sees that a screen gets all that it is to show.
func (a ask) check(ctx context.Context, h *instance, request []byte) (int, error) {
	req, err := h.graphQL(ctx, request)
	if err != nil {
		return 0, err
	}
	var answer struct {
		Data   json.RawMessage
		Errors []json.RawMessage
	}
	if err := h.answer(req, &answer); err != nil {
		return 0, err
	}
	if len(answer.Errors) > 0 {
		return 0, fmt.Errorf("the answer has errors, the first %s", answer.Errors[0])
	}
	var data any
	if err := json.Unmarshal(answer.Data, &data); err != nil {
		return 0, err
	}
	if a.at != "" && !holds(data, strings.Split(a.at, "."), a.least) {
		return 0, fmt.Errorf("there is less than %d at %s: %.300s", a.least, a.at, answer.Data)
	}
	return len(answer.Data), nil
}

// holds says whether there is something in an answer: a list of at least so many.
func holds(v any, path []string, least int) bool {
	for _, step := range path {
		switch of := v.(type) {
		case map[string]any:
			v = of[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(of) {
				return false
			}
			v = of[i]
		default:
			return false
		}
	}
	if list, ok := v.([]any); ok {
		return len(list) >= least
	}
	return v != nil
}

// turn asks a hub for a while with many clients, and for a third of that with one.
func (v *viewed) turn(ctx context.Context, h *instance, requests [][]byte, d time.Duration, first bool) error {
	if _, err := h.ask(ctx, requests, askersAtOnce, d/warmShare); err != nil {
		return err
	}
	before, err := h.reads(ctx)
	if err != nil {
		return err
	}
	if err := h.profile(ctx); err != nil {
		return err
	}
	crowd, err := h.ask(ctx, requests, askersAtOnce, d)
	seen, failed := h.profiled(ctx)
	if err := errors.Join(err, failed); err != nil {
		return err
	}
	after, err := h.reads(ctx)
	if err != nil {
		return err
	}
	alone, err := h.ask(ctx, requests, 1, d/3)
	if err != nil {
		return err
	}
	v.crowd.add(crowd)
	v.alone.add(alone)
	v.reads += after - before
	v.shares.add(sharesOf(seen))
	v.seen = append(v.seen, seen)
	if first {
		v.first = crowd.rate()
	}
	v.last = crowd.rate()
	return nil
}

// reads is how many statements the hub has read with. The number is asked for twice: to show its metrics the hub counts its queue, but not twice
// within a second.
func (h *instance) reads(ctx context.Context) (int64, error) {
	if _, err := h.metrics(ctx); err != nil {
		return 0, err
	}
	text, err := h.metrics(ctx)
	if err != nil {
		return 0, err
	}
	n, err := metric(text, "recado_reads_total")
	return int64(n), err
}

// keep writes the profiles of both hubs to files.
func (m *measured) keep(prefix string, hubs [2]*places) error {
	for i, of := range hubs {
		all, err := profile.Merge(m.hubs[i].seen)
		if err != nil {
			return err
		}
		var text bytes.Buffer
		if err := all.Write(&text); err != nil {
			return err
		}
		name := prefix + filepath.Base(of.h.data) + "." + strings.NewReplacer(" ", "-", ",", "", "'", "").Replace(m.name()) + ".cpu.pprof"
		if err := os.WriteFile(name, text.Bytes(), 0o600); err != nil {
			return err
		}
	}
	return nil
}
