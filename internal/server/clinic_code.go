package server

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"ekbom/internal/account"
	"ekbom/internal/store"
	"ekbom/web/clinic"
	"ekbom/web/locale"
	"ekbom/web/page"
)

func (s *Server) showCode(w http.ResponseWriter, r *http.Request) error {
	in, err := s.half(w, r, store.StageCode)
	if in == nil || err != nil {
		return err
	}
	return s.render(w, http.StatusOK, clinic.Code(s.codeView(r, "")))
}

func (s *Server) codeView(r *http.Request, fault string) clinic.CodeView {
	base := s.door(r, pathCode)
	view := clinic.CodeView{Base: base, Action: pathCode, Cancel: pathCancel, Code: codeField(base.L, "onetime.hint", fault)}
	view.Faults = view.Code.Faults
	return view
}

func codeField(l *locale.Printer, hint, fault string) clinic.Field {
	f := clinic.Field{
		ID: fieldOneTime, Name: fieldOneTime, Label: l.T("onetime.label"), Autocomplete: "one-time-code", Narrow: true, Focus: fault == "",
	}
	if hint != "" {
		f.Hint = l.T(hint)
	}
	if fault != "" {
		f.Faults = []page.Fault{{Field: fieldOneTime, Text: l.T(fault)}}
	}
	return f
}

// enterCode checks the one-time code, or a recovery code in its place.
func (s *Server) enterCode(w http.ResponseWriter, r *http.Request) error {
	in, err := s.half(w, r, store.StageCode)
	if in == nil || err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	typed := strings.TrimSpace(r.PostForm.Get(fieldOneTime))
	if typed == "" {
		return s.render(w, http.StatusUnprocessableEntity, clinic.Code(s.codeView(r, "onetime.enter")))
	}
	tries := s.tries(r, "code", "", in.account.ID)
	if wait, err := s.count(r, tries); err != nil {
		return err
	} else if wait > 0 {
		view := s.codeView(r, "onetime.enter")
		view.Faults[0].Text = view.L.N("door.wait", minutes(wait))
		w.Header().Set("Retry-After", strconv.Itoa(int(wait.Seconds())))
		return s.render(w, http.StatusTooManyRequests, clinic.Code(view))
	}
	switch err := s.useCode(r, in.account, typed); {
	case errors.Is(err, errWrongOneTime):
		if err := s.Store.SignInFailed(r.Context(), in.account, s.Now(), "code"); err != nil {
			return err
		}
		return s.render(w, http.StatusUnprocessableEntity, clinic.Code(s.codeView(r, "onetime.wrong")))
	case errors.Is(err, store.ErrStale):
		return s.render(w, http.StatusUnprocessableEntity, clinic.Code(s.codeView(r, "onetime.used")))
	case err != nil:
		return err
	}
	if err := s.forgive(r, tries); err != nil {
		return err
	}
	if err := s.startSession(w, r, in.account, store.StageFull, in.Data); err != nil {
		return err
	}
	return redirect(w, arrive(in.Data))
}

var errWrongOneTime = errors.New("wrong one-time code")

// useCode takes a code that is right. A wrong one is errWrongOneTime, a used one store.ErrStale.
func (s *Server) useCode(r *http.Request, a account.Account, typed string) error {
	cred, err := s.Store.Credentials(r.Context(), a.ID)
	if err != nil {
		return err
	}
	if hash := s.vault.Recovery(a.ID, typed); hash != nil {
		_, err := s.Store.UseRecovery(r.Context(), a, hash, s.Now())
		if errors.Is(err, store.ErrNotFound) {
			return errWrongOneTime
		}
		return err
	}
	secret, err := s.vault.Open(a.ID, cred.Secret)
	if err != nil {
		return err
	}
	step, ok := account.CheckTOTP(secret, typed, s.Now(), 0)
	if !ok {
		return errWrongOneTime
	}
	return s.Store.UseStep(r.Context(), a.ID, step)
}

func (s *Server) showEnrol(w http.ResponseWriter, r *http.Request) error {
	in, err := s.half(w, r, store.StageEnrol)
	if in == nil || err != nil {
		return err
	}
	return s.drawEnrol(w, r, in, s.door(r, pathEnrol), http.StatusOK, "")
}

// drawEnrol shows the page that sets up the second step. The secret stays the same until it is set up, so that a page that
// is loaded again fits the app that has scanned it.
func (s *Server) drawEnrol(w http.ResponseWriter, r *http.Request, in *signedIn, base clinic.Base, status int, fault string) error {
	secret, err := s.enrolling(in)
	if err != nil {
		secret = account.NewTOTP()
		in.set(dataSecret, base64.StdEncoding.EncodeToString(s.vault.Seal(in.account.ID, secret)))
		if err := s.saveData(r, in); err != nil {
			return err
		}
	}
	address, err := account.TOTPAddress(secret, in.clinic.Name, in.account.Login)
	if err != nil {
		return err
	}
	qr, err := drawQR(address)
	if err != nil {
		return fmt.Errorf("draw the secret: %w", err)
	}
	view := clinic.EnrolView{
		Base: base, QR: qr, Secret: account.TOTPTyped(secret), Code: codeField(base.L, "", fault), Action: pathSteps, Cancel: pathMe,
	}
	if in.Stage == store.StageEnrol {
		view.Clinic, view.Required, view.Action, view.Cancel = in.clinic.Name, true, pathEnrol, pathCancel
	}
	view.Code.Focus = false // the steps come first
	view.Faults = view.Code.Faults
	return s.render(w, status, clinic.Enrol(view))
}

// enrolling gives the secret that is being set up.
func (s *Server) enrolling(in *signedIn) ([]byte, error) {
	sealed, err := base64.StdEncoding.DecodeString(in.Data[dataSecret])
	if err != nil {
		return nil, err
	}
	return s.vault.Open(in.account.ID, sealed)
}

func (s *Server) enrol(w http.ResponseWriter, r *http.Request) error {
	in, err := s.half(w, r, store.StageEnrol)
	if in == nil || err != nil {
		return err
	}
	return s.finishEnrol(w, r, in, s.door(r, pathEnrol))
}

// finishEnrol turns the second step on when the code proves that the app has its secret, and goes on to the recovery codes
// with a new session.
func (s *Server) finishEnrol(w http.ResponseWriter, r *http.Request, in *signedIn, base clinic.Base) error {
	if err := readForm(r); err != nil {
		return err
	}
	typed := strings.TrimSpace(r.PostForm.Get(fieldOneTime))
	if typed == "" {
		return s.drawEnrol(w, r, in, base, http.StatusUnprocessableEntity, "onetime.enter")
	}
	secret, err := s.enrolling(in)
	if err != nil { // another window has finished or begun anew
		return s.drawEnrol(w, r, in, base, http.StatusUnprocessableEntity, "onetime.wrong")
	}
	step, ok := account.CheckTOTP(secret, typed, s.Now(), 0)
	if !ok {
		return s.drawEnrol(w, r, in, base, http.StatusUnprocessableEntity, "onetime.wrong")
	}
	codes, hashes := s.newRecovery(in.account.ID)
	who := account.Principal{Account: in.account.ID, Clinic: in.clinic.ID, Name: in.account.Name, Role: in.account.Role}
	if err := s.Store.Staff(who, s.Now()).TurnOnTwoSteps(r.Context(), s.vault.Seal(in.account.ID, secret), step, hashes, in.TokenHash); err != nil {
		return err
	}
	delete(in.Data, dataSecret)
	in.set(dataCodes, s.sealCodes(in.account.ID, codes))
	if err := s.startSession(w, r, in.account, store.StageFull, in.Data); err != nil {
		return err
	}
	return redirect(w, pathRecovery)
}

func (s *Server) newRecovery(id account.ID) (codes []string, hashes [][]byte) {
	codes = account.NewRecoveryCodes()
	for _, c := range codes {
		hashes = append(hashes, s.vault.Recovery(id, c))
	}
	return codes, hashes
}

func (s *Server) sealCodes(id account.ID, codes []string) string {
	return base64.StdEncoding.EncodeToString(s.vault.Seal(id, []byte(strings.Join(codes, " "))))
}
