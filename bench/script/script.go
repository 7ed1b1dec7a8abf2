// Package script is what the bare server needs to know to play journeys: the bytes of every page and of every row, as they
// were seen at our own server.
package script

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
)

// Script is one journey, from the first question to the result.
type Script struct {
	Row   Row // as it is when the journey begins
	First string
	Pages map[string]Page // by address
}

// Row is a response as the store keeps it.
type Row struct {
	Questionnaire, Version, Hash string
	Status                       string
	Answers, Confirmed           string
	Letter, NotMe, Place         string
	Outcome                      *string
}

// Page is what a GET of an address answers, and what a POST to it does.
type Page struct {
	Header http.Header
	Body   []byte
	Saves  map[string]Save // by the value of the field "answer"; empty where nothing is entered
}

// Save is a change of the row and where the browser goes then.
type Save struct {
	Row Row
	To  string
}

// Read reads scripts from a file.
func Read(file string) ([]Script, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var scripts []Script
	if err := json.Unmarshal(data, &scripts); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return scripts, nil
}

// Write writes scripts to a file.
func Write(file string, scripts []Script) error {
	data, err := json.Marshal(scripts)
	if err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o600)
}
