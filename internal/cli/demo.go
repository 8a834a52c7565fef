package cli

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/recado-hub/recado/internal/demo"
)

// runDemo tells the main job end to end and stays up until it is interrupted, or ends by itself with --once.
func runDemo(args []string, out, errOut io.Writer) error {
	f := flags("demo", errOut)
	o := demo.Options{Out: out, Log: slog.New(slog.NewTextHandler(errOut, &slog.HandlerOptions{Level: slog.LevelWarn}))}
	f.StringVar(&o.Data, "data", "", "data `directory` to make and keep, or to go on with; default a temporary one")
	f.BoolVar(&o.Once, "once", false, "end with the story; exit code 0 only if every expected message was read")
	// RECADO_DATA and the like belong to a hub that somebody runs: the demo must not move in there.
	if err := parseArgs(f, args); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	go func() { <-ctx.Done(); stop() }() // a second signal is not caught
	err := demo.Run(ctx, o)
	if errors.Is(err, demo.ErrUnread) {
		return errSilent
	}
	return err
}
