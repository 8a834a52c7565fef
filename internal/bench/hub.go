package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"runtime/pprof"
	"time"

	"github.com/recado-hub/recado/internal/app"
)

// hubCommand runs the hub as serve does, in a process of its own.
const hubCommand = "hub"

// The first consumer of the benchmark's hub.
const (
	benchKey    = "benchbenchbenchbench"
	benchSecret = "bench-secret-bench-secret-bench-secret-1"
)

func serveHub(ctx context.Context, args []string) error {
	f := flag.NewFlagSet(hubCommand, flag.ContinueOnError)
	data := f.String("data", "", "data directory")
	profile := f.String("profile", "", "prefix of profiles")
	if err := f.Parse(args); err != nil {
		return err
	}
	app.TuneGC()
	if *profile != "" {
		end, err := startProfile(*profile)
		if err != nil {
			return err
		}
		defer end()
	}
	h, err := app.Start(ctx, app.Options{Addr: "127.0.0.1:0", Data: *data, BootstrapKey: benchKey, BootstrapSecret: benchSecret,
		TokenTTL: 6 * time.Hour, Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))})
	if err != nil {
		return err
	}
	door, err := serveDoor(ctx)
	if err != nil {
		return errors.Join(err, h.Close(ctx))
	}
	fmt.Println(h.Local, door)
	select {
	case <-ctx.Done():
	case <-h.Done:
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	return errors.Join(h.Err, h.Close(end))
}

func startProfile(prefix string) (end func(), err error) {
	cpu, err := os.Create(prefix + "cpu.pprof")
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(cpu); err != nil {
		return nil, err
	}
	return func() {
		pprof.StopCPUProfile()
		cpu.Close()
		if mem, err := os.Create(prefix + "allocs.pprof"); err == nil {
			pprof.Lookup("allocs").WriteTo(mem, 0)
			mem.Close()
		}
	}, nil
}
