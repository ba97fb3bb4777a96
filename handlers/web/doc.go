// Package web is the chapter's pages for people: HTML that works without
// scripts, its forms, and Atom feeds.
//
// A page is read from the store with its viewer, made into a view of ready
// words, and rendered by a template of package static. A form calls one verb
// of the chapter and leads to a page. It neither decides who may read what
// (the store does) nor what a change means (the chapter does).
package web
