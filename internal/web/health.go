package web

import (
	"encoding/json"
	"net/http"
)

// healthz says that the process lives and answers.
func (s *surface) healthz(w http.ResponseWriter, r *http.Request) {
	writeHealth(w, http.StatusOK, map[string]any{"alive": true})
}

// readyz says whether the hub takes work, and if not, why.
func (s *surface) readyz(w http.ResponseWriter, r *http.Request) {
	if err := s.engine.Ready(r.Context()); err != nil {
		writeHealth(w, http.StatusServiceUnavailable, map[string]any{"ready": false, "reason": err.Error()})
		return
	}
	writeHealth(w, http.StatusOK, map[string]any{"ready": true})
}

func writeHealth(w http.ResponseWriter, status int, v map[string]any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}
