package cli

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

// What integrationCreate takes.
type (
	integrationInput struct {
		Connector string            `json:"connector"`
		Name      string            `json:"name"`
		Settings  map[string]string `json:"settings"`
		Secrets   []secretInput     `json:"secrets"`
	}
	secretInput struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
)

// sandboxIntegrations are the integrations that send to a sandbox.
func sandboxIntegrations(url, verifyToken string) (meta, twilio integrationInput) {
	meta = integrationInput{"whatsapp", "WhatsApp, Meta's sandbox",
		map[string]string{"base_url": url, "phone_number_id": sandbox.DefaultPhoneNumberID, "waba_id": sandbox.DefaultWABAID},
		[]secretInput{{"access_token", sandbox.DefaultAccessToken}, {"app_secret", sandbox.DefaultAppSecret}, {"verify_token", verifyToken}}}
	twilio = integrationInput{"whatsapp", "WhatsApp, Twilio's sandbox",
		map[string]string{"provider": "TWILIO", "twilio_url": url, "account_sid": sandbox.DefaultAccountSID, "from": sandbox.DefaultSender},
		[]secretInput{{"auth_token", sandbox.DefaultAuthToken}}}
	return meta, twilio
}

// greetSandbox prints what has to be known to develop against the sandbox. Its secrets open nothing else.
func greetSandbox(out io.Writer, url string, o sandboxOptions) {
	meta, twilio := sandboxIntegrations(url, o.verifyToken)
	fmt.Fprintf(out, "The sandbox of WhatsApp behaves as Meta's Cloud API and as Twilio do, at %s\n", url)
	fmt.Fprintf(out, "Its phones, live: %s/sandbox\n", url)
	for _, one := range []struct {
		title string
		input integrationInput
	}{{"Through Meta", meta}, {"Through Twilio", twilio}} {
		text, err := json.MarshalIndent(map[string]any{"input": one.input}, "  ", "  ")
		if err != nil {
			panic(err) // strings always marshal
		}
		fmt.Fprintf(out, "\n%s, the variables of integrationCreate:\n\n  %s\n", one.title, text)
	}
	fmt.Fprintf(out, `
Templates: wo_assigned (7 values), wo_status, critical_alert, request_update (6), in 7 languages; GET %s/sandbox/templates lists
them, with the Content SIDs that Twilio wants. The token %s has expired.

Callbacks: Twilio gets its address with each message. Meta must be told that of the integration:

  curl %s/sandbox/webhook -d '{"url": "http://127.0.0.1:8080/callbacks/int_…", "verify_token": "%s"}'

What persons write comes from Twilio only when it is told an address, too: with "provider": "TWILIO". Ctrl-C ends the sandbox.

`, url, sandbox.ExpiredAccessToken, url, o.verifyToken)
}
