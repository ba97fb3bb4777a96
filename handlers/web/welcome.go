package web

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/gorilla/mux"

	"atelier/models"
	"atelier/models/chapter"
)

type welcomeView struct {
	Frame
	Step            string // which of how many
	Heading, Lead   string
	Action, Button  string
	Form            *Form
	Face, Directory bool // what the step asks for; neither: whom to follow

	Themes Choices
	People []Choice
	Place  string // what an app is told
}

// A welcomeStep is one of the three small things that make a place one's own.
type welcomeStep struct {
	path          string
	bit           models.Welcomed
	which         string
	heading, lead string
	button        string
}

var welcomeSteps = []welcomeStep{
	{"/welcome/1", models.WelcomeFace, "One of three small things", "A face and a sentence", "It is easier to ask somebody whose face one has seen.", "Save and go on"},
	{"/welcome/2", models.WelcomeAsk, "Two of three", "What can others ask you about?", "Two things are plenty. Leave out what you like, and choose who sees the rest.", "Save and go on"},
	{"/welcome/3", models.WelcomeFollow, "Three of three", "What would you like to hear of?", "What is new in a theme, or from somebody you follow, comes to This week.", "Follow what I ticked"},
}

// whileNew is how long This week speaks of the welcome: nothing nags.
const whileNew = 4 * aWeek

// stepsLeft are the steps that the viewer has neither taken nor let be. What
// was said elsewhere, in the settings or by an app, need not be asked.
func (p *Pages) stepsLeft(ctx context.Context, v *visit) ([]welcomeStep, error) {
	done, err := p.Store.Welcomed(ctx, v.viewer.AccountID)
	if err != nil || done == models.WelcomeAll {
		return nil, err
	}
	if !v.Account.Avatar.Empty() && v.Account.BioSource != "" {
		done |= models.WelcomeFace
	}
	entry, err := p.Store.OwnDirectory(ctx, v.viewer.AccountID)
	if err != nil {
		return nil, err
	}
	if !entry.Empty() {
		done |= models.WelcomeAsk
	}
	return slices.DeleteFunc(slices.Clone(welcomeSteps), func(s welcomeStep) bool { return done&s.bit != 0 }), nil
}

// welcomeLine is what This week says to somebody new, "" to everybody else.
func (p *Pages) welcomeLine(ctx context.Context, v *visit) (string, error) {
	if v.now.Sub(v.Member.CreatedAt) > whileNew {
		return "", nil
	}
	left, err := p.stepsLeft(ctx, v)
	if err != nil || len(left) == 0 {
		return "", err
	}
	return capital(count(len(left), "small thing", "small things")) + " to make this place yours.", nil
}

// firstStep serves GET /welcome: the first step that is left.
func (p *Pages) firstStep(w http.ResponseWriter, r *http.Request, v *visit) error {
	return p.nextStep(w, r, v)
}

// nextStep leads to the first step that is left, or to This week.
func (p *Pages) nextStep(w http.ResponseWriter, r *http.Request, v *visit) error {
	left, err := p.stepsLeft(r.Context(), v)
	if err != nil {
		return err
	}
	to := "/"
	if len(left) > 0 {
		to = left[0].path
	}
	if r.Method == http.MethodGet && r.URL.RawQuery != "" {
		to += "?" + r.URL.RawQuery
	}
	return see(w, r, to)
}

// skipWelcome serves POST /welcome: it lets all steps be.
func (p *Pages) skipWelcome(w http.ResponseWriter, r *http.Request, v *visit) error {
	if err := p.Chapter.Welcome(r.Context(), v.Account, models.WelcomeAll); err != nil {
		return err
	}
	return see(w, r, "/")
}

// stepOf is the step that an address names. left is false if it was taken or
// let be already: then it is not shown again.
func (p *Pages) stepOf(r *http.Request, v *visit) (s welcomeStep, left bool, err error) {
	steps, err := p.stepsLeft(r.Context(), v)
	if err != nil {
		return s, false, err
	}
	s = welcomeSteps[mux.Vars(r)["step"][0]-'1']
	return s, slices.Contains(steps, s), nil
}

// askStep serves GET /welcome/{step}.
func (p *Pages) askStep(w http.ResponseWriter, r *http.Request, v *visit) error {
	s, left, err := p.stepOf(r, v)
	if err != nil {
		return err
	}
	if !left {
		return p.nextStep(w, r, v)
	}
	form := newForm("bio", v.Account.BioSource)
	if s.bit == models.WelcomeAsk {
		entry, err := p.Store.OwnDirectory(r.Context(), v.Account.ID)
		if err != nil {
			return err
		}
		form.setEntry(entry)
	}
	return p.showStep(w, r, v, s, form)
}

func (p *Pages) showStep(w http.ResponseWriter, r *http.Request, v *visit, s welcomeStep, form *Form) error {
	f, err := p.frame(r, v, s.heading, "")
	if err != nil {
		return err
	}
	view := welcomeView{Frame: f, Step: s.which, Heading: s.heading, Lead: s.lead, Action: s.path, Button: s.button, Form: form,
		Face: s.bit == models.WelcomeFace, Directory: s.bit == models.WelcomeAsk, Place: p.URLs.AccountDomain}
	if s.bit == models.WelcomeFollow {
		if view.Themes, view.People, err = p.toFollow(r.Context(), v, form); err != nil {
			return err
		}
	}
	return p.htmlStatus(w, statusOf(form), "welcome.html", view)
}

// takeStep serves POST /welcome/{step}. Whoever leaves all empty lets it be.
func (p *Pages) takeStep(w http.ResponseWriter, r *http.Request, v *visit) error {
	s, _, err := p.stepOf(r, v) // who went back and says something is heard too
	if err != nil {
		return err
	}
	form := &Form{Values: r.PostForm}
	if form.Get("do") != "skip" {
		if err := p.saveStep(r, v, s, form); err != nil && !takeProfileError(form, err) {
			return err
		}
	}
	if len(form.Wrong) > 0 {
		return p.showStep(w, r, v, s, form)
	}
	if err := p.Chapter.Welcome(r.Context(), v.Account, s.bit); err != nil {
		return err
	}
	return p.nextStep(w, r, v)
}

// saveStep keeps what somebody says in a step.
func (p *Pages) saveStep(r *http.Request, v *visit, s welcomeStep, form *Form) error {
	ctx := r.Context()
	switch s.bit {
	case models.WelcomeFace:
		return p.saveFace(r, v, form)
	case models.WelcomeAsk:
		entry := form.entry()
		for _, fault := range (&chapter.Profile{Directory: entry}).Faults() {
			form.takes(fault)
		}
		if len(form.Wrong) > 0 || entry.Empty() {
			return nil
		}
		return p.Chapter.SetDirectory(ctx, v.Account, entry)
	}
	return p.followTicked(ctx, v, form)
}

func (p *Pages) saveFace(r *http.Request, v *visit, form *Form) error {
	var change chapter.Profile
	if bio := form.Text("bio"); bio != v.Account.BioSource {
		change.Bio = &bio
	}
	for _, fault := range change.Faults() {
		takeProfileError(form, fault)
	}
	if len(form.Wrong) > 0 {
		return nil
	}
	err := p.savePicture(r, form, &change)
	if err != nil || change.Bio == nil && change.Avatar == nil {
		return err
	}
	_, err = p.Chapter.UpdateProfile(r.Context(), v.Account, change)
	return err
}

// How much the last step offers.
const (
	offeredThemes = 12
	offeredPeople = 8
)

// toFollow are themes and people of the chapter whom the viewer does not
// follow yet.
func (p *Pages) toFollow(ctx context.Context, v *visit, form *Form) (Choices, []Choice, error) {
	themes, err := p.Store.Themes(ctx)
	if err != nil {
		return Choices{}, nil, err
	}
	followed, err := p.followedThemes(ctx, v, themes)
	if err != nil {
		return Choices{}, nil, err
	}
	var choices []Choice
	for _, t := range themes {
		if !followed[t.AccountID] && len(choices) < offeredThemes {
			choices = append(choices, Choice{Value: t.Key, Label: t.Name})
		}
	}
	people, err := p.peopleToFollow(ctx, v, form)
	return form.chooseMany("theme", "Themes to follow", "", choices...), people, err
}

func (p *Pages) peopleToFollow(ctx context.Context, v *visit, form *Form) ([]Choice, error) {
	accounts, err := p.Store.Suggested(ctx, v.viewer, 4*offeredPeople)
	if err != nil {
		return nil, err
	}
	var ids []models.ID
	accounts = slices.DeleteFunc(accounts, func(a *models.Account) bool { return !a.Local() || a.Type == models.Group })
	accounts = accounts[:min(len(accounts), offeredPeople)]
	for _, a := range accounts {
		ids = append(ids, a.ID)
	}
	entries, err := p.Store.DirectoryOf(ctx, v.viewer, ids)
	if err != nil {
		return nil, err
	}
	var out []Choice
	for _, a := range accounts {
		person := p.inDirectory(a, "", entries[a.ID])
		out = append(out, Choice{Value: a.ID.String(), Label: person.Name, Hint: strings.TrimSpace(person.Bio), Checked: slices.Contains(form.Values["person"], a.ID.String())})
	}
	return out, nil
}

// followTicked follows what was ticked of what was offered.
func (p *Pages) followTicked(ctx context.Context, v *visit, form *Form) error {
	themes, people, err := p.toFollow(ctx, v, form)
	if err != nil {
		return err
	}
	var ids []models.ID
	for _, c := range people {
		if c.Checked {
			ids = append(ids, models.ParseID(c.Value))
		}
	}
	for _, c := range themes.Choices {
		if !c.Checked {
			continue
		}
		t, err := p.Store.Theme(ctx, c.Value)
		if err != nil {
			return err
		}
		ids = append(ids, t.AccountID)
	}
	for _, id := range ids {
		if err := p.Chapter.Follow(ctx, v.Account, id, chapter.FollowWish{}); err != nil {
			return err
		}
	}
	return nil
}
