//go:build unix

package app_test

import (
	"encoding/json"
	"fmt"
	"net/http"
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
	t.Run("the audit log tells of it", func(t *testing.T) {
		var log struct {
			AuditLog struct {
				Nodes []struct{ Kind, Door, SubjectName string }
			}
		}
		restored.ask(t, `{ auditLog(filter: {kinds: [ADMINISTRATOR_RESET, BOOTSTRAPPED]}) { nodes { kind door subjectName } } }`, nil, &log)
		if got := fmt.Sprint(log.AuditLog.Nodes); got != "[{ADMINISTRATOR_RESET COMMAND Administrator (restored)} {BOOTSTRAPPED COMMAND Administrator}]" {
			t.Errorf("it says %s", got)
		}
	})
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

func TestTokensOutliveANewSigningKey(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rotate := func(env ...string) *program {
		p := run(t, env, "keys", "rotate", "--data", dir)
		<-p.done
		return p
	}
	hub := serve(t, dir, anyPort)
	before := signIn(t, hub.url, adminKey, adminSecret)
	if p := rotate(); p.cmd.ProcessState.ExitCode() != 1 || !strings.Contains(p.errs.String(), "in use by another hub") {
		t.Errorf("while the hub runs: %d %q", p.cmd.ProcessState.ExitCode(), p.errs.String())
	}
	address := hub.addr()
	if code := hub.end(t, syscall.SIGTERM); code != 0 {
		t.Fatalf("the hub ended with %d", code)
	}
	if p := rotate("RECADO_SIGNING_KEY=x"); p.cmd.ProcessState.ExitCode() != 1 || !strings.Contains(p.errs.String(), "RECADO_SIGNING_KEY") {
		t.Errorf("with a key from the environment: %d %q", p.cmd.ProcessState.ExitCode(), p.errs.String())
	}
	p := rotate()
	found := regexp.MustCompile(`new +(\S+)\s+old +(\S+)`).FindStringSubmatch(p.out.String())
	if found == nil {
		t.Fatalf("it said %q and %q", p.out.String(), p.errs.String())
	}
	hub = serve(t, dir, address) // the same address, and so the same issuer
	before.ask(t, "{ viewer { locale } }", nil, &struct{}{})
	again := signIn(t, hub.url, adminKey, adminSecret)
	again.ask(t, "{ viewer { locale } }", nil, &struct{}{})
	var log struct {
		AuditLog struct {
			Nodes []struct {
				Kind, Door, Address string
				ConsumerName        *string
				Count               int
			}
		}
	}
	again.ask(t, `{ auditLog(filter: {kinds: [KEYS_ROTATED]}) { nodes { kind door count address consumerName } } }`, nil, &log)
	if n := log.AuditLog.Nodes; len(n) != 1 || n[0].Door != "COMMAND" || n[0].ConsumerName != nil {
		t.Errorf("the audit log says %+v", n)
	}
	again.ask(t, `{ auditLog(filter: {kinds: [TOKEN_GRANTED]}) { nodes { kind door count address consumerName } } }`, nil, &log)
	if n := log.AuditLog.Nodes; len(n) == 0 || n[len(n)-1].Door != "OAUTH" || n[len(n)-1].Address != "127.0.0.1" || *n[len(n)-1].ConsumerName != "Administrator" {
		t.Errorf("of tokens the audit log says %+v", n)
	}
	answer, err := http.Get(hub.url + "/.well-known/jwks.json")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	var set struct{ Keys []struct{ Kid string } }
	if err := json.NewDecoder(answer.Body).Decode(&set); err != nil || len(set.Keys) != 2 || set.Keys[0].Kid != found[1] || set.Keys[1].Kid != found[2] {
		t.Errorf("the public keys are %v, want %v: %v", set, found[1:], err)
	}
}

func TestAKeyIsRotatedOnlyWhereThereIsOne(t *testing.T) {
	t.Parallel()
	p := run(t, nil, "keys", "rotate", "--data", t.TempDir())
	<-p.done
	if p.cmd.ProcessState.ExitCode() != 1 || !strings.Contains(p.errs.String(), "there is no hub's data") {
		t.Errorf("it ended with %d and said %q", p.cmd.ProcessState.ExitCode(), p.errs.String())
	}
}
