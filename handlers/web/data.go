package web

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"github.com/gorilla/mux"

	"atelier/models"
)

// dataPage is the address of the page for what a member takes along or brings.
const dataPage = "/settings/data"

type dataView struct {
	Frame
	Index   []Link
	Form    *Form
	Kinds   Choices
	Tables  []Link
	Imports []importRow
}

// importRow is a file that was brought, and how it went.
type importRow struct {
	Name   string
	When   Moment
	State  string
	Failed []models.ImportFailure
	More   string // how many failures are not listed
}

var portableNames = map[models.Portable]string{
	models.PortableFollowing: "Whom you follow", models.PortableLists: "Your lists", models.PortableBlocks: "Whom you block",
	models.PortableMutes: "Whom you mute", models.PortableDomains: "Sites that you block", models.PortableBookmarks: "What you keep",
}

const (
	shownImports  = 6
	shownFailures = 20
)

// askData serves GET /settings/data.
func (p *Pages) askData(w http.ResponseWriter, r *http.Request, v *visit) error {
	return p.showData(w, r, v, newForm())
}

func (p *Pages) showData(w http.ResponseWriter, r *http.Request, v *visit, form *Form) error {
	base, err := p.settings(r, v, "Your data", dataPage, form)
	if err != nil {
		return err
	}
	view := dataView{Frame: base.Frame, Index: base.Index, Form: form}
	var choices []Choice
	for _, kind := range models.Portables {
		choices = append(choices, Choice{Value: string(kind), Label: portableNames[kind], Hint: string(kind) + ".csv"})
		view.Tables = append(view.Tables, Link{URL: dataPage + "/" + string(kind) + ".csv", Name: portableNames[kind]})
	}
	view.Kinds = form.choose("kind", "What it is", "", choices...)
	imports, err := p.Store.Imports(r.Context(), v.Account.ID, shownImports)
	if err != nil {
		return err
	}
	for _, i := range imports {
		view.Imports = append(view.Imports, importRowOf(v, i))
	}
	return p.htmlStatus(w, statusOf(form), "settings-data.html", view)
}

func importRowOf(v *visit, i *models.Import) importRow {
	row := importRow{Name: portableNames[i.Kind], When: v.moment(i.CreatedAt), Failed: i.Failed}
	row.State = capital(count(i.Done-len(i.Failed), "line is", "lines are")) + " taken over"
	if i.EndedAt.IsZero() {
		row.State += ", " + count(i.Total-i.Done, "waits", "wait") + ". Come back in a while."
	} else {
		row.State += "."
	}
	if n := len(row.Failed); n > shownFailures {
		row.Failed, row.More = slices.Clone(row.Failed[:shownFailures]), "and "+count(n-shownFailures, "other", "others")
	}
	return row
}

// saveData serves POST /settings/data: a file that is brought.
func (p *Pages) saveData(w http.ResponseWriter, r *http.Request, v *visit) error {
	form := &Form{Values: r.PostForm}
	kind := models.Portable(form.Get("kind"))
	if !kind.Valid() {
		form.wrong("kind", "Say what the file is.")
	}
	if r.MultipartForm == nil || len(r.MultipartForm.File["file"]) == 0 || r.MultipartForm.File["file"][0].Size == 0 {
		form.wrong("file", "Choose a file first.")
	}
	if len(form.Wrong) > 0 {
		return p.showData(w, r, v, form)
	}
	file, err := r.MultipartForm.File["file"][0].Open()
	if err != nil {
		return err
	}
	defer file.Close()
	if _, err := p.Chapter.Import(r.Context(), v.Account, kind, io.LimitReader(file, maxTable)); err != nil {
		if !form.takes(err) {
			return err
		}
		return p.showData(w, r, v, form)
	}
	return see(w, r, dataPage+"?done=brought")
}

// maxTable is how many bytes of a table are read.
const maxTable = 4 << 20

// table serves GET /settings/data/{kind}.csv.
func (p *Pages) table(w http.ResponseWriter, r *http.Request, v *visit) error {
	kind := models.Portable(mux.Vars(r)["kind"])
	if !kind.Valid() {
		return notHere()
	}
	return writeFile(w, string(kind)+".csv", "text/csv; charset=utf-8", func() error {
		return p.Chapter.Export(r.Context(), v.Account, kind, w)
	})
}

// archive serves GET /settings/data/archive.zip: all that is the member's. It
// is written as it is read, so that no copy of it is kept here.
func (p *Pages) archive(w http.ResponseWriter, r *http.Request, v *visit) error {
	me, err := p.Store.Account(r.Context(), v.Account.ID)
	if err != nil {
		return err
	}
	return writeFile(w, me.Username+"-"+p.Now().Format("2006-01-02")+".zip", "application/zip", func() error {
		return p.Chapter.Archive(r.Context(), me, p.Media, p.Archivist, w)
	})
}

// fileTime is how long a file may take to be sent: films over a slow line.
const fileTime = time.Hour

// writeFile answers with a file to be saved. One that breaks off must not pass
// for a whole one, so the connection is dropped then.
func writeFile(w http.ResponseWriter, name, contentType string, write func() error) error {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Cache-Control", "private, no-store")
	if err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(fileTime)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if err := write(); err != nil {
		slog.Error("a file broke off", "name", name, "err", err)
		panic(http.ErrAbortHandler)
	}
	return nil
}
