package account

import (
	"strings"
	"time"

	q "ekbom/internal/questionnaire"
)

// Clinic is a tenant: its people see what patients sent to it, and nothing else.
type Clinic struct {
	ID       q.ClinicID
	Slug     string // stands in the clinic's address for patients
	Name     string // as patients read it
	Created  time.Time
	Closed   time.Time // takes no submissions since then; zero: open
	TwoSteps bool      // everybody signs in with a one-time code
	Keep     int       // days that a submission is kept after the last thing done to it
}

// Keeping of submissions, in days.
const (
	KeepDefault = 365
	KeepLeast   = 1
	KeepMost    = 36500
)

// SlugLength is the most signs of a slug.
const SlugLength = 40

// ValidSlug reports whether s can stand in an address: lower-case Latin letters, digits and single hyphens between them.
func ValidSlug(s string) bool {
	return s != "" && len(s) <= SlugLength && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == "" &&
		!strings.HasPrefix(s, "-") && !strings.HasSuffix(s, "-") && !strings.Contains(s, "--")
}
