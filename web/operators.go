package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"coopverse/directory"
)

// operatorsShown is how many rows a page of the operators' desk has.
const operatorsShown = 50

// operatorsDoneKey is where a session keeps what was done at the operators' desk.
const operatorsDoneKey = "operators-done"

// operatorsHead is what the pages of the operators' desk have in common.
type operatorsHead struct {
	Section string // which of the pages it is; "": the overview
	Done    string // which message says what was done a moment ago; "": nothing was
}

// operator is who is signed in, if that is an operator. Errors: errSignIn,
// errNotYours.
func (s *Server) operator(ctx context.Context) (directory.Actor, error) {
	return s.member(ctx, directory.DirectoryHandle, directory.Editor)
}

// forOperators keeps everybody else from a page.
func (s *Server) forOperators(page answer) answer {
	return func(w http.ResponseWriter, r *http.Request) error {
		if _, err := s.operator(r.Context()); err != nil {
			return err
		}
		return page(w, r)
	}
}

func (s *Server) operatorsHead(ctx context.Context, section string) operatorsHead {
	return operatorsHead{section, s.sessions.PopString(ctx, operatorsDoneKey)}
}

// toOperators leads back to a page of the desk, which says what was done.
func (s *Server) toOperators(w http.ResponseWriter, r *http.Request, section, done string) error {
	s.sessions.Put(r.Context(), operatorsDoneKey, done)
	http.Redirect(w, r, "/operators/"+section, http.StatusSeeOther)
	return nil
}

// operatorsForm reads a form of the desk, of at most so many bytes, and returns
// who has sent it.
func (s *Server) operatorsForm(w http.ResponseWriter, r *http.Request, most int64) (by directory.Actor, err error) {
	if err := s.form(w, r, most); err != nil {
		return by, err
	}
	return s.operator(r.Context())
}

// decision reads a form of the desk that is about one thing.
func (s *Server) decision(w http.ResponseWriter, r *http.Request) (by directory.Actor, id int64, err error) {
	if by, err = s.operatorsForm(w, r, maxForm); err == nil {
		id, err = numbered(r)
	}
	return by, id, err
}

// word is the field in which an operator says why, or what was done.
type word struct {
	ID      int64 // of what it is about
	Text    string
	Refused string // why it cannot be taken
}

// wordOn is the field of one thing: with what was typed if that is what refused
// is about.
func wordOn(id int64, refused word) word {
	if refused.ID == id {
		return refused
	}
	return word{ID: id}
}

// refusedWord reads from an error that the operator's word cannot be taken.
func refusedWord(err error, id int64, r *http.Request) (word, bool) {
	wrong := new(directory.FieldError)
	if !errors.As(err, &wrong) {
		return word{}, false
	}
	return word{id, strings.ToValidUTF8(r.PostForm.Get("why"), "\uFFFD"), wrong.Reason}, true
}

// operatorsDesk is the overview.
type operatorsDesk struct {
	Desk    operatorsHead
	Waiting directory.Waiting
	Only    bool // only allowed domains are spoken with
}

func (s *Server) operatorsPage(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	waiting, err := s.directory.Waiting(ctx)
	if err != nil {
		return err
	}
	only, err := s.directory.SpeaksOnlyWithAllowed(ctx)
	if err != nil {
		return err
	}
	return s.showDesk(w, http.StatusOK, "operators", operatorsDesk{s.operatorsHead(ctx, ""), waiting, only})
}

// operatorsEvidenceList is the evidence that no operator has judged.
type operatorsEvidenceList struct {
	Desk   operatorsHead
	Pieces []pieceToJudge
}

type pieceToJudge struct {
	directory.Evidence
	Coop speaker
	Word word
}

func (s *Server) operatorsEvidence(w http.ResponseWriter, r *http.Request) error {
	return s.showEvidenceToJudge(w, r, http.StatusOK, word{})
}

func (s *Server) showEvidenceToJudge(w http.ResponseWriter, r *http.Request, status int, refused word) error {
	ctx := r.Context()
	pieces, err := s.directory.EvidenceToJudge(ctx, operatorsShown)
	if err != nil {
		return err
	}
	shown := operatorsEvidenceList{Desk: s.operatorsHead(ctx, "evidence")}
	for _, e := range pieces {
		whom, err := s.speaker(ctx, e.Handle)
		if err != nil {
			return err
		}
		shown.Pieces = append(shown.Pieces, pieceToJudge{e, whom, wordOn(e.ID, refused)})
	}
	return s.showDesk(w, status, "operators_evidence", shown)
}

// judgeEvidence notes that an operator has looked at a piece of evidence.
func (s *Server) judgeEvidence(w http.ResponseWriter, r *http.Request) error {
	by, id, err := s.decision(w, r)
	if err != nil {
		return err
	}
	confirm, done := r.PostForm.Get("do") == "confirm", "refused_evidence"
	if confirm {
		done = "confirmed"
	}
	err = s.directory.JudgeEvidence(r.Context(), by, id, confirm, r.PostForm.Get("why"))
	if refused, is := refusedWord(err, id, r); is {
		return s.showEvidenceToJudge(w, r, http.StatusUnprocessableEntity, refused)
	}
	if err != nil {
		return err
	}
	return s.toOperators(w, r, "evidence", done)
}

// operatorsReportList is what other servers have reported.
type operatorsReportList struct {
	Desk    operatorsHead
	All     bool // also those that are closed
	Older   string
	Reports []reportToResolve
}

type reportToResolve struct {
	directory.Report
	Word word
}

func (s *Server) operatorsReports(w http.ResponseWriter, r *http.Request) error {
	return s.showReports(w, r, http.StatusOK, word{})
}

func (s *Server) showReports(w http.ResponseWriter, r *http.Request, status int, refused word) error {
	ctx := r.Context()
	before, err := readBefore(r)
	if err != nil {
		return err
	}
	shown := operatorsReportList{Desk: s.operatorsHead(ctx, "reports"), All: r.URL.Query().Has("all")}
	reports, err := s.directory.Reports(ctx, shown.All, before, operatorsShown+1)
	if err != nil {
		return err
	}
	if len(reports) > operatorsShown {
		reports = reports[:operatorsShown]
		older := url.Values{"before": {fmt.Sprint(reports[operatorsShown-1].ID)}}
		if shown.All {
			older.Set("all", "1")
		}
		shown.Older = "/operators/reports?" + older.Encode()
	}
	for _, report := range reports {
		shown.Reports = append(shown.Reports, reportToResolve{report, wordOn(report.ID, refused)})
	}
	return s.showDesk(w, status, "operators_reports", shown)
}

// resolveReport closes a report with a word on what was done.
func (s *Server) resolveReport(w http.ResponseWriter, r *http.Request) error {
	by, id, err := s.decision(w, r)
	if err != nil {
		return err
	}
	err = s.directory.ResolveReport(r.Context(), by, id, r.PostForm.Get("why"))
	if refused, is := refusedWord(err, id, r); is {
		return s.showReports(w, r, http.StatusUnprocessableEntity, refused)
	}
	if err != nil {
		return err
	}
	return s.toOperators(w, r, "reports", "resolved")
}

// operatorsLogPage is what people with a role have done.
type operatorsLogPage struct {
	Desk  operatorsHead
	Coop  string // handle that is asked for; "": all
	Acts  []directory.AuditEntry
	Older string
}

func (s *Server) operatorsLog(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	before, err := readBefore(r)
	if err != nil {
		return err
	}
	shown := operatorsLogPage{Desk: s.operatorsHead(ctx, "log"), Coop: strings.TrimPrefix(strings.TrimSpace(strings.ToValidUTF8(r.URL.Query().Get("coop"), "")), "@")}
	if shown.Acts, err = s.directory.WholeAuditLog(ctx, shown.Coop, before, operatorsShown+1); err != nil {
		return err
	}
	if len(shown.Acts) > operatorsShown {
		shown.Acts = shown.Acts[:operatorsShown]
		older := url.Values{"before": {fmt.Sprint(shown.Acts[operatorsShown-1].ID)}}
		if shown.Coop != "" {
			older.Set("coop", shown.Coop)
		}
		shown.Older = "/operators/log?" + older.Encode()
	}
	return s.showDesk(w, http.StatusOK, "operators_log", shown)
}
