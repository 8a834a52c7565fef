package host

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// longestLine is how many bytes of one line of a connector's log are kept.
const longestLine = 64 << 10

// logWriter makes log records of what a connector writes to standard error: JSON lines become records with their level, time and attributes;
// anything else is a message. The record of a line carries connector=name.
type logWriter struct {
	log    *slog.Logger
	redact *redactor
	limit  *lineLimit // nil: none

	mu       sync.Mutex
	line     []byte
	cut      bool
	panicked bool
	trace    bool   // in a stack trace of Python's
	last     string // last line that was no JSON, or the message of an error
	fatal    string // first line of a panic, if it may be shown
}

// Write takes a piece of the stream. It never fails.
func (w *logWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := len(p)
	for {
		piece, rest, ended := bytes.Cut(p, []byte{'\n'})
		keep := min(len(piece), longestLine-len(w.line))
		w.line = append(w.line, piece[:keep]...)
		w.cut = w.cut || keep < len(piece)
		if !ended {
			return n, nil
		}
		w.flush()
		p = rest
	}
}

func (w *logWriter) flush() {
	line := bytes.TrimRight(w.line, "\r")
	w.line = w.line[:0]
	cut := w.cut
	w.cut = false
	if len(bytes.TrimSpace(line)) == 0 {
		return
	}
	if cut {
		line = append(line, "… (cut off)"...)
	} else if r, ok := w.structured(line); ok {
		w.handle(r)
		return
	}
	w.handle(w.plain(string(line)))
}

func (w *logWriter) handle(r slog.Record) {
	may, cut := w.limit.allow()
	if !may {
		return
	}
	if cut > 0 {
		w.log.Warn("lines of the connector's log were left out, because there were too many", "lines", cut)
	}
	if h := w.log.Handler(); h.Enabled(context.Background(), r.Level) {
		// A log that cannot be written is not the connector's fault and stops nothing.
		_ = h.Handle(context.Background(), r)
	}
}

// structured reads a JSON line; false if it is none, or has no message.
func (w *logWriter) structured(line []byte) (slog.Record, bool) {
	var fields map[string]any
	if line[0] != '{' || json.Unmarshal(line, &fields) != nil {
		return slog.Record{}, false
	}
	message, ok := take(fields, messageKeys).(string)
	if !ok {
		return slog.Record{}, false
	}
	message = w.redact.text(message)
	r := slog.NewRecord(timeOf(take(fields, timeKeys)), levelOf(take(fields, levelKeys)), message, 0)
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		if !strings.HasPrefix(key, "@") { // hclog's own, such as @module
			r.AddAttrs(slog.Attr{Key: attributeKey(key), Value: w.value(fields[key])})
		}
	}
	if r.Level >= slog.LevelError {
		w.last = message
	}
	return r, true
}

func (w *logWriter) value(v any) slog.Value {
	switch v := v.(type) {
	case string:
		return slog.StringValue(w.redact.text(v))
	case float64, bool, nil:
		return slog.AnyValue(v)
	default:
		text, err := json.Marshal(v)
		if err != nil {
			text = fmt.Append(nil, v)
		}
		return slog.StringValue(w.redact.text(string(text)))
	}
}

// plain makes a record of a line without structure. From the first line of a Go panic on, everything is an error.
func (w *logWriter) plain(line string) slog.Record {
	line = w.redact.text(strings.ToValidUTF8(line, "\uFFFD"))
	w.last = line
	if !w.panicked && (strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ")) {
		w.panicked = true
		w.fatal = panicText(line)
	}
	level := w.plainLevel(line)
	return slog.NewRecord(time.Now(), level, line, 0)
}

// plainLevel is the level that a line begins with, as in "WARNING: low on disk", or that of the stack trace which it belongs to.
func (w *logWriter) plainLevel(line string) slog.Level {
	indented := line[0] == ' ' || line[0] == '\t'
	switch {
	case w.panicked:
		return slog.LevelError
	case strings.HasPrefix(line, "Traceback (most recent call last):"): // Python
		w.trace = true
		return slog.LevelError
	case w.trace: // its last line is the exception, which is not indented
		w.trace = indented
		return slog.LevelError
	case indented && strings.HasPrefix(strings.TrimSpace(line), "at "): // JavaScript, Java, .NET
		return slog.LevelError
	}
	if m := leadingLevel.FindStringSubmatch(line); m != nil {
		return levelNamed(m[1] + m[2])
	}
	return slog.LevelInfo
}

// runtimePanics are how lines begin with which the Go runtime itself ends a program.
var runtimePanics = []string{
	"fatal error: ", "panic: runtime error: ", "panic: assignment to entry in nil map",
	"panic: send on closed channel", "panic: close of closed channel", "panic: close of nil channel",
}

// panicText is what may be shown of a panic outside of the log. What the runtime says is harmless; a program's own panic may hold
// anything.
func panicText(line string) string {
	for _, p := range runtimePanics {
		if strings.HasPrefix(line, p) {
			return hub.Clip(line, 300)
		}
	}
	return "a panic that is in the log"
}

// lastWords is the last plain line, for a process that failed to start; a running one may have been given secrets, so that only its
// panic is quoted.
func (w *logWriter) lastWords() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fatal != "" {
		return w.fatal
	}
	return hub.Clip(w.last, 300)
}

func (w *logWriter) panicWords() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.fatal
}
