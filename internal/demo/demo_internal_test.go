package demo

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

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
	s := &stage{dir: dir, memory: m, screen: &screen{out: &out}, rules: rules()}
	defer func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	}()
	if err := s.open(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if err := s.sandbox.AddFaults(sandbox.Fault{Code: 130472, Async: true}); err != nil {
		t.Fatal(err)
	}
	if err := s.tell(t.Context(), Options{Once: true}); !errors.Is(err, ErrUnread) {
		t.Errorf("the end is %v; it should be ErrUnread", err)
	}
	story := out.String()
	if !strings.Contains(story, "OS-2041: the message to "+jonasPhone+" is not read.") {
		t.Errorf("the sum does not say which message is missing:\n%s", story)
	}
	if !strings.Contains(story, "→ FAILED") || !strings.Contains(story, "because: RECEIPT ") {
		t.Errorf("the story does not say that a message failed, and why:\n%s", story)
	}
	if !strings.HasSuffix(story, "\ndemo: 8 expected, 7 read\n") {
		t.Errorf("the last line is not the sum:\n%s", story)
	}
}

func TestTheSumHoldsThePhonesAgainstTheStory(t *testing.T) {
	t.Parallel()
	message := sandbox.Message{To: jonasPhone, Template: "wo_assigned", Language: "pt_BR", Text: "Olá, Jonas! *OS-1*", Callback: "dlv_1",
		Statuses: []sandbox.Status{{Status: "read"}}}
	good := wanted{jonasPhone, "wo_assigned", "pt_BR", []string{"Jonas", "*OS-1*"}}
	for name, c := range map[string]struct {
		want  wanted
		state string
		read  int
	}{
		"the message that was wanted is counted":       {good, "READ", 1},
		"one that the hub does not know as read isn't": {good, "DELIVERED", 0},
		"one to another phone isn't":                   {wanted{luciaPhone, good.template, good.language, good.has}, "READ", 0},
		"one in another language isn't":                {wanted{good.to, good.template, "es", good.has}, "READ", 0},
		"one of another template isn't":                {wanted{good.to, "wo_status", good.language, good.has}, "READ", 0},
		"one with another text isn't":                  {wanted{good.to, good.template, good.language, []string{"*OS-2*"}}, "READ", 0},
	} {
		t.Run(name, func(t *testing.T) {
			p := &play{stage: &stage{screen: &screen{out: &bytes.Buffer{}}}, states: map[string]string{"dlv_1": c.state}}
			if got := p.sumMessage(&order{}, c.want, &[]sandbox.Message{message}); got != c.read {
				t.Errorf("counted %d, want %d", got, c.read)
			}
		})
	}
}

func TestAReasonThatIsMissingOrAnotherFailsTheDemo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		told []string
		good bool
	}{
		"the reason that was wanted is good": {[]string{"Not sent: got nothing"}, true},
		"no reason isn't":                    {nil, false},
		"another reason isn't":               {[]string{"Not sent: got something"}, false},
		"one more isn't":                     {[]string{"Not sent: got nothing", "Not sent: FAILED"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			o := &order{why: []string{"got nothing"}}
			p := &play{stage: &stage{screen: &screen{out: &bytes.Buffer{}}}, told: map[*order][]string{o: c.told}}
			if got := p.sumReasons(o); got != c.good {
				t.Errorf("it is %v", got)
			}
		})
	}
}

func TestSeveralMessagesOfOneExecutionAreShownByTheSlowest(t *testing.T) {
	t.Parallel()
	p := &play{states: map[string]string{}}
	w := &way{been: map[string]map[string]bool{}, shown: map[string]bool{}}
	var shown []string
	enter := func(delivery, state string) {
		p.states[delivery] = state
		w.enter(delivery, state, true)
		if p.together(w, state) {
			shown = append(shown, state)
		}
	}
	for _, state := range []string{"PENDING", "SENDING", "SENT", "READ"} {
		enter("a", state)
		enter("b", state)
	}
	if got := strings.Join(shown, " "); got != "PENDING SENDING SENT READ" {
		t.Errorf("shown: %s", got)
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

func TestNothingIsWiderThanTheScreen(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	s := &screen{out: &out}
	words := strings.Repeat("ação ", 40)
	s.part("%s", words)
	s.chapter("%s", words)
	s.line("   %s", words)
	s.fact("label", "%s", words)
	at := time.Date(2026, 11, 22, 14, 0, 0, 0, time.Local)
	for range 12 {
		s.step("a", "OS-1", "QUEUED", at, at.Add(3*time.Millisecond))
	}
	s.end()
	for line := range strings.SplitSeq(out.String(), "\n") {
		if utf8.RuneCountInString(line) > columns {
			t.Errorf("%d columns: %s", utf8.RuneCountInString(line), line)
		}
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
