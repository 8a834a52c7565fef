package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/recado-hub/recado/internal/app"
	"github.com/recado-hub/recado/plugins/sdk/conformance"
)

// connectorTest runs the conformance suite against an executable.
func connectorTest(args []string, out, errOut io.Writer) error {
	f := flags("connector test", errOut)
	plugins := f.String("plugins", "", "`directory` of third-party connectors, in which a NAME is looked for")
	config := f.String("config", "", "`file` with what the suite cannot know by itself: settings that work, a delivery, how to see what was sent")
	asJSON := f.Bool("json", false, "report as JSON")
	strict := f.Bool("strict", false, "take a check that could not run for one that failed")
	o := conformance.Options{}
	f.IntVar(&o.Deliveries, "deliveries", 100_000, "`number` of deliveries over which memory must not grow")
	f.DurationVar(&o.Patience, "patience", 20*time.Second, "how `long` one answer may take")
	words, err := parseWords(f, args, 1)
	if err != nil {
		return err
	}
	if len(words) == 0 {
		return errors.New("say which connector to test: recado connector test PATH, or the NAME of one, with --config FILE for what the suite cannot know")
	}
	s, err := connectorSession(*plugins, words[0], *config, o)
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

func connectorSession(plugins, what, config string, o conformance.Options) (*conformance.Session, error) {
	file := &conformance.File{}
	if config != "" {
		var err error
		if file, err = conformance.ReadFile(config); err != nil {
			return nil, fmt.Errorf("the configuration cannot be read: %w", err)
		}
	}
	command, err := app.FindConnector(plugins, what)
	if err != nil {
		return nil, err
	}
	if command[0], err = filepath.Abs(command[0]); err != nil { // it runs in a directory of the suite's
		return nil, err
	}
	if len(command) == 1 { // a built-in one has its arguments
		command = append(command, file.Args...)
	}
	o.Path = command[0]
	return conformance.New(conformance.Executable{Command: command}, conformance.FromFile(file), o)
}
