//go:build unix

package cli_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/recado-hub/recado/internal/cli"
	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

// The test's binary is the program, too, when it is started with this in its environment.
const asProgram = "RECADO_CLI_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(cli.Run(os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// program is a started `recado sandbox whatsapp`.
type program struct {
	cmd *exec.Cmd
	url string

	mu       sync.Mutex
	out, err bytes.Buffer
}

// run starts the command and waits until it says where it is.
func run(t *testing.T, env []string, args ...string) *program {
	t.Helper()
	p := &program{cmd: exec.Command(os.Args[0], append([]string{"sandbox", "whatsapp", "--addr", "127.0.0.1:0"}, args...)...)}
	p.cmd.Env = append(append(os.Environ(), asProgram+"=1"), env...)
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.Stderr = &p.err
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	said := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			p.mu.Lock()
			p.out.WriteString(lines.Text() + "\n")
			p.mu.Unlock()
			if m := regexp.MustCompile(`Its phones, live: (\S+)/sandbox`).FindStringSubmatch(lines.Text()); m != nil {
				said <- m[1]
			}
		}
	}()
	select {
	case p.url = <-said:
	case <-time.After(20 * time.Second):
		t.Fatalf("the command did not say where it is: %s", p.err.String())
	}
	return p
}

func (p *program) printed() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.String()
}

// has waits until the command has printed a text.
func (p *program) has(t *testing.T, text string) {
	t.Helper()
	for began := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		got := p.printed()
		if strings.Contains(got, text) {
			return
		}
		if time.Since(began) > 10*time.Second {
			t.Fatalf("it never printed %q: %s", text, got)
		}
	}
}

// interrupt is Ctrl-C; the result is the exit code.
func (p *program) interrupt(t *testing.T) int {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = p.cmd.Wait(); close(ended) }()
	select {
	case <-ended:
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(10 * time.Second):
		t.Fatal("Ctrl-C did not end it")
	}
	return -1
}

func post(t *testing.T, url, token, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(text)
}

const aMessage = `{"messaging_product":"whatsapp","to":"+351912345678","type":"template","template":{"name":"wo_closed","language":{"code":"pt_BR"},` +
	`"components":[{"type":"body","parameters":[{"type":"text","text":"OT-1"},{"type":"text","text":"Ana"}]}]}}`

func send(t *testing.T, p *program) string {
	t.Helper()
	_, answer := post(t, p.url+"/v25.0/"+sandbox.DefaultPhoneNumberID+"/messages", sandbox.DefaultAccessToken, aMessage)
	return answer
}

func TestWhatThePhonesGotOutlivesASandboxThatIsKilled(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "messages")
	for range 2 {
		p := run(t, nil, "--messages", file)
		send(t, p)
		if err := p.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = p.cmd.Wait() // it was killed
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		var m sandbox.Message
		if err := json.Unmarshal([]byte(line), &m); err != nil || m.To != "+351912345678" {
			t.Errorf("a line is %q, %v", line, err)
		}
	}
	if n := strings.Count(string(text), "\n"); n != 2 {
		t.Errorf("it has %d lines, want those of both", n)
	}
}

func TestTheSandboxRunsAloneUntilItIsInterrupted(t *testing.T) {
	t.Parallel()
	script := filepath.Join(t.TempDir(), "faults.json")
	if err := os.WriteFile(script, []byte(`[{"code":131016,"times":1}]`), 0o600); err != nil {
		t.Fatal(err)
	}
	told := make(chan string, 10)
	ready := make(chan struct{}) // the hub comes up after the sandbox
	hub := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-ready:
		default:
			w.WriteHeader(http.StatusServiceUnavailable)
			close(ready)
			return
		}
		if q := r.URL.Query(); r.Method == http.MethodGet && q.Get("hub.verify_token") == "chosen" {
			_, _ = io.WriteString(w, q.Get("hub.challenge"))
			return
		}
		body, _ := io.ReadAll(r.Body)
		told <- string(body)
	}))
	defer hub.Close()
	// Flags, the environment, and a flag that wins over it.
	p := run(t, []string{"RECADO_SANDBOX_FAULTS=" + script, "RECADO_SANDBOX_THROUGHPUT=1000", "RECADO_SANDBOX_SENT=1h", "RECADO_ADDR=256.0.0.1:1"},
		"--callback-url", hub.URL+"/callbacks/int_1", "--verify-token", "chosen", "--sent", "1ms", "--delivered", "2h", "--throughput", "2")
	p.has(t, "Meta calls "+hub.URL)

	if got := send(t, p); !strings.Contains(got, "131016") {
		t.Errorf("the script of faults: %s", got)
	}
	for range 5 {
		if got := send(t, p); strings.Contains(got, "130429") {
			break
		} else if !strings.Contains(got, "accepted") {
			t.Errorf("%s", got)
		}
	}
	if got := send(t, p); !strings.Contains(got, "130429") {
		t.Errorf("the throughput: %s", got)
	}
	select {
	case body := <-told:
		if !strings.Contains(body, `"status":"sent"`) {
			t.Errorf("%s", body)
		}
	case <-time.After(10 * time.Second):
		t.Error("no callback came")
	}
	if code := p.interrupt(t); code != 0 || p.err.Len() > 0 && !strings.Contains(p.err.String(), "level=WARN") {
		t.Errorf("exit code %d: %s", code, p.err.String())
	}
}

func TestTheSandboxPrintsWhatAnIntegrationNeeds(t *testing.T) {
	t.Parallel()
	p := run(t, nil, "--read", "-1s", "--pair-rate", "--not-on-whatsapp", "+351912345678,+351912345679")
	p.has(t, "Ctrl-C ends the sandbox.")
	var inputs []struct {
		Input struct {
			Settings map[string]string
			Secrets  []struct{ Name, Value string }
		}
	}
	for _, block := range regexp.MustCompile(`(?s)\n  (\{\n    "input".*?\n  \})\n`).FindAllStringSubmatch(p.printed(), -1) {
		inputs = append(inputs, struct {
			Input struct {
				Settings map[string]string
				Secrets  []struct{ Name, Value string }
			}
		}{})
		if err := json.Unmarshal([]byte(block[1]), &inputs[len(inputs)-1]); err != nil {
			t.Fatalf("%v: %s", err, block[1])
		}
	}
	if len(inputs) != 2 || inputs[0].Input.Settings["base_url"] != p.url || inputs[1].Input.Settings["twilio_url"] != p.url ||
		len(inputs[0].Input.Secrets) != 3 || inputs[1].Input.Secrets[0].Value != sandbox.DefaultAuthToken {
		t.Errorf("%+v", inputs)
	}
	if res, err := http.Get(p.url + "/"); err != nil || res.StatusCode != 200 {
		t.Errorf("the page at /: %v, %v", res, err)
	}
	if got := send(t, p); !strings.Contains(got, "accepted") {
		t.Errorf("%s", got)
	}
}

func TestTheSandboxRefusesInOneLineWhatCannotBe(t *testing.T) {
	t.Parallel()
	broken := filepath.Join(t.TempDir(), "broken.json")
	if err := os.WriteFile(broken, []byte(`[{"cod":1}]`), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"no name of a sandbox":         {[]string{}, "recado sandbox whatsapp"},
		"a sandbox that is not":        {[]string{"sms"}, "recado sandbox whatsapp"},
		"an address that others reach": {[]string{"whatsapp", "--addr", "0.0.0.0:0"}, "--allow-network"},
		"every address":                {[]string{"whatsapp", "--addr", ":0"}, "--allow-network"},
		"an address without a port":    {[]string{"whatsapp", "--addr", "127.0.0.1"}, "--addr"},
		"a file of faults that is not": {[]string{"whatsapp", "--faults", broken + "x"}, "--faults"},
		"faults that mean nothing":     {[]string{"whatsapp", "--faults", broken}, "unknown field"},
		"a callback URL that is none":  {[]string{"whatsapp", "--callback-url", "hub"}, "--callback-url"},
		"one of Twilio's":              {[]string{"whatsapp", "--twilio-callback-url", "hub"}, "--twilio-callback-url"},
		"a throughput below nothing":   {[]string{"whatsapp", "--throughput", "-1"}, "--throughput"},
		"to keep nothing":              {[]string{"whatsapp", "--keep", "0"}, "--keep"},
		"a level that is none":         {[]string{"whatsapp", "--log-level", "loud"}, "--log-level"},
		"a flag that is none":          {[]string{"whatsapp", "--port", "1"}, "--help"},
		"times that run backwards":     {[]string{"whatsapp", "--sent", "-1s"}, "--sent"},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errOut bytes.Buffer
			if code := cli.Run(append([]string{"sandbox"}, c.args...), &out, &errOut); code != 1 || !strings.Contains(errOut.String(), c.want) || strings.Count(errOut.String(), "\n") != 1 || out.Len() > 0 {
				t.Errorf("exit code %d: %s%s", code, errOut.String(), out.String())
			}
		})
	}
	t.Run("and warns when others are let in", func(t *testing.T) {
		p := run(t, nil, "--addr", "0.0.0.0:0", "--allow-network")
		p.interrupt(t)
		if !strings.HasPrefix(p.err.String(), "WARNING: ") {
			t.Errorf("%s", p.err.String())
		}
	})
	t.Run("and lists its flags", func(t *testing.T) {
		var errOut bytes.Buffer
		if code := cli.Run([]string{"sandbox", "whatsapp", "--help"}, io.Discard, &errOut); code != 0 || !strings.Contains(errOut.String(), "-pair-rate") {
			t.Errorf("%d: %s", code, errOut.String())
		}
	})
}
