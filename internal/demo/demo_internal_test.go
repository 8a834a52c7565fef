package demo

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

func TestAMessageThatDoesNotArriveIsToldAndFailsTheDemo(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	dir := t.TempDir()
	m, err := recall(dir)
	if err != nil {
		t.Fatal(err)
	}
	s := &stage{dir: dir, memory: m, screen: &screen{out: &out}}
	defer func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	}()
	if err := s.open(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if err := s.sandbox.AddFaults(sandbox.Fault{Code: 131026, Async: true}); err != nil {
		t.Fatal(err)
	}
	if err := s.tell(t.Context(), Options{Once: true}); !errors.Is(err, ErrUnread) {
		t.Errorf("the end is %v; it should be ErrUnread", err)
	}
	story := out.String()
	if !strings.Contains(story, "→ FAILED") || !strings.Contains(story, "because: RECEIPT ") {
		t.Errorf("the story does not say that a message failed, and why:\n%s", story)
	}
	if !strings.HasSuffix(story, "\ndemo: 4 expected, 3 read\n") {
		t.Errorf("the last line is not the sum:\n%s", story)
	}
}

func TestLinesAreBrokenBetweenWords(t *testing.T) {
	t.Parallel()
	got := wrap("Olá, Jonas!\n\nA manutenção pediu", 12)
	want := []string{"Olá, Jonas!", "", "A manutenção", "pediu"}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTheWayOfAMessageGrowsOnItsOwnLine(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	s := &screen{out: &out}
	at := time.Date(2026, 11, 22, 14, 0, 0, 0, time.Local)
	s.step("a", "OS-1", "QUEUED", at, at)
	s.step("a", "OS-1", "SENDING", at, at.Add(3*time.Millisecond))
	s.step("b", "OS-2", "QUEUED", at, at)
	s.step("a", "OS-1", "ACCEPTED", at, at.Add(9*time.Millisecond))
	s.line("end")
	want := "   OS-1  14:00:00.000  QUEUED → SENDING +3 ms\n   OS-2  14:00:00.000  QUEUED\n   OS-1  14:00:00.009  ACCEPTED\nend\n"
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}
