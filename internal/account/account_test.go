package account

import (
	"slices"
	"testing"
)

func TestRights(t *testing.T) {
	t.Parallel()
	all := []Right{OwnAccount, Review, ExportQueue, SeeReaders, SeeStatistics, ManagePeople, HoldAndErase, ManageClinic, SeeAudit}
	if len(least) != len(all) {
		t.Errorf("%d rights have a role, this test knows %d", len(least), len(all))
	}
	want := map[Role][]Right{
		Reviewer:  all[:2],
		Lead:      all[:7],
		Admin:     all,
		"":        nil,
		"janitor": nil,
	}
	for role, rights := range want {
		for _, r := range append(all, "no-such-right", "") {
			if got := role.May(r); got != slices.Contains(rights, r) {
				t.Errorf("%q may %q: %v", role, r, got)
			}
		}
	}
	if _, ok := ParseRole("Admin"); ok {
		t.Error("a role in capitals was read")
	}
}

func TestFold(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{" Robin@Example.ORG\t": "robin@example.org", "ЁЖ": "ёж", "": ""} {
		if got := Fold(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestValidSlug(t *testing.T) {
	t.Parallel()
	for slug, want := range map[string]bool{
		"north": true, "north-2": true, "": false, "-north": false, "north-": false, "no--rth": false, "North": false, "nörth": false,
		"a/b": false, "..": false, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa": false,
	} {
		if got := ValidSlug(slug); got != want {
			t.Errorf("%q: %v", slug, got)
		}
	}
}
