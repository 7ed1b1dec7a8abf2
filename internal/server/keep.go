package server

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"ekbom/internal/questionnaire"
	"ekbom/internal/returncode"
	"ekbom/internal/store"
	"ekbom/web/page"

	"rsc.io/qr"
)

// showKeep gives the return code, and says until when it works.
func (s *Server) showKeep(w http.ResponseWriter, r *http.Request) error {
	sess := s.session(r)
	j, err := s.load(r, sess)
	if err != nil {
		return err
	}
	family, err := s.family(r, sess)
	if err != nil {
		return err
	}
	return s.render(w, http.StatusOK, page.Keep(page.KeepView{
		Base: j.base(pathKeep), Code: sess.Code.String(), Until: j.until(), Answered: j.answered(),
		Address: s.returnAddress(r), QR: s.returnQR, Back: j.next(), Completed: j.finished(), Earlier: j.others(family),
	}))
}

// until is when the response is deleted by itself; no time as long as a clinic has it.
func (j *journey) until() time.Time {
	if j.sent() && j.response.Status != questionnaire.Withdrawn {
		return time.Time{}
	}
	return local(j.response.Expires)
}

// returnAddress is where to return, as a person types it.
func (s *Server) returnAddress(r *http.Request) string {
	if s.BaseURL != nil {
		return s.BaseURL.Host + pathReturn
	}
	return r.Host + pathReturn
}

// drawQR draws an address as one path of strokes as wide as a square, with the quiet zone that readers need.
func drawQR(address string) (*page.QR, error) {
	const quiet = 4
	code, err := qr.Encode(address, qr.M)
	if err != nil {
		return nil, err
	}
	var path strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			if !code.Black(x, y) {
				continue
			}
			from := x
			for x+1 < code.Size && code.Black(x+1, y) {
				x++
			}
			run := strconv.Itoa(x + 1 - from)
			path.WriteString("M" + strconv.Itoa(from+quiet) + " " + strconv.Itoa(y+quiet) + "h" + run)
		}
	}
	return &page.QR{Size: code.Size + 2*quiet, Path: path.String()}, nil
}

func (s *Server) showReturn(w http.ResponseWriter, r *http.Request) error {
	return s.render(w, http.StatusOK, page.Return(page.ReturnView{Base: s.base(r, pathReturn)}))
}

// fieldCode is the id of the control in which a code is typed.
const fieldCode = page.FieldCode

// errWrongCode says that no answers are kept under a code. Whether the code cannot be right or is merely unknown makes no
// difference to the answer.
var errWrongCode = errors.New("no answers under this code")

// byCode finds a response by its return code as typed.
func (s *Server) byCode(r *http.Request, typed string) (questionnaire.Response, returncode.Code, error) {
	// A text that cannot be a code takes the same way through the store as one that is merely wrong.
	code, _ := returncode.Parse(typed)
	response, err := s.Store.ResponseByCode(r.Context(), code.Hash(s.codeKey))
	if errors.Is(err, store.ErrNotFound) {
		return questionnaire.Response{}, "", errWrongCode
	}
	if err != nil {
		return questionnaire.Response{}, "", fmt.Errorf("find by code: %w", err)
	}
	return response, code, nil
}

// comeBack opens the answers of a return code in this browser.
func (s *Server) comeBack(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	typed := r.PostForm.Get(page.FieldCode)
	response, code, err := s.byCode(r, typed)
	if errors.Is(err, errWrongCode) {
		base := s.base(r, pathReturn)
		return s.render(w, http.StatusUnprocessableEntity, page.Return(page.ReturnView{
			Base: base, Code: cut(typed), Faults: []page.Fault{{Field: fieldCode, Text: base.L.T("fault.code")}},
		}))
	}
	if err != nil {
		return err
	}
	j, err := s.journey(r, response)
	if err != nil {
		return err
	}
	if err := s.keepSession(w, r, session{Response: response.ID, Hash: response.Ref.Hash, Code: code, Seen: response.Revision}); err != nil {
		return err
	}
	s.metrics.count(eventReturned)
	next := j.next()
	if strings.HasPrefix(next, pathQuestion) && j.answered() > 0 {
		next += "?" + returned
	}
	return redirect(w, next)
}

// cut keeps what was typed, as far as a code may be long.
func cut(typed string) string {
	const most = 60
	for i := range typed {
		if i >= most {
			return typed[:i]
		}
	}
	return typed
}

func (s *Server) showDelete(w http.ResponseWriter, r *http.Request) error {
	view := page.DeleteView{Base: s.base(r, pathDelete), Back: pathStart}
	if sess := s.session(r); !sess.none() {
		j, err := s.load(r, sess)
		if err != nil && !errors.Is(err, errGone) {
			return err
		}
		if err == nil {
			view.Base, view.Known, view.Answered, view.Back = j.base(pathDelete), true, j.answered(), j.next()
			family, err := s.family(r, sess)
			if err != nil {
				return err
			}
			_, view.Sent = withdrawable(family, "")
			view.Several = len(family) > 1
		}
	}
	return s.render(w, http.StatusOK, page.Delete(view))
}

// delete deletes the answers of this browser, or of the return code typed, for good; what a clinic has is withdrawn first.
// Done twice it is done.
func (s *Server) delete(w http.ResponseWriter, r *http.Request) error {
	if err := readForm(r); err != nil {
		return err
	}
	sess := s.session(r)
	code := sess.Code
	if typed := r.PostForm.Get(page.FieldCode); typed != "" || sess.none() {
		_, of, err := s.byCode(r, typed)
		if errors.Is(err, errWrongCode) {
			base := s.base(r, pathDelete)
			return s.render(w, http.StatusUnprocessableEntity, page.Delete(page.DeleteView{
				Base: base, Code: cut(typed), Faults: []page.Fault{{Field: fieldCode, Text: base.L.T("fault.code")}}, Back: pathStart,
			}))
		}
		if err != nil {
			return err
		}
		code = of
	}
	stays, err := s.discard(r.Context(), code.Hash(s.codeKey))
	if err != nil {
		return err
	}
	if code == sess.Code {
		s.endSession(w, r) // the session of other answers stays
	}
	w.Header().Set("Clear-Site-Data", clearCache)
	if stays > 0 {
		return redirect(w, pathDeleted+"?"+held)
	}
	return redirect(w, pathDeleted)
}

// held marks the address of /deleted when something had to stay.
const held = "held"

// clearCache has the browser forget the pages that it would show again on "back".
const clearCache = `"cache"`

func (s *Server) showDeleted(w http.ResponseWriter, r *http.Request) error {
	return s.render(w, http.StatusOK, page.Deleted(page.DeletedView{Base: s.base(r, pathDeleted), Held: r.URL.RawQuery == held}))
}
