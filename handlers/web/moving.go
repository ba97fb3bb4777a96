package web

import (
	"net/http"

	"atelier/models"
)

// movingPage is the address of the page for those who come, go or end.
const movingPage = "/settings/moving"

type movingView struct {
	Frame
	Index   []Link
	Form    *Form
	Handle  string  // the member's own, as elsewhere it has to be named
	Aliases []alias // accounts elsewhere that are the member's
	MovedTo *alias  // where the account went
}

// alias is an account elsewhere that a member calls their own.
type alias struct{ URI, Name, Page string }

// askMoving serves GET /settings/moving.
func (p *Pages) askMoving(w http.ResponseWriter, r *http.Request, v *visit) error {
	return p.showMoving(w, r, v, newForm())
}

func (p *Pages) showMoving(w http.ResponseWriter, r *http.Request, v *visit, form *Form) error {
	base, err := p.settings(r, v, "Moving and leaving", movingPage, form)
	if err != nil {
		return err
	}
	a, err := p.Store.Account(r.Context(), v.Account.ID)
	if err != nil {
		return err
	}
	uris := a.AlsoKnownAs
	if a.MovedTo != "" {
		uris = append([]string{a.MovedTo}, uris...)
	}
	known, err := p.Store.AccountsByURI(r.Context(), uris)
	if err != nil {
		return err
	}
	view := movingView{Frame: base.Frame, Index: base.Index, Form: form, Handle: "@" + p.URLs.Handle(a.Username)}
	for _, uri := range a.AlsoKnownAs {
		view.Aliases = append(view.Aliases, p.aliasOf(uri, known[uri]))
	}
	if a.MovedTo != "" {
		to := p.aliasOf(a.MovedTo, known[a.MovedTo])
		view.MovedTo = &to
	}
	return p.htmlStatus(w, statusOf(form), "settings-moving.html", view)
}

// aliasOf names the account with an id by its handle, if it is known.
func (p *Pages) aliasOf(uri string, a *models.Account) alias {
	if a == nil {
		return alias{URI: uri, Name: uri}
	}
	return alias{URI: uri, Name: "@" + a.Acct(), Page: p.personURL(a)}
}

// saveMoving serves POST /settings/moving: an alias more or less, a move and
// its undoing.
func (p *Pages) saveMoving(w http.ResponseWriter, r *http.Request, v *visit) error {
	form := &Form{Values: r.PostForm}
	var line string
	var err error
	switch form.Get("do") {
	case "alias":
		if form.need("alias", "Type the address of your account elsewhere."); len(form.Wrong) == 0 {
			line, err = "alias", p.Chapter.AddAlias(r.Context(), v.Account, form.Get("alias"))
		}
	case "unalias":
		line, err = "unalias", p.Chapter.RemoveAlias(r.Context(), v.Account, form.Get("uri"))
	case "move":
		form.need("target", "Type the address of the account that you go to.")
		form.need("password", "Type your password, so that nobody else can send your followers away.")
		if len(form.Wrong) == 0 {
			line, err = "moved", p.Chapter.Move(r.Context(), v.Account, form.Values.Get("password"), form.Get("target"))
		}
	case "unmove":
		line, err = "unmoved", p.Chapter.CancelMove(r.Context(), v.Account)
	default:
		return models.Errorf(models.Malformed, "This button is not known.")
	}
	if err != nil && !form.takes(err) {
		return err
	}
	if len(form.Wrong) > 0 {
		return p.showMoving(w, r, v, form)
	}
	return see(w, r, movingPage+"?done="+line)
}

type leaveView struct {
	Frame
	Form *Form
}

// askLeave serves GET /settings/leave.
func (p *Pages) askLeave(w http.ResponseWriter, r *http.Request, v *visit) error {
	return p.showLeave(w, r, v, newForm())
}

func (p *Pages) showLeave(w http.ResponseWriter, r *http.Request, v *visit, form *Form) error {
	f, err := p.frame(r, v, "End your membership?", "")
	if err != nil {
		return err
	}
	return p.htmlStatus(w, statusOf(form), "settings-leave.html", leaveView{f, form})
}

// leave serves POST /settings/leave.
func (p *Pages) leave(w http.ResponseWriter, r *http.Request, v *visit) error {
	form := &Form{Values: r.PostForm}
	if form.need("password", "Type your password, so that nobody else can do this."); len(form.Wrong) == 0 {
		err := p.Chapter.DeleteMember(r.Context(), v.Account, form.Values.Get("password"))
		if err == nil {
			if err := p.Sessions.End(w, r); err != nil {
				return err
			}
			return see(w, r, "/?done=left")
		}
		if !form.takes(err) {
			return err
		}
	}
	return p.showLeave(w, r, v, form)
}
