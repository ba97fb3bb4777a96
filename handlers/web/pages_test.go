package web_test

import (
	"testing"

	"atelier/models/store/storetest"
)

func TestEveryPageIsThere(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	ana := h.member("Ana Lindqvarn")
	note := h.note(ana, "Checking in when a client goes quiet")
	talk := h.says(ana, "Do we still write session summaries?\n\nI was taught to. #supervision")
	h.says(h.Maren, "@ana Stopped two years ago.", answering(talk))
	stranger, me := h.stranger(), h.as(ana)
	for path, words := range map[string]string{
		"/":                                "How do we keep getting better",
		"/library":                         "Checking in when a client goes quiet",
		"/library?kind=approach":           "Checking in when a client goes quiet",
		"/notes/" + note.Slug:              "Three minutes of shared silence",
		"/notes/" + note.Slug + "/print":   "Three minutes of shared silence",
		"/notes/" + note.Slug + "/history": "There is one version",
		"/talk/" + talk.ID.String():        "Stopped two years ago.",
		"/talk/" + note.ID.String():        "Three minutes of shared silence",
		"/people/ana":                      "Checking in when a client goes quiet",
		"/@ana":                            "Checking in when a client goes quiet",
		"/@ana/" + talk.ID.String():        "Stopped two years ago.",
		"/tags/supervision":                "#supervision",
		"/search":                          "Search",
		"/search?q=silence":                "Nothing found", // Ana did not say that hers may be found
		"/follow":                          "Where is your account?",
		"/follow?object=" + note.URI:       "Answer from where you are",
		"/follow?object=" + ana.URI:        "Follow Ana Lindqvarn",
		"/about":                           "Who looks after it",
		"/privacy":                         "What is kept",
		"/how-this-travels":                "Everything you write here has a door",
		"/accessibility":                   "WCAG 2.2",
		"/sign-in":                         "E-mail or handle",
		"/settings":                        "E-mail or handle",
		"/library.atom":                    "Checking in when a client goes quiet",
		"/people/ana.atom":                 "I was taught to.",
	} {
		stranger.shows(stranger.get(path), 200, words)
	}
	for path, words := range map[string]string{
		"/":                                        "Checking in when a client goes quiet",
		"/library":                                 "Checking in when a client goes quiet",
		"/notes/new":                               "What would you like to write down?",
		"/notes/new?kind=story":                    "The turn",
		"/notes/" + note.Slug:                      "Change it",
		"/notes/" + note.Slug + "/review":          "Ask for review?",
		"/talk/" + talk.ID.String():                "Your reply",
		"/talk/new":                                "What is on your mind?",
		"/talk/" + talk.ID.String() + "/edit":      "Change what you said",
		"/talk/" + note.ID.String() + "/edit":      "Change “Checking in when a client goes quiet”",
		"/talk/" + talk.ID.String() + "/delete":    "Take it away?",
		"/talk/" + note.ID.String() + "/coauthors": "Ask a colleague",
		"/people":                                  "Two members",
		"/people?q=mar":                            "Maren Oakhollow",
		"/people/maren":                            "Follow Maren",
		"/people/ana":                              "Change my page",
		"/shelf":                                   "Nothing is half written.",
		"/notices":                                 "Maren Oakhollow",
		"/settings":                                "Who you are",
		"/welcome":                                 "A face and a sentence",
		"/welcome/1":                               "A face and a sentence",
		"/welcome/2":                               "What can others ask you about?",
		"/welcome/3":                               "What would you like to hear of?",
		"/settings/posts":                          "Posts from apps are for",
		"/settings/password":                       "A new password",
		"/settings/apps":                           "None yet",
		"/settings/moving":                         "You come from elsewhere",
		"/people/maren/report":                     "It is about",
		"/settings/data":                           "Bring it from elsewhere",
		"/settings/leave":                          "End your membership?",
		"/search?q=silence":                        "Checking in when a client goes quiet",
	} {
		me.shows(me.get(path), 200, words)
	}
	for _, path := range []string{"/nowhere", "/notes/nowhere", "/talk/1", "/people/nobody", "/tags/nothing", "/library?kind=poem", "/setup", "/setup?key=" + setupKey, "/static/nothing.css"} {
		stranger.shows(stranger.get(path), 404)
	}
}
