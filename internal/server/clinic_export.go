package server

import (
	"bytes"
	"net/http"
	"strings"

	"ekbom/internal/audit"
	"ekbom/internal/export"
	"ekbom/internal/questionnaire"
)

// exportSubmission gives one submission as a file. That is recorded.
func (s *Server) exportSubmission(w http.ResponseWriter, r *http.Request, p *person) error {
	d, err := p.store.Open(r.Context(), submissionOf(r), audit.Exported)
	if err != nil {
		return err
	}
	file := export.NewSubmission(d.Submission, d.History, export.Exported{At: s.Now().UTC(), By: p.Name, Role: p.Role})
	if d.Withdrawn.IsZero() {
		j, err := s.journey(r, d.Response)
		if err != nil {
			return err
		}
		file.Tell(j.Definition, d.Response, j.answers)
	}
	var b bytes.Buffer
	if err := file.Write(&b); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+fileName(d.ID)+`"`)
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(b.Bytes()) // an error means that nobody is there any more
	return nil
}

// fileName names a submission's file by its id: a name of a patient would stand in lists of downloads for everybody to see.
func fileName(id questionnaire.ResponseID) string {
	safe := strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' {
			return c
		}
		return -1
	}, string(id))
	return "ekbom-submission-" + safe + ".json"
}
