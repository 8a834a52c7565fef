package demo_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/recado-hub/recado/internal/app"
	"github.com/recado-hub/recado/internal/demo"
)

// The hub of the demo runs its connector by the executable that it is in: here, this test.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == app.ConnectorCommand {
		if err := app.ServeConnector(os.Args[2]); err != nil {
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func TestTheStoryEndsWithEveryExpectedMessageRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	story := strings.ReplaceAll(tell(t, dir), dir, "/tmp") // a long name is nobody's line break
	for _, wanted := range []string{
		"DESCRIPTION_EMPTY  A descrição não pode ficar vazia",
		"MAPPING_EMPTY      O mapeamento para a configuração de destino não pode\n",
		"refused; asked with Accept-Language: pt-BR",
		`"Cambio de estado o cierre de OT (es)"`,
		"QUEUED → RUNNING → PENDING → SENDING → ACCEPTED",

		"Data flow 1 of 4: new task assignment, in pt-BR",
		"│ Tarefa: Trocar o selo mecânico da bomba de recalque ",
		"│ Ativo: Esteira transportadora TC-07 ",
		`wants responsible EQUAL "JCAMPOS", and got "RNUNES".`,
		`wants responsible EQUAL "JCAMPOS", and got nothing.`,
		"Not sent again: it is known as a repeat of occ_",

		"Data flow 2 of 4: critical alerts, in en",
		`The hub noticed by itself: "Out of range reading" of TT-101, executions: 1`,
		"│ Measured: *93.4 °C* ",
		"and just so on +44",
		"deviation GREATER_OR_EQUAL 5, and got 1.2.",
		"the hub noticed nothing",

		"Data flow 3 of 4: work-order status change or close, in es",
		`The hub noticed by itself: "OT finalizada" of OT-`,
		"│ *En revisión*. ",
		"│ *Finalizada*. ",
		"no enabled event asks for work_management.work_orders.cancelled.",

		"Data flow 4 of 4: requests and consultations, in fr",
		"│ *Ouverte*. ",
		"│ Note : Joint remplacé ",
		"RECIPIENT_INVALID: le champ est vide",

		"8 messages expected, 8 on the phones, 8 read; 11 reasons",
	} {
		if !strings.Contains(oneLine(story), oneLine(wanted)) {
			t.Errorf("the story does not say: %s", wanted)
		}
	}
	for _, date := range []string{`Criada em: \p{L}+(-feira)?, \d+/\d\d, \d\d:\d\d │`, `Fecha: \p{L}+ \d+ de \p{L}+, \d\d:\d\d │`, `On: \d+ [A-Z]\p{L}+, \d\d:\d\d │`,
		`Le : \p{L}+ \d+ \p{L}+, \d\d:\d\d │`} {
		if !regexp.MustCompile(date).MatchString(oneLine(story)) {
			t.Errorf("no date reads as %s", date)
		}
	}
	for line := range strings.SplitSeq(story, "\n") {
		if width := utf8.RuneCountInString(line); width > 80 {
			t.Errorf("%d columns: %s", width, line)
		}
	}
	if !strings.HasSuffix(story, "\ndemo: 8 expected, 8 read\n") {
		t.Errorf("the last line is not the sum")
	}
	if t.Failed() {
		t.Log(story)
	}
}

// oneLine is a text without its line breaks and indents.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

func TestTheStoryCanBeToldAgainOnTheSameData(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new")
	tell(t, dir)
	story := tell(t, dir)
	if n := strings.Count(story, "is there already"); n != 13 {
		t.Errorf("%d of the 13 things were found again:\n%s", n, story)
	}
	if !strings.HasSuffix(story, "\ndemo: 8 expected, 8 read\n") {
		t.Errorf("the second telling went wrong:\n%s", story)
	}
}

func tell(t *testing.T, dir string) string {
	t.Helper()
	var out bytes.Buffer
	if err := demo.Run(t.Context(), demo.Options{Data: dir, Once: true, Out: &out}); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	return out.String()
}

func TestADirectoryThatIsNotTheDemosIsLeftAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "recado.db"), []byte("somebody's"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := demo.Run(t.Context(), demo.Options{Data: dir, Once: true, Out: &bytes.Buffer{}})
	if err == nil || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "--data") {
		t.Errorf("the error is %v; it should name the directory and what to do", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("the directory has %v (%v); nothing should have been added", entries, err)
	}
}

func TestADirectoryOfAnOlderDemoIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	memory := `{"admin": {"key": "k", "secret": "s"}, "flow": "flw_1", "event": "evt_1"}`
	if err := os.WriteFile(filepath.Join(dir, "demo.json"), []byte(memory), 0o600); err != nil {
		t.Fatal(err)
	}
	err := demo.Run(t.Context(), demo.Options{Data: dir, Once: true, Out: &bytes.Buffer{}})
	if err == nil || !strings.Contains(err.Error(), "another version") || !strings.Contains(err.Error(), "--data") {
		t.Errorf("the error is %v; it should say that the directory is of another version, and what to do", err)
	}
}

func TestATemporaryDirectoryIsRemoved(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	tell(t, "")
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 0 {
		t.Errorf("left behind: %v (%v)", entries, err)
	}
}

func TestThePrintedCommandsWorkWhileTheDemoStaysUp(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"sh", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is needed to paste the commands, and is not installed", tool)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	out := &output{more: make(chan struct{}, 1)}
	ended := make(chan error, 1)
	go func() { ended <- demo.Run(ctx, demo.Options{Data: t.TempDir(), Out: out}) }()
	story := out.wait(ctx, t, regexp.MustCompile(`(?s)\nHUB=.*# what.*# publish.*# why.*\n\n$`))
	_, paste, _ := strings.Cut(story, "\nHUB=")
	answers, err := exec.CommandContext(ctx, "sh", "-c", "HUB="+paste).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, answers)
	}
	for _, wanted := range []string{`"subject":"DI-501","state":"CLOSED","outcome":"SUCCEEDED"`, `"fired":true`, `"want":["P-12","P-14"],"got":"F-03"`, `"to":"QUEUED"`} {
		if !bytes.Contains(answers, []byte(wanted)) {
			t.Errorf("the answers do not have %s:\n%s", wanted, answers)
		}
	}
	out.wait(ctx, t, regexp.MustCompile(`(?s)Redutor RD-09.*→ READ`))
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("an interrupt should end it without an error, not with: %v", err)
	}
}

// output is a writer that can be waited for.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
	more chan struct{}
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	select {
	case o.more <- struct{}{}:
	default:
	}
	return o.text.Write(p)
}

func (o *output) wait(ctx context.Context, t *testing.T, wanted *regexp.Regexp) string {
	t.Helper()
	for {
		o.mu.Lock()
		text := o.text.String()
		o.mu.Unlock()
		if wanted.MatchString(text) {
			return text
		}
		select {
		case <-o.more:
		case <-ctx.Done():
			t.Fatalf("%s never came:\n%s", wanted, text)
		}
	}
}
