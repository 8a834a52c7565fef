//go:build unix

package app_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/app"
	"github.com/recado-hub/recado/internal/hub"
	"github.com/recado-hub/recado/internal/hubtest"
	"github.com/recado-hub/recado/internal/sqlite"
)

const sealedSecret = "EAAG-access-token-that-is-sealed"

// firstKey seals the secrets of sealedDirectory.
var firstKey = base64.StdEncoding.EncodeToString(hubtest.Key())

// sealedDirectory is the data of a stopped hub that has an integration with a secret and a callback that waits for its
// connector. The key is in its file unless it is to be given.
func sealedDirectory(t *testing.T, given bool) (dir string, integration int64) {
	t.Helper()
	dir = t.TempDir()
	db := hubtest.Open(t, dir, nil)
	i, err := db.IntegrationCreate(t.Context(), hubtest.Admin(t, db), &hub.Integration{Connector: "whatsapp", Name: "whatsapp nt", Settings: json.RawMessage("{}")},
		map[string]string{"access_token": sealedSecret})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Write(t.Context(), func(tx *sqlite.Tx) error {
		return tx.CallbackKeep(i.Key, hub.Callback{Method: "POST", ReceivedAt: time.Now(), Body: []byte(sealedSecret)})
	}); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if !given {
		writeFile(t, filepath.Join(dir, app.SecretsKeyFile), firstKey)
	}
	return dir, i.Key
}

func writeFile(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// keyIn is the text of the key in a data directory.
func keyIn(t *testing.T, dir string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, app.SecretsKeyFile))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

// readsItsSecrets opens the store of a stopped hub with a key, and reads what is sealed in it.
func readsItsSecrets(t *testing.T, dir, key string, integration int64) {
	t.Helper()
	raw, err := base64.StdEncoding.DecodeString(key)
	if err != nil {
		t.Fatal(err)
	}
	db := hubtest.Open(t, dir, func(o *sqlite.Options) { o.Key = raw })
	open, err := db.OpenIntegration(t.Context(), integration)
	if err != nil || open.Secrets["access_token"] != sealedSecret {
		t.Errorf("the secrets are %v: %v", open.Secrets, err)
	}
	if err := db.Write(t.Context(), func(tx *sqlite.Tx) error {
		kept, err := tx.Callbacks(0, 10)
		for _, k := range kept {
			if string(k.Callback.Body) != sealedSecret {
				t.Errorf("the callback is %q", k.Callback.Body)
			}
		}
		return err
	}); err != nil {
		t.Error(err)
	}
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

// rotate runs the command to its end.
func rotate(t *testing.T, dir string, env ...string) (code int, said string) {
	t.Helper()
	p := run(t, env, "secrets", "rotate", "--data", dir)
	return p.exit(t), p.out.String() + p.errs.String()
}

func TestTheKeyOfTheSecretsIsReplaced(t *testing.T) {
	t.Parallel()
	dir, integration := sealedDirectory(t, false)
	code, said := rotate(t, dir)
	key := keyIn(t, dir)
	if code != 0 || !strings.Contains(said, "(integrations: 1, callbacks that wait for their connector: 1)") || key == firstKey {
		t.Fatalf("it ended with %d and said %q", code, said)
	}
	if strings.Contains(said, key) || strings.Contains(said, firstKey) {
		t.Errorf("it shows a key: %s", said)
	}
	if info, err := os.Stat(filepath.Join(dir, app.SecretsKeyFile)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key's file is %v: %v", info.Mode(), err)
	}
	if _, err := os.Stat(filepath.Join(dir, app.NextSecretsKeyFile)); !os.IsNotExist(err) {
		t.Errorf("the next key is left over: %v", err)
	}
	readsItsSecrets(t, dir, key, integration)
	p := serve(t, dir, anyPort)
	if code, said := rotate(t, dir); code != 1 || !strings.Contains(said, "in use by another hub") || keyIn(t, dir) != key {
		t.Errorf("while the hub runs: %d %q", code, said)
	}
	p.end(t, syscall.SIGTERM)
	readsItsSecrets(t, dir, key, integration)
}

func TestAKeyFromTheEnvironmentIsReplacedByWhoeverGivesIt(t *testing.T) {
	t.Parallel()
	dir, integration := sealedDirectory(t, true)
	next := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{9}, sqlite.KeySize))
	for _, c := range []struct {
		name string
		env  []string
		says []string
	}{
		{"without a next one it says what to do", []string{"RECADO_SECRETS_KEY=" + firstKey}, []string{"RECADO_SECRETS_KEY_NEXT", "openssl rand -base64 32"}},
		{"a next one that is none is refused", []string{"RECADO_SECRETS_KEY=" + firstKey, "RECADO_SECRETS_KEY_NEXT=short"}, []string{"RECADO_SECRETS_KEY_NEXT", "base64"}},
		{"and one that is the same", []string{"RECADO_SECRETS_KEY=" + firstKey, "RECADO_SECRETS_KEY_NEXT=" + firstKey}, []string{"the same"}},
		{"and one where the key is no variable", []string{"RECADO_SECRETS_KEY_NEXT=" + next}, []string{"RECADO_SECRETS_KEY is not", app.SecretsKeyFile}},
		{"and a key that is not the database's", []string{"RECADO_SECRETS_KEY=" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{1}, 32)), "RECADO_SECRETS_KEY_NEXT=" + next}, []string{"nothing was changed", "another key"}},
		{"a file that is missing is not made anew", nil, []string{app.SecretsKeyFile, "missing"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, said := rotate(t, dir, c.env...)
			if code != 1 || strings.Count(said, "\n") != 1 {
				t.Errorf("it ended with %d and said %q", code, said)
			}
			for _, part := range c.says {
				if !strings.Contains(said, part) {
					t.Errorf("it does not say %q: %s", part, said)
				}
			}
			if strings.Contains(said, firstKey) || strings.Contains(said, next) {
				t.Errorf("it shows a key: %s", said)
			}
			readsItsSecrets(t, dir, firstKey, integration)
		})
	}
	for _, turn := range []string{"the first time", "again, as when it was cut off before it was done"} {
		code, said := rotate(t, dir, "RECADO_SECRETS_KEY="+firstKey, "RECADO_SECRETS_KEY_NEXT="+next)
		if code != 0 || !strings.Contains(said, "set RECADO_SECRETS_KEY to the value") || strings.Contains(said, next) || strings.Contains(said, firstKey) {
			t.Fatalf("%s: it ended with %d and said %q", turn, code, said)
		}
		readsItsSecrets(t, dir, next, integration)
	}
	if _, err := os.Stat(filepath.Join(dir, app.SecretsKeyFile)); !os.IsNotExist(err) {
		t.Errorf("a key that was given is written to a file: %v", err)
	}
	p := run(t, []string{"RECADO_SECRETS_KEY=" + firstKey}, "serve", "--addr", anyPort, "--data", dir)
	if code := p.exit(t); code != 1 || !strings.Contains(p.errs.String(), "another key") {
		t.Errorf("a start with the old key ended with %d: %s", code, p.errs.String())
	}
	serve(t, dir, anyPort, "RECADO_SECRETS_KEY="+next)
}

// stopAt names, for a process of this test, the data directory and the step after which a rotation is killed.
const stopAt = "RECADO_TEST_ROTATE"

// rotateAndDie rotates the key of a data directory and kills its own process at a step.
func rotateAndDie(dir, step string) int {
	_, err := app.RotateSecretsAt(context.Background(), dir, func(done string) {
		if done == step {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {} // until it arrives
		}
	})
	fmt.Println("it was not killed:", err)
	return 3
}

// killedAt is a data directory whose key was being replaced when the process was killed.
func killedAt(t *testing.T, step string) (dir string, integration int64) {
	t.Helper()
	dir, integration = sealedDirectory(t, false)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.Command(self)
	child.Env = append(environment(), stopAt+"="+step+" "+dir)
	out, err := child.CombinedOutput()
	if status, ok := child.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL {
		t.Fatalf("it ended with %v: %s", err, out)
	}
	return dir, integration
}

func TestARotationThatIsKilledAtAnyStepLeavesAHubThatReadsItsSecrets(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		step    string
		rotated bool
	}{{"begun", false}, {"key written", false}, {"sealed", false}, {"committed", true}, {"key in place", true}, {"wiped", true}} {
		for name, settle := range map[string]func(t *testing.T, dir string){
			"and is started": func(t *testing.T, dir string) { serve(t, dir, anyPort).end(t, syscall.SIGTERM) },
			"and is killed as it starts": func(t *testing.T, dir string) {
				serve(t, dir, anyPort).kill()
				serve(t, dir, anyPort).end(t, syscall.SIGTERM)
			},
			"and is given back its administrator": func(t *testing.T, dir string) {
				p := run(t, nil, "consumer", "reset", "--data", dir)
				if code := p.exit(t); code != 0 {
					t.Errorf("it ended with %d: %s", code, p.errs.String())
				}
			},
		} {
			t.Run(c.step+" "+name, func(t *testing.T) {
				t.Parallel()
				dir, integration := killedAt(t, c.step)
				settle(t, dir)
				key := keyIn(t, dir)
				if (key != firstKey) != c.rotated {
					t.Errorf("the key is a new one: %v", key != firstKey)
				}
				if _, err := os.Stat(filepath.Join(dir, app.NextSecretsKeyFile)); !os.IsNotExist(err) {
					t.Errorf("the next key is left over: %v", err)
				}
				readsItsSecrets(t, dir, key, integration)
				if code, said := rotate(t, dir); code != 0 || keyIn(t, dir) == key {
					t.Errorf("another rotation ended with %d: %s", code, said)
				}
				readsItsSecrets(t, dir, keyIn(t, dir), integration)
			})
		}
	}
}

func TestTheNextRotationTakesUpOneThatWasKilled(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"key written", "committed"} {
		dir, integration := killedAt(t, step)
		if code, said := rotate(t, dir); code != 0 {
			t.Errorf("%s: it ended with %d: %s", step, code, said)
		}
		readsItsSecrets(t, dir, keyIn(t, dir), integration)
	}
}

func TestAStartAfterARotationWasCutOffSaysThatItIsToBeRunAgain(t *testing.T) {
	t.Parallel()
	for step, rotated := range map[string]bool{"key written": false, "committed": true} {
		dir, _ := killedAt(t, step)
		p := serve(t, dir, anyPort)
		if said := strings.Contains(p.errs.String(), "recado secrets rotate was cut off"); said != rotated {
			t.Errorf("killed when it was %s, the next start says so: %v\n%s", step, said, p.errs.String())
		}
	}
}

func TestANextKeyThatIsLeftOverIsJudgedByTheDatabase(t *testing.T) {
	t.Parallel()
	other := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{1}, sqlite.KeySize))
	for _, c := range []struct {
		name, current, next string
		says                string // of a start that is refused
	}{
		{"half of one is thrown away", firstKey, "AAAA", ""},
		{"an empty one is thrown away", firstKey, "", ""},
		{"the right one takes the place of a wrong one", other, firstKey, ""},
		{"with two wrong ones nothing starts", other, other, "neither"},
		{"a wrong one beside none does not become the key", "", other, "no such file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir, integration := sealedDirectory(t, true)
			if c.current != "" {
				writeFile(t, filepath.Join(dir, app.SecretsKeyFile), c.current)
			}
			writeFile(t, filepath.Join(dir, app.NextSecretsKeyFile), c.next)
			if c.says == "" {
				serve(t, dir, anyPort).end(t, syscall.SIGTERM)
				readsItsSecrets(t, dir, keyIn(t, dir), integration)
				return
			}
			p := run(t, nil, "serve", "--addr", anyPort, "--data", dir)
			if code := p.exit(t); code != 1 || !strings.Contains(p.errs.String(), c.says) || !strings.Contains(p.errs.String(), app.NextSecretsKeyFile) {
				t.Errorf("it ended with %d: %s", code, p.errs.String())
			}
			if text, err := os.ReadFile(filepath.Join(dir, app.NextSecretsKeyFile)); err != nil || string(text) != c.next {
				t.Errorf("the key that was left over became %q: %v", text, err)
			}
		})
	}
}
