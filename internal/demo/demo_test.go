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
	story := tell(t, t.TempDir())
	for _, wanted := range []string{
		"DESCRIPTION_EMPTY  description        Description cannot be empty",
		"MAPPING_EMPTY      targets.0.mapping  Mapping to destination configuration cannot be empty",
		"refused, with these 4 as its userErrors",
		"│ Tarefa: Trocar o selo mecânico da bomba de recalque │",
		"│ Ativo: Compressor de ar CP-03 ",
		"QUEUED → RUNNING → PENDING → SENDING → ACCEPTED",
		`Not sent for task 880102: the event "Nova OS para Jonas Campos" wants responsible EQUAL "JCAMPOS", and got "RNUNES".`,
		`Not sent for task 880106: the event "Nova OS para Jonas Campos" wants responsible EQUAL "JCAMPOS", and got nothing.`,
		"Not sent: no enabled event asks for work_management.work_orders.completed.",
		"Not sent again: it is known as a repeat of occ_",
		"4 messages expected, 4 on the phones, 4 read.",
	} {
		if !strings.Contains(story, wanted) {
			t.Errorf("the story does not say: %s", wanted)
		}
	}
	if !strings.HasSuffix(story, "\ndemo: 4 expected, 4 read\n") {
		t.Errorf("the last line is not the sum")
	}
	if t.Failed() {
		t.Log(story)
	}
}

func TestTheStoryCanBeToldAgainOnTheSameData(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new")
	tell(t, dir)
	story := tell(t, dir)
	if n := strings.Count(story, "is there already"); n != 5 {
		t.Errorf("%d of the 5 things were found again:\n%s", n, story)
	}
	if !strings.HasSuffix(story, "\ndemo: 4 expected, 4 read\n") {
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
	for _, wanted := range []string{`"subject":"OS-2041","state":"CLOSED","outcome":"SUCCEEDED"`, `"fired":true`, `"want":"JCAMPOS","got":null`, `"to":"QUEUED"`} {
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
