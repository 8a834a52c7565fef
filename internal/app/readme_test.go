//go:build unix

package app_test

import (
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

// The README's four steps are pasted into a shell as they stand there, with the sandbox for Meta: only the values to be put in,
// and the address of the API, are the test's.
func TestTheStepsOfTheREADMEWorkAsTheyStandThere(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"sh", "curl", "sed", "tee"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is needed to paste the README's commands, and is not installed", tool)
		}
	}
	meta, err := sandbox.Start("127.0.0.1:0", sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = meta.Close() }()
	hub := serve(t, t.TempDir(), anyPort)
	defer hub.kill()

	script := stepsOfREADME(t, map[string]string{"HUB": hub.url, "KEY": adminKey, "SECRET": adminSecret,
		"PHONE_NUMBER_ID": sandbox.DefaultPhoneNumberID, "WABA_ID": sandbox.DefaultWABAID, "ACCESS_TOKEN": sandbox.DefaultAccessToken,
		"APP_SECRET": sandbox.DefaultAppSecret, "VERIFY_TOKEN": sandbox.DefaultVerifyToken})
	const aSetting = `"settings": {`
	if strings.Count(script, aSetting) != 1 {
		t.Fatal("the README has no settings, or several")
	}
	script = strings.Replace(script, aSetting, aSetting+`"base_url": "`+meta.URL()+`", `, 1)
	out, err := exec.CommandContext(t.Context(), "sh", "-euc", script).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	answers := string(out)
	for _, wanted := range []string{`"integrationCheck":{"integration":{"state":"READY"},"problems":[]`, `"flowEnable":{"flow":{"enabled":true}`,
		`"eventEnable":{"event":{"enabled":true}`, `"repeat":false`, `"recipient":"+5531998765432"`} {
		if !strings.Contains(answers, wanted) {
			t.Errorf("no answer has %s", wanted)
		}
	}
	if n := strings.Count(answers, `"userErrors":[]`); n != 8 || strings.Contains(answers, `"errors"`) {
		t.Errorf("%d of 8 mutations had no errors", n)
	}
	if t.Failed() {
		t.Log(answers)
	}

	// What the reader does in Meta's dashboard, with the URL that the README's commands print.
	callback := regexp.MustCompile(`Callback URL for Meta's dashboard: (\S+)`).FindStringSubmatch(answers)
	if callback == nil {
		t.Fatalf("no callback URL is printed:\n%s", answers)
	}
	answer, err := http.PostForm(meta.URL()+"/v25.0/"+sandbox.DefaultAppID+"/subscriptions", url.Values{
		"object": {"whatsapp_business_account"}, "callback_url": {callback[1]}, "verify_token": {sandbox.DefaultVerifyToken},
		"access_token": {sandbox.DefaultAppID + "|" + sandbox.DefaultAppSecret}})
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Errorf("the callback URL was not verified: %s", answer.Status)
	}
	w := &world{sandbox: meta}
	w.arrived(t, 1)
	if m := w.messagesOf("OS-2041"); len(m) != 1 || m[0].To != "+5531998765432" {
		t.Errorf("the phones got %+v", m)
	}
}

// stepsOfREADME is every shell block of the section, with values for the variables that the reader is to fill in.
func stepsOfREADME(t *testing.T, values map[string]string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(text), "\n## The four steps, with curl\n")
	if !found {
		t.Fatal("the README has no section: The four steps, with curl")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	var script strings.Builder
	for _, block := range regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(section, -1) {
		script.WriteString(block[1])
	}
	filled := script.String()
	for name, value := range values {
		line := regexp.MustCompile(`(?m)^` + name + `=.*$`)
		if !line.MatchString(filled) {
			t.Fatalf("the README does not have the reader fill in %s", name)
		}
		filled = line.ReplaceAllLiteralString(filled, name+"='"+value+"'")
	}
	if strings.Contains(filled, "…") {
		t.Fatalf("something is left to be filled in:\n%s", filled)
	}
	return filled
}

// The guide's three ways to send a CloudEvent are pasted into a shell as they stand there.
func TestTheCloudEventsOfTheGuideAreTakenAsTheyStandThere(t *testing.T) {
	t.Parallel()
	for _, tool := range []string{"sh", "curl"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is needed to paste the guide's commands, and is not installed", tool)
		}
	}
	hub := serve(t, t.TempDir(), anyPort)
	guide, err := os.ReadFile("../../schema/README.md")
	if err != nil {
		t.Fatal(err)
	}
	var answers []string
	for _, part := range strings.Split(string(guide), "```sh\n")[1:] {
		command, _, _ := strings.Cut(part, "```")
		const here = "http://127.0.0.1:8080/events"
		if !strings.Contains(command, here) {
			continue
		}
		run := exec.CommandContext(t.Context(), "sh", "-euc", strings.ReplaceAll(command, here, hub.url+"/events"))
		run.Env = append(os.Environ(), "TOKEN="+signIn(t, hub.url, adminKey, adminSecret).token)
		out, err := run.Output()
		if err != nil {
			t.Fatalf("%v\n%s", err, command)
		}
		answers = append(answers, string(out))
	}
	if len(answers) != 3 {
		t.Fatalf("the guide has %d commands that send events", len(answers))
	}
	for i, answer := range answers[:2] {
		if !strings.Contains(answer, `"id":"occ_`) || !strings.Contains(answer, `"repeat":false`) {
			t.Errorf("the guide's command %d is answered with %s", i, answer)
		}
	}
	if batch := answers[2]; strings.Count(batch, `"status":202`) != 2 || strings.Count(batch, `"repeat":true`) != 1 {
		t.Errorf("the guide's batch is answered with %s", batch)
	}
}
