package web

import (
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/media"
)

type settingsView struct {
	Frame
	Index []Link
	Form  *Form

	// Me
	Rows  []factField
	Found bool // in the directory
	// Privacy and posts
	Apps Choices
	// Password
	Email string
}

type factField struct{ Name, Value Field }

// facts are how many rows a profile's table may have.
const facts = 4

func settingsIndex(current string) []Link {
	index := []Link{
		{URL: "/settings", Name: "Me"}, {URL: "/settings/posts", Name: "Privacy and posts"},
		{URL: "/settings/apps", Name: "Apps"}, {URL: "/settings/password", Name: "Password and sign-in"},
		{URL: dataPage, Name: "Your data"}, {URL: movingPage, Name: "Moving and leaving"},
	}
	for i := range index {
		index[i].Current = index[i].URL == current
	}
	return index
}

func (p *Pages) settings(r *http.Request, v *visit, name, path string, form *Form) (settingsView, error) {
	f, err := p.frame(r, v, name, "")
	if err == nil {
		f.Here = path
	}
	return settingsView{Frame: f, Index: settingsIndex(path), Form: form}, err
}

// askProfile serves GET /settings.
func (p *Pages) askProfile(w http.ResponseWriter, r *http.Request, v *visit) error {
	form := newForm("name", v.Account.Name, "bio", v.Account.BioSource)
	for i, f := range v.Account.Fields {
		form.Values.Set(fmt.Sprintf("fact-%d", i+1), f.Name)
		form.Values.Set(fmt.Sprintf("fact-%d-value", i+1), f.Source)
	}
	entry, err := p.Store.OwnDirectory(r.Context(), v.Account.ID)
	if err != nil {
		return err
	}
	form.setEntry(entry)
	return p.showProfile(w, r, v, form)
}

func (p *Pages) showProfile(w http.ResponseWriter, r *http.Request, v *visit, form *Form) error {
	view, err := p.settings(r, v, "Me", "/settings", form)
	if err != nil {
		return err
	}
	view.Found = v.Account.Discoverable
	for i := 1; i <= facts; i++ {
		name := fmt.Sprintf("fact-%d", i)
		view.Rows = append(view.Rows, factField{
			form.Field(name, "Fact "+number(i), "").Limit(80),
			form.Field(name+"-value", "What it is", "").Limit(255),
		})
	}
	return p.htmlStatus(w, statusOf(form), "settings.html", view)
}

// saveProfile serves POST /settings.
func (p *Pages) saveProfile(w http.ResponseWriter, r *http.Request, v *visit) error {
	form := &Form{Values: r.PostForm}
	form.need("name", "What shall others call you?")
	change := chapter.Profile{Name: ptr(form.Get("name")), Bio: ptr(form.Text("bio")), Fields: []models.Field{}, Directory: form.entry()}
	for i := 1; i <= facts; i++ {
		name := fmt.Sprintf("fact-%d", i)
		if form.Get(name) != "" || form.Get(name+"-value") != "" {
			change.Fields = append(change.Fields, models.Field{Name: form.Get(name), Source: form.Get(name + "-value")})
		}
	}
	for _, fault := range change.Faults() {
		takeProfileError(form, fault)
	}
	if len(form.Wrong) == 0 {
		err := p.savePicture(r, form, &change)
		if err == nil {
			_, err = p.Chapter.UpdateProfile(r.Context(), v.Account, change)
		}
		if err == nil {
			return see(w, r, "/settings?done=saved")
		}
		if !takeProfileError(form, err) {
			return err
		}
	}
	return p.showProfile(w, r, v, form)
}

// savePicture puts a picture that was sent with the form into change, or takes
// the present one away.
func (p *Pages) savePicture(r *http.Request, form *Form, change *chapter.Profile) error {
	if form.Ticked("remove") {
		change.Avatar = &models.Picture{}
		return nil
	}
	if r.MultipartForm == nil || len(r.MultipartForm.File["picture"]) == 0 {
		return nil
	}
	pic, err := p.takePicture(r, r.MultipartForm.File["picture"][0])
	if e, ok := errors.AsType[*models.Error](err); ok {
		return e.On("picture")
	}
	change.Avatar = &pic
	return err
}

// takePicture makes a portrait of what was sent, and keeps it.
func (p *Pages) takePicture(r *http.Request, sent *multipart.FileHeader) (models.Picture, error) {
	if sent.Size > maxPicture {
		return models.Picture{}, models.Errorf(models.TooLarge, "The picture has more than eight megabytes.")
	}
	file, err := sent.Open()
	if err != nil {
		return models.Picture{}, err
	}
	defer file.Close()
	made, err := p.Processor.Process(r.Context(), file, media.Avatar)
	if err != nil {
		return models.Picture{}, err
	}
	defer made.Close()
	kept, err := made.Keep(r.Context(), p.Media)
	return models.Picture{Key: kept.Key, Type: kept.ContentType}, err
}

// maxPicture is how many bytes a portrait may have.
const maxPicture = 8 << 20

// profileFields are the form's names for what the verb calls otherwise.
var profileFields = map[string]string{
	"display_name": "name", "note": "bio", "fields": "fact-1", "source[privacy]": "apps", "source[language]": "language",
}

// profileWords say of a field what apps call otherwise than the form.
var profileWords = strings.NewReplacer("Display name is", "This is", "Note is", "This is")

// takeProfileError makes what the verb says a fault of the form.
func takeProfileError(form *Form, err error) bool {
	if !form.takes(err) {
		return false
	}
	last := &form.Wrong[len(form.Wrong)-1]
	last.Msg = profileWords.Replace(last.Msg)
	if name, ok := profileFields[last.Field]; ok {
		last.Field = name
	}
	return true
}

// askDefaults serves GET /settings/posts.
func (p *Pages) askDefaults(w http.ResponseWriter, r *http.Request, v *visit) error {
	form := newForm("apps", appScope(v.Member), "language", v.Member.Language)
	for name, on := range map[string]bool{
		"indexable": v.Account.Indexable, "discoverable": v.Account.Discoverable, "locked": v.Account.Locked, "hidenetwork": v.Account.HideNetwork,
	} {
		if on {
			form.Values.Set(name, "yes")
		}
	}
	return p.showDefaults(w, r, v, form)
}

// followers is the scope that only apps know.
const followers = "followers"

// appScope is what a member wishes for posts from apps that name no scope.
func appScope(m *models.Member) string {
	switch {
	case m.MembersFirst:
		return members
	case m.Privacy == models.Private:
		return followers
	}
	return everyone
}

func (p *Pages) showDefaults(w http.ResponseWriter, r *http.Request, v *visit, form *Form) error {
	view, err := p.settings(r, v, "Privacy and posts", "/settings/posts", form)
	if err != nil {
		return err
	}
	view.Apps = form.choose("apps", "Posts from apps are for", "When the app does not say otherwise. Apps know no “members”: they show that choice as “followers only”.",
		Choice{Value: members, Label: "Members of " + v.chapter.Name, Hint: "And what an app calls “followers only” is for the members too."},
		Choice{Value: followers, Label: "Those who follow me"},
		Choice{Value: everyone, Label: "Everyone"})
	return p.htmlStatus(w, statusOf(form), "settings-posts.html", view)
}

// saveDefaults serves POST /settings/posts.
func (p *Pages) saveDefaults(w http.ResponseWriter, r *http.Request, v *visit) error {
	form := &Form{Values: r.PostForm}
	change := chapter.Profile{
		Language: ptr(form.Get("language")), Locked: ptr(form.Ticked("locked")), Discoverable: ptr(form.Ticked("discoverable")),
		Indexable: ptr(form.Ticked("indexable")), HideNetwork: ptr(form.Ticked("hidenetwork")),
	}
	switch form.Get("apps") {
	case members:
		change.Privacy, change.MembersFirst = ptr(models.Private), ptr(true)
	case followers:
		change.Privacy, change.MembersFirst = ptr(models.Private), ptr(false)
	case everyone:
		change.Privacy, change.MembersFirst = ptr(models.Public), ptr(false)
	default:
		form.wrong("apps", "Choose for whom posts from apps are.")
	}
	if len(form.Wrong) == 0 {
		_, err := p.Chapter.UpdateProfile(r.Context(), v.Account, change)
		if err == nil {
			return see(w, r, "/settings/posts?done=saved")
		}
		if !takeProfileError(form, err) {
			return err
		}
	}
	return p.showDefaults(w, r, v, form)
}

// askPassword serves GET /settings/password.
func (p *Pages) askPassword(w http.ResponseWriter, r *http.Request, v *visit) error {
	return p.showPassword(w, r, v, newForm())
}

func (p *Pages) showPassword(w http.ResponseWriter, r *http.Request, v *visit, form *Form) error {
	view, err := p.settings(r, v, "Password and sign-in", "/settings/password", form)
	if err != nil {
		return err
	}
	view.Email = v.Member.Email
	return p.htmlStatus(w, statusOf(form), "settings-password.html", view)
}

// savePassword serves POST /settings/password.
func (p *Pages) savePassword(w http.ResponseWriter, r *http.Request, v *visit) error {
	form := &Form{Values: r.PostForm}
	form.need("old", "Type the password that you have now.")
	form.need("new", "Choose a new one.")
	if len(form.Wrong) == 0 {
		err := p.Chapter.SetPassword(r.Context(), v.Account.ID, form.Values.Get("old"), form.Values.Get("new"), false, v.TokenID)
		if err == nil {
			return see(w, r, "/settings/password?done=password")
		}
		if !form.takes(err) {
			return err
		}
		if last := &form.Wrong[len(form.Wrong)-1]; last.Field == "password" {
			last.Field = "new"
		}
	}
	return p.showPassword(w, r, v, form)
}

type appsView struct {
	Frame
	Index   []Link
	Lead    string
	Apps    []letIn
	Address string
}

// letIn is an app that the member let in.
type letIn struct {
	ID        models.ID
	Name, May string
	Since     Moment
	Used      *Moment
}

// apps serves GET /settings/apps.
func (p *Pages) apps(w http.ResponseWriter, r *http.Request, v *visit) error {
	f, err := p.frame(r, v, "Apps", "")
	if err != nil {
		return err
	}
	view := appsView{Frame: f, Index: settingsIndex("/settings/apps"), Address: p.URLs.Domain,
		Lead: "Programs that may read or write for you. None of them knows your password."}
	if view.Apps, err = p.letIn(r, v); err != nil {
		return err
	}
	return p.html(w, "settings-apps.html", view)
}

func (p *Pages) letIn(r *http.Request, v *visit) ([]letIn, error) {
	tokens, err := p.Store.TokensOf(r.Context(), v.Account.ID, 100)
	if err != nil {
		return nil, err
	}
	var ids []models.ID
	for _, t := range tokens {
		ids = append(ids, t.AppID)
	}
	apps, err := p.Store.Apps(r.Context(), ids)
	if err != nil {
		return nil, err
	}
	var out []letIn
	for _, t := range tokens {
		if t.Kind != models.AccessToken {
			continue
		}
		name := "The command line"
		if app := apps[t.AppID]; app != nil {
			name = app.Name
		}
		verb, _, _ := scopeWords(t.Scopes)
		one := letIn{ID: t.ID, Name: name, May: "May " + verb + " for you.", Since: v.moment(t.CreatedAt)}
		if t.UsedAt.Sub(t.CreatedAt) > time.Minute {
			one.Used = ptr(v.moment(t.UsedAt))
		}
		out = append(out, one)
	}
	return out, nil
}

// letInOf is the app that the address names.
func (p *Pages) letInOf(r *http.Request, v *visit) (*letIn, error) {
	apps, err := p.letIn(r, v)
	if err != nil {
		return nil, err
	}
	id := models.ParseID(mux.Vars(r)["id"])
	for _, a := range apps {
		if a.ID == id {
			return &a, nil
		}
	}
	return nil, notHere()
}

// askShutOut serves GET /settings/apps/{id}.
func (p *Pages) askShutOut(w http.ResponseWriter, r *http.Request, v *visit) error {
	app, err := p.letInOf(r, v)
	if err != nil {
		return err
	}
	f, err := p.frame(r, v, "Shut "+app.Name+" out?", "")
	if err != nil {
		return err
	}
	return p.html(w, "delete.html", confirmView{
		Frame: f, Heading: "Shut " + app.Name + " out?", Sentence: "It can then neither read nor write for you. What it wrote stays. You can let it in again.",
		Action: r.URL.Path, Button: "Shut it out", Back: "/settings/apps",
	})
}

// shutOut serves POST /settings/apps/{id}.
func (p *Pages) shutOut(w http.ResponseWriter, r *http.Request, v *visit) error {
	app, err := p.letInOf(r, v)
	if err != nil {
		return err
	}
	if err := p.Chapter.RevokeToken(r.Context(), v.Account, app.ID); err != nil {
		return err
	}
	return see(w, r, "/settings/apps?done=app")
}
