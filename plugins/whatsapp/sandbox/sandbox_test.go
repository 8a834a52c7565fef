package sandbox_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/recado-hub/recado/plugins/whatsapp/sandbox"
)

func start(tb testing.TB, o sandbox.Options) *sandbox.Sandbox {
	tb.Helper()
	s, err := sandbox.Start("127.0.0.1:0", o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = s.Close() })
	return s
}

// message is a right request; each change replaces one text in it by another.
func message(changes ...string) string {
	const right = `{"messaging_product":"whatsapp","recipient_type":"individual","to":"+351912345678","type":"template","template":{"name":"wo_closed",` +
		`"language":{"policy":"deterministic","code":"pt_BR"},"components":[{"type":"body","parameters":[{"type":"text","text":"OT-1"},{"type":"text","text":"Ana"}]}]},` +
		`"biz_opaque_callback_data":"dlv_1"}`
	return strings.NewReplacer(changes...).Replace(right)
}

type answer struct {
	Status int
	Body   []byte
	Error  struct {
		Message string `json:"message"`
		Type    string `json:"type"`
		Code    int    `json:"code"`
		Subcode int    `json:"error_subcode"`
		Trace   string `json:"fbtrace_id"`
		Data    struct {
			Details string `json:"details"`
		} `json:"error_data"`
	} `json:"error"`
	Contacts []struct {
		Input string `json:"input"`
		WaID  string `json:"wa_id"`
	} `json:"contacts"`
	Messages []struct {
		ID     string `json:"id"`
		Status string `json:"message_status"`
	} `json:"messages"`
}

func call(tb testing.TB, s *sandbox.Sandbox, method, path, token, body string) answer {
	tb.Helper()
	r, err := http.NewRequest(method, s.URL()+path, strings.NewReader(body))
	if err != nil {
		tb.Fatal(err)
	}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		tb.Fatal(err)
	}
	defer res.Body.Close()
	var a answer
	a.Status = res.StatusCode
	a.Body, _ = io.ReadAll(res.Body)
	_ = json.Unmarshal(a.Body, &a) // lists are read by the caller
	return a
}

const (
	sendPath = "/v25.0/" + sandbox.DefaultPhoneNumberID + "/messages"
	token    = sandbox.DefaultAccessToken
)

func send(tb testing.TB, s *sandbox.Sandbox, body string) answer {
	tb.Helper()
	return call(tb, s, http.MethodPost, sendPath, token, body)
}

func TestAcceptedMessages(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{Callbacks: sandbox.Callbacks{Off: true}})
	var heard []sandbox.Message
	s.OnMessage(func(m sandbox.Message) { heard = append(heard, m) })
	a := send(t, s, message())
	if a.Status != 200 || len(a.Messages) != 1 || !strings.HasPrefix(a.Messages[0].ID, "wamid.HBgM") || a.Contacts[0].Input != "+351912345678" || a.Contacts[0].WaID != "351912345678" {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	m := s.Messages()[0]
	if m.ID != a.Messages[0].ID || m.Text != "A ordem de serviço *OT-1* foi encerrada por Ana." || m.Callback != "dlv_1" || m.To != "+351912345678" || m.Last() != "accepted" {
		t.Errorf("%+v", m)
	}
	if len(heard) != 1 || heard[0].ID != m.ID {
		t.Errorf("OnMessage heard %+v", heard)
	}
	again := send(t, s, message("dlv_1", "dlv_2", "+351912345678", "+5531987654321"))
	if again.Messages[0].ID == m.ID || again.Contacts[0].WaID != "553187654321" {
		t.Errorf("%s", again.Body)
	}

	t.Run("can be read from another process", func(t *testing.T) {
		for query, want := range map[string]int{"": 2, "?recipient=%2B351912345678": 1, "?biz_opaque_callback_data=dlv_2": 1, "?recipient=1": 0, "?limit=1": 1} {
			var list []sandbox.Message
			a := call(t, s, http.MethodGet, "/sandbox/messages"+query, "", "")
			if err := json.Unmarshal(a.Body, &list); err != nil || len(list) != want {
				t.Errorf("%s: %d messages, want %d: %s", query, len(list), want, a.Body)
			}
		}
		if a := call(t, s, http.MethodGet, "/sandbox/messages?limit=x", "", ""); a.Status != 400 {
			t.Errorf("%d", a.Status)
		}
	})
	t.Run("to a number without plus sign go where the sender's country code leads", func(t *testing.T) {
		if a := send(t, s, message("+351912345678", "351912345678")); a.Status != 200 || a.Contacts[0].WaID != "55351912345678" {
			t.Errorf("%s", a.Body)
		}
	})
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	const id = sandbox.DefaultPhoneNumberID
	for name, c := range map[string]struct {
		path, token, body string
		status, code      int
	}{
		"no token":                  {sendPath, "", message(), 401, 200},
		"a wrong token":             {sendPath, "x", message(), 401, 190},
		"an expired token":          {sendPath, sandbox.ExpiredAccessToken, message(), 401, 190},
		"an unknown number":         {"/v25.0/1/messages", token, message(), 400, 100},
		"an unknown edge":           {"/v25.0/" + id + "/letters", token, message(), 400, 100},
		"no version":                {"/" + id + "/messages", token, message(), 400, 2500},
		"no JSON":                   {sendPath, token, "hello", 400, 100},
		"a body that is a list":     {sendPath, token, "[]", 400, 100},
		"no product":                {sendPath, token, message("whatsapp", "facebook"), 400, 100},
		"no recipient":              {sendPath, token, message(`"to":"+351912345678",`, ""), 400, 100},
		"letters as a recipient":    {sendPath, token, message("+351912345678", "+Jonas"), 400, 131009},
		"a group":                   {sendPath, token, message("individual", "group"), 400, 131009},
		"the sender's own number":   {sendPath, token, message("+351912345678", "+553133334400"), 400, 131021},
		"a text":                    {sendPath, token, message(`"type":"template","t`, `"type":"text","t`), 400, 131047},
		"a sticker":                 {sendPath, token, message(`"type":"template","t`, `"type":"sticker","t`), 400, 131051},
		"no template name":          {sendPath, token, message(`"name":"wo_closed",`, ""), 400, 131008},
		"no language":               {sendPath, token, message(`"code":"pt_BR"`, `"code":""`), 400, 131008},
		"a template that is not":    {sendPath, token, message("wo_closed", "wo_lost"), 404, 132001},
		"a language that is not":    {sendPath, token, message("pt_BR", "en_US"), 404, 132001},
		"a template to be approved": {sendPath, token, message("wo_closed", "wo_pending"), 404, 132001},
		"a paused template":         {sendPath, token, message("wo_closed", "wo_paused"), 400, 132015},
		"a disabled template":       {sendPath, token, message("wo_closed", "wo_disabled"), 400, 132016},
		"too few values":            {sendPath, token, message(`,{"type":"text","text":"Ana"}`, ""), 400, 132000},
		"too many values":           {sendPath, token, message(`"Ana"}`, `"Ana"},{"type":"text","text":"x"}`), 400, 132000},
		"an empty value":            {sendPath, token, message(`"Ana"`, `""`), 400, 131008},
		"a number as a value":       {sendPath, token, message(`"Ana"`, `42`), 400, 100},
		"a newline":                 {sendPath, token, message(`"Ana"`, `"A\na"`), 400, 132018},
		"a tab":                     {sendPath, token, message(`"Ana"`, `"A\ta"`), 400, 132018},
		"five spaces":               {sendPath, token, message(`"Ana"`, `"A     a"`), 400, 132018},
		"too long a text":           {sendPath, token, message(`Ana`, strings.Repeat("x", 1000)), 400, 132005},
		"a value of another type":   {sendPath, token, message(`{"type":"text","text":"Ana"}`, `{"type":"currency"}`), 400, 132012},
		"a value in the header":     {sendPath, token, message(`"type":"body"`, `"type":"header"`), 400, 132000},
		"positions for names":       {sendPath, token, message("wo_closed", "wo_assigned_named"), 400, 100},
		"a policy of its own":       {sendPath, token, message("deterministic", "fallback"), 400, 100},
		"callback data too long":    {sendPath, token, message("dlv_1", strings.Repeat("x", 513)), 400, 100},
	} {
		t.Run(name, func(t *testing.T) {
			a := call(t, s, http.MethodPost, c.path, c.token, c.body)
			if a.Status != c.status || a.Error.Code != c.code || a.Error.Type == "" || a.Error.Trace == "" || a.Error.Message == "" {
				t.Errorf("want %d with code %d: %d %s", c.status, c.code, a.Status, a.Body)
			}
		})
	}
	if n := s.Stats().Accepted; n != 0 {
		t.Errorf("%d messages were accepted", n)
	}
	if a := send(t, s, message(`"Ana"`, `"A    a"`)); a.Status != 200 {
		t.Errorf("four spaces are allowed: %s", a.Body)
	}
}

func TestReadingObjects(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{})
	type list struct {
		Data []struct {
			ID, Name, Language, Status, Category string
			Format                               string `json:"parameter_format"`
			Components                           []struct{ Type, Text string }
		}
		Paging struct {
			Cursors struct{ Before, After string }
			Next    string
		}
	}
	get := func(path string, into any) {
		t.Helper()
		if a := call(t, s, http.MethodGet, path, token, ""); a.Status != 200 || json.Unmarshal(a.Body, into) != nil {
			t.Fatalf("%s: %d %s", path, a.Status, a.Body)
		}
	}
	const templates = "/v25.0/" + sandbox.DefaultWABAID + "/message_templates"

	var all list
	get(templates+"?limit=100", &all)
	values := map[string]int{"wo_assigned": 7, "wo_status": 6, "critical_alert": 6, "request_update": 6}
	languages := map[string]bool{}
	for _, x := range all.Data {
		if n := values[x.Name]; n > 0 {
			languages[x.Name+" "+x.Language] = true
			body := x.Components[slices.IndexFunc(x.Components, func(c struct{ Type, Text string }) bool { return c.Type == "BODY" })].Text
			if !strings.Contains(body, fmt.Sprintf("{{%d}}", n)) || strings.Contains(body, fmt.Sprintf("{{%d}}", n+1)) || x.Status != "APPROVED" || x.Format != "POSITIONAL" {
				t.Errorf("%+v", x)
			}
		}
	}
	for name := range values {
		for _, l := range []string{"pt_BR", "pt_PT", "es", "en", "en_US", "fr", "it"} {
			if !languages[name+" "+l] {
				t.Errorf("%s is missing in %s", name, l)
			}
		}
	}

	var found int
	for path := templates + "?limit=3&fields=name,language"; path != ""; {
		var page list
		get(path, &page)
		if len(page.Data) > 3 || page.Data[0].Status != "" || page.Data[0].ID == "" {
			t.Fatalf("%s: %+v", path, page)
		}
		found += len(page.Data)
		path = strings.TrimPrefix(page.Paging.Next, s.URL())
	}
	if found != len(all.Data) {
		t.Errorf("%d templates by pages, %d at once", found, len(all.Data))
	}

	var some list
	get(templates+"?name=wo_assigned&language=it", &some)
	if len(some.Data) != 1 {
		t.Errorf("%+v", some)
	}
	var number map[string]any
	get("/v25.0/"+sandbox.DefaultPhoneNumberID+"?fields=verified_name", &number)
	if fmt.Sprint(number) != "map[id:"+sandbox.DefaultPhoneNumberID+" verified_name:Manutenção Norte]" {
		t.Errorf("%v", number)
	}
	var numbers list
	get("/v25.0/"+sandbox.DefaultWABAID+"/phone_numbers", &numbers)
	if len(numbers.Data) != 2 {
		t.Errorf("%+v", numbers)
	}
	for _, bad := range []string{"?limit=0", "?limit=x", "?after=x", "?after=OTk5"} {
		if a := call(t, s, http.MethodGet, templates+bad, token, ""); a.Status != 400 || a.Error.Code != 100 {
			t.Errorf("%s: %d %s", bad, a.Status, a.Body)
		}
	}
}

// hub is a webhook that keeps what it is told. refuse says how many callbacks it answers with 500 first.
type hub struct {
	*httptest.Server
	mu     sync.Mutex
	refuse int
	told   []string // "callback data status" of each status in genuine callbacks
	forged int
	bodies [][]byte
	news   chan struct{}
}

func newHub(t *testing.T) *hub {
	h := &hub{news: make(chan struct{}, 1000)}
	h.Server = httptest.NewServer(h)
	t.Cleanup(h.Close)
	return h
}

func (h *hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		q := r.URL.Query()
		if q.Get("hub.mode") != "subscribe" || q.Get("hub.verify_token") != sandbox.DefaultVerifyToken {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		_, _ = io.WriteString(w, q.Get("hub.challenge"))
		return
	}
	body, _ := io.ReadAll(r.Body)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.refuse > 0 {
		h.refuse--
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	if r.Header.Get("X-Hub-Signature-256") != sandbox.Sign(sandbox.DefaultAppSecret, body) {
		h.forged++
	}
	var cb struct {
		Entry []struct {
			Changes []struct {
				Value struct {
					Statuses []struct {
						Status   string `json:"status"`
						Callback string `json:"biz_opaque_callback_data"`
					} `json:"statuses"`
				} `json:"value"`
			} `json:"changes"`
		} `json:"entry"`
	}
	if json.Unmarshal(body, &cb) == nil {
		for _, s := range cb.Entry[0].Changes[0].Value.Statuses {
			h.told = append(h.told, s.Callback+" "+s.Status)
		}
	}
	h.bodies = append(h.bodies, body)
	h.news <- struct{}{}
}

// until waits until n statuses were told.
func (h *hub) until(t *testing.T, n int) []string {
	t.Helper()
	for {
		h.mu.Lock()
		told := slices.Clone(h.told)
		h.mu.Unlock()
		if len(told) >= n {
			return told
		}
		select {
		case <-h.news:
		case <-time.After(10 * time.Second):
			t.Fatalf("only %v were told, want %d", told, n)
		}
	}
}

// quick callbacks come one after the other, so that their order can be told.
func quick() sandbox.Callbacks {
	return sandbox.Callbacks{Workers: 1, Sent: time.Millisecond, Delivered: 30 * time.Millisecond, Read: 60 * time.Millisecond, RetryFirst: time.Millisecond}
}

func subscribed(t *testing.T, o sandbox.Options) (*sandbox.Sandbox, *hub) {
	t.Helper()
	s, h := start(t, o), newHub(t)
	if err := s.Subscribe(t.Context(), sandbox.DefaultAppID, h.URL, sandbox.DefaultVerifyToken); err != nil {
		t.Fatal(err)
	}
	return s, h
}

func TestCallbacks(t *testing.T) {
	t.Parallel()

	t.Run("tell sent, delivered and read, signed over escaped unicode", func(t *testing.T) {
		t.Parallel()
		s, h := subscribed(t, sandbox.Options{Callbacks: quick()})
		send(t, s, message("dlv_1", `dlv_ç\ud83d\udee0`))
		if told := h.until(t, 3); fmt.Sprint(told) != "[dlv_ç🛠 sent dlv_ç🛠 delivered dlv_ç🛠 read]" {
			t.Errorf("%v", told)
		}
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.forged > 0 {
			t.Errorf("%d signatures were wrong", h.forged)
		}
		if body := string(h.bodies[0]); !strings.Contains(body, `dlv_\u00e7\ud83d\udee0`) || !strings.Contains(body, `"pricing"`) || strings.Contains(body, "conversation") {
			t.Errorf("the shape of v25.0, in ASCII: %s", body)
		}
	})
	t.Run("are repeated until they are taken", func(t *testing.T) {
		t.Parallel()
		s, h := subscribed(t, sandbox.Options{Callbacks: quick()})
		h.mu.Lock()
		h.refuse = 4
		h.mu.Unlock()
		send(t, s, message())
		told := h.until(t, 3)
		slices.Sort(told)
		if fmt.Sprint(told) != "[dlv_1 delivered dlv_1 read dlv_1 sent]" || s.Stats().CallbacksRefused != 4 {
			t.Errorf("%v %+v", told, s.Stats())
		}
	})
	t.Run("of a person without WhatsApp tell the failure", func(t *testing.T) {
		t.Parallel()
		s, h := subscribed(t, sandbox.Options{Callbacks: quick(), NotOnWhatsApp: []string{"+351 912 345 678"}})
		if a := send(t, s, message()); a.Status != 200 {
			t.Errorf("%s", a.Body)
		}
		if told := h.until(t, 1); told[0] != "dlv_1 failed" || !bytes.Contains(h.bodies[0], []byte(`"code":131026`)) {
			t.Errorf("%v", told)
		}
	})
	t.Run("can be several statuses in one", func(t *testing.T) {
		t.Parallel()
		o := quick()
		o.Batch = 10
		s, h := subscribed(t, sandbox.Options{Callbacks: o})
		for i := range 20 {
			send(t, s, message("dlv_1", fmt.Sprintf("dlv_%d", i)))
		}
		h.until(t, 60)
		if n := len(h.bodies); n >= 60 {
			t.Errorf("%d callbacks for 60 statuses", n)
		}
	})
	t.Run("that are lost take no others along", func(t *testing.T) {
		t.Parallel()
		o := quick()
		o.Batch, o.Sent, o.Delivered, o.Read = 10, time.Nanosecond, time.Nanosecond, -1
		s, h := subscribed(t, sandbox.Options{Callbacks: o})
		if err := s.AddFaults(sandbox.Fault{Recipient: "+351900000000", Times: -1, Lose: true}); err != nil {
			t.Fatal(err)
		}
		send(t, s, message())
		h.until(t, 1)
		h.mu.Lock() // the one worker waits for its answer: what comes meanwhile comes together
		for i := range 8 {
			send(t, s, message("+351912345678", "+351900000000"))
			send(t, s, message("dlv_1", fmt.Sprintf("dlv_%d", 2+i)))
		}
		h.mu.Unlock()
		h.until(t, 2+2*8)
	})
	t.Run("end with the sandbox", func(t *testing.T) {
		t.Parallel()
		s, h := subscribed(t, sandbox.Options{Callbacks: quick()})
		h.Close()
		send(t, s, message())
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestSubscribing(t *testing.T) {
	t.Parallel()
	s, h := start(t, sandbox.Options{}), newHub(t)
	post := func(accessToken, callback, verify string) answer {
		q := url.Values{"object": {"whatsapp_business_account"}, "callback_url": {callback}, "verify_token": {verify}, "fields": {"messages"}, "access_token": {accessToken}}
		return call(t, s, http.MethodPost, "/v25.0/"+sandbox.DefaultAppID+"/subscriptions?"+q.Encode(), "", "")
	}
	const appToken = sandbox.DefaultAppID + "|" + sandbox.DefaultAppSecret
	if a := post("x", h.URL, sandbox.DefaultVerifyToken); a.Error.Code != 15 {
		t.Errorf("another's token: %s", a.Body)
	}
	if a := post(appToken, h.URL, "wrong"); a.Error.Code != 2200 {
		t.Errorf("a wrong verify token: %s", a.Body)
	}
	if a := post(appToken, "hub.example", ""); a.Error.Code != 2200 {
		t.Errorf("no URL: %s", a.Body)
	}
	if a := post(appToken, h.URL, sandbox.DefaultVerifyToken); a.Status != 200 {
		t.Errorf("%s", a.Body)
	}
	if a := call(t, s, http.MethodGet, "/v25.0/"+sandbox.DefaultAppID+"/subscriptions?access_token="+url.QueryEscape(appToken), "", ""); !bytes.Contains(a.Body, []byte(h.URL)) {
		t.Errorf("%s", a.Body)
	}
	if err := s.Subscribe(context.Background(), "1", h.URL, ""); err == nil {
		t.Error("an unknown app was subscribed")
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	s, h := subscribed(t, sandbox.Options{Callbacks: quick()})
	script := func(t *testing.T, body string) answer {
		t.Helper()
		return call(t, s, http.MethodPost, "/sandbox/faults", "", body)
	}
	t.Run("answer a code for the next sends to one recipient", func(t *testing.T) {
		if a := script(t, `{"code":131056,"times":2,"recipient":"+351912345678","details":"slow down"}`); a.Status != 200 {
			t.Fatalf("%s", a.Body)
		}
		if a := send(t, s, message("+351912345678", "+351900000000", "dlv_1", "other")); a.Status != 200 {
			t.Errorf("another recipient: %s", a.Body)
		}
		h.until(t, 3)
		for _, want := range []int{131056, 131056, 0} {
			a := send(t, s, message())
			if a.Error.Code != want || (want != 0 && a.Error.Data.Details != "slow down") {
				t.Errorf("want code %d: %s", want, a.Body)
			}
		}
		h.until(t, 6)
	})
	t.Run("drop the connection after the message was accepted", func(t *testing.T) {
		before := s.Stats().Accepted
		script(t, `[{"drop":true,"accept":true}]`)
		r, _ := http.NewRequest(http.MethodPost, s.URL()+sendPath, strings.NewReader(message("dlv_1", "dropped")))
		r.Header.Set("Authorization", "Bearer "+token)
		if res, err := http.DefaultClient.Do(r); err == nil {
			t.Errorf("answered %d", res.StatusCode)
		}
		if s.Stats().Accepted != before+1 {
			t.Error("the message was not accepted")
		}
		if told := h.until(t, 9); told[8] != "dropped read" {
			t.Errorf("%v", told)
		}
	})
	t.Run("fail a message that was accepted", func(t *testing.T) {
		script(t, `{"code":131049,"async":true}`)
		if a := send(t, s, message("dlv_1", "later")); a.Status != 200 {
			t.Errorf("%s", a.Body)
		}
		if told := h.until(t, 10); told[9] != "later failed" {
			t.Errorf("%v", told)
		}
	})
	t.Run("duplicate and reorder callbacks", func(t *testing.T) {
		script(t, `{"duplicate":1,"reorder":true}`)
		send(t, s, message("dlv_1", "twice"))
		told := h.until(t, 16)[10:]
		if told[0] != "twice read" || told[5] != "twice sent" {
			t.Errorf("%v", told)
		}
	})
	t.Run("tell the first status before the answer", func(t *testing.T) {
		script(t, `{"early":true}`)
		send(t, s, message("dlv_1", "early"))
		h.mu.Lock()
		told := slices.Clone(h.told)
		h.mu.Unlock()
		if !slices.Contains(told, "early sent") {
			t.Errorf("%v", told)
		}
		h.until(t, 19)
	})
	t.Run("lose callbacks, though the phone got the message", func(t *testing.T) {
		script(t, `{"lose":true}`)
		send(t, s, message("dlv_1", "lost"))
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if err := s.Wait(ctx, func(all []sandbox.Message) bool { return all[len(all)-1].Last() == "read" }); err != nil {
			t.Fatal(err)
		}
		if told := h.until(t, 19); len(told) != 19 {
			t.Errorf("%v", told[19:])
		}
	})
	t.Run("stay until they are cleared", func(t *testing.T) {
		script(t, `{"status":503,"times":-1}`)
		for range 3 {
			if a := send(t, s, message()); a.Status != 503 || a.Error.Code != 0 {
				t.Errorf("%s", a.Body)
			}
		}
		if a := call(t, s, http.MethodGet, "/sandbox/faults", "", ""); string(a.Body) != `[{"times":-1,"status":503}]` {
			t.Errorf("%s", a.Body)
		}
		call(t, s, http.MethodDelete, "/sandbox/faults", "", "")
		if a := send(t, s, message()); a.Status != 200 {
			t.Errorf("%s", a.Body)
		}
	})
	for name, body := range map[string]string{
		"no JSON": "x", "an unknown field": `{"cod":1}`, "a status that is none": `{"status":1}`, "async without a code": `{"async":true}`, "times below -1": `{"times":-2}`,
	} {
		t.Run("are refused with "+name, func(t *testing.T) {
			if a := script(t, body); a.Status != 400 || !bytes.Contains(a.Body, []byte("error")) {
				t.Errorf("%d %s", a.Status, a.Body)
			}
		})
	}
}

func TestRatesAreEnforced(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{PairRate: true, Callbacks: sandbox.Callbacks{Off: true}})
	codes := map[int]int{}
	for range 50 {
		codes[send(t, s, message()).Error.Code]++
	}
	if codes[0] < 45 || codes[0] > 47 || codes[0]+codes[131056] != 50 {
		t.Errorf("the pair rate let %v through", codes)
	}
	if a := send(t, s, message("+351912345678", "+351900000000")); a.Status != 200 {
		t.Errorf("another person: %s", a.Body)
	}
	slow := start(t, sandbox.Options{Throughput: 1, Callbacks: sandbox.Callbacks{Off: true}})
	send(t, slow, message())
	if a := send(t, slow, message("+351912345678", "+351900000000")); a.Error.Code != 130429 {
		t.Errorf("%s", a.Body)
	}
}

func TestTheLogIsBounded(t *testing.T) {
	t.Parallel()
	s := start(t, sandbox.Options{Keep: 3, Callbacks: sandbox.Callbacks{Off: true}})
	none := start(t, sandbox.Options{Keep: -1, Callbacks: sandbox.Callbacks{Off: true}})
	for i := range 5 {
		send(t, s, message("dlv_1", fmt.Sprint(i)))
		send(t, none, message())
	}
	var kept []string
	for _, m := range s.Messages() {
		kept = append(kept, m.Callback)
	}
	if fmt.Sprint(kept) != "[2 3 4]" || s.Stats().Accepted != 5 {
		t.Errorf("%v", kept)
	}
	if len(none.Messages()) != 0 || none.Stats().Accepted != 5 {
		t.Errorf("%+v", none.Stats())
	}
}

// BenchmarkHandler is the sandbox's own work for one send, without network and HTTP server.
func BenchmarkHandler(b *testing.B) {
	s := sandbox.New(sandbox.Options{Keep: -1, Callbacks: sandbox.Callbacks{Off: true}})
	b.Cleanup(func() { _ = s.Close() })
	body := []byte(message())
	header := http.Header{"Authorization": {"Bearer " + token}}
	u, _ := url.Parse(sendPath)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		w := &discard{header: http.Header{}}
		for pb.Next() {
			s.ServeHTTP(w, &http.Request{Method: http.MethodPost, URL: u, Header: header, Body: io.NopCloser(bytes.NewReader(body))})
		}
	})
	if got := s.Stats(); got.Refused > 0 {
		b.Fatalf("%+v", got)
	}
}

type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
func (d *discard) WriteHeader(int)             {}
