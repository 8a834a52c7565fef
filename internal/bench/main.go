// Command bench measures the hot path from outside: the same events go through a bare relay of two HTTP hops and through
// Recado, in one run, counted at the sink. See README.md for the method.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/recado-hub/recado/internal/app"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run is the benchmark itself, or one of the processes that it starts of its own executable.
func run(ctx context.Context, args []string) error {
	if len(args) > 0 {
		switch args[0] {
		case app.ConnectorCommand:
			if len(args) != 2 {
				return errors.New("which connector?")
			}
			return app.ServeConnector(args[1])
		case hubCommand:
			return serveHub(ctx, args[1:])
		case relayCommand:
			return serveRelay(ctx, args[1:])
		}
	}
	return measure(ctx, args)
}

// plan is how long and how hard to measure, and what.
type plan struct {
	clients int
	events  int // in one round
	rounds  int
	data    string
	keep    bool // the data stay for a later run
	profile string

	soak    time.Duration // 0: none; so with all that follow
	batch   int
	idle    bool
	history int
	pages   bool
	memory  int
	restart int

	screens bool
	size    int           // executions in the long history of pages and screens; 0: as many as history says
	each    time.Duration // how long each operation of the screens is asked for
	only    string        // their names, with commas between; empty: all of them
}

// mode is one way to measure. It keeps its data in directories of its own below that of the plan.
type mode struct {
	name    string
	asked   bool
	measure func(context.Context, plan, output) error
}

func (p plan) modes(all bool) []mode {
	others := []mode{
		{"batches", p.batch > 0, batches}, {"idle latency", p.idle, idle}, {"memory", p.memory > 0, memory},
		{"restart", p.restart > 0, restart}, {"history", p.history > 0 || p.pages || p.screens, long}, {"soak", p.soak > 0, soak},
	}
	others = slices.DeleteFunc(others, func(m mode) bool { return !m.asked })
	if all || len(others) == 0 {
		return append([]mode{{"single events", true, singles}}, others...)
	}
	return others
}

func measure(ctx context.Context, args []string) error {
	p := plan{}
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	quick := f.Bool("quick", false, "fewer and shorter rounds; the comparison of single events ends within 40 s")
	f.IntVar(&p.clients, "clients", 64, "how many clients post at once")
	f.IntVar(&p.events, "events", 40_000, "events in one round")
	f.IntVar(&p.rounds, "rounds", 8, "rounds of each; more make the error smaller")
	f.StringVar(&p.data, "data", "", "data `directory`, kept with the histories in it for a later run; default a temporary one on the disk of the working directory's temp")
	f.StringVar(&p.profile, "profile", "", "write CPU and allocation profiles of the hubs to files with this `prefix`")
	f.DurationVar(&p.soak, "soak", 0, "post at half of the highest rate for so long and watch what the hub uses")
	f.IntVar(&p.batch, "batch", 0, "compare events that come as CloudEvents batches of so many with the bare relay's single ones")
	f.BoolVar(&p.idle, "idle", false, "measure the latency of 50 events/s against its floor")
	f.IntVar(&p.history, "history", 0, "compare the throughput with so many executions in the history with that with none")
	f.BoolVar(&p.pages, "pages", false, "compare pages of the history with those at 1,000 executions; the long one has as many as --history or --size says, 1,000,000 by default")
	f.BoolVar(&p.screens, "screens", false, "measure the operations of the screens at 1,000 executions and at as many as --history or --size says, 1,000,000 by default")
	f.IntVar(&p.size, "size", 0, "executions in the long history of --pages and --screens, without comparing the throughput as --history does")
	f.DurationVar(&p.each, "each", 3*time.Second, "how long each operation of the screens is asked for, of either hub")
	f.StringVar(&p.only, "only", "", "operations of the screens to measure, with commas between their `names`; default all")
	f.IntVar(&p.memory, "memory", 0, "measure the resident memory of the hub after so many executions")
	f.IntVar(&p.restart, "restart", 0, "compare kill -9 to ready with so many executions waiting with an empty hub")
	all := f.Bool("all", false, "measure the whole table, with these numbers unless others are given: --batch 100 --idle --memory 200000 --restart 100000 --history 1000000 --pages --screens, and single events")
	lines := f.Bool("json", false, "print each figure as a line of JSON; the text goes to standard error")
	if err := f.Parse(args); err != nil {
		return err
	}
	if *quick {
		p.events, p.rounds = 12_000, 4
	}
	if *all {
		p.idle, p.pages, p.screens = true, true, true
		p.batch, p.memory, p.restart, p.history = cmp.Or(p.batch, 100), cmp.Or(p.memory, 200_000), cmp.Or(p.restart, 100_000), cmp.Or(p.history, 1_000_000)
	}
	out := output{Writer: os.Stdout}
	if *lines {
		out = output{Writer: os.Stderr, lines: json.NewEncoder(os.Stdout)}
	}
	return p.run(ctx, out, p.modes(*all))
}

// run measures one thing after the other. What cannot be measured does not keep the rest from it.
func (p plan) run(ctx context.Context, out output, modes []mode) (err error) {
	p.keep = p.data != ""
	root := p.data
	for _, m := range modes {
		p.data = filepath.Join(root, strings.ReplaceAll(m.name, " ", "-"))
		if !p.keep {
			dir, wrong := os.MkdirTemp("", "recado-bench-")
			if wrong != nil {
				return errors.Join(err, wrong)
			}
			p.data = dir
		}
		if len(modes) > 1 {
			fmt.Fprintf(out, "\n== %s\n", m.name)
		}
		if wrong := m.measure(ctx, p, out); wrong != nil {
			err = errors.Join(err, fmt.Errorf("%s: %w", m.name, wrong))
			fmt.Fprintln(out, "not measured:", wrong)
		}
		if !p.keep {
			err = errors.Join(err, os.RemoveAll(p.data))
		}
	}
	return err
}
