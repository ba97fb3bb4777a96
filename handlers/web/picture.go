package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/media"
)

// pictureChoices are the boxes of a note's form that a picture can go into.
func pictureChoices(form *Form, kind models.PracticeKind) Choices {
	var choices []Choice
	for _, s := range kind.Form().Sections {
		choices = append(choices, Choice{Value: s.Key, Label: sectionLabel(s)})
	}
	if form.Get("into") == "" {
		form.Values.Set("into", choices[0].Value)
	}
	return form.choose("into", "Into which box", "", choices...)
}

// putPicture puts the picture that came with a note's form into the box that
// was chosen, and keeps the draft. In a note that is out it waits for the
// change to be saved.
func (p *Pages) putPicture(w http.ResponseWriter, r *http.Request, v *visit, form *Form, post *models.Post) error {
	err := p.addPicture(r, v, form)
	if err != nil && !form.takes(err) {
		return err
	}
	if len(form.Wrong) > 0 || post != nil && post.State != models.Draft {
		return p.showWrite(w, r, v, form, post)
	}
	return p.keepDraftAnd(w, r, v, form, post, "picture")
}

// addPicture keeps a picture and writes it into a box, as Markdown.
func (p *Pages) addPicture(r *http.Request, v *visit, form *Form) error {
	kind := models.PracticeKind(form.Get("kind"))
	into := form.Get("into")
	if !slices.ContainsFunc(kind.Form().Sections, func(s models.SectionForm) bool { return s.Key == into }) {
		form.wrong("into", "Choose the box that the picture goes into.")
	}
	form.need("alt", "Say what can be seen, for those who do not see it.")
	if r.MultipartForm == nil || len(r.MultipartForm.File["picture"]) == 0 || r.MultipartForm.File["picture"][0].Size == 0 {
		form.wrong("picture", "Choose a picture first.")
	}
	if len(form.Wrong) > 0 {
		return nil
	}
	sent := r.MultipartForm.File["picture"][0]
	if sent.Size > maxPicture {
		return models.Errorf(models.TooLarge, "The picture has more than eight megabytes.").On("picture")
	}
	file, err := sent.Open()
	if err != nil {
		return err
	}
	defer file.Close()
	m, err := p.keepPicture(r.Context(), v, file, form.Get("alt"))
	if err != nil {
		return err
	}
	box := sectionField(into)
	form.Values.Set(box, strings.TrimSpace(form.Text(box)+"\n\n"+pictureMarkdown(form.Get("alt"), p.URLs.Media(m.Key), form.Get("caption"))))
	form.Values.Add("media", m.ID.String())
	form.Values.Del("alt")
	form.Values.Del("caption")
	return nil
}

// keepPicture makes a picture safe and small, and keeps it.
func (p *Pages) keepPicture(ctx context.Context, v *visit, file interface{ Read([]byte) (int, error) }, alt string) (*models.Media, error) {
	made, err := p.Processor.Process(ctx, file, media.Attachment)
	if err == nil {
		defer made.Close()
		var m models.Media
		if m, err = made.Keep(ctx, p.Media); err == nil {
			if m.Type != models.Image {
				return nil, models.Errorf(models.Unsupported, "Only pictures can stand in a note.").On("picture")
			}
			m.ID, m.CreatedAt, m.Description = p.Store.NewID(), p.Store.Now(), alt
			return &m, onField(p.Chapter.AddMedia(ctx, v.Account, &m), "alt")
		}
	}
	return nil, onField(err, "picture")
}

// onField says of an error which field it is about.
func onField(err error, field string) error {
	if e, ok := errors.AsType[*models.Error](err); ok {
		return e.On(field)
	}
	return err
}

// pictureMarkdown is a picture with its caption, as Markdown.
func pictureMarkdown(alt, url, caption string) string {
	plain := strings.NewReplacer("[", "(", "]", ")", "\r", "", "\n", " ", `\`, "")
	out := "![" + plain.Replace(alt) + "](" + url + ")"
	if caption = strings.ReplaceAll(plain.Replace(caption), "*", ""); caption != "" {
		out += "\n*" + caption + "*"
	}
	return out
}

// picturesIn are those of the form's pictures that still stand in its text.
func (p *Pages) picturesIn(ctx context.Context, v *visit, form *Form, sections []models.Section) ([]models.ID, error) {
	var ids []models.ID
	for _, s := range form.Values["media"] {
		if id := models.ParseID(s); id != 0 {
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	files, err := p.Store.MediaOf(ctx, v.viewer.AccountID, ids)
	if err != nil {
		return nil, err
	}
	var out []models.ID
	for _, f := range files {
		url := p.URLs.Media(f.Key)
		if slices.ContainsFunc(sections, func(s models.Section) bool { return strings.Contains(s.Text, url) }) {
			out = append(out, f.ID)
		}
	}
	return out, nil
}

// beside are the files of a post that do not stand in its text.
func (p *Pages) beside(post *models.Post) []models.Media {
	return slices.DeleteFunc(slices.Clone(post.Media), func(m models.Media) bool {
		return m.Key != "" && strings.Contains(post.HTML, p.URLs.Media(m.Key))
	})
}

// pictured gives a change of a note the files that it has from now on: those
// beside its text stay, those in it are as the text says.
func (p *Pages) pictured(post *models.Post, d chapter.Draft) []models.ID {
	out := []models.ID{}
	for _, m := range p.beside(post) {
		out = append(out, m.ID)
	}
	return append(out, d.Media...)
}
