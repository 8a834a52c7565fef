package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"time"

	"github.com/recado-hub/recado/plugins/sdk/conformance"
)

// connectorTest runs the conformance suite against an executable.
func connectorTest(args []string, out, errOut io.Writer) error {
	const usage = "say which executable to test: recado connector test PATH [--config FILE] [--json]"
	if len(args) == 0 {
		return errors.New(usage)
	}
	path := ""
	if !strings.HasPrefix(args[0], "-") {
		path, args = args[0], args[1:]
	}
	f := flags("connector test", errOut)
	config := f.String("config", "", "`file` with what the suite cannot know by itself: settings that work, a delivery, how to see what was sent")
	asJSON := f.Bool("json", false, "report as JSON")
	strict := f.Bool("strict", false, "take a check that could not run for one that failed")
	o := conformance.Options{}
	f.IntVar(&o.Deliveries, "deliveries", 100_000, "`number` of deliveries over which memory must not grow")
	f.DurationVar(&o.Patience, "patience", 20*time.Second, "how `long` one answer may take")
	if err := parseArgs(f, args); err != nil {
		return err
	}
	if path == "" {
		return errors.New(usage)
	}
	s, err := connectorSession(path, *config, o)
	if err != nil {
		return err
	}
	defer s.Close()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	people := conformance.Printer{W: out}
	report := s.Run(ctx, func(r conformance.Result) {
		if !*asJSON {
			people.Tell(r)
		}
	})
	if *asJSON {
		text, err := json.MarshalIndent(report, "", "  ")
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintf(out, "%s\n", text)
	} else {
		people.Summary(&report)
	}
	if report.Status == conformance.Failed || *strict && report.Counts[conformance.Skipped] > 0 {
		return errSilent
	}
	return nil
}

func connectorSession(path, config string, o conformance.Options) (*conformance.Session, error) {
	file := &conformance.File{}
	if config != "" {
		var err error
		if file, err = conformance.ReadFile(config); err != nil {
			return nil, fmt.Errorf("the configuration cannot be read: %w", err)
		}
	}
	found, err := exec.LookPath(path)
	if err != nil && !errors.Is(err, exec.ErrDot) {
		return nil, fmt.Errorf("%s cannot be run: %w", path, err)
	}
	absolute, err := filepath.Abs(found)
	if err != nil {
		return nil, err
	}
	o.Path = path
	return conformance.New(conformance.Executable{Command: append([]string{absolute}, file.Args...)}, conformance.FromFile(file), o)
}
