//go:build unix

package app_test

import (
	"regexp"
	"strings"
	"syscall"
	"testing"
)

func TestAccessThatWasLostIsGivenBackOnTheMachineItself(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	hub := serve(t, dir, anyPort)
	t.Run("while the hub runs it is refused", func(t *testing.T) {
		p := run(t, nil, "consumer", "reset", "--data", dir)
		<-p.done
		if p.cmd.ProcessState.ExitCode() != 1 || !strings.Contains(p.errs.String(), "in use by another hub") {
			t.Errorf("it ended with %d and said %q", p.cmd.ProcessState.ExitCode(), p.errs.String())
		}
	})
	if code := hub.end(t, syscall.SIGTERM); code != 0 {
		t.Fatalf("the hub ended with %d", code)
	}
	p := run(t, nil, "consumer", "reset", "--data", dir)
	<-p.done
	found := regexp.MustCompile(`key +(\S+)\s+secret +(\S+)`).FindStringSubmatch(p.out.String())
	if found == nil {
		t.Fatalf("it said %q and %q", p.out.String(), p.errs.String())
	}
	hub = serve(t, dir, anyPort)
	restored := signIn(t, hub.url, found[1], found[2])
	restored.act(t, `mutation { groupCreate(input: {description: "By the restored administrator"}) { group { id } userErrors { message field } } }`, nil, &made{})
	t.Run("who had access before still has it", func(t *testing.T) { signIn(t, hub.url, adminKey, adminSecret) })
}

func TestResettingWhereNoHubWasMakesNothing(t *testing.T) {
	t.Parallel()
	p := run(t, nil, "consumer", "reset", "--data", t.TempDir())
	<-p.done
	if p.cmd.ProcessState.ExitCode() != 1 || !strings.Contains(p.errs.String(), "there is no hub's data") {
		t.Errorf("it ended with %d and said %q", p.cmd.ProcessState.ExitCode(), p.errs.String())
	}
}
