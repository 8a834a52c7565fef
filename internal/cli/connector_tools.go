package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/recado-hub/recado/internal/app"
	"github.com/recado-hub/recado/plugins/sdk"
)

// recorder keeps what goes over the wire and what a connector logs, and shows it as it comes once it was told where.
type recorder struct {
	show io.Writer // nil: it is only kept

	mu      sync.Mutex
	began   time.Time
	wire    []sdk.WireMessage
	log     []string
	line    []byte
	secrets map[string]string
}

// startRecorded starts a connector that a person named.
func startRecorded(plugins, what, allow string) (*sdk.Running, *recorder, error) {
	command, err := app.FindConnector(plugins, what)
	if err != nil {
		return nil, nil, err
	}
	environment, err := app.ConnectorEnvironment(allow)
	if err != nil {
		return nil, nil, err
	}
	r := &recorder{began: time.Now()}
	running, err := sdk.Program{Command: command, Env: environment, Stderr: r, Wire: r.message}.Start()
	if err != nil {
		return nil, nil, fmt.Errorf("%s could not be started: %w", what, err)
	}
	return running, r, nil
}

// message takes one message of the wire.
func (r *recorder) message(m sdk.WireMessage) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wire = append(r.wire, m)
	if r.show == nil {
		return
	}
	arrow := "<-"
	if m.ToConnector {
		arrow = "->"
	}
	at := m.At.Sub(r.began).Milliseconds()
	if m.Status != "" {
		fmt.Fprintf(r.show, "%6d ms %s %s ended: %s\n", at, arrow, m.Call, m.Status)
		return
	}
	fmt.Fprintf(r.show, "%6d ms %s %s %s\n", at, arrow, m.Call, indented(m.Message))
}

func indented(text json.RawMessage) string {
	var b bytes.Buffer
	if json.Indent(&b, text, "", "  ") != nil {
		return string(text)
	}
	return b.String()
}

// longestShown is how many bytes of one line of a connector's log are kept.
const longestShown = 64 << 10

// Write takes a piece of the connector's log.
func (r *recorder) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for rest := p; len(rest) > 0; {
		piece, after, ended := bytes.Cut(rest, []byte{'\n'})
		r.line = append(r.line, piece[:min(len(piece), longestShown-len(r.line))]...)
		if ended {
			r.logged(string(r.line))
			r.line = r.line[:0]
		}
		rest = after
	}
	return len(p), nil
}

// clean takes the secrets that the connector was given out of what it says.
func (r *recorder) clean(text string) string {
	for _, secret := range r.secrets {
		if len(secret) >= 6 {
			text = strings.ReplaceAll(text, secret, "***")
		}
	}
	return text
}

func (r *recorder) logged(line string) {
	line = r.clean(line)
	r.log = append(r.log, line)
	if r.show != nil {
		fmt.Fprintf(r.show, "%6d ms log %s\n", time.Since(r.began).Milliseconds(), line)
	}
}

// printJSON writes a value as a person would like to read it.
func printJSON(out io.Writer, v any) error {
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
