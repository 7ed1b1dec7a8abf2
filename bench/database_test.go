package main

import (
	"path/filepath"
	"testing"
	"time"

	q "ekbom/internal/questionnaire"
	"ekbom/internal/store"
)

// An acknowledged save that is not in the database is found out, whatever part of it is missing.
func TestAuditFindsWhatIsMissing(t *testing.T) {
	t.Parallel()
	ctx, url := t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "ekbom.db")
	s, err := store.Open(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	ref := q.Ref{ID: "legs", Version: "1.0.0", Hash: "00"}
	if err := s.SaveQuestionnaire(ctx, ref, []byte("archive")); err != nil {
		t.Fatal(err)
	}
	r := q.Response{ID: "one", Ref: ref, Status: q.Draft, Answers: []byte(`{}`), Revision: 1,
		Created: time.Now(), Updated: time.Now(), Expires: time.Now().Add(time.Hour)}
	if err := s.CreateResponse(ctx, r, []byte("hash")); err != nil {
		t.Fatal(err)
	}
	r.Answers = []byte(`{"age":{"a":["52"]},"urge":{"a":["often"]}}`)
	if err := s.UpdateResponse(ctx, r); err != nil {
		t.Fatal(err)
	}
	db, err := openDatabase(url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, tt := range []struct {
		name string
		want ledger
		ok   bool
	}{
		{"all there", ledger{people: 1, saves: 1, answers: 2}, true},
		{"a person missing", ledger{people: 2, saves: 1, answers: 2}, false},
		{"a save missing", ledger{people: 1, saves: 2, answers: 2}, false},
		{"an answer missing", ledger{people: 1, saves: 1, answers: 3}, false},
		{"a completion missing", ledger{people: 1, saves: 1, answers: 2, completed: 1}, false},
	} {
		if err := db.audit(ctx, tt.want); (err == nil) != tt.ok {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}
