package server

import (
	"net/http"
	"slices"

	"ekbom/internal/assess"
	"ekbom/internal/questionnaire"
	"ekbom/web/page"
)

// checkEmergency plays the answers back that raise an emergency: once, before anybody is sent to call for help.
func (s *Server) checkEmergency(w http.ResponseWriter, r *http.Request) error {
	j, err := s.load(r, s.session(r))
	if err != nil {
		return err
	}
	flags := j.unconfirmed()
	if len(flags) == 0 {
		return redirect(w, j.next())
	}
	view := page.CheckEmergencyView{Base: j.base(pathCheckEmergency)}
	var raised []*questionnaire.Condition
	for _, f := range j.RedFlags {
		if slices.Contains(flags, f.ID) {
			raised = append(raised, f.When)
			view.Crisis = view.Crisis || f.Crisis
		}
	}
	view.Quotes = j.quotes(assess.Because(j.Definition, j.answers, j.values, raised...))
	if len(view.Quotes) > 0 {
		view.Back = view.Quotes[len(view.Quotes)-1].Change
	}
	return s.render(w, http.StatusOK, page.CheckEmergency(view))
}

func (s *Server) confirmEmergency(w http.ResponseWriter, r *http.Request) error {
	j, err := s.change(w, r, s.session(r), func(j *journey) (bool, error) {
		if len(j.unconfirmed()) == 0 {
			return false, nil
		}
		j.response.Confirmed = j.raised()
		return true, nil
	})
	if err != nil {
		return err
	}
	return redirect(w, j.next())
}

func (s *Server) showEmergency(w http.ResponseWriter, r *http.Request) error {
	j, err := s.load(r, s.session(r))
	if err != nil {
		return err
	}
	if len(j.raised()) == 0 || len(j.unconfirmed()) > 0 {
		return redirect(w, j.next())
	}
	fired := assess.Evaluate(j.Definition, j.answers).RedFlags
	view := page.EmergencyView{Base: j.base(pathEmergency), Urgency: j.urgency(questionnaire.Emergency, fired)}
	for _, f := range fired {
		if f.Urgency == questionnaire.Emergency {
			view.Flags = append(view.Flags, j.flag(f))
		}
	}
	for _, f := range view.Flags {
		for _, c := range f.Because {
			view.Change = c.Change
		}
	}
	if j.sent() {
		view.Sent = true
	} else if clinics, err := s.openClinics(r.Context()); err == nil && len(clinics) > 0 {
		view.Send = pathSend // and without the store the page says what to do now all the same
	}
	return s.render(w, http.StatusOK, page.Emergency(view))
}
