package host

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/hub"
)

// logged writes pieces to a logWriter and returns the records as decoded JSON.
func logged(t *testing.T, secrets map[string]string, pieces ...string) ([]map[string]any, *logWriter) {
	t.Helper()
	var out bytes.Buffer
	var r redactor
	r.learn(&hub.OpenIntegration{Key: 1, Version: 1, Secrets: secrets})
	log := slog.New(slog.NewJSONHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug})).With("connector", "probe")
	w := &logWriter{log: log, redact: &r}
	for _, p := range pieces {
		if n, err := w.Write([]byte(p)); n != len(p) || err != nil {
			t.Fatalf("Write = %d, %v; want %d, nil", n, err, len(p))
		}
	}
	var records []map[string]any
	for line := range strings.Lines(out.String()) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatal(err)
		}
		records = append(records, m)
	}
	return records, w
}

func TestLogWriter(t *testing.T) {
	t.Parallel()
	t.Run("makes a record of a JSON line with level, time and attributes", func(t *testing.T) {
		t.Parallel()
		got, _ := logged(t, nil, `{"@level":"warn","@message":"slow","@timestamp":"2026-01-02T03:04:05.000006Z","ms":12,"deep":{"a":1}}`+"\n")
		if len(got) != 1 {
			t.Fatalf("%d records, want 1", len(got))
		}
		for key, want := range map[string]any{
			"level": "WARN", "msg": "slow", "time": "2026-01-02T03:04:05.000006Z", "ms": 12.0, "deep": `{"a":1}`, "connector": "probe",
		} {
			if got[0][key] != want {
				t.Errorf("%s = %v, want %v", key, got[0][key], want)
			}
		}
	})
	t.Run("joins a line that comes in pieces and parts lines that come together", func(t *testing.T) {
		t.Parallel()
		got, _ := logged(t, nil, "one", " two\r\n\nthr", "ee\nfour\n")
		var messages []any
		for _, r := range got {
			messages = append(messages, r["msg"])
		}
		if want := []any{"one two", "three", "four"}; len(messages) != 3 || messages[0] != want[0] || messages[1] != want[1] || messages[2] != want[2] {
			t.Errorf("messages %q, want %q", messages, want)
		}
	})
	t.Run("blots out secrets in messages, attributes and plain lines, also escaped ones", func(t *testing.T) {
		t.Parallel()
		secrets := map[string]string{"token": "EAAB+x/y==", "pin": "12"}
		got, _ := logged(t, secrets,
			`{"@level":"info","@message":"with EAAB+x/y== in it","header":"Bearer EAAB+x/y==","list":["EAAB+x/y=="]}`+"\n",
			"GET https://x/?access_token=EAAB%2Bx%2Fy%3D%3D 12 times\n")
		if len(got) != 2 {
			t.Fatalf("%d records, want 2", len(got))
		}
		all, _ := json.Marshal(got)
		if strings.Contains(string(all), "EAAB") {
			t.Errorf("a secret is in the log: %s", all)
		}
		if msg := got[1]["msg"]; msg != "GET https://x/?access_token=*** 12 times" {
			t.Errorf("plain line became %q", msg)
		}
	})
	t.Run("cuts a line that is too long and goes on with the next", func(t *testing.T) {
		t.Parallel()
		got, _ := logged(t, nil, `{"@message":"`+strings.Repeat("x", longestLine), strings.Repeat("y", longestLine)+"\"}\nnext\n")
		if len(got) != 2 || got[1]["msg"] != "next" {
			t.Fatalf("%d records, the last %v; want 2, the last one next", len(got), got[len(got)-1]["msg"])
		}
		if msg := got[0]["msg"].(string); len(msg) > longestLine+20 || !strings.HasSuffix(msg, "(cut off)") {
			t.Errorf("the long line has %d bytes and ends with %q", len(msg), msg[len(msg)-20:])
		}
	})
	t.Run("logs a panic as errors and quotes only what the runtime says", func(t *testing.T) {
		t.Parallel()
		got, w := logged(t, nil, "hello\npanic: runtime error: index out of range [3] with length 3\n\ngoroutine 7 [running]:\n")
		if got[0]["level"] != "INFO" || got[1]["level"] != "ERROR" || got[2]["level"] != "ERROR" {
			t.Errorf("levels %v %v %v, want INFO ERROR ERROR", got[0]["level"], got[1]["level"], got[2]["level"])
		}
		if words := w.panicWords(); words != "panic: runtime error: index out of range [3] with length 3" {
			t.Errorf("quotes %q", words)
		}
		_, w = logged(t, nil, "panic: token is hunter2hunter2\n")
		if words := w.panicWords(); strings.Contains(words, "hunter2") || words == "" {
			t.Errorf("quotes %q of a panic that may hold anything", words)
		}
	})
}

func TestLogLinesOfOtherLoggersKeepLevelTimeAndFields(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ line, level, msg, at string }{
		"log/slog":           {`{"time":"2026-01-02T03:04:05Z","level":"ERROR","msg":"no answer","n":7}`, "ERROR", "no answer", "2026-01-02T03:04:05Z"},
		"slog between":       {`{"level":"WARN+1","msg":"no answer","n":7}`, "WARN+1", "no answer", ""},
		"pino":               {`{"level":40,"time":1767323045000,"pid":1,"n":7,"msg":"slow"}`, "WARN", "slow", "2026-01-02T03:04:05Z"},
		"pino's trace":       {`{"level":10,"n":7,"msg":"slow"}`, "DEBUG", "slow", ""},
		"zap":                {`{"level":"fatal","ts":1767323045.5,"n":7,"msg":"gone"}`, "ERROR", "gone", "2026-01-02T03:04:05.5Z"},
		"structlog":          {`{"event":"slow","level":"warning","timestamp":"2026-01-02T03:04:05Z","n":7}`, "WARN", "slow", "2026-01-02T03:04:05Z"},
		"python-json-logger": {`{"levelname":"CRITICAL","message":"gone","n":7}`, "ERROR", "gone", ""},
		"no level":           {`{"msg":"hello","n":7}`, "INFO", "hello", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, _ := logged(t, nil, c.line+"\n")
			if len(got) != 1 || got[0]["level"] != c.level || got[0]["msg"] != c.msg || got[0]["n"] != 7.0 {
				t.Fatalf("it became %v", got)
			}
			if c.at == "" {
				return
			}
			at, err := time.Parse(time.RFC3339Nano, got[0]["time"].(string))
			want, _ := time.Parse(time.RFC3339Nano, c.at)
			if err != nil || !at.Equal(want) {
				t.Errorf("its time is %v, want %v", got[0]["time"], c.at)
			}
		})
	}
}

func TestALogLineCannotSpeakInAnotherConnectorsName(t *testing.T) {
	t.Parallel()
	got, _ := logged(t, nil, `{"@level":"info","@message":"hi","connector":"whatsapp","level":"ERROR","msg":"forged"}`+"\n")
	if got[0]["connector"] != "probe" || got[0]["connector_"] != "whatsapp" || got[0]["level"] != "INFO" || got[0]["msg"] != "hi" {
		t.Errorf("it became %v", got[0])
	}
}

func TestPlainLinesHaveTheLevelThatTheyBeginWithOrThatOfTheirStackTrace(t *testing.T) {
	t.Parallel()
	got, _ := logged(t, nil, strings.Join([]string{
		"hello", "WARNING: low on disk", "[error] no answer", "ERRORS were none", "WARN low",
		"Traceback (most recent call last):", `  File "connector.py", line 7, in send`, "ValueError: no", "after it",
		"    at Sender.send (connector.js:3:9)", "and on", "",
	}, "\n"))
	var levels []string
	for _, r := range got {
		levels = append(levels, r["level"].(string))
	}
	want := []string{"INFO", "WARN", "ERROR", "INFO", "WARN", "ERROR", "ERROR", "ERROR", "INFO", "ERROR", "INFO"}
	if !slices.Equal(levels, want) {
		t.Errorf("the levels are %v, want %v", levels, want)
	}
}

func TestTheLastErrorOfAStructuredLogIsAConnectorsLastWord(t *testing.T) {
	t.Parallel()
	_, w := logged(t, map[string]string{"token": "hunter2hunter2"},
		`{"@level":"error","@message":"cannot use hunter2hunter2"}`+"\n", `{"@level":"info","@message":"bye"}`+"\n")
	if got := w.lastWords(); got != "cannot use ***" {
		t.Errorf("its last words are %q", got)
	}
}

func TestRedactor(t *testing.T) {
	t.Parallel()
	t.Run("forgets an integration's earlier secrets and keeps those of others", func(t *testing.T) {
		t.Parallel()
		var r redactor
		r.learn(&hub.OpenIntegration{Key: 1, Version: 1, Secrets: map[string]string{"a": "first-secret"}})
		r.learn(&hub.OpenIntegration{Key: 2, Version: 1, Secrets: map[string]string{"a": "other-secret"}})
		r.learn(&hub.OpenIntegration{Key: 1, Version: 2, Secrets: map[string]string{"a": "second-secret"}})
		if got, want := r.text("first-secret second-secret other-secret"), "first-secret *** ***"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	})
	t.Run("takes out whole a secret that contains another one", func(t *testing.T) {
		t.Parallel()
		var r redactor
		r.learn(&hub.OpenIntegration{Key: 1, Secrets: map[string]string{"a": "abcdef", "b": "abcdefghijkl"}})
		if got, want := r.text("<abcdefghijkl> <abcdef>"), "<***> <***>"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	})
}
