package web

import (
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"atelier/handlers/respond"
	"atelier/handlers/session"
	"atelier/models"
	"atelier/models/chapter"
	"atelier/models/media"
	"atelier/models/store"
	"atelier/static"
)

// Config is what pages need from outside.
type Config struct {
	Store    *store.Store
	Chapter  *chapter.Chapter
	Sessions *session.Sessions
	URLs     models.URLs

	// SetupKey is the key in the printed link that opens the chapter.
	SetupKey string

	// Media keeps the pictures that members upload, after Processor has made
	// them safe and small.
	Media     media.Storage
	Processor *media.Processor

	// Archivist writes what other servers read of a member, for the archive.
	Archivist chapter.Archivist

	// Version is the program's.
	Version string

	// MediaOrigin is where files are served from, if not from this host:
	// scheme://host.
	MediaOrigin string

	// Now is the clock; its location is the time zone that pages speak in.
	Now func() time.Time
}

// Pages are the chapter's pages.
type Pages struct {
	Config
	cross *http.CrossOriginProtection
	mine  *mux.Router // what takes forms of members, for those that waited for a sign-in
}

// New returns the pages of a chapter.
func New(c Config) *Pages {
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Pages{Config: c, cross: http.NewCrossOriginProtection(), mine: mux.NewRouter()}
}

// page answers a request that was made by v.
type page func(w http.ResponseWriter, r *http.Request, v *visit) error

// Routes adds every page, feed and embedded file to m.
func (p *Pages) Routes(m *mux.Router) {
	m.PathPrefix(static.Prefix).Handler(static.Files()).Methods(http.MethodGet, http.MethodHead)
	for _, route := range []struct {
		path       string
		open       page // GET, for anybody
		own        page // GET, for members
		send       page // POST, for anybody
		sendAsMine page // POST, for members
	}{
		{path: "/", open: p.home},
		{path: "/setup", open: p.askSetup, send: p.setup},
		{path: "/i/{code}", open: p.invited, send: p.join},
		{path: "/join", open: p.askJoin, send: p.apply},
		{path: "/forgotten", open: p.askForgotten, send: p.forgotten},
		{path: "/reset/{key}", open: p.askReset, send: p.reset},
		{path: "/appeals/{id:[0-9]+}", open: p.askAppeal, send: p.appeal},
		{path: "/sign-in", open: p.askSignIn, send: p.signIn},
		{path: "/sign-out", sendAsMine: p.signOut},
		{path: "/light", send: p.setTheme},

		{path: "/library", open: p.library},
		{path: "/library.atom", open: p.libraryFeed},
		{path: "/library/examples", own: p.toLibrary, sendAsMine: p.removeExamples},
		{path: "/library/examples/{key}", own: p.example},
		{path: "/notes/new", own: p.askNote, sendAsMine: p.writeNote},
		{path: "/notes/{slug}", open: p.note},
		{path: "/notes/{slug}/print", open: p.printNote},
		{path: "/notes/{slug}/history", open: p.noteHistory},
		{path: "/notes/{slug}/review", own: p.askReview, sendAsMine: p.doReview},
		{path: "/notes/{slug}/tried", open: p.allTried, sendAsMine: p.object},
		{path: "/talk/{id:[0-9]+}/tried", own: p.toReply, sendAsMine: p.tried},
		{path: "/tags/{tag}.atom", open: p.tagFeed},
		{path: "/tags/{tag}", open: p.tag},
		{path: "/notes/{slug}/series", own: p.askCollect, sendAsMine: p.collect},
		{path: "/series", open: p.allSeries},
		{path: "/series/new", own: p.askSeries, sendAsMine: p.saveSeries},
		{path: "/series/{slug}.atom", open: p.seriesFeed},
		{path: "/series/{slug}", open: p.series, sendAsMine: p.keepSeries},
		{path: "/series/{slug}/edit", own: p.askSeriesEdit, sendAsMine: p.editSeries},
		{path: "/series/{slug}/delete", own: p.askDissolve, sendAsMine: p.dissolve},
		{path: "/themes", open: p.themes},
		{path: "/themes/{theme:[a-z0-9_]+}.atom", open: p.themeFeed},
		{path: "/themes/{theme:[a-z0-9_]+}", open: p.theme, sendAsMine: p.followTheme},
		{path: "/search", open: p.search},

		{path: "/questions", open: p.questions},
		{path: "/questions.atom", open: p.questionsFeed},
		{path: "/questions/new", own: p.askQuestion, sendAsMine: p.ask},
		{path: "/questions/{id:[0-9]+}", open: p.question, sendAsMine: p.closeQuestion},

		{path: "/talk/new", own: p.askTalk, sendAsMine: p.writeTalk},
		{path: "/talk/{id:[0-9]+}", open: p.talk},
		{path: "/talk/{id:[0-9]+}/history", open: p.talkHistory, sendAsMine: p.restore},
		{path: "/talk/{id:[0-9]+}/reply", own: p.toReply, sendAsMine: p.reply},
		{path: "/talk/{id:[0-9]+}/do", own: p.toReply, sendAsMine: p.act},
		{path: "/talk/{id:[0-9]+}/report", own: p.askComplain, sendAsMine: p.complain},
		{path: "/talk/{id:[0-9]+}/vote", own: p.toReply, sendAsMine: p.vote},
		{path: "/talk/{id:[0-9]+}/leaving", own: p.toReply, sendAsMine: p.leaving},
		{path: "/talk/{id:[0-9]+}/edit", own: p.askEdit, sendAsMine: p.edit},
		{path: "/talk/{id:[0-9]+}/coauthors", own: p.askCoAuthors, sendAsMine: p.setCoAuthors},
		{path: "/talk/{id:[0-9]+}/proposal", own: p.askProposal, sendAsMine: p.saveProposal},
		{path: "/proposals/{id:[0-9]+}", own: p.proposal, sendAsMine: p.answerProposal},
		{path: "/talk/{id:[0-9]+}/delete", own: p.askDelete, sendAsMine: p.delete},

		{path: "/people", open: p.people},
		{path: "/people/{acct}.atom", open: p.personFeed},
		{path: "/people/{acct}/report", own: p.askComplain, sendAsMine: p.complain},
		{path: "/people/{acct}", open: p.profile, sendAsMine: p.relate},
		{path: "/@{acct}", open: p.profile},
		{path: "/@{acct}/{id:[0-9]+}", open: p.talk},

		{path: "/welcome", own: p.firstStep, sendAsMine: p.skipWelcome},
		{path: "/welcome/{step:[1-3]}", own: p.askStep, sendAsMine: p.takeStep},
		{path: "/shelf", own: p.shelf},
		{path: "/shelf/tried", own: p.shelfTried},
		{path: "/notices", own: p.notices, sendAsMine: p.readNotices},
		{path: "/settings", own: p.askProfile, sendAsMine: p.saveProfile},
		{path: "/settings/posts", own: p.askDefaults, sendAsMine: p.saveDefaults},
		{path: "/settings/password", own: p.askPassword, sendAsMine: p.savePassword},
		{path: "/settings/apps", own: p.apps},
		{path: "/settings/apps/{id:[0-9]+}", own: p.askShutOut, sendAsMine: p.shutOut},
		{path: dataPage, own: p.askData, sendAsMine: p.saveData},
		{path: dataPage + "/{kind:[a-z_]+}.csv", own: p.table},
		{path: dataPage + "/archive.zip", own: p.archive},
		{path: movingPage, own: p.askMoving, sendAsMine: p.saveMoving},
		{path: "/settings/leave", own: p.askLeave, sendAsMine: p.leave},

		{path: "/desk", own: p.forStewards(p.askDesk)},
		{path: "/desk/members", own: p.forStewards(p.deskMembers)},
		{path: "/desk/members/{id:[0-9]+}", own: p.forStewards(p.deskMember), sendAsMine: p.forStewards(p.setMember)},
		{path: "/desk/applications", own: p.forStewards(p.deskApplications)},
		{path: "/desk/applications/{id:[0-9]+}", own: p.forStewards(p.deskApplication), sendAsMine: p.forStewards(p.answerApplication)},
		{path: "/desk/invitations", own: p.forStewards(p.deskInvites), sendAsMine: p.forStewards(p.setInvites)},
		{path: "/desk/reports", own: p.forStewards(p.deskReports)},
		{path: "/desk/reports/{id:[0-9]+}", own: p.forStewards(p.deskReport), sendAsMine: p.forStewards(p.setReport)},
		{path: "/desk/log", own: p.forStewards(p.deskLog)},
		{path: "/desk/sites", own: p.forStewards(p.deskSites), sendAsMine: p.forStewards(p.setSites)},
		{path: "/desk/barred", own: p.forStewards(p.deskBars), sendAsMine: p.forStewards(p.setBars)},
		{path: "/desk/themes", own: p.forStewards(p.deskThemes), sendAsMine: p.forStewards(p.setThemes)},
		{path: "/desk/themes/{key}", own: p.forStewards(p.deskTheme), sendAsMine: p.forStewards(p.changeTheme)},
		{path: "/desk/review", own: p.forStewards(p.deskReviews)},
		{path: "/desk/messages", own: p.forStewards(p.deskMessages), sendAsMine: p.forStewards(p.setMessages)},
		{path: "/desk/chapter", own: p.forStewards(p.deskChapter), sendAsMine: p.forStewards(p.setChapter)},
		{path: "/desk/house", own: p.forStewards(p.deskHouse), sendAsMine: p.forStewards(p.setHouse)},

		{path: "/follow", open: p.askFollow, send: p.follow},
		{path: "/authorize_interaction", own: p.interact},
		{path: "/about", open: p.about},
		{path: "/conduct", open: p.conductPage},
		{path: "/privacy", open: p.privacy},
		{path: "/how-this-travels", open: p.travels},
		{path: "/accessibility", open: p.accessibility},
		{path: "/robots.txt", open: robots},
		{path: "/favicon.ico", open: favicon},
	} {
		get, post := route.open, route.send
		if route.own != nil {
			get = p.forMembers(route.own)
		}
		if route.sendAsMine != nil {
			post = p.forMembers(route.sendAsMine)
			p.mine.Handle(route.path, waiting(route.sendAsMine))
		}
		if get != nil {
			m.Handle(route.path, p.serve(get)).Methods(http.MethodGet, http.MethodHead)
		}
		if post != nil {
			m.Handle(route.path, p.cross.Handler(p.serve(post))).Methods(http.MethodPost)
		}
	}
}

// serve makes a page a handler: it finds out who asks, and answers errors with
// the page for them.
func (p *Pages) serve(h page) http.Handler {
	return respond.Wrap(func(w http.ResponseWriter, r *http.Request) error {
		p.headers(w)
		if r.Method == http.MethodPost {
			if err := readForm(r); err != nil {
				return err
			}
		}
		v, err := p.visit(r)
		if err != nil {
			return err
		}
		if v.chapter == nil && !beforeOpening(r.URL.Path) {
			return p.notOpen(w, r, v)
		}
		return h(w, r, v)
	}, p.Error)
}

// forMembers lets members through. Others are asked to sign in first, and what
// they sent goes on after that.
func (p *Pages) forMembers(h page) page {
	return func(w http.ResponseWriter, r *http.Request, v *visit) error {
		switch {
		case v.Session == nil && r.Method == http.MethodPost:
			return p.keep(w, r, v, &Form{Values: r.PostForm}, r.URL.Path)
		case v.Session == nil:
			return see(w, r, "/sign-in?next="+escape(r.URL.RequestURI()))
		case r.Method == http.MethodPost:
			if err := v.CheckForm(r); err != nil {
				return err
			}
		}
		return h(w, r, v)
	}
}

// headers are those of every page. Nothing is loaded from anywhere else, no
// script or style stands in a page itself, and no site can frame it.
func (p *Pages) headers(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Security-Policy", p.policy("'self'"))
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	h.Set("Cache-Control", "private, no-cache")
	h.Add("Vary", "Accept, Cookie")
}

// popUp lets a page keep the window that opened it: some apps sign in in one of
// their own, and get their answer through it.
func popUp(w http.ResponseWriter) { w.Header().Del("Cross-Origin-Opener-Policy") }

// policy is the content security policy of a page whose forms lead to targets.
func (p *Pages) policy(targets ...string) string {
	media := "'self'"
	if p.MediaOrigin != "" {
		media += " " + p.MediaOrigin
	}
	return "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src " + media + "; media-src " + media +
		"; form-action " + strings.TrimSpace(strings.Join(targets, " ")) + "; frame-ancestors 'none'; base-uri 'none'"
}

// The most that a form may hold, in bytes: long notes, or a picture; and how
// much beyond that is read and thrown away, so that a browser that is still
// sending comes to read the answer. The smaller ones are in memory.
const (
	maxForm    = 4 << 20
	maxUpload  = 16 << 20
	maxIgnored = 128 << 20
	formMemory = 1 << 20
)

// readForm reads the form in a request, whichever of the two ways it was sent.
func readForm(r *http.Request) error {
	var err error
	sent, limit := r.Body, int64(maxForm)
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		limit = maxUpload
		r.Body = http.MaxBytesReader(nil, sent, limit)
		err = r.ParseMultipartForm(formMemory)
	} else {
		r.Body = http.MaxBytesReader(nil, sent, limit)
		err = r.ParseForm()
	}
	if err == nil {
		return nil
	}
	if tooLarge(err) {
		_, _ = io.CopyN(io.Discard, sent, maxIgnored) // it may have gone meanwhile
		return models.Errorf(models.TooLarge, "A form may have %d megabytes at most, and this one has more. What you wrote is still in your browser: go back to it, and make it shorter or its pictures smaller.", limit>>20).Because(err)
	}
	return models.Errorf(models.Malformed, "The form could not be read.").Because(err)
}

func (p *Pages) html(w http.ResponseWriter, name string, view any) error {
	return p.htmlStatus(w, http.StatusOK, name, view)
}

func (p *Pages) htmlStatus(w http.ResponseWriter, status int, name string, view any) error {
	return respond.HTML(w, status, static.Templates(), name, view)
}

// statusOf is the status of a page with form: 422 if something in it is wrong.
func statusOf(form *Form) int {
	if len(form.Wrong) > 0 {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}
