package server

import (
	"net/http"

	"ekbom/internal/questionnaire"
	"ekbom/web/page"
)

func (s *Server) showAnswers(w http.ResponseWriter, r *http.Request) error {
	j, err := s.load(r, s.session(r))
	if err != nil {
		return err
	}
	view := page.AnswersView{Base: j.base(pathAnswers), Back: j.before(len(j.Questions))}
	switch {
	case j.sent():
		view.Sent, view.Back = true, pathSent
		view.Sections = j.sections(whole, reached)
	case j.open >= 0 || len(j.raised()) > 0:
		return redirect(w, j.next())
	default:
		view.Sections = j.sections(short, every)
	}
	return s.render(w, http.StatusOK, page.Answers(view))
}

// complete computes the outcome and keeps it beside the answers.
func (s *Server) complete(w http.ResponseWriter, r *http.Request) error {
	finished := false
	j, err := s.change(w, r, s.session(r), func(j *journey) (bool, error) {
		finished = false
		if j.open >= 0 || len(j.raised()) > 0 || j.completed() {
			return false, nil
		}
		finished = true
		return true, j.finish(s.Now())
	})
	if err != nil {
		return err
	}
	if finished {
		s.metrics.count(eventCompleted)
	}
	return redirect(w, j.next())
}

// How a list of answers names its questions, and which it holds.
func short(t *questionnaire.QuestionText) string { return t.Short }
func whole(t *questionnaire.QuestionText) string { return t.Text }

func every(*questionnaire.Question, questionnaire.Answer) bool { return true }

// reached leaves out what was not asked because an emergency ended the questions.
func reached(_ *questionnaire.Question, a questionnaire.Answer) bool {
	return a.State != questionnaire.NotReached
}

// sections lists the answers on the path. A section without any is left out.
func (j *journey) sections(name func(*questionnaire.QuestionText) string,
	holds func(*questionnaire.Question, questionnaire.Answer) bool) (sections []page.AnswerSection) {
	for _, sec := range j.Sections {
		out := page.AnswerSection{Name: j.words.Sections[sec.ID]}
		for i := sec.First; i < sec.Past; i++ {
			if j.onPath(i) && holds(&j.Questions[i], j.answers[i]) {
				out.Rows = append(out.Rows, page.AnswerRow{
					Question: name(j.text(i)), Answer: j.inWords(i, j.answers[i]), Change: j.changePath(i),
				})
			}
		}
		if len(out.Rows) > 0 {
			sections = append(sections, out)
		}
	}
	return sections
}
