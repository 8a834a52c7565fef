package conformance

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/recado-hub/recado/plugins/sdk"
)

// File is what an author can tell the suite, as JSON. All of it may be left out. In every string `{provider}` stands for the address of
// the suite's own provider, `{dir}` for the connector's working directory, `{callbacks}` for where another provider may call back, and in a
// delivery `{n}` for its number.
type File struct {
	// Args are the arguments of the executable.
	Args []string `json:"args,omitempty"`
	// Files are copied into {dir} before anything is asked, from beside the configuration.
	Files []string `json:"files,omitempty"`
	// Settings that work, with the secrets among them. What is required and missing is made from the JSON Schema.
	Settings    map[string]any `json:"settings,omitempty"`
	CallbackURL string         `json:"callbackUrl,omitempty"`
	// Bad settings, as changes of the working ones; null takes a setting away. None: each required one is left out once.
	Bad      []FileBad     `json:"badSettings,omitempty"`
	Delivery *FileDelivery `json:"delivery,omitempty"`
	Sent     *FileSent     `json:"sent,omitempty"`
	Provider *FileProvider `json:"provider,omitempty"`
	Callback *FileCallback `json:"callback,omitempty"`
	Queries  []FileQuery   `json:"queries,omitempty"`

	beside string // the directory of the configuration; empty: the current one
}

// FileBad is a change of the settings after which they cannot work.
type FileBad struct {
	Name     string         `json:"name"`
	Settings map[string]any `json:"settings"`
}

// FileDelivery is a delivery that is accepted.
type FileDelivery struct {
	Action     string            `json:"action,omitempty"`
	Parameters map[string]any    `json:"parameters,omitempty"`
	Recipient  string            `json:"recipient,omitempty"`
	Values     []string          `json:"values,omitempty"`
	Named      map[string]string `json:"named,omitempty"`
	Language   string            `json:"language,omitempty"`
}

// FileSent says where to see how much was sent: the lines of a file, the files below a folder, or a number in a JSON document.
type FileSent struct {
	File string `json:"file,omitempty"`
	// Files is the folder, for a connector that makes a file of each message.
	Files string `json:"files,omitempty"`
	URL   string `json:"url,omitempty"`
	// Pointer to the number (RFC 6901).
	Pointer string `json:"pointer,omitempty"`
}

// FileProvider says how the suite's own provider behaves.
type FileProvider struct {
	// Messages is a regular expression of the paths of requests that are messages. Empty: any that is no GET.
	Messages string  `json:"messages,omitempty"`
	Accept   *Answer `json:"accept,omitempty"`
	Routes   []Route `json:"routes,omitempty"`
	// Cases are answers and the outcomes that are right for them. Nil: what HTTP says of 400, 401, 429 and 503.
	Cases []Case `json:"cases,omitempty"`
}

// FileCallback says what a genuine callback is.
type FileCallback struct {
	// Wait for the provider to call {callbacks}.
	Wait bool `json:"wait,omitempty"`
	// Or Body with `{id}` and `{providerId}`, and Header, signed as Sign says.
	Body   string            `json:"body,omitempty"`
	Header map[string]string `json:"headers,omitempty"`
	Sign   *Sign             `json:"sign,omitempty"`
}

// FileQuery is a use of a source that has rows.
type FileQuery struct {
	Action     string         `json:"action,omitempty"`
	Parameters map[string]any `json:"parameters,omitempty"`
	PageSize   int            `json:"pageSize,omitempty"`
}

// ReadFile reads a configuration. Names that it does not know are errors: a misspelt one would test nothing.
func ReadFile(path string) (*File, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	var f File
	if err := d.Decode(&f); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: more than one JSON object", path)
	}
	f.beside = filepath.Dir(path)
	return &f, nil
}

// copyFiles puts the files that were named where the connector finds them.
func (f *File) copyFiles(dir string) error {
	for i, name := range f.Files {
		if !filepath.IsLocal(name) {
			return fmt.Errorf("files[%d]: %q: name a file beside or below the configuration", i, name)
		}
		text, err := os.ReadFile(filepath.Join(f.beside, name))
		if err == nil {
			err = os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), text, 0o600)
		}
		if err != nil {
			return fmt.Errorf("files[%d]: %w", i, err)
		}
	}
	return nil
}

// prepare sets the provider up, and the connector's directory.
func (f *File) prepare(p *Place) error {
	if err := f.copyFiles(p.Directory); err != nil {
		return err
	}
	if f.Provider == nil {
		return nil
	}
	say, provider := f.Provider, p.Provider
	provider.mu.Lock()
	defer provider.mu.Unlock()
	if say.Messages != "" {
		re, err := regexp.Compile(say.Messages)
		if err != nil {
			return fmt.Errorf("provider.messages: %w", err)
		}
		provider.messages = re
	}
	if say.Accept != nil {
		provider.accept = *say.Accept
		if provider.accept.Status == 0 {
			provider.accept.Status = http.StatusOK
		}
	}
	for i, r := range say.Routes {
		if r.Path == "" {
			return fmt.Errorf("provider.routes[%d].path: is missing", i)
		}
		if r.Status == 0 {
			r.Status = http.StatusOK
		}
		provider.routes = append(provider.routes, r)
	}
	return nil
}

// cases are those of the file, or what the status codes of HTTP mean (RFC 9110, RFC 6585).
func (f *File) cases() []Case {
	if f.Provider != nil && f.Provider.Cases != nil {
		return f.Provider.Cases
	}
	return []Case{
		{Name: "400", Answer: Answer{Status: http.StatusBadRequest}, Kinds: []sdk.OutcomeKind{sdk.Rejected, sdk.Misconfigured}},
		{Name: "401", Answer: Answer{Status: http.StatusUnauthorized}, Kinds: []sdk.OutcomeKind{sdk.Rejected, sdk.Misconfigured}},
		{Name: "429", Answer: Answer{Status: http.StatusTooManyRequests, Header: map[string]string{"Retry-After": "7"}},
			Kinds: []sdk.OutcomeKind{sdk.Retry}, RetryAfterMs: 7000},
		{Name: "503", Answer: Answer{Status: http.StatusServiceUnavailable}, Kinds: []sdk.OutcomeKind{sdk.Retry, sdk.Unknown}},
	}
}

func (s *FileSent) counter(words *strings.Replacer) func() (int, error) {
	if s.File != "" {
		path := words.Replace(s.File)
		return func() (int, error) { return countLines(path) }
	}
	if s.Files != "" {
		dir := words.Replace(s.Files)
		return func() (int, error) { return countFiles(dir) }
	}
	address := words.Replace(s.URL)
	client := &http.Client{Timeout: 10 * time.Second}
	return func() (int, error) {
		r, err := client.Get(address)
		if err != nil {
			return 0, fmt.Errorf("sent.url: %w", err)
		}
		defer func() { _ = r.Body.Close() }()
		var document any
		if err := json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&document); err != nil {
			return 0, fmt.Errorf("sent.url: %s answered no JSON (%s)", address, r.Status)
		}
		return numberAt(document, s.Pointer)
	}
}

// numberAt follows a JSON pointer.
func numberAt(document any, pointer string) (int, error) {
	for part := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		part = strings.NewReplacer("~1", "/", "~0", "~").Replace(part)
		switch v := document.(type) {
		case map[string]any:
			document = v[part]
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(v) {
				return 0, fmt.Errorf("sent.pointer: there is nothing at %q", pointer)
			}
			document = v[i]
		}
	}
	n, ok := document.(float64)
	if !ok {
		return 0, fmt.Errorf("sent.pointer: there is no number at %q", pointer)
	}
	return int(n), nil
}

// countLines of a file; 0 if it is not there.
func countLines(path string) (int, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }()
	n, buffer := 0, make([]byte, 64<<10)
	for {
		read, err := f.Read(buffer)
		n += bytes.Count(buffer[:read], []byte{'\n'})
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
}

// countFiles below a folder; 0 if it is not there.
func countFiles(dir string) (n int, err error) {
	err = walkFiles(dir, func(string) error { n++; return nil })
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return n, err
}

// walkFiles calls each for every regular file.
func walkFiles(dir string, each func(path string) error) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		return each(path)
	})
}
