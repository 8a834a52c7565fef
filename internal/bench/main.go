// Command bench measures the hot path from outside: the same events go through a bare relay of two HTTP hops and through
// Recado, in one run, counted at the sink. See README.md for the method.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
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

// plan is how long and how hard to measure.
type plan struct {
	clients int
	events  int // in one round
	rounds  int
	data    string
	profile string
	soak    time.Duration // 0: none
}

func measure(ctx context.Context, args []string) error {
	p := plan{}
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	quick := f.Bool("quick", false, "fewer and shorter rounds; ends within 40 s")
	f.IntVar(&p.clients, "clients", 64, "how many clients post at once")
	f.IntVar(&p.events, "events", 40_000, "events in one round")
	f.IntVar(&p.rounds, "rounds", 8, "rounds of each; more make the error smaller")
	f.StringVar(&p.data, "data", "", "data `directory`; default a temporary one on the disk of the working directory's temp")
	f.StringVar(&p.profile, "profile", "", "write CPU and allocation profiles of the hub to files with this `prefix`")
	f.DurationVar(&p.soak, "soak", 0, "instead of the comparison, post at half of the highest rate for so long and watch what the hub uses")
	if err := f.Parse(args); err != nil {
		return err
	}
	if *quick {
		p.events, p.rounds = 12_000, 4
	}
	if p.data == "" {
		dir, err := os.MkdirTemp("", "recado-bench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		p.data = dir
	}
	b, err := prepare(ctx, p)
	if err != nil {
		return err
	}
	defer b.close()
	if p.soak > 0 {
		return b.soak(ctx, os.Stdout, p.soak)
	}
	started := time.Now()
	results, err := b.rounds(ctx)
	if err != nil {
		return err
	}
	took := time.Since(started)
	report(os.Stdout, p, results, b.close(), took)
	return nil
}
