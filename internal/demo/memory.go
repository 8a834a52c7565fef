package demo

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/recado-hub/recado/internal/hub"
)

// memoryFile is where, in its data directory, the demo keeps what the hub shows only once and what it made there, so that it can be
// started again on the same directory. The secrets open nothing but a hub on this machine.
const memoryFile = "demo.json"

// memoryFormat counts the stories: another one has other flows, and would send twice beside those of an older one.
const memoryFormat = 2

// credentials are what a consumer signs in with.
type credentials struct {
	Key    string `json:"key"`
	Secret string `json:"secret"`
}

// memory is the content of the file.
type memory struct {
	path string

	Format      int         `json:"format"`   // of this file, and of what it stands for
	Tellings    int         `json:"tellings"` // how often the story was told
	Admin       credentials `json:"admin"`
	Consumer    credentials `json:"consumer"`
	Group       string      `json:"group"` // ids of what the demo made; empty: not yet
	ConsumerID  string      `json:"consumerId"`
	Integration string      `json:"integration"`

	Flows  map[string]string `json:"flows"`  // id of each flow, by what it is called
	Events map[string]string `json:"events"` // id of each event, by what it is called
}

// recall reads the memory of a directory; for a new one, the credentials of the first consumer are made up and kept before
// the hub's first start takes them. A hub that somebody else made is left alone.
func recall(dir string) (*memory, error) {
	m := &memory{path: filepath.Join(dir, memoryFile), Flows: map[string]string{}, Events: map[string]string{}}
	text, err := os.ReadFile(m.path)
	switch {
	case err == nil:
		if err := json.Unmarshal(text, m); err != nil || m.Admin.Key == "" {
			return nil, fmt.Errorf("%s is damaged; choose another directory with --data", m.path)
		}
		if m.Format != memoryFormat {
			return nil, fmt.Errorf("the directory %s is that of a demo of another version; choose another one with --data", dir)
		}
		return m, nil
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return nil, fmt.Errorf("the directory %s is neither empty nor one of the demo; choose another one with --data", dir)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("the data directory cannot be made: %w", err)
	}
	m.Format = memoryFormat
	m.Admin = credentials{hub.NewClientID(), hub.NewSecret()}
	return m, m.save()
}

func (m *memory) save() error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	draft := m.path + ".new"
	if err := os.WriteFile(draft, append(text, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(draft, m.path)
}
