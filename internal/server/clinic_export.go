package server

import (
	"bytes"
	"net/http"
	"strings"

	"ekbom/internal/audit"
	"ekbom/internal/export"
	"ekbom/internal/questionnaire"
	"ekbom/internal/store"
)

// exportSubmission gives one submission as a file. That is recorded.
func (s *Server) exportSubmission(w http.ResponseWriter, r *http.Request, p *person) error {
	d, err := p.store.Open(r.Context(), submissionOf(r), audit.Exported)
	if err != nil {
		return err
	}
	file, err := s.submissionFile(r, p, d)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := file.Write(&b); err != nil {
		return err
	}
	sendFile(w, "application/json; charset=utf-8", fileName(d.ID), b.Bytes())
	return nil
}

// submissionFile is all of a submission as a file tells it.
func (s *Server) submissionFile(r *http.Request, p *person, d store.Dossier) (export.Submission, error) {
	file := export.NewSubmission(d.Submission, d.History, export.Exported{At: s.Now().UTC(), By: p.Name, Role: p.Role})
	if d.Withdrawn.IsZero() {
		j, err := s.journey(r, d.Response)
		if err != nil {
			return file, err
		}
		file.Tell(j.Definition, d.Response, j.answers)
	}
	return file, nil
}

// sendFile hands out a file to be kept, not shown.
func sendFile(w http.ResponseWriter, kind, name string, content []byte) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(content) // an error means that nobody is there any more
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
