package store_test

import (
	"strings"
	"testing"
	"time"

	"ekbom/internal/account"
	"ekbom/internal/store"
	"ekbom/internal/store/storetest"

	"github.com/google/go-cmp/cmp"
)

func TestPasskeys(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d, ctx := openDoor(t, s), t.Context()
		k := store.Passkey{ID: []byte{1, 0, 255}, Name: "Phone", Data: []byte(`{"n": 1}`)}
		if err := d.staff.AddPasskey(ctx, k); err != nil {
			t.Fatal(err)
		}
		wantError(t, d.staff.AddPasskey(ctx, k), store.ErrConflict)
		other := d.as(d.stranger)
		wantError(t, other.AddPasskey(ctx, k), store.ErrConflict)
		wantError(t, other.RemovePasskey(ctx, k.ID), store.ErrNotFound)
		if all, err := other.Passkeys(ctx); err != nil || len(all) != 0 {
			t.Errorf("another sees %v, %v", all, err)
		}
		k.Account, k.Created = d.person.ID, start.Truncate(time.Microsecond)
		k.Data, k.Used = []byte(`{"n": 2}`), k.Created.Add(time.Hour)
		if err := s.UsePasskey(ctx, k); err != nil {
			t.Fatal(err)
		}
		got, err := s.Passkey(ctx, k.ID)
		if diff := cmp.Diff(k, got); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
		all, err := d.staff.Passkeys(ctx)
		if diff := cmp.Diff([]store.Passkey{k}, all); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
		if err := d.staff.RemovePasskey(ctx, k.ID); err != nil {
			t.Fatal(err)
		}
		_, err = s.Passkey(ctx, k.ID)
		wantError(t, err, store.ErrNotFound)
		wantError(t, s.UsePasskey(ctx, k), store.ErrNotFound)

		for i := range store.PasskeysMost {
			if err := d.staff.AddPasskey(ctx, store.Passkey{ID: []byte{byte(i)}, Name: "n", Data: []byte(`{}`)}); err != nil {
				t.Fatal(err)
			}
		}
		wantError(t, d.staff.AddPasskey(ctx, store.Passkey{ID: []byte("more"), Name: "n", Data: []byte(`{}`)}), store.ErrConflict)
		// A reset takes them away: the phone may be in other hands.
		if err := d.ResetAccount(ctx, d.person.ID, d.clinic.ID, account.HashToken("reset"), start); err != nil {
			t.Fatal(err)
		}
		if all, err := d.staff.Passkeys(ctx); err != nil || len(all) != 0 {
			t.Errorf("after a reset: %v, %v", all, err)
		}
		if got := d.actions(t, d.clinic, d.person.ID); !strings.Contains(got, "passkey-added person-0:passkey-removed person-0:passkey-added") {
			t.Errorf("audit: %s", got)
		}
	})
}
