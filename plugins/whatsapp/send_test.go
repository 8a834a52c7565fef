package whatsapp_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
	"github.com/recado-hub/recado/plugins/whatsapp"
	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

func TestSend(t *testing.T) {
	t.Parallel()
	box := meta(t, sandbox.Options{Callbacks: sandbox.Callbacks{Off: true}})
	s := sender(t, integration(box.URL()))
	last := func() sandbox.Message { all := box.Messages(); return all[len(all)-1] }

	t.Run("the phone shows the template with the values", func(t *testing.T) {
		o := send(t, s, assignment("dlv_1"))
		m := last()
		if o.Kind != sdk.Accepted || o.ProviderID != m.ID || o.Recipient != "351912345678" {
			t.Errorf("%+v", o)
		}
		want := "Nova ordem de serviço\n\nOlá, Jonas Campos! A ordem de serviço *OT-1496* foi atribuída a você.\n\nTarefa: Trocar o filtro de óleo\n" +
			"Criada em: 2026-11-22 09:00\nCriada por: Ana Prado\nResponsável: Jonas Campos\nAtivo: Compressor 3 { CMP-3 }\n\nMensagem automática da manutenção"
		if m.Text != want || m.To != "+351912345678" || m.Callback != "dlv_1" {
			t.Errorf("%+v", m)
		}
	})
	t.Run("a number without plus sign does not get the sender's country code", func(t *testing.T) {
		d := assignment("dlv_2")
		d.Recipient = "351 912-345.678"
		if o := send(t, s, d); o.Kind != sdk.Accepted || last().To != "+351912345678" {
			t.Errorf("%+v went to %s", o, last().To)
		}
	})
	t.Run("the number as WhatsApp writes it comes back", func(t *testing.T) {
		d := assignment("dlv_3")
		d.Recipient = "+5531987654321"
		if o := send(t, s, d); o.Recipient != "553187654321" {
			t.Errorf("%+v", o)
		}
	})
	t.Run("white space is made sendable and reported", func(t *testing.T) {
		d := assignment("dlv_4")
		d.Values[2].Text, d.Values[6].Text = "  Trocar\n\n\to   filtro ", "a\xff"
		o := send(t, s, d)
		want := []sdk.Adjustment{
			{Path: "values[3]", Reason: sdk.WhitespaceCollapsed, Sent: "Trocar o filtro"}, {Path: "values[7]", Reason: sdk.InvalidCharactersReplaced, Sent: "a\uFFFD"},
		}
		if o.Kind != sdk.Accepted || fmt.Sprint(o.Adjusted) != fmt.Sprint(want) || last().Values[2] != "Trocar o filtro" {
			t.Errorf("%+v", o)
		}
		if d.Values[2].Text != "  Trocar\n\n\to   filtro " {
			t.Error("the delivery itself was changed")
		}
	})
	t.Run("values may come in any order of their positions", func(t *testing.T) {
		d := assignment("dlv_5")
		d.Values[0], d.Values[6] = d.Values[6], d.Values[0]
		if o := send(t, s, d); o.Kind != sdk.Accepted || last().Values[0] != "Jonas Campos" {
			t.Errorf("%+v", o)
		}
	})
	t.Run("the language of the delivery, then that of the integration, goes for any template", func(t *testing.T) {
		d := assignment("dlv_6")
		d.Action, d.Language = "template", "it"
		if o := send(t, s, d); o.Kind != sdk.Accepted || last().Language != "it" {
			t.Errorf("%+v", o)
		}
		d.Language = ""
		if o := send(t, s, d); o.Kind != sdk.Misconfigured || o.Path != "parameters.language" {
			t.Errorf("without any language: %+v", o)
		}
		if o := send(t, sender(t, changed(integration(box.URL()), "default_language", "en_US")), d); o.Kind != sdk.Accepted || last().Language != "en_US" {
			t.Errorf("%+v", o)
		}
	})
	for name, c := range map[string]struct {
		change func(*sdk.Delivery)
		path   string
		kind   sdk.OutcomeKind
	}{
		"an empty value":            {func(d *sdk.Delivery) { d.Values[3].Text = "" }, "values[4]", sdk.Rejected},
		"a value of spaces":         {func(d *sdk.Delivery) { d.Values[3].Text = " \n " }, "values[4]", sdk.Rejected},
		"a gap":                     {func(d *sdk.Delivery) { d.Values[6].Position = 9 }, "values[9]", sdk.Rejected},
		"a position twice":          {func(d *sdk.Delivery) { d.Values[6].Position = 1 }, "values[1]", sdk.Rejected},
		"a position and a name":     {func(d *sdk.Delivery) { d.Values[6] = sdk.Value{Name: "x", Text: "x"} }, "values.x", sdk.Rejected},
		"a value beyond all bounds": {func(d *sdk.Delivery) { d.Values[0].Text = strings.Repeat("é", 1025) }, "values[1]", sdk.Rejected},
		"letters as a number":       {func(d *sdk.Delivery) { d.Recipient = "Jonas" }, "recipient", sdk.Rejected},
		"no number":                 {func(d *sdk.Delivery) { d.Recipient = "" }, "recipient", sdk.Rejected},
		"an id too long":            {func(d *sdk.Delivery) { d.ID = strings.Repeat("x", 257) }, "id", sdk.Rejected},
		"no template":               {func(d *sdk.Delivery) { d.Parameters = []byte(`{}`) }, "parameters.template", sdk.Misconfigured},
		"a Content SID":             {func(d *sdk.Delivery) { d.Parameters = []byte(`{"template":"HX0123456789abcdef0123456789abcdef"}`) }, "parameters.template", sdk.Misconfigured},
		"a template with a space":   {func(d *sdk.Delivery) { d.Parameters = []byte(`{"template":"wo assigned"}`) }, "parameters.template", sdk.Misconfigured},
		"parameters that are none":  {func(d *sdk.Delivery) { d.Parameters = []byte(`{"template":1}`) }, "parameters", sdk.Misconfigured},
		"an action that is none":    {func(d *sdk.Delivery) { d.Action = "wo_assignment_de" }, "action", sdk.Misconfigured},
	} {
		t.Run("not sent: "+name, func(t *testing.T) {
			before := box.Stats()
			d := assignment("dlv_x")
			c.change(&d)
			if o := send(t, s, d); o.Kind != c.kind || o.Path != c.path || o.Message == "" || o.NextStep == "" {
				t.Errorf("%+v", o)
			}
			if box.Stats() != before {
				t.Error("a request left")
			}
		})
	}
}

func TestLostAnswers(t *testing.T) {
	t.Parallel()
	box := meta(t, sandbox.Options{Callbacks: sandbox.Callbacks{Off: true}})
	s := sender(t, integration(box.URL()))
	for name, c := range map[string]struct {
		fault    sandbox.Fault
		accepted int64
	}{
		"the connection is dropped after the message was accepted": {sandbox.Fault{Drop: true, Accept: true}, 1},
		"the connection is dropped before":                         {sandbox.Fault{Drop: true}, 0},
		"a 502 of something in between, after acceptance":          {sandbox.Fault{Status: 502, Accept: true}, 1},
		"a 500 without Meta's envelope":                            {sandbox.Fault{Status: 500}, 0},
		"a success without a message id":                           {sandbox.Fault{Status: 200, Accept: true}, 1},
	} {
		t.Run("are unknown: "+name, func(t *testing.T) {
			before := box.Stats().Accepted
			if err := box.AddFaults(c.fault); err != nil {
				t.Fatal(err)
			}
			o := send(t, s, assignment("dlv_1"))
			if o.Kind != sdk.Unknown || o.Message == "" {
				t.Errorf("%+v", o)
			}
			if got := box.Stats().Accepted - before; got != c.accepted {
				t.Errorf("%d messages were accepted, want %d: the request must go out exactly once", got, c.accepted)
			}
		})
	}
	t.Run("are unknown: no answer by the deadline", func(t *testing.T) {
		if err := box.AddFaults(sandbox.Fault{Delay: time.Minute, Accept: true}); err != nil {
			t.Fatal(err)
		}
		d := assignment("dlv_1")
		d.Deadline = time.Now().Add(500 * time.Millisecond)
		if o := send(t, s, d); o.Kind != sdk.Unknown || !strings.Contains(o.Message, "the time was up") {
			t.Errorf("%+v", o)
		}
	})
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	strange := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(strange.Close)
	for name, base := range map[string]string{
		"nobody listens":               "http://127.0.0.1:1",
		"the server does not do TLS":   strings.Replace(plain.URL, "http:", "https:", 1),
		"the certificate is a foreign": strange.URL,
		"there is no such host":        "https://graph.invalid",
	} {
		t.Run("is tried again: "+name, func(t *testing.T) {
			t.Parallel()
			o := send(t, sender(t, integration(base)), assignment("dlv_1"))
			if o.Kind != sdk.Retry || o.RetryAfter <= 0 || strings.Contains(fmt.Sprint(o), sandbox.DefaultAccessToken) {
				t.Errorf("%+v", o)
			}
		})
	}
	t.Run("is tried again: the time was up before a connection was there", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if o := sender(t, integration("http://127.0.0.1:1")).Send(ctx, assignment("dlv_1")); o.Kind != sdk.Retry {
			t.Errorf("%+v", o)
		}
	})
}

func TestAConnectionThatTheServerClosedWhileIdle(t *testing.T) {
	t.Parallel()
	// The server answers once on each connection and closes it without saying so, as balancers do.
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var requests atomic.Int32
	closed := make(chan struct{}, 16)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				b := make([]byte, 16<<10)
				n, _ := c.Read(b)
				sent := strings.HasPrefix(string(b[:n]), "POST")
				if sent {
					requests.Add(1)
				}
				if n > 0 {
					_, _ = c.Write([]byte("HTTP/1.1 200 OK\r\nContent-Length: 63\r\n\r\n" + `{"messages":[{"id":"wamid.x"}],"contacts":[{"wa_id":"351912345"}]}`[:63]))
				}
				_ = c.Close()
				if sent {
					closed <- struct{}{}
				}
			}()
		}
	}()
	s := sender(t, integration("http://"+l.Addr().String()))
	for i := range 10 {
		o := send(t, s, assignment("dlv_1"))
		if o.Kind == sdk.Accepted { // one that went into a closed connection reached no server that could close another
			<-closed
		}
		if o.Kind == sdk.Retry && requests.Load() != int32(i) {
			t.Fatalf("a request that left is to be tried again: %+v", o)
		}
		if o.Kind != sdk.Accepted && o.Kind != sdk.Unknown {
			t.Fatalf("%+v", o)
		}
	}
	if n := requests.Load(); n > 10 {
		t.Errorf("%d requests for 10 deliveries", n)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	var thief atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { thief.Add(1) }))
	defer other.Close()
	first := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	defer first.Close()
	in := integration(first.URL)
	if o := send(t, sender(t, in), assignment("dlv_1")); o.Kind != sdk.Misconfigured || o.Scope != sdk.ScopeIntegration || o.Path != "settings.base_url" {
		t.Errorf("Send: %+v", o)
	}
	found, err := whatsapp.New().(sdk.Checker).Check(t.Context(), in)
	if err != nil || len(found) != 1 || found[0].Path != "settings.base_url" {
		t.Errorf("Check: %+v, %v", found, err)
	}
	if thief.Load() != 0 {
		t.Error("the token was carried to another server")
	}
}

func TestAnswersThatAreNotMetas(t *testing.T) {
	t.Parallel()
	answer := func(status int, header http.Header, body string) string {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			for k, v := range header {
				w.Header()[k] = v
			}
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}))
		t.Cleanup(server.Close)
		return server.URL
	}
	long := `{"error":"` + strings.Repeat("x", 2<<20) + `"}`
	for name, c := range map[string]struct {
		base string
		kind sdk.OutcomeKind
		wait time.Duration
	}{
		"404 of a web server":          {answer(404, nil, "<html>not found</html>"), sdk.Misconfigured, 0},
		"401 of a proxy":               {answer(401, nil, "{}"), sdk.Misconfigured, 0},
		"429 with Retry-After":         {answer(429, http.Header{"Retry-After": {"7"}}, ""), sdk.Retry, 7 * time.Second},
		"429 with a date":              {answer(429, http.Header{"Retry-After": {"soon"}}, ""), sdk.Retry, time.Minute},
		"an error without code":        {answer(500, nil, `{"error":{"message":"x"}}`), sdk.Unknown, 0},
		"an error of Meta with 500":    {answer(500, nil, `{"error":{"message":"x","code":131016}}`), sdk.Retry, 2 * time.Second},
		"an error with data as text":   {answer(400, nil, `{"error":{"message":"x","code":190,"error_data":"oops"}}`), sdk.Misconfigured, 0},
		"more than a megabyte":         {answer(500, nil, long), sdk.Unknown, 0},
		"success with no messages":     {answer(200, nil, `{"messages":[]}`), sdk.Unknown, 0},
		"success written another way":  {answer(200, nil, "{ \"messages\" : [ { \"message_status\":\"accepted\", \"id\" : \"wamid.A\\u0041\" } ] }"), sdk.Accepted, 0},
		"held for a quality assesment": {answer(200, nil, `{"messages":[{"id":"wamid.A","message_status":"held_for_quality_assessment"}]}`), sdk.Accepted, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := send(t, sender(t, integration(c.base)), assignment("dlv_1"))
			if o.Kind != c.kind || o.RetryAfter != c.wait {
				t.Errorf("%+v", o)
			}
			switch {
			case name == "success written another way" && o.ProviderID != "wamid.AA":
				t.Errorf("%+v", o)
			case strings.HasPrefix(name, "held") && o.Detail["message_status"] != "held_for_quality_assessment":
				t.Errorf("%+v", o)
			}
		})
	}
}

func TestManySendersShareNothingThatBreaks(t *testing.T) {
	t.Parallel()
	box := meta(t, sandbox.Options{Callbacks: sandbox.Callbacks{Off: true}})
	s := sender(t, integration(box.URL()))
	var all sync.WaitGroup
	for worker := range 32 {
		all.Go(func() {
			for i := range 25 {
				d := assignment(fmt.Sprintf("dlv_%d_%d", worker, i))
				d.Values[2].Text = d.ID + strings.Repeat("x", worker*20)
				if o := send(t, s, d); o.Kind != sdk.Accepted {
					t.Errorf("%+v", o)
				}
			}
		})
	}
	all.Wait()
	for _, m := range box.Messages() {
		if !strings.HasPrefix(m.Values[2], m.Callback) {
			t.Fatalf("the bodies of two requests were mixed: %+v", m)
		}
	}
	if n := len(box.Messages()); n != 32*25 {
		t.Errorf("%d messages", n)
	}
}
