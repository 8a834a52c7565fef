//go:build unix

package app_test

import (
	"database/sql"
	"net"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	_ "modernc.org/sqlite"
)

func TestWhatCannotStartSaysWhyInOneLineAndExitsWithOne(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	used := t.TempDir()
	serve(t, used, anyPort)
	free := t.TempDir()
	for _, c := range []struct {
		name string
		args []string
		env  []string
		says []string
	}{
		{name: "a flag that does not exist", args: []string{"serve", "--nope"}, says: []string{"-nope"}},
		{name: "a word too many", args: []string{"serve", "now"}, says: []string{`"now"`}},
		{name: "a command that does not exist", args: []string{"frobnicate"}, says: []string{`"frobnicate"`, "recado help"}},
		{name: "a wrong public URL", args: []string{"--public-url", "ftp://hub.example.com", "--data", free}, says: []string{"--public-url", "ftp://hub.example.com"}},
		{name: "a wrong log level from the environment", args: []string{"--data", free}, env: []string{"RECADO_LOG_LEVEL=loud"}, says: []string{"loud", "debug, info, warn"}},
		{name: "a limit that lets nothing through", args: []string{"--max-depth", "0", "--data", free}, says: []string{"--max-depth", "1 at least"}},
		{name: "a time that is too short, from the environment", args: []string{"--data", free}, env: []string{"RECADO_QUERY_TIMEOUT=5ms"}, says: []string{"--query-timeout", "5ms", "1s at least"}},
		{name: "a budget that is less than one operation", args: []string{"--cost-budget", "5000", "--data", free}, says: []string{"--cost-budget", "5000", "100000", "--max-cost"}},
		{name: "an origin that is none", args: []string{"--cors-origins", "https://a.example, https://b.example/screens", "--data", free}, says: []string{"--cors-origins", "https://b.example/screens"}},
		{name: "trusted documents that are nowhere", args: []string{"--addr", anyPort, "--trusted-documents", filepath.Join(free, "none"), "--data", free}, says: []string{"trusted documents", "none"}},
		{name: "an address for connectors that is none", args: []string{"--addr", anyPort, "--data", t.TempDir()}, env: []string{"RECADO_OUTBOUND_ALLOW=10.1.2.3,intranet.example"}, says: []string{"--outbound-allow", "intranet.example", "10.1.0.0/16"}},
		{name: "a taken port", args: []string{"serve", "--addr", taken.Addr().String(), "--data", free}, says: []string{taken.Addr().String()}},
		{name: "a data directory in use", args: []string{"serve", "--addr", anyPort, "--data", used}, says: []string{used, "in use", "--data"}},
		{name: "a data directory of a newer version", args: []string{"serve", "--addr", anyPort, "--data", newer(t)}, says: []string{"newer version", "999"}},
		{name: "a data directory that is a file", args: []string{"serve", "--addr", anyPort, "--data", binary}, says: []string{binary}},
		{name: "a secrets key that is none", args: []string{"serve", "--addr", anyPort, "--data", free}, env: []string{"RECADO_SECRETS_KEY=short"}, says: []string{"RECADO_SECRETS_KEY", "base64"}},
		{name: "a bootstrap secret that can be guessed", args: []string{"serve", "--addr", anyPort, "--data", t.TempDir()}, env: []string{"RECADO_BOOTSTRAP_SECRET=guessme"}, says: []string{"16"}},
		{name: "a connector that does not exist", args: []string{"connector", "pigeon"}, says: []string{`"pigeon"`, "recado connector --help"}},
		{name: "a demo with a wrong flag", args: []string{"demo", "--twice"}, says: []string{"-twice"}},
		{name: "a demo on somebody's directory", args: []string{"demo", "--once", "--data", used}, says: []string{used, "--data"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := run(t, c.env, c.args...)
			if code := p.exit(t); code != 1 {
				t.Errorf("the exit code is %d", code)
			}
			line := p.errs.String()
			if !strings.HasPrefix(line, "recado: ") || strings.Count(line, "\n") != 1 || !strings.HasSuffix(line, "\n") {
				t.Errorf("it should say one line, and says:\n%s", line)
			}
			for _, part := range c.says {
				if !strings.Contains(line, part) {
					t.Errorf("the line does not name %s: %s", part, line)
				}
			}
			if strings.Contains(line, "guessme") {
				t.Error("the line has the secret in it")
			}
			if out := p.out.String(); out != "" {
				t.Errorf("it also wrote: %s", out)
			}
		})
	}
}

// newer makes a data directory whose database is ahead of the program.
func newer(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if code := serve(t, dir, anyPort).end(t, syscall.SIGTERM); code != 0 {
		t.Fatalf("the hub ended with %d", code)
	}
	db, err := sql.Open("sqlite", filepath.Join(dir, "recado.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.Exec("INSERT INTO migrations (version, name, at) VALUES (999, '0999_from_the_future', 0)"); err != nil {
		t.Fatal(err)
	}
	return dir
}

// wordAfter finds a word after a heading, on a line of their own.
func wordAfter(heading string) *regexp.Regexp {
	return regexp.MustCompile(`(?m)^ *` + heading + ` +(\S+)\n`)
}

func TestASecondStartShowsNoSecret(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := run(t, nil, "--addr", anyPort, "--data", dir)
	key := first.wait(t, wordAfter("key"))[1]
	secret := first.wait(t, wordAfter("secret"))[1]
	first.url = first.wait(t, servesAt)[1]
	signIn(t, first.url, key, secret)
	if code := first.end(t, syscall.SIGTERM); code != 0 {
		t.Errorf("the hub ended with %d", code)
	}
	second := run(t, nil, "--addr", anyPort, "--data", dir)
	second.url = second.wait(t, servesAt)[1]
	signIn(t, second.url, key, secret)
	if code := second.end(t, syscall.SIGINT); code != 0 {
		t.Errorf("the hub ended with %d", code)
	}
	for _, text := range []string{second.out.String(), second.errs.String(), first.errs.String()} {
		if strings.Contains(text, secret) {
			t.Errorf("the secret is shown again:\n%s", text)
		}
	}
}

func TestASecretThatWasGivenIsNotShown(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir(), anyPort)
	p.wait(t, wordAfter("key"))
	if out := p.out.String() + p.errs.String(); strings.Contains(out, adminSecret) {
		t.Errorf("it is shown:\n%s", out)
	}
	signIn(t, p.url, adminKey, adminSecret)
}

func TestHelpListsTheFlagsAndIsNoError(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ command, flag string }{{"serve", "-public-url"}, {"demo", "-once"}, {"--help", "recado serve"}, {"help", "recado demo"}} {
		p := run(t, nil, c.command, "--help")
		if code := p.exit(t); code != 0 || !strings.Contains(p.out.String()+p.errs.String(), c.flag) {
			t.Errorf("recado %s --help ended with %d and does not name %s:\n%s%s", c.command, code, c.flag, p.out.String(), p.errs.String())
		}
	}
}
